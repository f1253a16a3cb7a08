//! A tape at a glance: what it comes to, before it has been played.

use std::sync::{Arc, Mutex, PoisonError};

use super::Market;

/// The market at the end of a tape, or as far as the tape has been read ahead. Written by who reads ahead, read by
/// who draws a timeline; all clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Outline(Arc<Mutex<Option<Market>>>);

impl Outline {
    /// As the tape stands now where it was read to.
    pub fn set(&self, market: Market) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(market);
    }

    /// `None` where nothing was read ahead.
    pub fn market(&self) -> Option<Market> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Two are equal when they are the same one.
impl PartialEq for Outline {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
