/* SPDX-License-Identifier: MIT */
/*
 * Rules R1 and R2 by themselves: a doorbell a kind and no pending word in memory, as a GIC's SGIs are used. What
 * the handler must find is carried by the ring alone. Two senders ring the same kind; rings that come while one is
 * pending merge in the hardware.
 *
 * Memory: as in mux.pml.
 */
bool latch;
byte stored[2], memory[2], seen[2];
byte sent[2], handled[2];

active proctype buffers()
{
end:	do
	:: d_step { stored[0] != 0 -> memory[0] = stored[0]; stored[0] = 0 }
	:: d_step { stored[1] != 0 -> memory[1] = stored[1]; stored[1] = 0 }
	od
}

inline drain(i)
{
	d_step {
		if
		:: stored[i] != 0 -> memory[i] = stored[i]; stored[i] = 0
		:: else
		fi
	}
}

proctype sender(byte i)
{
	byte k;

	do
	:: k < 2 ->
		k++;
		drain(i);	/* a buffer of one store */
		stored[i] = k;
#ifndef NO_R1
		drain(i);
#endif
		d_step { latch = true; sent[i] = k }
	:: else -> break
	od
}

inline acknowledge()
{
	/* 'due': what rang before this moment is what this entry answers */
	d_step { latch = false; due[0] = sent[0]; due[1] = sent[1] }
}

inline look()
{
	d_step {
#ifndef NO_RECEIVE_FENCE
		seen[0] = memory[0];
		seen[1] = memory[1];
#endif
		handled[0] = seen[0];
		handled[1] = seen[1]
	}
}

active proctype receiver()
{
	byte due[2];

end:	do
	:: latch ->
#ifdef LOOK_BEFORE_ACKNOWLEDGE
		look();
		acknowledge();
#else
		acknowledge();
		look();
#endif
		assert(seen[0] >= due[0] && seen[1] >= due[1])
	od
}

active proctype judge()
{
	timeout;
	assert(!latch && handled[0] == sent[0] && handled[1] == sent[1])
}

init {
	atomic {
		run sender(0);
		run sender(1)
	}
}
