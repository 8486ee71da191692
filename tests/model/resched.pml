/* SPDX-License-Identifier: MIT */
/*
 * core/resched.c: one flag a CPU, set by any CPU with an exchange and cleared by its own, which then looks at
 * its run queue. Two setters put a task each there first. The CPU clears the flag after an interrupt, and
 * once also without one, as a kernel's timer tick or idle loop does. With -DFAILS one ring fails: a setter whose
 * own ring got through must still be served.
 *
 * Memory: a setter's task sits in its store buffer until 'buffers' or a release drains it; the CPU sees the tasks
 * that were in memory at its last acquire, or newer.
 */
#define CLEAR 0
#define RUNG 1
#define OWED 2	/* set, but the ring failed: the next setter rings */

byte need;
bool latch;
#ifdef FAILS
bool may_fail = true;
#else
bool may_fail = false;
#endif

bool buffer[2], memory[2], seen[2]; /* the tasks */
bool asked[2];	/* the call returned 0 */
byte rings;

active proctype buffers()
{
end:	do
	:: d_step { buffer[0] -> memory[0] = true; buffer[0] = false }
	:: d_step { buffer[1] -> memory[1] = true; buffer[1] = false }
	od
}

inline drain(i)
{
	if
	:: buffer[i] -> memory[i] = true; buffer[i] = false
	:: else
	fi
}

inline set_need(i)
{
	d_step {
#ifndef RELAXED_SET
		drain(i);
#endif
		old = need;
		need = RUNG
	}
}

inline give_up()
{
#ifdef CLEAR_ON_FAILURE
	need = CLEAR
#else
	need = OWED
#endif
}

/* resched_cpu() */
inline resched(i)
{
	buffer[i] = true;
#ifdef RING_BEFORE_SET
	latch = true;
	set_need(i);
	asked[i] = true;
#else
#ifdef LOAD_AND_STORE
	old = need;
	if
	:: old != RUNG -> set_need(i); old = CLEAR
	:: else
	fi;
#else
	set_need(i);
#endif
	if
	:: old == RUNG -> skip	/* somebody has rung, or will: who was skipped is served with him, or fails with him */
	:: old != RUNG ->
		d_step { drain(i); rings++ }	/* rule R1 */
		latch = true;
		asked[i] = true
	:: old != RUNG && may_fail ->
		may_fail = false;
		give_up()
	fi;
#ifndef FAILS
	asked[i] = true;
#endif
#endif
	skip
}

proctype setter(byte i)
{
	byte old;

	resched(i)
}

/* test_and_clear_need_resched(), then schedule() */
inline look()
{
#ifdef LOOK_BEFORE_CLEAR
	found = need != CLEAR;
	if
	:: found -> d_step { seen[0] = memory[0]; seen[1] = memory[1] }
	:: else
	fi;
	need = CLEAR;
#else
	d_step {
		found = need != CLEAR;
		need = CLEAR;
#ifndef CLEAR_WITHOUT_ACQUIRE
		seen[0] = seen[0] || (found && memory[0]);
		seen[1] = seen[1] || (found && memory[1])
#endif
	}
#endif
}

active proctype cpu()
{
	bool found, ticked;

end:	do
	:: latch -> latch = false; look()
	:: !ticked -> ticked = true; look()
	od
}

active proctype judge()
{
	byte old;

	timeout;
	assert(!latch);
#ifndef FAILS
	assert(need == CLEAR);
#endif
	assert(!asked[0] || seen[0]);
	assert(!asked[1] || seen[1]);
#ifdef FAILS
	/* One more call finds the flag clear, or the ring owed: it serves everybody. */
	may_fail = false;
	set_need(0);
	if
	:: old != RUNG -> latch = true
	:: else
	fi;
	timeout;
	assert(need == CLEAR && seen[0] && seen[1])
#endif
}

init {
	atomic {
		run setter(0);
		run setter(1)
	}
}
