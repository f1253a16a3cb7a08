//! The first and the last event of a file, found row by row in any order.

use std::cmp::Ordering;

use super::scan::Edge;
use crate::feed::replay::rows::{LevelChange, LevelValues, RowValues};
use crate::feed::replay::schema::FileKind;
use crate::market::{Decimal, Timestamp};

/// The first and the last event so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Edges {
    span: Option<(Timestamp, Timestamp)>,
    first: Option<EdgePrice>,
    last: Option<EdgePrice>,
}

/// The price of an edge. The lower its rank, the more it is of the kind of the file.
#[derive(Clone, Copy, Debug)]
struct EdgePrice {
    ts: Timestamp,
    rank: EdgeRank,
    price: Decimal,
}

/// A trade comes before a quote in a file of trades, wherever they are. Of a book whose rows are of one time, a bid comes
/// before an ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct EdgeRank {
    is_other: bool,
    is_ask: bool,
}

impl Edges {
    /// Counts in an event without a price.
    pub fn add_time(&mut self, ts: Timestamp) {
        let (first, last) = self.span.unwrap_or((ts, ts));
        self.span = Some((first.min(ts), last.max(ts)));
    }

    /// Counts in a row. `falls` is true where the newest row comes first: rows of equal times are in reverse order, too.
    pub fn add(&mut self, ts: Timestamp, values: &RowValues, kind: FileKind, falls: bool) {
        let price =
            |is_first| values.edge_price(kind, is_first).map(|price| EdgePrice { ts, rank: rank(values, kind), price });
        let (Some(first), Some(last)) = (price(true), price(false)) else { return };
        self.add_time(ts);
        if self.first.is_none_or(|old| first.is_before(&old, falls)) {
            self.first = Some(first);
        }
        if self.last.is_none_or(|old| last.is_behind(&old, falls)) {
            self.last = Some(last);
        }
    }

    pub fn first(&self) -> Option<Edge> {
        self.first.zip(self.span).map(|(edge, (ts, _))| Edge { ts, price: edge.price })
    }

    pub fn last(&self) -> Option<Edge> {
        self.last.zip(self.span).map(|(edge, (_, ts))| Edge { ts, price: edge.price })
    }
}

fn rank(values: &RowValues, kind: FileKind) -> EdgeRank {
    let is_tape = matches!(kind, FileKind::Trades | FileKind::TradesAndQuotes);
    let is_trade = matches!(values, RowValues::Ticks { trade: Some(_), .. });
    let is_ask_of_book =
        |level: &LevelValues| !level.is_bid && matches!(level.change, LevelChange::Moment | LevelChange::Top);
    let is_ask = matches!(values, RowValues::Level(level) if is_ask_of_book(level));
    EdgeRank { is_other: is_tape && !is_trade, is_ask }
}

impl EdgePrice {
    fn is_before(&self, old: &Self, falls: bool) -> bool {
        let by_time = || self.ts < old.ts || self.ts == old.ts && self.is_nearer(old, falls);
        match self.rank.is_other.cmp(&old.rank.is_other) {
            Ordering::Less => true,
            Ordering::Equal => by_time(),
            Ordering::Greater => false,
        }
    }

    fn is_behind(&self, old: &Self, falls: bool) -> bool {
        let by_time = || self.ts > old.ts || self.ts == old.ts && self.is_nearer(old, !falls);
        match self.rank.is_other.cmp(&old.rank.is_other) {
            Ordering::Less => true,
            Ordering::Equal => by_time(),
            Ordering::Greater => false,
        }
    }

    /// Returns whether this price of the same time is to be shown instead. `replaces` decides between equals.
    fn is_nearer(&self, old: &Self, replaces: bool) -> bool {
        match self.rank.is_ask.cmp(&old.rank.is_ask) {
            Ordering::Less => true,
            Ordering::Equal => replaces,
            Ordering::Greater => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::replay::rows::{QuoteValues, TradeValues};

    fn trade(price: i64) -> RowValues {
        let trade = TradeValues { price: Decimal::new(price, 0), size: Decimal::new(1, 0), side: None };
        RowValues::Ticks { trade: Some(trade), quote: None }
    }

    fn quote(bid: i64) -> RowValues {
        let size = Decimal::new(1, 0);
        let quote = QuoteValues { bid: Some(Decimal::new(bid, 0)), ask: None, bid_size: size, ask_size: size };
        RowValues::Ticks { trade: None, quote: Some(quote) }
    }

    fn level(price: i64, is_bid: bool) -> RowValues {
        let (price, size) = (Decimal::new(price, 0), Decimal::new(1, 0));
        RowValues::Level(LevelValues { is_bid, price, size, change: LevelChange::Moment })
    }

    #[track_caller]
    fn check(kind: FileKind, rows: &[(i64, RowValues)], want: [(i64, i64); 2]) {
        let mut edges = Edges::default();
        rows.iter().for_each(|(ts, values)| edges.add(Timestamp(*ts), values, kind, false));
        let got = [edges.first(), edges.last()].map(|edge| edge.unwrap());
        assert_eq!(got.map(|edge| (edge.ts.0, edge.price.mantissa)), want);
    }

    #[test]
    fn price_of_an_edge_is_that_of_the_kind() {
        let rows = [(1, quote(9)), (2, trade(10)), (3, trade(11)), (4, quote(12))];
        check(FileKind::TradesAndQuotes, &rows, [(1, 10), (4, 11)]);
        check(FileKind::Quotes, &[(1, quote(9)), (1, quote(8)), (2, quote(7))], [(1, 9), (2, 7)]);
        check(FileKind::Trades, &[(2, trade(5)), (1, trade(6)), (2, trade(7))], [(1, 6), (2, 7)]);
    }

    #[test]
    fn bid_comes_before_ask_of_the_same_time() {
        let rows = [(1, level(11, false)), (1, level(9, true)), (2, level(8, true)), (2, level(12, false))];
        check(FileKind::Book, &rows, [(1, 9), (2, 8)]);
    }
}
