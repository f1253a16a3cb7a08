//! An order book of price levels, kept for its best ones.

use std::collections::BTreeMap;

use crate::feed::replay::rows::{LevelChange, QuantizedLevel};
use crate::market::{Depth, Level, Price, Quote, Size, Timestamp};

/// The levels of one symbol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderBook {
    bids: BTreeMap<Price, Size>,
    asks: BTreeMap<Price, Size>,
    /// The last change and its time.
    last: Option<(LevelChange, Timestamp)>,
    /// The best bid and ask returned last.
    top: Quote,
}

impl OrderBook {
    /// The memory of the levels, without that of the maps.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + (self.bids.len() + self.asks.len()) * size_of::<(Price, Size)>()
    }

    /// Applies a change of a level at `ts`. The beginning of a snapshot clears the book. Where a side has more than
    /// `max_levels` levels, it loses the one farthest from the top.
    pub fn apply(&mut self, level: &QuantizedLevel, ts: Timestamp, max_levels: usize) {
        let begins = match level.change {
            LevelChange::Snapshot => self.last.is_none_or(|(change, _)| change != LevelChange::Snapshot),
            LevelChange::Moment => self.last != Some((LevelChange::Moment, ts)),
            LevelChange::Update | LevelChange::Top | LevelChange::NoTop => false,
        };
        if begins {
            self.bids.clear();
            self.asks.clear();
        }
        self.last = Some((level.change, ts));
        let side = if level.is_bid { &mut self.bids } else { &mut self.asks };
        let is_top = matches!(level.change, LevelChange::Top | LevelChange::NoTop);
        if is_top {
            side.clear();
        }
        if level.change == LevelChange::NoTop || level.size == Size(0) && !is_top {
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

    /// The best bid and ask, where they have changed since the last call. A crossed book has missed a change: it has no
    /// best bid and ask.
    pub fn changed_top(&mut self) -> Option<Quote> {
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
        (quote != self.top).then(|| {
            self.top = quote;
            quote
        })
    }

    /// The best levels; none of a crossed book.
    pub fn depth(&self) -> Depth {
        let level = |(price, size): (&Price, &Size)| Level { price: *price, size: *size };
        Depth::of(self.bids.iter().rev().map(level), self.asks.iter().map(level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(is_bid: bool, price: i64, size: u64, is_snapshot: bool) -> QuantizedLevel {
        let change = if is_snapshot { LevelChange::Snapshot } else { LevelChange::Update };
        QuantizedLevel { is_bid, price: Price(price), size: Size(size), change }
    }

    fn changed(is_bid: bool, price: i64, change: LevelChange) -> QuantizedLevel {
        QuantizedLevel { is_bid, price: Price(price), size: Size(1), change }
    }

    fn top(book: &mut OrderBook) -> Option<(Option<i64>, Option<i64>)> {
        book.changed_top().map(|quote| (quote.bid.map(|p| p.0), quote.ask.map(|p| p.0)))
    }

    #[test]
    fn top_is_returned_when_it_changes() {
        let mut book = OrderBook::default();
        book.apply(&level(true, 99, 5, true), Timestamp(0), 9);
        book.apply(&level(false, 101, 5, true), Timestamp(0), 9);
        assert_eq!(top(&mut book), Some((Some(99), Some(101))));
        book.apply(&level(true, 98, 5, false), Timestamp(0), 9);
        assert_eq!(top(&mut book), None, "a deeper level changes nothing");
        book.apply(&level(true, 99, 0, false), Timestamp(0), 9);
        assert_eq!(top(&mut book), Some((Some(98), Some(101))));
        book.apply(&level(true, 102, 1, false), Timestamp(0), 9);
        assert_eq!(top(&mut book), None, "a crossed book has no top");
        book.apply(&level(false, 50, 1, true), Timestamp(0), 9);
        assert_eq!(top(&mut book), Some((None, Some(50))), "a snapshot clears the book");
    }

    #[test]
    fn levels_far_from_the_top_are_dropped_first() {
        let mut book = OrderBook::default();
        for away in 1..=5 {
            book.apply(&level(true, 100 - away, 1, false), Timestamp(0), 2);
            book.apply(&level(false, 100 + away, 1, false), Timestamp(0), 2);
        }
        for (bid, ask) in [(Some(99), Some(101)), (Some(98), Some(102)), (None, None)] {
            assert_eq!(top(&mut book), Some((bid, ask)));
            book.apply(&level(true, bid.unwrap_or(0), 0, false), Timestamp(0), 2);
            book.apply(&level(false, ask.unwrap_or(0), 0, false), Timestamp(0), 2);
        }
    }

    #[test]
    fn rows_of_one_time_are_one_book() {
        let mut book = OrderBook::default();
        for (ts, bid, ask) in [(1, 99, 101), (1, 98, 102), (2, 97, 99)] {
            book.apply(&changed(true, bid, LevelChange::Moment), Timestamp(ts), 9);
            book.apply(&changed(false, ask, LevelChange::Moment), Timestamp(ts), 9);
        }
        assert_eq!(top(&mut book), Some((Some(97), Some(99))));
    }

    #[test]
    fn side_of_one_level_is_replaced() {
        let mut book = OrderBook::default();
        book.apply(&changed(true, 99, LevelChange::Top), Timestamp(0), 9);
        book.apply(&changed(false, 101, LevelChange::Top), Timestamp(0), 9);
        book.apply(&changed(true, 98, LevelChange::Top), Timestamp(0), 9);
        assert_eq!(top(&mut book), Some((Some(98), Some(101))));
        book.apply(&changed(false, 0, LevelChange::NoTop), Timestamp(0), 9);
        assert_eq!(top(&mut book), Some((Some(98), None)));
    }
}
