//! What `rung` is made of; `tests/loom` puts loom's own in its place.

pub use std::sync::atomic::{AtomicU32, Ordering};

pub use futures_util::task::AtomicWaker;
