#!/bin/sh
# SPDX-License-Identifier: MIT
# the code with ordering rules through the interleavings of three CPUs, with mutants
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

flags="-std=gnu11 -O1 -g -w -fno-pie -fno-inline -Iinclude -I. -Itests/model/explore
	-DCROSSCALL_NR_CPUS=3 -D_GNU_SOURCE="
# The part of the kernel that has a rule of its own.
scheduler=kernel/sched/cpu_bits

# Counters, tables and text are left alone: nothing is decided by them.
instrument()
{
	case $1 in
	core/ipi_stats.c | core/ipi_latency.c | core/cpumask.c | core/panic.c | core/text.c) ;;
	core/irq_context.c | core/irq_domain.c) ;;
	core/* | kernel/* | */scenarios*.c) echo -fsanitize=thread ;;
	esac
}

# build_in DIR: the explorer of the tree in DIR, as DIR/explore.
# shellcheck disable=SC2046,SC2086 # lists of words
build_in()
{
	cd "$1" && rm -rf obj && mkdir obj || return 1
	for file in core/*.c irqchip/sbi_*.c $scheduler.c tests/model/explore/*.c; do
		gcc $flags $(instrument "$file") -c "$file" \
			-o "obj/$(echo "$file" | tr / _).o" || return 1
	done
	gcc -no-pie obj/*.o -o explore
}

# rebuild_in DIR FILE: the same, when only FILE differs from what is built in $tree.
# shellcheck disable=SC2046,SC2086 # lists of words
rebuild_in()
{
	object=obj/$(echo "$2" | tr / _).o
	cd "$1" && cp -R "$tree/obj" . && gcc $flags $(instrument "$2") -c "$2" -o "$object" &&
		gcc -no-pie obj/*.o -o explore
}

copy_tree()
{
	mkdir -p "$1/tests/model" "$1/${scheduler%/*}" &&
		cp -R "$root/core" "$root/include" "$root/irqchip" "$1" &&
		cp "$root/$scheduler.c" "$root/$scheduler.h" "$1/${scheduler%/*}" &&
		cp -R "$root/tests/model/explore" "$1/tests/model"
}

# scenarios_for FILE FUNCTION: the beginnings of the names of those that reach it, _ for a space.
scenarios_for()
{
	case ${1##*/}:$2 in
	tlb.c:note_range | tlb_local.c:merge_range) echo "tlb_ranges" ;;
	tlb* | stop.c:*) echo "tlb" ;;
	irq_work.c:*) echo "work" ;;
	crash.c:*) echo "crash" ;;
	wait_state.c:*) echo "wait" ;;
	cpu_bits.c:*) echo "balance" ;;
	parking.c:*) echo "park" ;;
	ipi_kinds.c:*) echo "cpu" ;;
	cpu.c:*) echo "cpu call:_coming call:_stop tlb:_a_CPU_stopped" ;;
	ipi_mux.c:* | sbi_ipi.c:*) echo "kinds call" ;;
	resched.c:*) echo "resched" ;;
	idle.c:*) echo "idle" ;;
	call_wait.c:) echo "poll deadline tlb:_a_flusher" ;;
	*) echo "call poll deadline" ;;
	esac
}

# finds EXPLORER FILE FUNCTION OPTIONS...: a scenario fails. Two old values for the ranges of the
# TLB: start and end.
finds()
{
	explorer=$1
	names=$(scenarios_for "$2" "$3")
	shift 3
	for name in $names; do
		stale=1
		[ "$name" != tlb_ranges ] || stale=2
		timeout -k 5 200 "$explorer" -p 1 -s $stale -f -x "$(echo "$name" | tr _ ' ')" "$@" \
			>"$work/found.out" 2>&1
		status=$?
		[ $status -eq 1 ] && grep -q '^not ok' "$work/found.out" && return 0
		[ $status -eq 0 ] || break
	done
	diag "$name: status $status"
	return 1
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
	if ! (rebuild_in "$copy" "$2") >"$work/build.out" 2>&1; then
		ok 1 "mutant '$1' builds"
		diag - <"$work/build.out"
		return 1
	fi
	finds "$copy/explore" "$2" ""
	ok $? "mutant '$1' is found"
	grep -m 1 '^not ok' "$work/found.out" | diag -
}

# Names the sites, but for those of the scenarios: FUNCTION FILE ADDRESS HALF.
name_sites()
{
	"$tree/explore" -p 1 -s 0 -l | grep "^0x" | while read -r address half; do
		addr2line -f -s -e "$tree/explore" "$address" | tr "\n" " " |
			sed "s/:.*/ $address $half/"
		echo
	done | grep -v " scenarios_"
}

