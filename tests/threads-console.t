#!/bin/sh
# SPDX-License-Identifier: MIT
# the console's commands for threads: ps, top, spawn, kill, pin, wake, hackbench; both architectures
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/terminal.sh
. "$root/tests/lib/terminal.sh"

# The number of the first thread that the last answer names.
first_thread()
{
	sed -n 's/^threads \([0-9]*\) to .*/\1/p' "$work/last-output" | head -n 1
}

lists()
{
	answer "$arch: ps: the console and the idle threads" 'ps\r' '^ +- +idle/3 +idle +3 '
	grep -a -q -E '^ +- +console +running +0 +7 .* 0$' "$work/last-output"
	ok $? "$arch: ps: the console runs, on CPU 0"
	answer "$arch: top: an idle machine" 'top\r' '^ +3 +0 .* 100%'
	answer "$arch: Ctrl-C ends top" 'top 3000\r\003' '^ +3 +0 '
}

# The microseconds that the last ps has for a CPU's idle thread.
idle_us()
{
	awk -v name="idle/$1" '$2 == name { print $6 }' "$work/last-output"
}

# What a CPU is off is not its idle thread's time.
counts_idle()
{
	answer "$arch: ps: CPU 3 is idle" 'ps\r' '^ +- +idle/3 +idle +3 '
	on=$(idle_us 3)
	answer "$arch: CPU 3 goes" 'cpu down 3\r' '^cpu 3: off'
	answer "$arch: ps: CPU 3 is offline" 'ps\r' '^ +- +idle/3 +offline +3 '
	off=$(idle_us 3)
	[ "$off" -ge "$on" ]
	ok $? "$arch: ps: nothing of its time is lost" || diag "$on us, then $off"
	answer "$arch: ps again" 'ps\r' '^ +- +idle/3 +offline +3 '
	is "$(idle_us 3)" "$off" "$arch: ps: its time stands still"
	answer "$arch: CPU 3 comes" 'cpu up 3\r' '^cpu 3: up'
	answer "$arch: ps: it is idle again" 'ps\r' '^ +- +idle/3 +idle +3 '
	[ "$(idle_us 3)" -ge "$off" ]
	ok $? "$arch: ps: its time goes on" || diag "$off us, then $(idle_us 3)"
}

spawns()
{
	answer "$arch: spawn 4: threads that compute" 'spawn 4\r' '^threads [0-9]+ to [0-9]+, priority 3'
	id=$(first_thread)
	answer "$arch: ps: where, and where it may run" 'ps\r' \
		"^ +$id +busy +(running|ready) +[0-3] +3 .* 0-3\$"
	answer "$arch: top: they keep every CPU busy" 'top 2\r' '^ +3 +[1-9].* [0-9]%  busy'
	grep -a -q -E '^  thread [0-9]+ \(busy\): [1-9][0-9]*% of a CPU' "$work/last-output"
	ok $? "$arch: top: they are the busiest"
	answer "$arch: pin" "pin $id 2\\r" "^thread $id \\(busy\\): runs on 2 only"
	answer "$arch: ps: it is there" 'ps\r' "^ +$id +busy +(running|ready) +2 +3 .* 2\$"
	answer "$arch: its CPU goes, and that is said" 'cpu down 2\r' "thread $id .*none of its CPUs"
	answer "$arch: ps: it runs elsewhere" 'ps\r' "^ +$id +busy .* 2, stray\$"
	answer "$arch: its CPU comes" 'cpu up 2\r' '^cpu 2: up'
	answer "$arch: ps: it is home" 'ps\r' "^ +$id +busy +(running|ready) +2 +3 .* 2\$"
	answer "$arch: a thread that computes is awake" "wake $id\\r" "^thread $id \\(busy\\): is awake"
	answer "$arch: kill one" "kill $id\\r" '^1 ended$'
	answer "$arch: it is gone" "wake $id\\r" "^$id: no thread"
	answer "$arch: spawn 100, of a higher priority" 'spawn 100 6\r' '^threads .*, priority 6'
	answer "$arch: the console is alive" 'call 3\r' '^cpu 3: ran on'
	answer "$arch: kill all" 'kill all\r' '^103 ended$'
	answer "$arch: spawn 2 sleep" 'spawn 2 1 sleep\r' '^threads .*, priority 1'
	id=$(first_thread)
	answer "$arch: ps: it sleeps" 'ps\r' "^ +$id +sleeper +asleep +[0-3] +1 "
	answer "$arch: wake" "wake $id\\r" "^thread $id \\(sleeper\\): (slept, and is woken|is awake)"
}

