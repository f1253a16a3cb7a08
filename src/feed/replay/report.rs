//! What a scan found: how a file was taken, and which rows could not be.

use std::fmt;
use std::path::PathBuf;

use super::error::echo;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Bars,
    Trades,
    Quotes,
    TradesAndQuotes,
}

impl FileKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Trades => "trades",
            Self::Quotes => "quotes",
            Self::TradesAndQuotes => "trades and quotes",
        }
    }
}

/// Why a row is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    TooLong,
    NotUtf8,
    OpenQuote,
    Width,
    BadTime,
    BadSymbol,
    NoPrice,
    BadPrice,
    BadSize,
    TooManyDigits,
    BarOutOfRange,
}

impl Reason {
    const ALL: [Self; 11] = [
        Self::TooLong,
        Self::NotUtf8,
        Self::OpenQuote,
        Self::Width,
        Self::BadTime,
        Self::BadSymbol,
        Self::NoPrice,
        Self::BadPrice,
        Self::BadSize,
        Self::TooManyDigits,
        Self::BarOutOfRange,
    ];

    pub const fn label(self) -> &'static str {
        match self {
            Self::TooLong => "line too long",
            Self::NotUtf8 => "not UTF-8 text",
            Self::OpenQuote => "quote left open",
            Self::Width => "not as many cells as the header",
            Self::BadTime => "bad time",
            Self::BadSymbol => "bad symbol",
            Self::NoPrice => "no price",
            Self::BadPrice => "bad price",
            Self::BadSize => "bad size",
            Self::TooManyDigits => "too many digits",
            Self::BarOutOfRange => "high below low, or open or close outside",
        }
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
    pub first_line: u64,
    /// From 1.
    pub first_column: Option<usize>,
    /// The cell or, where none is to blame, the line; shortened, without control characters.
    pub first_value: String,
}

/// The rows refused so far, by reason.
#[derive(Clone, Debug, Default)]
pub struct Refusals([Option<Refused>; Reason::ALL.len()]);

impl Refusals {
    /// Counts a refusal; `value` is its text and only looked at for the first of a reason.
    pub fn add(&mut self, refusal: Refusal, line: u64, value: &[u8]) {
        let seen = self.0[refusal.reason as usize].get_or_insert_with(|| Refused {
            reason: refusal.reason,
            count: 0,
            first_line: line,
            first_column: refusal.column.map(|index| index + 1),
            first_value: echo(value),
        });
        seen.count += 1;
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
}

/// How one file was taken.
#[derive(Clone, Debug)]
pub struct FileReport {
    pub path: PathBuf,
    pub kind: FileKind,
    pub symbols: usize,
    /// Rows that play.
    pub rows: u64,
    pub rows_refused: u64,
    pub refused: Vec<Refused>,
    /// What the file does not say and was assumed, for people.
    pub assumptions: Vec<String>,
}
