/* SPDX-License-Identifier: MIT */
/*
 * core/call_queue.c and the part of core/smp_call.c that rings, waits and cancels.
 *
 * One target that comes online and goes offline again. Sender 0 makes the asynchronous calls 0 and 1, sender 1
 * makes a waiting call with request 2 and then reuses the same request for an asynchronous one. The doorbell is
 * one latch that loses nothing (mux.pml is about that). With -DFAILS one ring fails, and a last call must
 * then find everything executed.
 *
 * Memory: a sender's payload store sits in its buffer until 'buffers' or a release drains it; the target reads
 * any value from what its last acquire saw up to what is there now; the function's own store sits in the target's
 * buffer until its release.
 */
#define REQUESTS 4
#define NONE 255
#define CLOSED 254

mtype = { IDLE, QUEUED, QUEUED_WAIT, RUNNING, DONE, CANCELLED };

mtype state[REQUESTS] = IDLE;
byte next[REQUESTS];
#ifdef CHECK_ONLINE
byte head = NONE;
#else
byte head = CLOSED;
#endif
bool online, latch, owed;
#ifdef FAILS
byte failures = 1;
#else
byte failures = 0;
#endif

/* payload: sender i owns requests 2i and 2i+1; the value is the request's use */
byte buffer[REQUESTS], memory[REQUESTS], seen[REQUESTS];
byte result_buffer, result; /* what the function of the waiting call stores */

/* what the properties need to know */
byte used[REQUESTS];	/* calls made with the request: the payload's value */
byte accepted[REQUESTS], executed[REQUESTS], cancelled[REQUESTS];
bool lib[REQUESTS];	/* the request's memory is the library's */

active proctype buffers()
{
end:	do
	:: d_step { buffer[0] != 0 -> memory[0] = buffer[0]; buffer[0] = 0 }
	:: d_step { buffer[1] != 0 -> memory[1] = buffer[1]; buffer[1] = 0 }
	:: d_step { buffer[2] != 0 -> memory[2] = buffer[2]; buffer[2] = 0 }
	:: d_step { result_buffer != 0 -> result = result_buffer; result_buffer = 0 }
	od
}

inline drain(r)
{
	if
	:: buffer[r] != 0 -> memory[r] = buffer[r]; buffer[r] = 0
	:: else
	fi
}

/* smp_cross_call(): a CPU that is not online is not rung, -ENXIO; a ring may fail, -EIO. */
inline ring()
{
	failed = false;
	if
	:: !online -> owed = true
	:: online -> latch = true
	:: online && failures > 0 ->
		failures--;
		failed = true;
#ifndef NO_OWED
		owed = true
#endif
	fi
}

inline cancel(r)
{
	d_step {
		if
		:: state[r] == QUEUED || state[r] == QUEUED_WAIT ->
			state[r] = CANCELLED;
			cancelled[r]++;
			gave_up = true
		:: else
		fi
	}
}

/* call_queue_push() and post(). 'ok' is false when refused, 'gave_up' true after -EIO. */
inline post(r, how)
{
	gave_up = false;
	d_step {
		used[r]++;
		buffer[r] = used[r];
		state[r] = how;
		lib[r] = true;
		executed_before = executed[r]
	}
#ifdef CHECK_ONLINE
	ok = online;
#else
	ok = true;
#endif
#ifdef RING_BEFORE_PUSH
	if
	:: head == NONE -> ring()
	:: else
	fi;
#endif
	old = head;
	do
#ifndef CHECK_ONLINE
	:: old == CLOSED -> ok = false; break
#else
	:: !ok -> break
#endif
	:: ok && old != CLOSED ->
		atomic {
			next[r] = old;
			if
			:: head == old ->
#ifndef RELAXED_PUSH
				drain(r);
#endif
				head = r;
				accepted[r]++;
				break
			:: else -> old = head
			fi
		}
	od;
	if
	:: !ok ->
		/* csd_release() */
		d_step { drain(r); state[r] = IDLE; lib[r] = false }
#ifndef RING_BEFORE_PUSH
	:: ok && (old == NONE || owed) ->
		if
		:: old != NONE -> owed = false
		:: else
		fi;
		ring();
		if
		:: failed -> cancel(r)
		:: else
		fi
	:: ok && old != NONE && !owed -> skip
#else
	:: ok -> skip
#endif
	fi
}

/* csd_wait() */
inline wait_for(r)
{
	do
	:: state[r] == DONE ->
#ifndef WAIT_WITHOUT_ACQUIRE
		early = result;
#endif
		break
	:: owed && state[r] != DONE ->
		owed = false;
		ring();
		if
		:: failed -> cancel(r)
		:: else
		fi;
		if
		:: gave_up -> break
		:: else
		fi
	od;
	if
	:: !gave_up ->
		assert(early == 1 && executed[r] == executed_before + 1);
		state[r] = IDLE
	:: else
	fi
}

