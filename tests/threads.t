#!/bin/sh
# SPDX-License-Identifier: MIT
# 1000 threads that do everything at random while CPUs come and go (threads=), both architectures
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=tests/lib/qemu.sh
. "$root/tests/lib/qemu.sh"
# shellcheck source=tests/lib/boot.sh
. "$root/tests/lib/boot.sh"

# The numbers of a line of the verdict: numbers LABEL
numbers()
{
	sed -n "s/^  $1  *\\([0-9].*\\)/\\1/p" "$work/log" | tail -n 1 | tr -c '0-9\n' ' '
}

# threads CPUS THREADS SECONDS: with a seed, so that a failure can be had again.
threads()
{
	boot "$1" --append "check=off threads=$2 seconds=$3 seed=$seed" --timeout 400 || return
	boot_threads=$2
	# shellcheck disable=SC2046 # words
	set -- $(numbers threads)
	diag "seed $seed: $1 threads ended, $2 CPUs were taken down, the console was away for $3 ms"
	[ "$1" -ge "$boot_threads" ] && [ "$2" -gt 0 ]
	ok $? "$name: all ended, and CPUs were taken down meanwhile"
	# shellcheck disable=SC2046 # words
	set -- $(numbers "program in user mode")
	[ "$1" -gt 0 ] && [ "$2" -gt 0 ]
	ok $? "$name: a program in user mode was preempted and moved, registers intact"
	# shellcheck disable=SC2046 # words
	set -- $(numbers wake-ups)
	[ "$1" -gt 0 ] && is "$(($2 + $3))" "$1" "$name: every wake-up that was posted arrived"
	# shellcheck disable=SC2046 # words
	set -- $(numbers "wait queue")
	[ "$4" -gt 0 ] && is "$(($2 + $3))" "$1" "$name: what was given was taken, once"
	# shellcheck disable=SC2046 # words
	set -- $(numbers completions)
	[ "$2" -gt 0 ] && is "$(($2 + $3))" "$1" "$name: every question was answered or taken back"
}

seed=$(($$ % 100000))
for boot_arch in riscv64 aarch64; do
	boot_doorbell=sbi-ipi
	[ $boot_arch = riscv64 ] || boot_doorbell=gicv3
	if [ -n "$quick" ]; then
		threads 4 200 3
	else
		threads 8 1000 30
		boot 2 --qemu-args "-m 1024" --append "check=off threads=6000 seconds=1" --timeout 400
	fi
	for word in threads=1 threads=x seconds=0; do
		run "$work/log" --arch $boot_arch --append "$word"
		is $? 1 "$boot_arch, $word: fails"
		grep -a -q "^crosscall: $word: not a number from" "$work/log"
		ok $? "$boot_arch, $word: is named"
	done
done
done_testing
