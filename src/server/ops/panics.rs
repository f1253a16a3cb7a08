//! Panics are faults of the program: each is logged where an operator looks, and counted.
//!
//! Not here: what ends then. A session's panic ends that session alone; without feed or publisher the program ends.

use std::any::Any;
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Logs and counts each panic of the process from now on, instead of printing it.
pub fn watch_panics() {
    panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current().name().unwrap_or("?").to_owned();
        let message = text_of(panic.payload());
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(%place, thread, message, %backtrace, "a fault of tickcast; please report it");
    }));
}

/// What `panic!` was given, which is text of one kind or another.
fn text_of(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// So many there were.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}
