/* SPDX-License-Identifier: MIT */
/*
 * core/ipi_mux.c over one doorbell: the points of its opening comment, checked.
 *
 * One receiver with one word (pending, enabled), three senders: 0 and 2 send virtual IPI 0, 1 sends virtual
 * IPI 1, which starts masked. The receiver unmasks 1, masks and unmasks 0, and its handler of 0 may mask 1.
 * The doorbell is SSIP-like (the clear is a device write that may commit late) or, with -DCLAIM, claim-like.
 * With -DFAILS one ring fails, and a last send must then deliver everything.
 *
 * Memory: a sender's payload store sits in its buffer until 'commit' or a release drains it; the receiver
 * reads any value from what its last acquire saw up to what is there now.
 */
#define SENDERS 3
#define bit_of(i) (1 << kind[i])

byte kind[SENDERS];
byte pending, open; /* the word, pending and enabled bits: every access to them is one step */
bool owed;

/* the doorbell */
bool latch;	/* level: the receiver enters while it is set */
bool clearing;	/* the receiver's clear is still in its device buffer */
bool in_handler;
#ifdef FAILS
byte failures = 1;
#else
byte failures = 0;
#endif

/* the payload: sender i stores k = 1, 2, ... before its k-th send */
byte stored[SENDERS];	/* in i's store buffer, 0: empty */
byte memory[SENDERS];
byte seen[SENDERS];	/* what the receiver's last acquire saw */

/* what the properties need to know */
byte sent[SENDERS];	/* k of the last send */
byte taken[SENDERS];	/* k of the last send that a take saw */
byte handled[SENDERS];	/* k of the last send whose handler ran */
byte rings, risings;	/* rings that got through or failed, changes of active bits from none to some */

inline commit(i)
{
	if
	:: stored[i] != 0 -> memory[i] = stored[i]; stored[i] = 0
	:: else
	fi
}

/* Rule R1: the fence before the ring drains what is stored. */
inline ring(i)
{
	d_step {
		commit(i);
		rings++
	}
	if
	:: failures > 0 ->
		failures--;
#ifndef NO_OWED
		owed = true
#endif
	:: latch = true
	fi
}

/* Puts the bit in, 'old' is what was active before, 'mine' whether its bit is enabled. */
inline set_pending(i)
{
	d_step {
#ifndef RELAXED_SEND
		commit(i);
#endif
		mine = ((open & bit_of(i)) != 0);
#ifdef COALESCE_ON_PENDING
		old = pending;
#else
		old = pending & open;
#endif
		if
		:: (pending & open) == 0 && mine -> risings++
		:: else
		fi;
		pending = pending | bit_of(i);
		sent[i] = k
	}
}

inline send(i)
{
	d_step {
		commit(i);	/* a buffer of one store */
		stored[i] = k
	}
#ifdef RING_BEFORE_SET
	if
	:: (open & bit_of(i)) != 0 && (pending & open) == 0 -> ring(i)
	:: else
	fi;
	set_pending(i);
#else
	set_pending(i);
	/* mine, and (nothing was active, or a ring is owed) */
	if
	:: !mine -> skip
#ifdef ALWAYS_RING
	:: mine -> ring(i)
#else
	:: mine && old == 0 -> ring(i)
	:: mine && old != 0 && owed -> owed = false; rings--; ring(i)
	:: mine && old != 0 && !owed -> skip
#endif
	fi;
#endif
	old = 0;
	mine = false
}

proctype sender(byte i; byte count)
{
	byte k, old;
	bool mine;

	do
	:: k < count -> k++; send(i)
	:: else -> break
	od
}

/* Store buffers and the device buffer drain by themselves at any moment. */
active proctype buffers()
{
end:	do
	:: d_step { stored[0] != 0 -> commit(0) }
	:: d_step { stored[1] != 0 -> commit(1) }
	:: d_step { stored[2] != 0 -> commit(2) }
	:: d_step { clearing -> clearing = false; latch = false }
	od
}

