//! The depth of the book: a few levels of each side behind the best bid and ask.
//!
//! A feed with depth brings a [`DepthModel`] in its opening, and the market calls it when a client needs the levels.
//! Ticks carry only the best prices, so levels that no client watches cost nothing.

use std::fmt;
use std::sync::Arc;

use super::instrument::InstrumentId;
use super::price::{Price, Size};
use super::tick::Quote;

/// The number of levels on each side.
pub const DEPTH_LEVELS: usize = 5;

/// The orders at one price; the size is above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    pub price: Price,
    pub size: Size,
}

/// One side of a book, the best level first. Only `None` follows a `None`.
pub type Ladder = [Option<Level>; DEPTH_LEVELS];

/// Both sides of a book. The first levels are the quote; behind them bids fall and asks rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    pub bids: Ladder,
    pub asks: Ladder,
}

/// A function that gives the levels behind a quote. It always returns the same levels for the same arguments.
pub trait DepthModel: fmt::Debug + Send + Sync {
    /// Returns the book of `id` after its tick number `seq`, when `quote` is the best bid and ask.
    fn depth(&self, id: InstrumentId, seq: u64, quote: &Quote) -> Depth;
}

/// The depth model of an epoch, where its feed has one. Two are equal when they share one model.
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
