//! Flags that one thread sets and another waits for and takes: the part of a notifier that two threads use at once.
//!
//! It is a file of its own so that `tests/loom` can run it in every order in which the threads can meet. Some flags are
//! quiet: they are taken with the others and wake nobody.

use std::task::{Context, Poll};

use super::sync::{AtomicU32, AtomicWaker, Ordering};

/// A set of flags, on which one task waits.
#[derive(Debug)]
pub struct PendingFlags {
    bits: AtomicU32,
    quiet: u32,
    waker: AtomicWaker,
}

impl PendingFlags {
    /// An empty set, in which the `quiet` flags wake nobody.
    pub fn new(quiet: u32) -> Self {
        Self { bits: AtomicU32::new(0), quiet, waker: AtomicWaker::new() }
    }

    /// Sets flags, and wakes the waiting task if they are the first that are not quiet. Returns the flags set before.
    pub fn set(&self, bits: u32) -> u32 {
        let before = self.bits.fetch_or(bits, Ordering::AcqRel);
        if bits & !self.quiet != 0 && before & !self.quiet == 0 {
            self.waker.wake();
        }
        before
    }

    /// Returns whether a flag is set that is not quiet.
    pub fn is_set(&self) -> bool {
        self.bits.load(Ordering::Acquire) & !self.quiet != 0
    }

    /// Takes all flags, once one is set that is not quiet.
    pub fn poll_take(&self, context: &Context<'_>) -> Poll<u32> {
        let mut taken = self.take();
        if taken == 0 {
            self.waker.register(context.waker());
            // A flag may have been set before the waker was registered.
            taken = self.take();
        }
        if taken == 0 { Poll::Pending } else { Poll::Ready(taken) }
    }

    fn take(&self) -> u32 {
        // A load is cheaper than a swap, and mostly no flag is set.
        if self.is_set() { self.bits.swap(0, Ordering::AcqRel) } else { 0 }
    }
}