inline acknowledge()
{
#ifdef CLAIM
	latch = false
#else
	clearing = true;
#ifndef NO_DEVICE_FENCE
	d_step {
		if
		:: clearing -> clearing = false; latch = false
		:: else
		fi
	}
#endif
#endif
}

inline take()
{
	d_step {
#ifndef TAKE_WITHOUT_ACQUIRE
		seen[0] = memory[0]; seen[1] = memory[1]; seen[2] = memory[2];
#endif
		bits = pending & open;
		pending = pending & ~open;
		taken[0] = ((bits & 1) != 0 -> sent[0] : taken[0]);
		taken[1] = ((bits & 2) != 0 -> sent[1] : taken[1]);
		taken[2] = ((bits & 1) != 0 -> sent[2] : taken[2])
	}
}

/* The handler reads the payload: anything from the last acquire's view on, and must find its send's store. */
inline check_payload(i)
{
	d_step {
		assert(seen[i] >= taken[i]);
		handled[i] = taken[i]
	}
}

inline dispatch()
{
	if
	:: (bits & 1) != 0 ->
		check_payload(0);
		check_payload(2);
		if
		:: may_mask && (open & 2) != 0 ->
			may_mask = false;
			open = open & ~2
		:: skip
		fi
	:: else
	fi;
	if
	:: (bits & 2) != 0 && (open & 2) != 0 -> check_payload(1)
#ifndef DROP_MASKED
	:: (bits & 2) != 0 && (open & 2) == 0 -> pending = pending | 2
#endif
	:: else
	fi;
	bits = 0
}

inline entry()
{
	in_handler = true;
#ifdef DRAIN_BEFORE_CLEAR
	take();
	acknowledge();
#else
	acknowledge();
	take();
#endif
	dispatch();
	in_handler = false
}

inline unmask(b)
{
	d_step {
		old = pending & open;
		open = open | b;
		ringing = (old == 0 && (pending & open) != 0);
		risings = (ringing -> risings + 1 : risings)
	}
#ifndef UNMASK_WITHOUT_RING
	if
	:: ringing -> ring(0)	/* commits a buffer that is not its own, too: harmless, only one more order */
	:: else
	fi;
#endif
	ringing = false;
	old = 0
}

proctype receiver()
{
	byte step, bits, old;
	bool ringing;
	bool may_mask = true;

end:	do
	:: latch -> entry()
	:: step == 0 -> unmask(2); step = 1
	:: step == 1 ->
		d_step {
			/* A mask takes active bits away: the unmask is a new rising. */
			open = open & ~1;
			step = 2
		}
	:: step == 2 -> unmask(1); step = 3
	:: step == 3 -> unmask(2); step = 4	/* what the handler may have masked */
	:: step == 4 && !may_mask && (open & 2) == 0 -> unmask(2)
	od
}

#define LOST (pending & open)

/* 'timeout': nothing else can run. Every buffer is empty, the doorbell silent, the receiver idle. */
active proctype judge()
{
	byte k, old;
	bool mine;

	timeout;
	assert(!clearing && !latch && open == 3);
	assert(LOST == 0 || owed);
#ifdef FAILS
	/* One more send, whose ring gets through: it makes up for the one that failed. */
	failures = 0;
	k = sent[0] + 1;
	send(0);
	timeout;
#else
	assert(rings <= risings);
#endif
	assert(LOST == 0);
	assert(handled[0] == sent[0] && handled[1] == sent[1] && handled[2] == sent[2])
}

init {
	atomic {
		kind[0] = 0; kind[1] = 1; kind[2] = 0;
		open = 1;
		run receiver();
#ifdef FAILS
		run sender(0, 1);
#else
		run sender(0, 2);
#endif
		run sender(1, 1);
		run sender(2, 1)
	}
}
