//! The layout of a file: the data by which its rows are read, detected from a sample and overridden by people.

use std::fmt;

use super::column_role::ColumnRole;
use super::file_kind::FileKind;
use super::question::Question;
use super::warning::Warning;
use crate::feed::replay::input::TextFormat;
use crate::feed::replay::parse::number::DecimalMark;
use crate::feed::replay::parse::times::{ClockForm, TimeFormat, Zone};
use crate::market::DEPTH_LEVELS;

/// The layout of a file.
#[derive(Clone, Debug)]
pub struct Layout {
    pub text: TextFormat,
    /// A blank means any run of blanks.
    pub delimiter: u8,
    /// The line of the column names.
    pub header: Option<u64>,
    /// Lines before the first row.
    pub above: u64,
    /// Column names, short and without control characters; `column 3` for a column without a name.
    pub names: Vec<String>,
    /// The decimal mark of each column.
    pub marks: Vec<DecimalMark>,
    pub time: TimeColumns,
    pub symbol: Option<usize>,
    /// The columns that name an instrument together with the symbol: its expiry, its exchange.
    pub symbol_parts: Vec<usize>,
    /// The symbol of all rows, where no column has symbols.
    pub file_symbol: String,
    pub kind: FileKind,
    /// One group of columns, or one for each symbol of a wide table.
    pub groups: Vec<ColumnGroup>,
    /// The columns of the levels of a book behind those of its only group, the best first.
    pub levels_behind: Vec<LevelColumns>,
    /// The decimal places by which prices are written too large.
    pub price_scale: u8,
    /// A price of 0 is one. Otherwise it means that there is none.
    pub is_zero_price: bool,
    /// A column numbers the rows: the same line again is the same trade.
    pub has_row_ids: bool,
    /// Kinds of rows, in lower case, that do not play beside others of the same kind.
    pub kinds_left_out: Vec<String>,
    /// Where rows change between the first and the second pass of an hour that occurs twice: positions in the text
    /// behind a row, and whether the rows from there on are in the second pass.
    pub second_hours: Vec<(u64, bool)>,
    pub assumptions: Vec<Assumption>,
    pub warnings: Vec<Warning>,
    /// The choice that must be decided before the file plays.
    pub question: Option<Question>,
}

/// The most columns whose numbers are added to a clock.
pub const MAX_TIME_PARTS: usize = 3;

/// The columns of the time, and the form in which it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeColumns {
    /// The column of the date or of the whole time; that of the year, where month and day stand beside it.
    pub column: usize,
    /// The column of the clock, where `column` has only the date.
    pub clock: Option<usize>,
    pub clock_form: ClockForm,
    /// Columns whose numbers are added to the clock.
    pub parts: [Option<TimePart>; MAX_TIME_PARTS],
    /// The columns of the month and of the day, where `column` has only the year.
    pub month: Option<usize>,
    pub day: Option<usize>,
    pub format: TimeFormat,
    /// The zone of times that name none.
    pub zone: Zone,
    /// The zone is named by the file or a flag, and not assumed.
    pub zone_is_known: bool,
    /// Times have a clock. A date alone is the same day in any zone.
    pub has_clock: bool,
    /// Dates are trading days: the evening belongs to the day before.
    pub are_trading_days: bool,
    /// The date of times that count from midnight, in days since 1970-01-01.
    pub base_day: i64,
}

/// A column whose numbers are added to a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimePart {
    pub column: usize,
    /// The nanoseconds of its unit.
    pub nanos: i64,
}

impl TimeColumns {
    /// All columns of the time, and their roles.
    pub fn columns(&self) -> impl Iterator<Item = (usize, ColumnRole)> {
        let whole = [(Some(self.column), ColumnRole::Time), (self.clock, ColumnRole::Clock)];
        let dates = [self.month, self.day].map(|column| (column, ColumnRole::Time));
        let parts = self.parts.map(|part| (part.map(|part| part.column), ColumnRole::ClockPart));
        let all = whole.into_iter().chain(dates).chain(parts);
        all.filter_map(|(column, role)| Some((column?, role)))
    }
}

