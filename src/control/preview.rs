//! The end of a recording, known before it has been played.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::market::Market;

/// The market at the end of a recording, or as far as the recording has been read ahead.
///
/// The thread that reads ahead writes it, and the preview endpoint reads it. All clones share one value.
#[derive(Clone, Debug, Default)]
pub struct Preview(Arc<Mutex<ReadAhead>>);

#[derive(Debug, Default)]
struct ReadAhead {
    market: Option<Market>,
    checkpoint_bytes: usize,
}

impl Preview {
    /// Replaces the market by one that was read further.
    pub fn set(&self, market: Market) {
        self.0.lock().market = Some(market);
    }

    /// Returns the market; `None` where nothing was read ahead.
    pub fn market(&self) -> Option<Market> {
        self.0.lock().market.clone()
    }

    /// Notes the memory of the checkpoints that were made while reading ahead.
    pub fn set_checkpoint_bytes(&self, bytes: usize) {
        self.0.lock().checkpoint_bytes = bytes;
    }

    /// Returns the memory of the checkpoints, in bytes.
    pub fn checkpoint_bytes(&self) -> usize {
        self.0.lock().checkpoint_bytes
    }
}

/// Two previews are equal when they share one value.
impl PartialEq for Preview {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
