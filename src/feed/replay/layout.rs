//! How the rows of one file are to be read: pure data, made by `detect` and overridden by people.

use std::fmt;

use super::detect::Meaning;
use super::number::DecimalMark;
use super::open::Form;
use super::report::FileKind;
use super::times::{TimeFormat, Zone};

#[derive(Clone, Debug)]
pub struct Layout {
    pub form: Form,
    /// A blank stands for any run of blanks.
    pub delimiter: u8,
    /// The line of the column names.
    pub header: Option<u64>,
    /// Lines before the first row.
    pub above: u64,
    /// The columns' names, short and without control characters; `column 3` where there is none.
    pub names: Vec<String>,
    /// The decimal mark of each column.
    pub marks: Vec<DecimalMark>,
    pub time: TimeColumns,
    pub symbol: Option<usize>,
    /// The symbol of all rows, where no column tells one.
    pub file_symbol: String,
    pub kind: FileKind,
    /// What a row holds: one group, or in a wide table one for each symbol.
    pub groups: Vec<Group>,
    /// Prices are this many decimal places smaller than written.
    pub price_scale: u8,
    pub assumptions: Vec<Assumption>,
}

/// Where the time of a row is, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeColumns {
    pub column: usize,
    /// The clock's own column, where `column` holds but the date.
    pub clock: Option<usize>,
    pub format: TimeFormat,
    /// The zone of times that name none.
    pub zone: Zone,
    /// The zone is said by the file or by people, and not assumed.
    pub zone_is_known: bool,
    /// Days since 1970-01-01 of the date that counts since midnight lack.
    pub base_day: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The symbol that the columns' names tell.
    pub symbol: Option<String>,
    pub shape: Shape,
}

/// The columns of rows of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
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
    },
    /// Messages of an order book, some of which are trades.
    Messages {
        kind: usize,
        price: usize,
        size: usize,
        direction: usize,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TickColumns {
    pub price: Option<usize>,
    pub size: Option<usize>,
    pub side: Option<SideColumn>,
    pub bid: Option<usize>,
    pub ask: Option<usize>,
    pub bid_size: Option<usize>,
    pub ask_size: Option<usize>,
    /// Only rows with `T` or `F` here are trades.
    pub action: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideColumn {
    pub column: usize,
    /// True means that the buyer stood in the book.
    pub is_maker: bool,
}

/// What a file does not say, what it was taken for, and how to say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    pub what: String,
    pub why: String,
    /// The flag that decides it.
    pub flag: &'static str,
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)?;
        if self.flag.is_empty() { Ok(()) } else { write!(f, " ({} says otherwise)", self.flag) }
    }
}

impl Shape {
    /// The columns and what they mean.
    pub fn columns(&self) -> Vec<(usize, Meaning)> {
        let mut list = Vec::new();
        let mut add = |column: Option<usize>, meaning| list.extend(column.map(|column| (column, meaning)));
        match *self {
            Self::Bars { open, high, low, close, volume } => {
                add(Some(open), Meaning::Open);
                add(Some(high), Meaning::High);
                add(Some(low), Meaning::Low);
                add(Some(close), Meaning::Close);
                add(volume, Meaning::Volume);
            }
            Self::Ticks(ticks) => {
                add(ticks.price, Meaning::Price);
                add(ticks.size, Meaning::Size);
                let side = |side: SideColumn| if side.is_maker { Meaning::BuyerMaker } else { Meaning::Side };
                add(ticks.side.map(|side| side.column), ticks.side.map_or(Meaning::Side, side));
                add(ticks.bid, Meaning::Bid);
                add(ticks.ask, Meaning::Ask);
                add(ticks.bid_size, Meaning::BidSize);
                add(ticks.ask_size, Meaning::AskSize);
                add(ticks.action, Meaning::Action);
            }
            Self::Levels { side, price, size, snapshot } => {
                add(Some(side), Meaning::Side);
                add(Some(price), Meaning::Price);
                add(Some(size), Meaning::Size);
                add(snapshot, Meaning::Snapshot);
            }
            Self::Messages { kind, price, size, direction } => {
                add(Some(kind), Meaning::Kind);
                add(Some(price), Meaning::Price);
                add(Some(size), Meaning::Size);
                add(Some(direction), Meaning::Side);
            }
        }
        list
    }
}

impl Layout {
    pub fn mark(&self, column: usize) -> DecimalMark {
        self.marks.get(column).copied().unwrap_or_default()
    }

    pub fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// Each column with what it is taken for; `None` for one that is not used.
    pub fn meanings(&self) -> Vec<Option<Meaning>> {
        let mut all = vec![None; self.names.len()];
        let mut set = |column: usize, meaning| {
            if let Some(slot) = all.get_mut(column) {
                *slot = Some(meaning);
            }
        };
        for (column, meaning) in self.groups.iter().flat_map(|group| group.shape.columns()) {
            set(column, meaning);
        }
        set(self.time.column, Meaning::Time);
        if let Some(clock) = self.time.clock {
            set(clock, Meaning::Clock);
        }
        if let Some(symbol) = self.symbol {
            set(symbol, Meaning::Symbol);
        }
        all
    }

    pub fn assume(&mut self, what: impl Into<String>, why: impl Into<String>, flag: &'static str) {
        self.assumptions.push(Assumption { what: what.into(), why: why.into(), flag });
    }
}
