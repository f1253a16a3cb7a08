//! What a scan found: how a file was taken, and which rows could not be.

use std::fmt;

use super::detect::Meaning;
use super::error::echo;
use super::layout::Assumption;
use super::times::{TimeFormat, Zone};
use crate::control::RejectedRows;
use crate::market::{Decimal, Interval, Timestamp};

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Bars,
    Trades,
    Quotes,
    TradesAndQuotes,
    /// The levels or messages of an order book; the best bid and ask play, or the trades among the messages.
    Book,
}

impl FileKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Trades => "trades",
            Self::Quotes => "quotes",
            Self::TradesAndQuotes => "trades and quotes",
            Self::Book => "an order book",
        }
    }

    /// The word for programs; rows with a trade and a quote are trades.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Bars => "ohlcv",
            Self::Trades | Self::TradesAndQuotes => "trades",
            Self::Quotes => "quotes",
            Self::Book => "book",
        }
    }
}

/// Why a row is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    TooLong,
    Note,
    OpenQuote,
    Width,
    BadTime,
    BadSymbol,
    NoPrice,
    BadPrice,
    BadSize,
    BadSide,
    TooManyDigits,
    BarOutOfRange,
    OutOfOrder,
    UnknownSymbol,
}

impl Reason {
    const ALL: [Self; 14] = [
        Self::TooLong,
        Self::Note,
        Self::OpenQuote,
        Self::Width,
        Self::BadTime,
        Self::BadSymbol,
        Self::NoPrice,
        Self::BadPrice,
        Self::BadSize,
        Self::BadSide,
        Self::TooManyDigits,
        Self::BarOutOfRange,
        Self::OutOfOrder,
        Self::UnknownSymbol,
    ];

    pub const fn label(self) -> &'static str {
        match self {
            Self::TooLong => "line too long",
            Self::Note => "a line of text, no row",
            Self::OpenQuote => "quote left open",
            Self::Width => "not as many cells as the header",
            Self::BadTime => "bad time",
            Self::BadSymbol => "bad symbol",
            Self::NoPrice => "no price",
            Self::BadPrice => "bad price",
            Self::BadSize => "bad size",
            Self::BadSide => "neither bid nor ask",
            Self::TooManyDigits => "too many digits",
            Self::BarOutOfRange => "high below low, or open or close outside",
            Self::OutOfOrder => "earlier than the row before",
            Self::UnknownSymbol => "a symbol that the pieces read first did not have",
        }
    }

    /// All parts of a wide table's row share it.
    pub const fn is_of_whole_row(self) -> bool {
        matches!(self, Self::TooLong | Self::Note | Self::OpenQuote | Self::Width | Self::BadTime | Self::OutOfOrder)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// A row refused, and the cell that is to blame where it is one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    pub column: Option<usize>,
}

/// All rows refused for one reason, and the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub reason: Reason,
    pub count: u64,
    /// 0 where only parts of the file were read.
    pub first_line: u64,
    /// From 1.
    pub first_column: Option<usize>,
    /// The cell or, where none is to blame, the line; shortened, without control characters.
    pub first_value: String,
}

impl Refused {
    /// The same, said of a file.
    pub fn of(self, file: &str) -> RejectedRows {
        let Self { reason, count, first_line, first_column, first_value } = self;
        let line = (first_line > 0).then_some(first_line);
        let file = file.to_owned();
        RejectedRows { file, reason: reason.label(), line, column: first_column, value: first_value, count }
    }
}

/// The rows refused so far, by reason.
#[derive(Clone, Debug)]
pub struct Refusals([Option<Refused>; Reason::ALL.len()]);

impl Default for Refusals {
    fn default() -> Self {
        Self::NONE
    }
}

impl Refusals {
    pub const NONE: Self = Self([const { None }; Reason::ALL.len()]);

    /// Counts a refusal, and tells how many of its reason there are; `value` is its text and only looked at for
    /// the first of them.
    pub fn add(&mut self, refusal: Refusal, line: u64, value: &[u8]) -> u64 {
        let seen = self.0[refusal.reason as usize].get_or_insert_with(|| Refused {
            reason: refusal.reason,
            count: 0,
            first_line: line,
            first_column: refusal.column.map(|index| index + 1),
            first_value: echo(value),
        });
        seen.count += 1;
        seen.count
    }

    /// Of pieces of a file the numbers of the lines are not known.
    pub fn forget_lines(&mut self) {
        self.0.iter_mut().flatten().for_each(|refused| refused.first_line = 0);
    }

    pub fn total(&self) -> u64 {
        self.0.iter().flatten().map(|refused| refused.count).sum()
    }

    /// The reasons met, in the order in which the file meets them.
    pub fn into_list(self) -> Vec<Refused> {
        let mut list: Vec<_> = self.0.into_iter().flatten().collect();
        list.sort_by_key(|refused| refused.first_line);
        list
    }

    /// As [`Self::into_list`], with what a sample of the same rows showed: no count is below that of the sample,
    /// and what is seen of a reason there alone is listed, too.
    pub fn beside(&self, sample: &Self) -> Vec<Refused> {
        let mut both = self.clone();
        for (one, sampled) in both.0.iter_mut().zip(&sample.0) {
            match (one, sampled) {
                (Some(one), Some(sampled)) => one.count = one.count.max(sampled.count),
                (one, sampled) => *one = one.take().or_else(|| sampled.clone()),
            }
        }
        both.into_list()
    }

    /// How many [`Self::beside`] lists.
    pub fn total_beside(&self, sample: &Self) -> u64 {
        let count = |refused: &Option<Refused>| refused.as_ref().map_or(0, |refused| refused.count);
        self.0.iter().zip(&sample.0).map(|(one, sampled)| count(one).max(count(sampled))).sum()
    }
}

/// In which order the rows of a file stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOrder {
    OldestFirst,
    NewestFirst,
    Mixed,
}

impl RowOrder {
    pub const fn code(self) -> &'static str {
        match self {
            Self::OldestFirst => "asc",
            Self::NewestFirst => "desc",
            Self::Mixed => "mixed",
        }
    }
}

/// The first or the last event of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub ts: Timestamp,
    /// With the file's digits: the trade, a bar's open where it is the first and close where it is the last,
    /// the best bid, the ask where there is none.
    pub price: Decimal,
}

/// How the times of a file are written.
#[derive(Clone, Debug)]
pub struct TimeReport {
    pub format: TimeFormat,
    /// Date and clock are in two columns.
    pub is_apart: bool,
    pub zone: Zone,
    /// The zone is said nowhere.
    pub is_assumed: bool,
}

/// How one file was taken.
#[derive(Clone, Debug)]
pub struct FileReport {
    pub file: String,
    pub kind: FileKind,
    pub symbols: Vec<String>,
    /// Rows that can be read.
    pub rows: u64,
    /// The whole file was read; of a larger one `rows` is estimated.
    pub is_exact: bool,
    pub rows_refused: u64,
    pub refused: Vec<Refused>,
    pub delimiter: u8,
    /// The line of the column names.
    pub header: Option<u64>,
    pub encoding: &'static str,
    pub compression: &'static str,
    pub time: TimeReport,
    pub order: RowOrder,
    pub first: Option<Edge>,
    pub last: Option<Edge>,
    /// How long bars are.
    pub bars: Option<Interval>,
    pub assumptions: Vec<Assumption>,
    /// Each column's name and what it is taken for.
    pub columns: Vec<(String, Option<Meaning>)>,
}
