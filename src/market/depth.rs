//! What stands behind the best bid and ask: a few levels of each side.
//!
//! A feed that knows levels gives a [`DepthModel`] with its opening, and the market asks it when somebody looks: ticks
//! carry the best alone, and levels that nobody looks at cost nothing.

use std::fmt;
use std::sync::Arc;

use super::instrument::InstrumentId;
use super::price::{Price, Size};
use super::tick::Quote;

/// Levels of each side.
pub const DEPTH_LEVELS: usize = 5;

/// What is offered at one price; the size is above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    pub price: Price,
    pub size: Size,
}

/// One side of a book, the best level first; what nobody quotes is `None` and has only `None` behind it.
pub type Ladder = [Option<Level>; DEPTH_LEVELS];

/// Both sides of a book. The first levels are the quote; bids fall and asks rise from there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    pub bids: Ladder,
    pub asks: Ladder,
}

/// What is behind a quote, as a function of what was told so far: the same whoever asks, and however often.
pub trait DepthModel: fmt::Debug + Send + Sync {
    /// The book of `id` after its tick number `seq`, when `quote` stands.
    fn depth(&self, id: InstrumentId, seq: u64, quote: &Quote) -> Depth;
}

/// The model of an epoch, where its feed knows levels. Two are equal where they are the same one.
#[derive(Clone, Debug, Default)]
pub struct Levels(pub Option<Arc<dyn DepthModel>>);

impl PartialEq for Levels {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}
