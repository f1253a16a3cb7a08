//! Errors in the log need an operator to act, so they are counted too.

use std::sync::atomic::{AtomicU64, Ordering};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

static ERRORS: AtomicU64 = AtomicU64::new(0);

/// A layer of the log that counts errors, even if the log's filter hides them.
#[derive(Clone, Copy, Debug)]
pub struct CountErrors;

impl<S: Subscriber> Layer<S> for CountErrors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            ERRORS.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The number of errors in the log since the start.
pub fn errors() -> u64 {
    ERRORS.load(Ordering::Relaxed)
}