/// The columns about one symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnGroup {
    /// The symbol, where the column names tell it.
    pub symbol: Option<String>,
    pub shape: RowShape,
}

/// The columns of one level of a book: of a side its price and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelColumns {
    pub bid: Option<(usize, usize)>,
    pub ask: Option<(usize, usize)>,
}

impl LevelColumns {
    /// The columns and their roles.
    pub fn columns(&self) -> impl Iterator<Item = (usize, ColumnRole)> {
        let roles =
            [(self.bid, [ColumnRole::Bid, ColumnRole::BidSize]), (self.ask, [ColumnRole::Ask, ColumnRole::AskSize])];
        let of_side = |((price, size), roles)| std::iter::zip([price, size], roles);
        roles.into_iter().filter_map(|(columns, roles)| Some((columns?, roles))).flat_map(of_side)
    }
}

/// The columns of a row, by the kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowShape {
    Bars {
        open: usize,
        high: usize,
        low: usize,
        close: usize,
        volume: Option<usize>,
    },
    Ticks(TickColumns),
    /// Changes of single levels of an order book.
    Levels {
        side: usize,
        price: usize,
        size: usize,
        snapshot: Option<usize>,
        /// All rows of one time are one snapshot.
        are_moments: bool,
    },
    /// Messages of an order book, some of which are trades.
    Messages {
        kind: usize,
        price: usize,
        size: usize,
        direction: usize,
    },
}

/// The columns of trades and quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TickColumns {
    pub price: Option<usize>,
    pub size: Option<usize>,
    pub side: Option<SideColumn>,
    pub bid: Option<usize>,
    pub ask: Option<usize>,
    pub bid_size: Option<usize>,
    pub ask_size: Option<usize>,
    /// Only rows with `T` or `F` in this column are trades.
    pub action: Option<usize>,
    /// The column that tells the kind of each row.
    pub row_kind: Option<KindColumn>,
    /// A blank bid or ask is the one before.
    pub blanks_keep: bool,
    /// A negative size is that of a sale.
    pub is_size_signed: bool,
    /// A size is the sum of the day so far.
    pub is_size_total: bool,
}

/// The column that tells the kind of each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindColumn {
    pub column: usize,
    pub form: KindForm,
}

/// The form in which a column tells the kind of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindForm {
    /// Words: TRADE, QUOTE BID, TRADE CANCELLED.
    Words,
    /// The types of FIX: 0 for a bid, 1 for an offer, 2 for a trade.
    Numbers,
    /// The bits of MetaTrader: 2 for a new bid, 4 for a new ask, 8 for a trade.
    Bits,
    /// The corrections of a consolidated tape: from 7 on a trade is cancelled, or is a record about another one.
    Corrections,
    /// True where a trade is cancelled.
    Cancelled,
}

/// The column of the aggressor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideColumn {
    pub column: usize,
    /// The column is true where the buyer was the maker.
    pub is_maker: bool,
}

/// A choice that the file leaves open, and the flag that changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    pub what: String,
    pub why: String,
    /// The flag that decides it; empty where there is none.
    pub flag: &'static str,
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)?;
        if self.flag.is_empty() { Ok(()) } else { write!(f, " ({} changes it)", self.flag) }
    }
}

