//! The result of the first pass over a file.
//!
//! It keeps a few numbers for each symbol, and nothing for each row.

use std::sync::Arc;

use strum::IntoStaticStr;

use super::precision::Precision;
use crate::feed::replay::error::RejectCounts;
use crate::feed::replay::rows::{BarValues, QuoteValues, RowValues};
use crate::feed::replay::schema::{Assumption, IntervalCounts, Layout, Warning};
use crate::market::{Decimal, Timestamp};

/// The facts of a file that its rows tell.
#[derive(Clone, Debug)]
pub struct Scan {
    pub layout: Arc<Layout>,
    pub symbols: Vec<SymbolScan>,
    /// Rows that can be read; an estimate where only pieces of the file were read.
    pub rows: u64,
    pub rejected: RejectCounts,
    pub order: RowOrder,
    /// Bars that are the bar before again. They play once.
    pub repeats: u64,
    /// Lines of trades that are the line before again.
    pub lines_again: u64,
    /// Rows that other files of the replay have, too.
    pub notes: Vec<Assumption>,
    /// The whole file was read.
    pub is_exact: bool,
    /// The last line before the packed data break off, where they do.
    pub torn: Option<u64>,
    /// All times are dates without a clock.
    pub dates_only: bool,
    pub first: Option<Edge>,
    pub last: Option<Edge>,
    /// The findings about its rows that make the reading doubtful.
    pub warnings: Vec<Warning>,
}

/// The facts of one symbol of a file.
#[derive(Clone, Debug)]
pub struct SymbolScan {
    pub symbol: String,
    /// A row has the price of a trade, and not only a quote.
    pub traded: bool,
    pub prices: Precision,
    pub sizes: Precision,
    pub intervals: IntervalCounts,
    pub first: Timestamp,
    pub last: Timestamp,
    /// The time of the row read last, and its bar.
    latest: Timestamp,
    bar: Option<BarValues>,
}

/// The order of the rows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
pub enum RowOrder {
    #[strum(serialize = "asc")]
    OldestFirst,
    #[strum(serialize = "desc")]
    NewestFirst,
    #[strum(serialize = "mixed")]
    Mixed,
}

impl RowOrder {
    /// The word for programs.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// The first or the last event of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub ts: Timestamp,
    /// The price with the file's digits: of the trade, of the best bid, or of the best ask where there is no bid. A bar
    /// has its open where it is the first event, and its close where it is the last.
    pub price: Decimal,
}

impl Scan {
    /// Lines that come again are left out: their numbers say that they are the same trade.
    pub fn drops_lines(&self) -> bool {
        self.layout.has_row_ids && self.lines_again > 0
    }

    /// Rows are in time order.
    pub fn is_sorted(&self) -> bool {
        self.order == RowOrder::OldestFirst
    }
}

impl SymbolScan {
    /// The facts of a symbol before its first row.
    pub fn new(symbol: &str, ts: Timestamp) -> Self {
        Self {
            symbol: symbol.to_owned(),
            traded: false,
            prices: Precision::default(),
            sizes: Precision::default(),
            intervals: IntervalCounts::default(),
            first: ts,
            last: ts,
            latest: ts,
            bar: None,
        }
    }

    /// Returns whether a row is the bar before again.
    pub fn is_repeated(&self, ts: Timestamp, values: &RowValues) -> bool {
        matches!(values, RowValues::Bar(bar) if self.latest == ts && self.bar == Some(*bar))
    }

    /// Counts in a row of this symbol.
    pub fn add(&mut self, ts: Timestamp, values: &RowValues) {
        self.intervals.add(self.latest, ts);
        self.latest = ts;
        self.bar = if let RowValues::Bar(bar) = values { Some(*bar) } else { None };
        self.first = self.first.min(ts);
        self.last = self.last.max(ts);
        self.add_numbers(values);
    }

    /// Counts in a row of this symbol that has a time and is rejected: it is no gap between bars.
    pub fn pass(&mut self, ts: Timestamp) {
        self.intervals.add(self.latest, ts);
        self.latest = ts;
    }

    /// Counts in the numbers of a further part of a row.
    pub fn add_numbers(&mut self, values: &RowValues) {
        match values {
            RowValues::Bar(bar) => {
                self.traded = true;
                [bar.open, bar.high, bar.low, bar.close].into_iter().for_each(|price| self.prices.add(price));
                self.sizes.add(bar.volume);
            }
            RowValues::Behind { levels: quote, .. } => self.add_quote(quote),
            RowValues::Ticks { trade, quote } => {
                if let Some(trade) = trade {
                    self.traded = true;
                    self.prices.add(trade.price);
                    self.sizes.add(trade.size);
                }
                if let Some(quote) = quote {
                    self.add_quote(quote);
                }
            }
            RowValues::Level(level) => {
                self.prices.add(level.price);
                self.sizes.add(level.size);
            }
            RowValues::Message { price } => self.prices.add(*price),
        }
    }
    fn add_quote(&mut self, quote: &QuoteValues) {
        quote.bid.into_iter().chain(quote.ask).for_each(|price| self.prices.add(price));
        [quote.bid_size, quote.ask_size].into_iter().for_each(|size| self.sizes.add(size));
    }
}