proctype sender0()
{
	byte old, executed_before;
	bool ok, failed, gave_up;

	post(0, QUEUED);
	post(1, QUEUED)
}

proctype sender1()
{
	byte old, executed_before, early;
	bool ok, failed, gave_up;

	post(2, QUEUED_WAIT);
	if
	:: ok && !gave_up ->
		early = result;	/* what a load that passes the wait may see */
		wait_for(2)
	:: else
	fi;
	/* call_pool_reserve(): it comes back by the target when it was cancelled */
	state[2] == IDLE;
	post(2, QUEUED)
}

inline touch(r)
{
	assert(lib[r])
}

/* The function, with the payload it reads. FIFO: call 1 comes after call 0 of the same sender. */
inline call(r, value)
{
	d_step {
		assert(value == used[r]);
		assert(r != 1 || executed[0] + cancelled[0] == accepted[0]);
		executed[r]++;
		assert(executed[r] + cancelled[r] <= accepted[r])
	}
}

/* Async: the copies are taken, the request given back, and then the function runs. */
inline run_one(r)
{
	d_step { touch(r); info = seen[r] }
	if
#ifdef RUN_UNCLAIMED
	:: atomic { state[r] == QUEUED || state[r] == CANCELLED -> lib[r] = false; state[r] = IDLE };
		call(r, info)
#else
	:: atomic { state[r] == QUEUED -> lib[r] = false; state[r] = IDLE };
#ifdef COPY_AFTER_RELEASE
		touch(r);
#endif
		call(r, info)
	:: atomic { state[r] == CANCELLED -> lib[r] = false; state[r] = IDLE }
#endif
	:: atomic { state[r] == QUEUED_WAIT -> state[r] = RUNNING };
		call(r, info);
		result_buffer = 1;
		d_step {
#ifndef RELAXED_DONE
			if
			:: result_buffer != 0 -> result = result_buffer; result_buffer = 0
			:: else
			fi;
#endif
			lib[r] = false;
			state[r] = DONE
		}
	fi
}

inline take(instead)
{
	d_step {
		list = head;
		head = instead;
#ifndef TAKE_WITHOUT_ACQUIRE
		seen[0] = memory[0]; seen[1] = memory[1]; seen[2] = memory[2]; seen[3] = memory[3];
#endif
#ifndef NOT_REVERSED
		oldest = NONE;
		do
		:: list != NONE ->
			touch(list);
			after = next[list];
			next[list] = oldest;
			oldest = list;
			list = after
		:: else -> break
		od;
		list = oldest;
#endif
		oldest = NONE;
		after = NONE
	}
}

inline run_list()
{
	do
	:: list == NONE -> break
	:: list != NONE ->
#ifdef NEXT_AFTER_RUN
		run_one(list);
		d_step { touch(list); list = next[list] }
#else
		d_step { touch(list); after = next[list] };
		run_one(list);
		d_step { list = after; after = NONE }
#endif
	od
}

proctype target()
{
	byte step, list = NONE, oldest = NONE, after = NONE, info;

end:	do
	:: latch ->
		latch = false;
		if
		:: head != NONE && head != CLOSED -> take(NONE); run_list()
		:: else
		fi
	:: step == 0 ->
		/* smp_cpu_starting(); a pusher that finds the queue open finds the CPU online. */
#ifdef OPEN_BEFORE_ONLINE
		head = NONE;
		online = true;
#else
		online = true;
		head = NONE;
#endif
		step = 1
	:: step == 1 ->
		/* smp_cpu_dying() */
		online = false;
#ifdef CHECK_ONLINE
		take(NONE);
#else
		take(CLOSED);
#endif
#ifdef CLOSE_WITHOUT_RUN
		list = NONE;
#endif
		run_list();
		step = 2
	:: step == 1 -> step = 2	/* stays online */
	od
}

inline all_executed(r)
{
	assert(executed[r] == accepted[r] - cancelled[r])
}

/* 'timeout': nothing else can run. */
active proctype judge()
{
	byte old, executed_before;
	bool ok, failed, gave_up;

	timeout;
	assert(!latch);
#ifdef FAILS
	assert(head == NONE || head == CLOSED || owed);
	/* One more call, whose ring gets through: it makes up for the one that failed. */
	failures = 0;
	post(3, QUEUED);
	timeout;
#endif
	d_step {
		assert(head == NONE || head == CLOSED);
		all_executed(0);
		all_executed(1);
		all_executed(2);
		all_executed(3);
		assert(!lib[0] && !lib[1] && !lib[2] && !lib[3])
	}
}

init {
	atomic {
		run target();
		run sender0();
		run sender1()
	}
}