impl RowShape {
    /// The columns and their roles.
    pub fn columns(&self) -> Vec<(usize, ColumnRole)> {
        let mut list = Vec::new();
        let mut add = |column: Option<usize>, role| list.extend(column.map(|column| (column, role)));
        match *self {
            Self::Bars { open, high, low, close, volume } => {
                add(Some(open), ColumnRole::Open);
                add(Some(high), ColumnRole::High);
                add(Some(low), ColumnRole::Low);
                add(Some(close), ColumnRole::Close);
                add(volume, ColumnRole::Volume);
            }
            Self::Ticks(ticks) => {
                add(ticks.price, ColumnRole::Price);
                add(ticks.size, if ticks.is_size_total { ColumnRole::DayVolume } else { ColumnRole::Size });
                let side = |side: SideColumn| if side.is_maker { ColumnRole::BuyerMaker } else { ColumnRole::Side };
                add(ticks.side.map(|side| side.column), ticks.side.map_or(ColumnRole::Side, side));
                add(ticks.bid, ColumnRole::Bid);
                add(ticks.ask, ColumnRole::Ask);
                add(ticks.bid_size, ColumnRole::BidSize);
                add(ticks.ask_size, ColumnRole::AskSize);
                add(ticks.action, ColumnRole::Action);
                add(ticks.row_kind.map(|kind| kind.column), ColumnRole::RowKind);
            }
            Self::Levels { side, price, size, snapshot, .. } => {
                add(Some(side), ColumnRole::Side);
                add(Some(price), ColumnRole::Price);
                add(Some(size), ColumnRole::Size);
                add(snapshot, ColumnRole::Snapshot);
            }
            Self::Messages { kind, price, size, direction } => {
                add(Some(kind), ColumnRole::MessageType);
                add(Some(price), ColumnRole::Price);
                add(Some(size), ColumnRole::Size);
                add(Some(direction), ColumnRole::Side);
            }
        }
        list
    }
}

impl Layout {
    /// All rows are of one symbol, unless they are of a wide table.
    pub const fn has_one_symbol(&self) -> bool {
        self.symbol.is_none() && self.symbol_parts.is_empty()
    }

    /// Rows have a group of columns for each of several symbols.
    pub const fn is_wide(&self) -> bool {
        self.groups.len() > 1
    }

    /// The most levels of a book on each side that rows make; 0 where they make no book.
    pub fn book_levels(&self) -> usize {
        match self.groups.as_slice() {
            [ColumnGroup { shape: RowShape::Levels { .. }, .. }] => DEPTH_LEVELS,
            _ if self.levels_behind.is_empty() => 0,
            _ => 1 + self.levels_behind.len(),
        }
    }

    /// A column is of a level behind the first, which a row may lack.
    pub fn is_behind(&self, column: usize) -> bool {
        self.levels_behind.iter().flat_map(LevelColumns::columns).any(|(other, _)| other == column)
    }

    /// The decimal mark of a column.
    pub fn mark(&self, column: usize) -> DecimalMark {
        self.marks.get(column).copied().unwrap_or_default()
    }

    /// The name of a column.
    pub fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// The role of each column; `None` for one that is not used.
    pub fn roles(&self) -> Vec<Option<ColumnRole>> {
        let mut all = vec![None; self.names.len()];
        let mut set = |column: usize, role| {
            if let Some(slot) = all.get_mut(column) {
                *slot = Some(role);
            }
        };
        self.levels_behind.iter().flat_map(LevelColumns::columns).for_each(|(column, role)| set(column, role));
        for (column, role) in self.groups.iter().flat_map(|group| group.shape.columns()) {
            set(column, role);
        }
        self.time.columns().for_each(|(column, role)| set(column, role));
        if let Some(symbol) = self.symbol {
            set(symbol, ColumnRole::Symbol);
        }
        for part in &self.symbol_parts {
            set(*part, ColumnRole::Instrument);
        }
        all
    }

    /// Returns whether the row that ends at a position of the text is in the second pass of an hour that occurs twice.
    pub fn is_in_second_hour(&self, end: u64) -> bool {
        let at = self.second_hours.partition_point(|(from, _)| *from <= end);
        at > 0 && self.second_hours[at - 1].1
    }

    /// Adds an assumption.
    pub fn assume(&mut self, what: impl Into<String>, why: impl Into<String>, flag: &'static str) {
        self.assumptions.push(Assumption { what: what.into(), why: why.into(), flag });
    }
}
