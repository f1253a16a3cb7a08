//! Bits that one thread sets and another waits for and takes: what of a notifier happens at one moment on two threads.
//!
//! Its own file so that `tests/loom` tries it under every order in which the two can meet. Some bits are quiet: they are
//! taken with others and wake nobody.

use std::task::{Context, Poll};

use super::sync::{AtomicU32, AtomicWaker, Ordering};

#[derive(Debug)]
pub struct PendingFlags {
    bits: AtomicU32,
    quiet: u32,
    waker: AtomicWaker,
}

impl PendingFlags {
    pub fn new(quiet: u32) -> Self {
        Self { bits: AtomicU32::new(0), quiet, waker: AtomicWaker::new() }
    }

    /// Sets bits, and wakes who waits if these are the first that are not quiet. The bits that were set before.
    pub fn set(&self, bits: u32) -> u32 {
        let before = self.bits.fetch_or(bits, Ordering::AcqRel);
        if bits & !self.quiet != 0 && before & !self.quiet == 0 {
            self.waker.wake();
        }
        before
    }

    /// Whether there is something to take.
    pub fn is_set(&self) -> bool {
        self.bits.load(Ordering::Acquire) & !self.quiet != 0
    }

    /// Takes all bits, once there is one that is not quiet. One task waits.
    pub fn poll_take(&self, context: &Context<'_>) -> Poll<u32> {
        let mut taken = self.take();
        if taken == 0 {
            self.waker.register(context.waker());
            // It may have been set just before.
            taken = self.take();
        }
        if taken == 0 { Poll::Pending } else { Poll::Ready(taken) }
    }

    fn take(&self) -> u32 {
        // Asked first, as a look is cheaper than a swap and mostly there is nothing.
        if self.is_set() { self.bits.swap(0, Ordering::AcqRel) } else { 0 }
    }
}
