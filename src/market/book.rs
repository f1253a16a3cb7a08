//! The levels of a book, and the steps from one state of them to the next.

use super::price::{Price, Size};

/// The most levels on each side.
pub const DEPTH_LEVELS: usize = 10;

/// The orders at one price; the size is above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    pub price: Price,
    pub size: Size,
}

/// One side of a book, the best level first. Only `None` follows a `None`.
pub type Ladder = [Option<Level>; DEPTH_LEVELS];

/// Both sides of a book. Bids fall and asks rise. Those of a model begin with the quote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    pub bids: Ladder,
    pub asks: Ladder,
}

/// One step of a change of a recorded book. It is no trade and no quote: it has no `seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookEdit {
    /// The number of the book, as several files may have books of one instrument.
    pub book: u32,
    pub step: BookStep,
    /// The next step of the same change, or its quote, follows at once.
    pub goes_on: bool,
}

/// A step from the levels of a book to its next ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookStep {
    /// The book begins without levels, in place of any book before.
    Begin,
    /// The level of a price has this size; none at 0.
    Set { is_bid: bool, level: Level },
}

impl Depth {
    /// Returns the number of levels of both sides.
    pub fn count(&self) -> usize {
        self.bids.iter().chain(&self.asks).flatten().count()
    }

    /// Makes the depth of levels in the order of their sides, the best first. Levels without a size are none. A book that
    /// is crossed, or whose levels are not in order, has missed a change: it has no levels.
    pub fn of(bids: impl Iterator<Item = Level>, asks: impl Iterator<Item = Level>) -> Self {
        let (bids, asks) = (ladder(bids), ladder(asks));
        let falls = |pair: &[Option<Level>]| match pair {
            [Some(one), Some(next)] => one.price > next.price,
            _ => true,
        };
        let rises = |pair: &[Option<Level>]| match pair {
            [Some(one), Some(next)] => one.price < next.price,
            _ => true,
        };
        let is_crossed = matches!((bids[0], asks[0]), (Some(bid), Some(ask)) if bid.price >= ask.price);
        let are_in_order = bids.windows(2).all(falls) && asks.windows(2).all(rises);
        if is_crossed || !are_in_order { Self::default() } else { Self { bids, asks } }
    }

    /// Returns the steps from these levels to those of `next`.
    pub fn steps_to(&self, next: &Self) -> impl Iterator<Item = BookStep> {
        let sides = [(true, self.bids, next.bids), (false, self.asks, next.asks)];
        sides.into_iter().flat_map(|(is_bid, from, to)| {
            let is_gone = move |level: &Level| to.iter().flatten().all(|other| other.price != level.price);
            let is_new = move |level: &Level| !from.contains(&Some(*level));
            let gone = from.into_iter().flatten().filter(is_gone).map(|level| Level { size: Size(0), ..level });
            // In this order a side never has more levels than it holds.
            gone.chain(to.into_iter().flatten().filter(is_new)).map(move |level| BookStep::Set { is_bid, level })
        })
    }

    /// Applies a step.
    pub fn apply(&mut self, step: BookStep) {
        match step {
            BookStep::Begin => *self = Self::default(),
            BookStep::Set { is_bid, level } => set(if is_bid { &mut self.bids } else { &mut self.asks }, is_bid, level),
        }
    }
}

fn ladder(levels: impl Iterator<Item = Level>) -> Ladder {
    let mut levels = levels.fuse().filter(|level| level.size > Size(0));
    std::array::from_fn(|_| levels.next())
}

/// Sets the level of a price. A side that is full loses its last level.
fn set(side: &mut Ladder, is_bid: bool, level: Level) {
    let is_before = |other: &Option<Level>| {
        other.is_some_and(|other| if is_bid { other.price > level.price } else { other.price < level.price })
    };
    let at = side.iter().take_while(|other| is_before(other)).count();
    let Some(rest) = side.get_mut(at..).filter(|rest| !rest.is_empty()) else { return };
    let is_there = rest[0].is_some_and(|other| other.price == level.price);
    match (is_there, level.size > Size(0)) {
        (true, true) => rest[0] = Some(level),
        (false, true) => {
            rest.rotate_right(1);
            rest[0] = Some(level);
        }
        (true, false) => {
            rest.rotate_left(1);
            rest[rest.len() - 1] = None;
        }
        (false, false) => {}
    }
}

#[cfg(test)]
mod tests;
