//! The origin of levels: a model, or the books of a recording.
//!
//! A simulated feed brings a [`DepthModel`] in its opening, and the market calls it when a client needs the levels:
//! levels that no client watches cost nothing. A recording of order books has [`super::BookEdit`]s among its ticks, and
//! the market keeps the levels that they make.

use std::fmt;
use std::sync::Arc;

use super::book::Depth;
use super::instrument::InstrumentId;
use super::tick::Quote;

/// A function that gives the levels behind a quote. It always returns the same levels for the same arguments.
pub trait DepthModel: fmt::Debug + Send + Sync {
    /// Returns the number of levels on each side.
    fn levels(&self) -> usize;

    /// Returns the book of `id` after its tick number `seq`, when `quote` is the best bid and ask.
    fn depth(&self, id: InstrumentId, seq: u64, quote: &Quote) -> Depth;
}

/// The origin of the levels of an epoch.
#[derive(Clone, Debug, Default)]
pub enum Levels {
    /// The feed knows the best bid and ask alone.
    #[default]
    None,
    Model(Arc<dyn DepthModel>),
    /// Its ticks have [`BookEdit`](super::book::BookEdit)s. By instrument, the most levels on each side; 0 for one without books.
    Books(Arc<[u8]>),
}

/// Two models are equal when they are one.
impl PartialEq for Levels {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Model(one), Self::Model(other)) => Arc::ptr_eq(one, other),
            (Self::Books(one), Self::Books(other)) => one == other,
            _ => false,
        }
    }
}
