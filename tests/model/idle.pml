/* SPDX-License-Identifier: MIT */
/*
 * core/idle.c and the reference kernel's idle(): a CPU that polls and sleeps in turns. Two senders of a kind each,
 * and two setters of need_resched, meet it anywhere. Interrupts are masked but for the end of each turn. It may leave
 * the poll at any time, as time is up at any time.
 *
 * Memory: what a sender or setter stores first sits in its store buffer until 'buffers' or a release drains it;
 * the CPU sees what was in memory at its last acquire. A sender's first look at the word may be of any age.
 */
#define SENDERS 2
#define ALL 4	/* 0 and 1 send a kind, 2 and 3 set NEED */

bool polling, need, kind[SENDERS];	/* the word: changed in one step, unless a mutant does otherwise */
bool latch, rung[SENDERS];		/* the doorbell, and the kinds behind it */
bool buffer[ALL], memory[ALL], visible[ALL];
byte runs[SENDERS];
bool picked[2];
bool rang[ALL], told[ALL];

active proctype buffers()
{
end:	do
	:: d_step { buffer[0] -> memory[0] = true; buffer[0] = false }
	:: d_step { buffer[1] -> memory[1] = true; buffer[1] = false }
	:: d_step { buffer[2] -> memory[2] = true; buffer[2] = false }
	:: d_step { buffer[3] -> memory[3] = true; buffer[3] = false }
	od
}

inline drain(i)
{
	if
	:: buffer[i] -> memory[i] = true; buffer[i] = false
	:: else
	fi
}

inline release(i)
{
#ifndef RELAXED_SEND
	drain(i)
#else
	skip
#endif
}

inline acquire()
{
	visible[0] = memory[0]; visible[1] = memory[1]; visible[2] = memory[2]; visible[3] = memory[3]
}

/* Rule R1: the doorbell drains. */
inline ring(i)
{
	d_step { drain(i); rang[i] = true };
	latch = true
}

/* idle_tell() on one CPU, then the doorbell if it was not told */
proctype sender(byte i)
{
	buffer[i] = true;
	if	/* the first look */
	:: skip
	::
#ifdef STALE_LOOK
		polling ->
		d_step { release(i); kind[i] = true; told[i] = true }
#else
		d_step {
			if
			:: polling -> release(i); kind[i] = true; told[i] = true
			:: else
			fi
		}
#endif
	fi;
	if
	:: told[i] -> skip
#ifdef RING_TOO
		; ring(i)
#endif
	:: else ->
		d_step { drain(i); rung[i] = true };	/* rule 1 */
		ring(i)
	fi
}

/* resched_cpu() */
proctype setter(byte i)
{
	bool old, polls;

	buffer[i] = true;
	d_step {
		drain(i);	/* rule 11 */
		old = need;
		need = true;
		polls = polling
	};
#ifdef TWO_WORDS
	polls = polling;
#endif
	if
	:: old -> skip
	:: !old && polls -> told[i] = true
	:: else -> ring(i)
	fi
}

inline serve(i)
{
	if
	:: taken[i] -> taken[i] = false; assert(visible[i]); runs[i]++; served = true
	:: else
	fi
}

inline leave()
{
#ifdef PLAIN_LEAVE
	d_step { taken[0] = kind[0]; taken[1] = kind[1]; acquire() };
	d_step { kind[0] = false; kind[1] = false; polling = false };
#else
	d_step {
		taken[0] = kind[0]; taken[1] = kind[1];
		kind[0] = false; kind[1] = false;
#ifdef TAKES_NEED
		need = false;
#endif
#ifndef LEAVE_WITHOUT_ACQUIRE
		acquire();
#endif
#ifndef TWO_WORDS
		polling = false
#endif
	};
#endif
	serve(0);
	serve(1)
}

/* test_and_clear_need_resched(), then schedule() */
inline look()
{
	d_step {
		found = need;
		need = false;
		if
		:: found -> acquire(); picked[0] = visible[2]; picked[1] = visible[3]
		:: else
		fi
	}
}

/* On the unmask. The acknowledgement comes before the take. */
inline interrupt()
{
	latch = false;
	d_step { taken[0] = rung[0]; taken[1] = rung[1]; rung[0] = false; rung[1] = false; acquire() };
	serve(0);
	serve(1)
}

active proctype cpu()
{
	bool found, served, taken[SENDERS];

	do
	:: served = false;
		polling = true;
#ifdef NO_LAST_LOOK
		look();
		leave();
#else
		leave();
		look();
#endif
#ifdef TWO_WORDS
		polling = false; /* a store that leaves the buffer late */
#endif
		if
		:: !served && !found ->
end:			latch
		:: else
		fi;
		if
		:: latch -> interrupt()
		:: else
		fi
	od
}

active proctype judge()
{
	timeout;
	assert(!latch && !need && !kind[0] && !kind[1] && !rung[0] && !rung[1]);
	assert(runs[0] == 1 && runs[1] == 1);
	assert(picked[0] && picked[1]);
	assert(!(told[0] && rang[0]) && !(told[1] && rang[1]))
}

init {
	atomic {
		run sender(0);
		run sender(1);
		run setter(2);
		run setter(3)
	}
}
