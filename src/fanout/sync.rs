//! The primitives of `pending_flags`. `tests/loom` replaces them by loom's.

pub use std::sync::atomic::{AtomicU32, Ordering};

pub use futures_util::task::AtomicWaker;
