//! The roles that the columns of a file can have.

use std::str::FromStr;

use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// The role of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum ColumnRole {
    Time,
    Clock,
    /// A number added to the clock, such as milliseconds.
    ClockPart,
    Symbol,
    /// A part of the instrument's name: these columns name it together.
    Instrument,
    Price,
    Size,
    Side,
    /// True where the buyer was the maker, so that the seller was the aggressor.
    BuyerMaker,
    Bid,
    Ask,
    BidSize,
    AskSize,
    Open,
    High,
    Low,
    Close,
    Volume,
    Action,
    Snapshot,
    MessageType,
    /// Tells whether a row is a trade, a quote, a bid, an ask, or none of these.
    RowKind,
    /// The shares traded since the day began.
    DayVolume,
}

impl ColumnRole {
    /// The word for this role in `--columns` and in reports.
    pub fn label(self) -> &'static str {
        self.into()
    }

    /// The role of a label, in upper or lower case.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::from_str(label).ok()
    }

    /// All labels in one line.
    pub fn labels() -> String {
        Self::iter().map(Self::label).collect::<Vec<_>>().join(", ")
    }
}