messages()
{
	answer "$arch: hackbench: every message comes" 'hackbench 2 4 20\r' \
		'^every message came, once, in order$'
	grep -a -q -E '^640 messages in [0-9]+\.[0-9]{3} s, [0-9]+ a second; [0-9]+ IPIs, [0-9]+ switches$' \
		"$work/last-output"
	ok $? "$arch: hackbench: how many, how fast, what it took"
	answer "$arch: hackbench again" 'hackbench 1 3 5\r' '^45 messages in'
	keys 'hackbench 2 4 100000\r'
	expect '^2 groups of 4'
	answer "$arch: Ctrl-C ends hackbench" '\003' '^stopped before the end; what came was right$'
}

# Many threads there have been, and the console has run for long: that is not the share of a second.
tops_many()
{
	answer "$arch: hackbench of 3200 threads" 'hackbench 50 32 1\r' '^51200 messages in'
	answer "$arch: top: after them" 'top\r' '^ +3 +0 '
	! grep -a -q -E ': ([2-9][0-9]{2}|[0-9]{4,})% of a CPU' "$work/last-output"
	ok $? "$arch: top: no thread has more than a CPU" || grep -a 'of a CPU' "$work/last-output" | diag -
}

# Threads of a higher priority keep every CPU from those of hackbench.
starves()
{
	answer "$arch: spawn 8, of a higher priority" 'spawn 8 6\r' '^threads .*, priority 6'
	keys 'hackbench 2 4 100000\r'
	expect '^2 groups of 4'
	answer "$arch: Ctrl-C ends hackbench when others have the CPUs" '\003' \
		'^stopped before the end; what came was right$'
	answer "$arch: the others go on, and end" 'kill all\r' '^[0-9]+ ended$'
	answer "$arch: hackbench after that" 'hackbench 1 3 5\r' '^every message came, once, in order$'
}

errors()
{
	answer "$arch: a number of threads that is none" 'spawn q7q\r' '^q7q: not a number of threads'
	answer "$arch: too many threads" 'spawn 257\r' '^257: not a number of threads from 1 to 256'
	answer "$arch: a priority that there is not" 'spawn 1 7\r' '^7: neither a priority from 0 to 6 nor'
	answer "$arch: kill what is not spawned" 'kill 9999999\r' '^9999999: no thread'
	answer "$arch: kill no number" 'kill q7q\r' '^q7q: no thread'
	answer "$arch: pin a thread that there is not" 'pin 0 1\r' '^0: no thread'
	answer "$arch: pin to no list" "pin $id 1-x\\r" '^1-x: not a list of CPUs'
	answer "$arch: pin to a CPU that there is not" "pin $id 77\\r" '^77: no CPU; there are 0 to 3'
	answer "$arch: wake no number" 'wake q7q\r' '^q7q: no thread'
	answer "$arch: hackbench of none" 'hackbench 0\r' '^0: not a number of groups from 1 to'
	answer "$arch: hackbench of too many" 'hackbench 1 999\r' '^999: not a number of senders'
	answer "$arch: hackbench of no number" 'hackbench 1 1 q7q\r' '^q7q: not a number of messages'
	answer "$arch: top of no number" 'top q7q\r' '^q7q: not a number of seconds'
	answer "$arch: spawn without a number" 'spawn\r' '^usage: spawn N'
}

for arch in $(archs riscv64); do
	terminal_start "$root/crosscall run --no-install --arch $arch --cpus 4 --timeout 600"
	sees "$arch: the prompt comes" "$prompt" 300 || done_testing
	lists
	counts_idle
	starves
	spawns
	messages
	tops_many
	errors
	keys 'quit\r'
	terminal_end
	is $? 0 "$arch: quit with threads that sleep: powers off, status 0"
done
done_testing
