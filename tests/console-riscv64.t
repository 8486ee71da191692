#!/bin/sh
# SPDX-License-Identifier: MIT
# the console on riscv64: commands, editing, history, errors, Ctrl-C, torn lines
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/terminal.sh
. "$root/tests/lib/terminal.sh"

terminal_start "$root/crosscall run --no-install --cpus 4 --timeout 600"
sees "the prompt comes" "$prompt" 300 || done_testing

answer "help lists the commands" 'help\r' 'quit'
for word in help cpus ipi ping call resched quit; do
	grep -a -q -E "(^| )$word( |\$)" "$work/last-output"
	ok $? "help names $word"
done
answer "cpus: a line for CPU 3" 'cpus\r' '^ +3 +online .*hart [0-9]+$'
answer "ipi: the table" 'ipi\r' '^ +3 +reschedule( +[0-9]+){8}$'
answer "ping 1" 'ping 1\r' '^cpu 1: 1000 round trips'
answer "ping all 10: CPU 3 too" 'ping all 10\r' '^cpu 3: 10 round trips'
answer "call 2" 'call 2\r' '^cpu 2: ran on hart [0-9]+'
answer "call all: CPU 3 too" 'call all\r' '^cpu 3: ran on hart [0-9]+'
answer "resched 3" 'resched 3\r' '^cpu 3: passed through its scheduler'
answer "an unknown command is named" 'frobnicate\r' '^frobnicate: no such command'
answer "a CPU that is not there is named" 'ping 77\r' '^77: no CPU'
answer "a word that is no CPU is named" 'call x9z\r' '^x9z: no CPU'
answer "a count that is no number is named" 'ping 1 q7q\r' '^q7q: not a count'
answer "resched without a CPU says what it needs" 'resched\r' '^usage: resched CPU'
answer "an empty line is no error" '\r' "$prompt"
answer "backspace edits" 'helx\177p\r' 'quit'
answer "backspace at the start does no harm" '\177\177\177cpus\r' 'hart'
answer "Ctrl-C drops the line" 'frob\003cpus\r' 'hart'
answer "arrow up brings the last command back" 'cpus\r' 'hart'
answer "arrow up, then return" '\033[A\r' 'hart'
keys 'quit\r'
terminal_end
is $? 0 "quit: powers off, status 0"
none "no line on the screen is torn" torn_lines "$screen"

# A CPU that crashes: its report is whole, names it, and the run has failed.
terminal_start "$root/crosscall run --no-install --cpus 4 --timeout 600"
sees "the prompt comes again" "$prompt" 300
keys 'crash 2 trap\r'
sees "a crash on CPU 2 is reported" '(^|[^0-9])2[^0-9]'
terminal_end
is $? 1 "a crash: status 1"
done_testing
