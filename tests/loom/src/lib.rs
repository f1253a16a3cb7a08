//! `PendingFlags` under every order in which two threads can reach it, by [loom](https://docs.rs/loom).

#![forbid(unsafe_code)]
#![cfg(test)]

use std::future::poll_fn;

use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;

mod sync {
    use std::task::Waker;

    pub use loom::sync::atomic::{AtomicU32, Ordering};

    #[derive(Debug)]
    pub struct AtomicWaker(loom::future::AtomicWaker);

    impl AtomicWaker {
        pub fn new() -> Self {
            Self(loom::future::AtomicWaker::new())
        }

        pub fn register(&self, waker: &Waker) {
            self.0.register_by_ref(waker);
        }

        pub fn wake(&self) {
            self.0.wake();
        }
    }
}

#[path = "../../../src/fanout/pending_flags.rs"]
mod pending_flags;

use pending_flags::PendingFlags;

const QUIET: u32 = 4;

/// Takes flags until all flags of `all` have come.
fn wait_for(flags: &PendingFlags, all: u32) -> u32 {
    let mut taken = 0;
    while taken & all != all {
        taken |= block_on(poll_fn(|context| flags.poll_take(context)));
    }
    taken
}

/// A lost wake-up would leave the other thread asleep for ever, which loom reports as a deadlock.
#[test]
fn wake_up_is_never_lost() {
    loom::model(|| {
        let flags = Arc::new(PendingFlags::new(QUIET));
        let setter = {
            let flags = Arc::clone(&flags);
            thread::spawn(move || {
                flags.set(1);
                flags.set(2);
            })
        };
        assert_eq!(wait_for(&flags, 1 | 2), 1 | 2);
        setter.join().unwrap();
        assert!(!flags.is_set());
    });
}

/// Three threads have too many orders to try all: those with up to three preemptions are tried.
#[test]
fn flags_of_two_threads_are_both_taken() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let flags = Arc::new(PendingFlags::new(QUIET));
        let setters = [1, 2].map(|bit| {
            let flags = Arc::clone(&flags);
            thread::spawn(move || {
                flags.set(bit);
            })
        });
        assert_eq!(wait_for(&flags, 1 | 2), 1 | 2);
        setters.into_iter().for_each(|setter| setter.join().unwrap());
    });
}

#[test]
fn quiet_flag_wakes_nobody_and_is_not_lost() {
    loom::model(|| {
        let flags = Arc::new(PendingFlags::new(QUIET));
        let setter = {
            let flags = Arc::clone(&flags);
            thread::spawn(move || {
                flags.set(QUIET);
                flags.set(1);
            })
        };
        assert_eq!(wait_for(&flags, 1), 1 | QUIET);
        setter.join().unwrap();
    });
}