# FUNCTION FILE of each function with an access that has an order.
ordered_functions()
{
	for file in "$root"/core/*.c "$root/$scheduler.c"; do
		awk -v file="${file##*/}" '
			/^[a-z].*[(]/ && !/;$/ {
				split($0, part, "(")
				name = part[1]
				sub(/.*[ *]/, "", name)
			}
			!/^ *[*]|^\t*\/[*]/ && /memory_order_(acquire|release|acq_rel|seq_cst)/ {
				print name, file
			}' "$file"
	done | sort -u
}

# unreached SITES: those of them that no scenario reaches.
unreached()
{
	cut -d " " -f 1,2 "$1" | sort -u >"$work/reached"
	ordered_functions | comm -23 - "$work/reached"
}

# weakened FUNCTION FILE ADDRESS HALF: without that half of its ordering a scenario fails.
weakened()
{
	finds "$tree/explore" "$2" "$1" -w "$3" "$4"
	ok $? "$1() of $2 without $4 is found"
}

# Orders that no scenario needs: tests/model/README.md says why each is there.
kept()
{
	cat <<-end
		ipi_mux_process release
		ipi_mux_unmask acquire
		ipi_mux_unmask release
		csd_release release
		resched_remote acquire
		test_and_clear_need_resched release
		shoot_down acquire
		set_user acquire
		tlb_leave_lazy acquire
		note_range acquire
		smp_unpark acquire
		smp_unpark release
		wait_state_finish acquire
		wait_state_finish release
		set_cpu_bit acquire
		set_cpu_bit release
		copy_cpus acquire
	end
}

tree=$work/tree
copy_tree "$tree"
if ! check "the explorer builds" build_in "$tree"; then
	done_testing
fi
if [ -n "$quick" ]; then
	printf "%s\n" "-p 1 -s 0" "-p 0 -s 1" >"$work/searches"
else
	printf "%s\n" "-p 1 -s 1" "-p 2 -s 0" >"$work/searches"
fi
while read -r limits; do
	# shellcheck disable=SC2086 # two options
	timeout -k 5 300 "$tree/explore" $limits >"$work/tap" 2>&1
	adopt "$work/tap" "explore $limits" || ok 1 "explore $limits came to its end"
done <"$work/searches"

if [ -n "$quick" ]; then
	skip "weakened orderings and mutants" "not in a quick run"
	done_testing
fi

name_sites | sort >"$work/sites"
none "a scenario reaches each function that has an order" unreached "$work/sites"
grep -v " wait_state.c " "$work/sites" >"$work/fewer"
is "$(unreached "$work/fewer" | cut -d " " -f 2 | sort -u)" wait_state.c "a file without scenarios shows"
kept >"$work/kept"
while read -r function file address half; do
	grep -q -x "$function $half" "$work/kept" || weakened "$function" "$file" "$address" "$half"
done <"$work/sites"
while read -r function half; do
	grep -q "^$function .* $half\$" "$work/sites"
	ok $? "$function() has an access with $half, as listed"
done <"$work/kept"

mutant "take before the clear" irqchip/sbi_ipi.c \
	'/^static void sbi_ipi_handle_irq/,/^}/{
		/^	ssip_clear/d
		/^	mb_after/d
		s/^	ipi_mux_process.*/&\n	ssip_clear();\n	mb_after_pending_clear();/
	}'
