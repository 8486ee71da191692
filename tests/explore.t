#!/bin/sh
# SPDX-License-Identifier: MIT
# the library's own code through the interleavings of three CPUs, with mutants
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

flags="-std=gnu11 -O1 -g -w -fno-pie -fno-inline -Iinclude -I. -Itests/model/explore
	-DCROSSCALL_NR_CPUS=3 -D_GNU_SOURCE="

# Counters, tables and text are left alone: nothing is decided by them.
instrument()
{
	case $1 in
	core/ipi_stats.c | core/ipi_latency.c | core/cpumask.c | core/panic.c | core/text.c) ;;
	core/irq_context.c | core/irq_domain.c) ;;
	core/* | */scenarios.c) echo -fsanitize=thread ;;
	esac
}

# build_in DIR: the explorer of the tree in DIR, as DIR/explore.
# shellcheck disable=SC2046,SC2086 # lists of words
build_in()
{
	cd "$1" && rm -rf obj && mkdir obj || return 1
	for file in core/*.c irqchip/sbi_*.c tests/model/explore/*.c; do
		gcc $flags $(instrument "$file") -c "$file" \
			-o "obj/$(echo "$file" | tr / _).o" || return 1
	done
	gcc -no-pie obj/*.o -o explore
}

copy_tree()
{
	mkdir -p "$1/tests/model" &&
		cp -R "$root/core" "$root/include" "$root/irqchip" "$1" &&
		cp -R "$root/tests/model/explore" "$1/tests/model"
}

# mutant NAME FILE SED-SCRIPT: the change must apply, build, and make a scenario fail.
mutant()
{
	copy=$work/mutant
	rm -rf "$copy"
	copy_tree "$copy"
	sed "$3" "$root/$2" >"$copy/$2"
	if cmp -s "$root/$2" "$copy/$2"; then
		ok 1 "mutant '$1' applies"
		return 1
	fi
	if ! (build_in "$copy") >"$work/build.out" 2>&1; then
		ok 1 "mutant '$1' builds"
		diag - <"$work/build.out"
		return 1
	fi
	timeout -k 5 200 "$copy/explore" -p 1 -s 1 >"$work/mutant.out" 2>&1
	status=$?
	[ $status -eq 1 ] && grep -q '^not ok' "$work/mutant.out"
	ok $? "mutant '$1' is found" || diag "status $status"
	grep -m 1 '^not ok' "$work/mutant.out" | diag -
}

# weakened FUNCTION HALF: with that half of its ordering taken away a scenario fails.
weakened()
{
	site=$(awk -v f="$1" -v h="$2" '$1 == f && $3 == h { print $2; exit }' "$work/sites")
	if [ -z "$site" ]; then
		ok 1 "$1() has an access with $2"
		return 1
	fi
	timeout -k 5 200 "$tree/explore" -p 1 -s 1 -w "$site" "$2" >"$work/weak.out" 2>&1
	status=$?
	[ $status -eq 1 ] && grep -q '^not ok' "$work/weak.out"
	ok $? "$1() without $2 is found" || diag "status $status"
}

# Names the sites: FUNCTION ADDRESS HALF.
name_sites()
{
	"$tree/explore" -p 1 -s 1 -l | grep '^0x' | while read -r address half; do
		echo "$(addr2line -f -e "$tree/explore" "$address" | head -n 1) $address $half"
	done
}

tree=$work/tree
copy_tree "$tree"
if ! check "the explorer builds" build_in "$tree"; then
	done_testing
fi
echo "-p 1 -s 1" >"$work/searches"
[ -n "$quick" ] || echo "-p 2 -s 0" >>"$work/searches"
while read -r limits; do
	# shellcheck disable=SC2086 # two options
	timeout -k 5 300 "$tree/explore" $limits >"$work/tap" 2>&1
	adopt "$work/tap" "explore $limits" || ok 1 "explore $limits came to its end"
done <"$work/searches"

if [ -n "$quick" ]; then
	skip "weakened orderings and mutants" "not in a quick run"
	done_testing
fi

name_sites >"$work/sites"
weakened raise_on release
weakened ipi_mux_process acquire
weakened call_queue_push acquire
weakened call_queue_push release
weakened take acquire
weakened finish release
weakened csd_wait acquire
weakened change release
weakened csd_is_busy acquire
weakened call_queue_open release
weakened resched_remote release
weakened test_and_clear_need_resched acquire
weakened set_if_polling release
weakened idle_take acquire
weakened note_owed release
weakened ipi_take_owed acquire

mutant "take before the clear" irqchip/sbi_ipi.c \
	'/^static void sbi_ipi_handle_irq/,/^}/{
		/^	ssip_clear/d
		/^	mb_after/d
		s/^	ipi_mux_process.*/&\n	ssip_clear();\n	mb_after_pending_clear();/
	}'
mutant "no fence after the clear" irqchip/sbi_ipi.c '/^	mb_after_pending_clear/d'
mutant "unmask without a ring" core/ipi_mux.c \
	's/(void)ring_single(mux, self);/(void)self;/'
mutant "queue opens before the CPU is online" core/cpu.c \
	'/^	call_queue_open();/d;s/^	int err = kinds_enable();/&\n	call_queue_open();/'
mutant "not reversed" core/call_queue.c \
	's/^\tfor (struct call_single_data \*csd = newest; csd != NULL;) {/&\
		oldest = newest;\
		while (newest->next != NULL) { newest = newest->next; }\
		break;/'
mutant "failed reschedule clears the flag" core/resched.c \
	'/IDLE_OWED, memory_order_relaxed);/{s/fetch_or/store/;s/IDLE_NEED . IDLE_OWED/0/;}'
mutant "a sender trusts its first look" core/idle.c \
	'/^static uint32_t set_if_polling/,/^}/s/atomic_compare_exchange_weak_explicit(/\
		(atomic_fetch_or_explicit(word, bit, memory_order_release), 1) || &/'
mutant "a look and a store to leave the poll" core/idle.c \
	's/atomic_fetch_and_explicit(word_here(), ~(SMP_IDLE_POLLING | IDLE_KINDS),/old_way(word_here(),/
	/^bool idle_take/i\
		static uint32_t old_way(_Atomic uint32_t *word, memory_order order)\
		{\
			uint32_t old = atomic_load_explicit(word, order);\
			atomic_store_explicit(word, old & IDLE_NEED, memory_order_relaxed);\
			return old;\
		}'
done_testing
