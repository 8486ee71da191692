#!/bin/sh
# SPDX-License-Identifier: MIT
# the ordering rules as Promela models, searched exhaustively, and their mutants
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

models=$root/tests/model

# search OPTIMISATION DIR MODEL FLAGS...: the verifier's report in DIR/out. Mutants stop at the first
# error, soon: to compile their verifiers well would take longer than they run.
search()
{
	optimise=$1
	dir=$2
	model=$3
	shift 3
	mkdir -p "$dir" && cd "$dir" || return 1
	spin -a "$@" "$models/$model.pml" >spin.out 2>&1 &&
		gcc "$optimise" -w -DSAFETY -DCOLLAPSE -DMEMLIM=1500 -o pan pan.c >gcc.out 2>&1 &&
		timeout -k 5 300 ./pan -m100000 >out 2>&1
}

# Complete means: no error, and no limit that cut the search short.
is_clean()
{
	grep -q 'errors: 0$' "$1/out" &&
		! grep -q -i -e 'not completed' -e 'too small' -e 'out of memory' -e 'truncated' \
			-e 'interrupted' "$1/out"
}

# The counterexample must be a property that was violated, not a model that got stuck.
is_broken()
{
	grep -q 'assertion violated' "$1/out" && grep -q 'errors: 1$' "$1/out"
}

show()
{
	tail -n 15 "$1/spin.out" "$1/gcc.out" "$1/out" 2>/dev/null | diag -
}

# holds MODEL FLAGS...
holds()
{
	case_dir=$work/$(echo "$*" | tr ' ' _)
	(search -O1 "$case_dir" "$@")
	is_clean "$case_dir"
	ok $? "$* holds in every state" || show "$case_dir"
	sed -n 's/^ *\([0-9]*\) states, stored.*/\1 states/p' "$case_dir/out" | diag -
}

# fails MODEL FLAGS...: the first flag is the mutant.
fails()
{
	case_dir=$work/$(echo "$*" | tr ' ' _)
	(search -O0 "$case_dir" "$@")
	is_broken "$case_dir"
	ok $? "$* gives a counterexample" || show "$case_dir"
}

if ! command -v spin >/dev/null 2>&1; then
	skip "models" "spin is not installed"
	done_testing
fi

if [ -n "$quick" ]; then
	skip "models" "not in a quick run"
	done_testing
fi

holds mux
holds mux -DCLAIM
holds mux -DFAILS
fails mux -DDRAIN_BEFORE_CLEAR
fails mux -DDRAIN_BEFORE_CLEAR -DCLAIM
fails mux -DNO_DEVICE_FENCE
fails mux -DRING_BEFORE_SET
fails mux -DCOALESCE_ON_PENDING
fails mux -DUNMASK_WITHOUT_RING
fails mux -DRELAXED_SEND
fails mux -DTAKE_WITHOUT_ACQUIRE
fails mux -DDROP_MASKED
fails mux -DALWAYS_RING
fails mux -DNO_OWED -DFAILS

holds queue
holds queue -DFAILS
fails queue -DRELAXED_PUSH
fails queue -DTAKE_WITHOUT_ACQUIRE
fails queue -DRING_BEFORE_PUSH
fails queue -DCHECK_ONLINE
fails queue -DNEXT_AFTER_RUN
fails queue -DCOPY_AFTER_RELEASE
fails queue -DNOT_REVERSED
fails queue -DRELAXED_DONE
fails queue -DWAIT_WITHOUT_ACQUIRE
fails queue -DOPEN_BEFORE_ONLINE
fails queue -DCLOSE_WITHOUT_RUN
fails queue -DRUN_UNCLAIMED -DFAILS
fails queue -DNO_OWED -DFAILS

holds resched
holds resched -DFAILS
fails resched -DRING_BEFORE_SET
fails resched -DLOAD_AND_STORE
fails resched -DRELAXED_SET
fails resched -DLOOK_BEFORE_CLEAR
fails resched -DCLEAR_WITHOUT_ACQUIRE
fails resched -DCLEAR_ON_FAILURE -DFAILS

holds idle
fails idle -DSTALE_LOOK
fails idle -DPLAIN_LEAVE
fails idle -DRELAXED_SEND
fails idle -DLEAVE_WITHOUT_ACQUIRE
fails idle -DNO_LAST_LOOK
fails idle -DTWO_WORDS
fails idle -DTAKES_NEED
fails idle -DRING_TOO

holds doorbell
fails doorbell -DNO_R1
fails doorbell -DNO_RECEIVE_FENCE
fails doorbell -DLOOK_BEFORE_ACKNOWLEDGE
done_testing