mutant "no fence after the clear" irqchip/sbi_ipi.c '/^	mb_after_pending_clear/d'
mutant "unmask without a ring" core/ipi_mux.c \
	's/(void)ring_single(mux, self);/;/'
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
mutant "work counts one run for all" core/irq_work.c \
	's/WORK_RUNNING - WORK_PENDING/(work->flags | WORK_RUNNING) - WORK_PENDING - work->flags/
	s/^	atomic_fetch_sub_explicit(&work->flags, WORK_RUNNING,/\
		atomic_fetch_and_explicit(\&work->flags, WORK_PENDING,/'
mutant "a refused claim is not taken back" core/irq_work.c \
	's/atomic_fetch_and_explicit(&work->flags, ~WORK_PENDING,/atomic_fetch_and_explicit(\&work->flags, ~0U,/'
mutant "work is read after it was queued" core/irq_work.c \
	's/^	if (pushed < 0 || lazy) {/	if (pushed < 0 || work->lazy) {/'
mutant "work that runs is still pending" core/irq_work.c \
	's/WORK_RUNNING - WORK_PENDING/WORK_RUNNING/
	s/(&work->flags, WORK_RUNNING, mem/(\&work->flags, WORK_RUNNING + WORK_PENDING, mem/'
mutant "no second look for new kinds" core/cpu.c '/^	kinds_enable_new();/d'
mutant "registered before the handler is there" core/ipi_kinds.c \
	'/^	arrive();$/{N;/on_each_cpu/s/arrive();//;}'
mutant "marked as stopped before the registers are saved" core/crash.c \
	'/^	kind_handler(IPI_CPU_CRASH_STOP)(regs);/d
	s/^	set_stopped(port_smp_processor_id());/&\n	kind_handler(IPI_CPU_CRASH_STOP)(regs);/'
mutant "two CPUs crash" core/crash.c \
	's/^	if (!atomic_compare_exchange_strong_explicit(&owner/	if (none != 0 \&\&\
		!atomic_compare_exchange_strong_explicit(\&owner/'
mutant "an address is taken and left there" core/parking.c \
	's/atomic_exchange_explicit(&box->entry, NULL, memory_order_acq_rel)/\
		atomic_load_explicit(\&box->entry, memory_order_acquire)/'
mutant "the waker puts its address over another's" core/parking.c \
	's/^	if (atomic_exchange_explicit(&box->claimed.*/	if (false) {/'
mutant "a user is visible after it has caught up" core/tlb_local.c \
	'/^		set_user(mm, true);/d
	/^void tlb_switch_mm/,/^}/s/^		(void)catch_up(cpu, mm);/&\n		set_user(mm, true);/'
mutant "a range's generation is looked at once" core/tlb_local.c \
	's/if (atomic_load_explicit(&range->gen, memory_order_relaxed) != gen || to == 0)/if (to == 0)/'
mutant "a stopped CPU goes on with its translations" core/stop.c 's/tlb_pause()/false/'
mutant "a waiter with interrupts masked does not serve" core/call_wait.c \
	'/^		call_queue_serve();/d'
mutant "a waiter with interrupts masked serves anything" core/call_queue.c \
	's/run_taken(queue, true)/run_taken(queue, false)/'
mutant "a waiter with interrupts masked does not flush" core/call_wait.c '/^		tlb_serve(false);/d'
mutant "the end of the list is lost" core/call_queue.c 's/^		queue->last = before;/		;/'
mutant "a list is walked while it changes" core/call_queue.c \
	'/^static void run_taken/,/^}/{
		s/^		run(csd);/		struct call_single_data *next = csd->next; run(csd);/
		s/^		csd = pop(queue, only_poll_safe);/		csd = next;/
	}'
mutant "a request given up is reused at once" core/call_wait.c \
	's/^	return csd_abandon(csd) ? .*/	csd_release(csd);\n	return CALL_STILL_RUNNING;/'
mutant "offline before the queue is run" core/cpu.c \
	'/^	(void)idle_take();/{s/.*/	atomic_fetch_and(online_word(cpu), ~cpumask_bit(cpu));/;}'
mutant "a call without a request ignores its deadline" core/smp_call.c \
	's/call_wait_for_room(&waiter, &mask)/false/'
mutant "a cancel does not name the use" core/smp_call.c 's/(idle + CSD_USE) | CSD_QUEUED/idle | CSD_QUEUED/'
mutant "a cancel is a store" core/call_queue.c \
	's/^	return change(csd, queued, with_state(queued, CSD_CANCELLED));/\
		csd->state = with_state(queued, CSD_CANCELLED);\
		return true;/'
mutant "a wake that first looks" core/wait_state.c \
	'/^bool wait_state_wake/,/^}/s/return /if (!atomic_load_explicit(\&state->word, memory_order_relaxed)) {\
			return false;\
		}\
		&/'
mutant "a commit takes what it finds" core/wait_state.c \
	's/atomic_compare_exchange_strong_explicit(&state->word, &announced, ASLEEP,/\
		(announced = atomic_exchange(\&state->word, ASLEEP), true) || &/'
mutant "a sleep is taken back by a store" core/wait_state.c \
	'/^void wait_state_finish/,/^}/s/(void)atomic_exchange_explicit(.*/\
		atomic_store_explicit(\&state->word, AWAKE, memory_order_release);/'
mutant "two wakers are told" core/wait_state.c \
	'/^bool wait_state_wake/,/^}/s/return .*/\
		bool asleep = atomic_load(\&state->word) == ASLEEP;\
		atomic_exchange(\&state->word, AWAKE);\
		return asleep;/'
done_testing
