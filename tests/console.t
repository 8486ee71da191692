#!/bin/sh
# SPDX-License-Identifier: MIT
# the console: commands, editing, history, errors, Ctrl-C, torn lines; both architectures
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/terminal.sh
. "$root/tests/lib/terminal.sh"

start_console()
{
	terminal_start "$root/crosscall run --no-install --arch $arch --cpus 4 --timeout 600"
	sees "$arch: the prompt comes" "$prompt" 300 || done_testing
}

commands()
{
	answer "$arch: help lists the commands" 'help\r' 'quit'
	for word in help cpus ipi ping call resched quit; do
		grep -a -q -E "(^| )$word( |\$)" "$work/last-output"
		ok $? "$arch: help names $word"
	done
	answer "$arch: cpus: a line for CPU 3" 'cpus\r' "^ +3 +online .*$hwid\$"
	answer "$arch: ipi: the table" 'ipi\r' '^ +3 +reschedule( +[0-9]+){8}$'
	answer "$arch: ping 1" 'ping 1\r' '^cpu 1: 1000 round trips'
	answer "$arch: ping all 10: CPU 3 too" 'ping all 10\r' '^cpu 3: 10 round trips'
	answer "$arch: call 2" 'call 2\r' "^cpu 2: ran on $hwid"
	answer "$arch: call all: CPU 3 too" 'call all\r' "^cpu 3: ran on $hwid"
	answer "$arch: resched 3" 'resched 3\r' '^cpu 3: passed through its scheduler'
}

errors()
{
	answer "$arch: an unknown command is named" 'frobnicate\r' '^frobnicate: no such command'
	answer "$arch: a CPU that is not there is named" 'ping 77\r' '^77: no CPU'
	answer "$arch: a word that is no CPU is named" 'call x9z\r' '^x9z: no CPU'
	answer "$arch: a count that is no number is named" 'ping 1 q7q\r' '^q7q: not a count'
	answer "$arch: resched without a CPU says what it needs" 'resched\r' '^usage: resched CPU'
	answer "$arch: help with an argument" 'help me\r' '^help takes no arguments$'
	answer "$arch: quit with an argument" 'quit now\r' '^quit takes no arguments$'
	answer "$arch: cpus with an argument" 'cpus 3\r' '^cpus takes no arguments$'
	answer "$arch: ipi reset with an argument" 'ipi reset now\r' '^ipi reset takes no arguments$'
	answer "$arch: an empty line is no error" '\r' "$prompt"
}

# What the keys do is the UART's business too, and each architecture has its own.
editing()
{
	answer "$arch: backspace edits" 'helx\177p\r' 'quit'
	answer "$arch: backspace at the start does no harm" '\177\177\177cpus\r' "$hwid"
	answer "$arch: Ctrl-C drops the line" 'frob\003cpus\r' "$hwid"
	answer "$arch: the command before" 'cpus\r' "$hwid"
	answer "$arch: arrow up brings it back" '\033[A\r' "$hwid"
}

# Each answer is the one command's that the keys leave in the line.
history()
{
	up='\033[A'
	down='\033[B'
	answer "$arch: arrow down keeps what is typed" "cp${down}us\\r" "$hwid"
	answer "$arch: arrows up and down: an empty line" "${up}${down}cpus\\r" "$hwid"
	answer "$arch: the command before the last" 'call 2\r' '^cpu 2: ran on'
	answer "$arch: the last command" 'help\r' 'quit'
	answer "$arch: Ctrl-C leaves the history" "${up}${up}\\003${up}\\r" 'quit'
	answer "$arch: Ctrl-U leaves the history" "${up}${up}\\025${up}\\r" 'quit'
}

# An Escape that begins no sequence is nothing, and what follows is itself.
escapes()
{
	answer "$arch: Escape, Enter" 'cpus\033\r' "$hwid"
	answer "$arch: Escape, a letter" 'c\033pus\r' "$hwid"
	answer "$arch: Escape, backspace" 'cpusx\033\177\r' "$hwid"
	answer "$arch: Escape, Ctrl-U" 'frob\033\025cpus\r' "$hwid"
	answer "$arch: Escape, Ctrl-C" 'frob\033\003cpus\r' "$hwid"
	answer "$arch: Escape, [, Enter" 'cpus\033[\r' "$hwid"
	answer "$arch: Escape, [, a number, Ctrl-U" 'frob\033[1\025cpus\r' "$hwid"
	answer "$arch: Escape, arrow up" '\033\033[A\r' "$hwid"
	answer "$arch: a key with a sequence of its own does nothing" 'cp\033[3~\033[1;5Cus\r' "$hwid"
}

# A CPU that crashes: its report is whole, names it, and the run has failed.
crashes()
{
	start_console
	keys 'crash 2 trap\r'
	sees "$arch: a crash on CPU 2 is reported" '^crosscall: panic on CPU 2 '
	terminal_end
	is $? 1 "$arch: a crash: status 1"
}

for arch in $(archs riscv64); do
	case $arch in
	riscv64) hwid='hart [0-9]+' ;;
	aarch64) hwid='mpidr [0-9]+' ;;
	esac
	start_console
	commands
	errors
	editing
	history
	escapes
	keys 'quit\r'
	terminal_end
	is $? 0 "$arch: quit: powers off, status 0"
	none "$arch: no line on the screen is torn" torn_lines "$screen"
	crashes
done
done_testing
