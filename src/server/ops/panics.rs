//! Panics: faults of the program, which are logged and counted.
//!
//! Not here: their consequence. A panic in a session ends that session alone; without feed or publisher the program
//! ends.

use std::any::Any;
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Logs and counts each panic of the process from now on, instead of printing it.
pub fn watch_panics() {
    panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current().name().unwrap_or("?").to_owned();
        let text = text_of(panic.payload());
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(%at, thread, panic = text, %backtrace, "tickcast has panicked; please report this");
    }));
}

/// The text that `panic!` was given: a literal or a formatted string.
fn text_of(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// The number of panics since the start.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}
