//! An order book of price levels, kept for its best bid and ask.

use std::collections::BTreeMap;

use super::place::PlacedLevel;
use crate::market::{Price, Quote, Size};

/// Levels kept on each side.
pub const DEFAULT_MAX_LEVELS: usize = 20_000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    bids: BTreeMap<Price, Size>,
    asks: BTreeMap<Price, Size>,
    /// The last change was part of a snapshot.
    in_snapshot: bool,
    told: Quote,
}

impl Book {
    /// Takes in a level. A snapshot that begins makes all that was before void. Of more than `max_levels` on a side
    /// the one farthest from the top is let go.
    pub fn apply(&mut self, level: &PlacedLevel, max_levels: usize) {
        if level.is_snapshot && !self.in_snapshot {
            self.bids.clear();
            self.asks.clear();
        }
        self.in_snapshot = level.is_snapshot;
        let side = if level.is_bid { &mut self.bids } else { &mut self.asks };
        if level.size == Size(0) {
            side.remove(&level.price);
        } else {
            side.insert(level.price, level.size);
        }
        if side.len() > max_levels {
            if level.is_bid {
                side.pop_first()
            } else {
                side.pop_last()
            };
        }
    }

    /// The best bid and ask, where they changed since last told. A book whose sides cross has missed a change
    /// and tells nothing.
    pub fn tell(&mut self) -> Option<Quote> {
        let bid = self.bids.last_key_value().map(|(price, size)| (*price, *size));
        let ask = self.asks.first_key_value().map(|(price, size)| (*price, *size));
        if let (Some(bid), Some(ask)) = (bid, ask)
            && bid.0 >= ask.0
        {
            return None;
        }
        let quote = Quote {
            bid: bid.map(|bid| bid.0),
            ask: ask.map(|ask| ask.0),
            bid_size: bid.map_or(Size(0), |bid| bid.1),
            ask_size: ask.map_or(Size(0), |ask| ask.1),
        };
        (quote != self.told).then(|| {
            self.told = quote;
            quote
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(is_bid: bool, price: i64, size: u64, is_snapshot: bool) -> PlacedLevel {
        PlacedLevel { is_bid, price: Price(price), size: Size(size), is_snapshot }
    }

    fn top(book: &mut Book) -> Option<(Option<i64>, Option<i64>)> {
        book.tell().map(|quote| (quote.bid.map(|p| p.0), quote.ask.map(|p| p.0)))
    }

    #[test]
    fn the_top_of_the_book_is_told_when_it_changes() {
        let mut book = Book::default();
        book.apply(&level(true, 99, 5, true), 9);
        book.apply(&level(false, 101, 5, true), 9);
        assert_eq!(top(&mut book), Some((Some(99), Some(101))));
        book.apply(&level(true, 98, 5, false), 9);
        assert_eq!(top(&mut book), None, "deeper levels are no news");
        book.apply(&level(true, 99, 0, false), 9);
        assert_eq!(top(&mut book), Some((Some(98), Some(101))));
        book.apply(&level(true, 102, 1, false), 9);
        assert_eq!(top(&mut book), None, "a crossed book tells nothing");
        book.apply(&level(false, 50, 1, true), 9);
        assert_eq!(top(&mut book), Some((None, Some(50))), "a snapshot begins anew");
    }

    #[test]
    fn of_too_many_levels_those_far_from_the_top_go() {
        let mut book = Book::default();
        for away in 1..=5 {
            book.apply(&level(true, 100 - away, 1, false), 2);
            book.apply(&level(false, 100 + away, 1, false), 2);
        }
        for (bid, ask) in [(Some(99), Some(101)), (Some(98), Some(102)), (None, None)] {
            assert_eq!(top(&mut book), Some((bid, ask)));
            book.apply(&level(true, bid.unwrap_or(0), 0, false), 2);
            book.apply(&level(false, ask.unwrap_or(0), 0, false), 2);
        }
    }
}
