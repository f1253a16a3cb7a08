//! A row that cannot be played.

use strum::{Display, EnumCount, IntoStaticStr};

/// The reason why a row is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumCount, IntoStaticStr)]
pub enum RejectReason {
    #[strum(serialize = "line too long")]
    TooLong,
    #[strum(serialize = "text, not a row")]
    Note,
    #[strum(serialize = "unclosed quote")]
    OpenQuote,
    #[strum(serialize = "wrong number of cells")]
    Width,
    #[strum(serialize = "bad time")]
    BadTime,
    #[strum(serialize = "bad symbol")]
    BadSymbol,
    #[strum(serialize = "no price")]
    NoPrice,
    #[strum(serialize = "bad price")]
    BadPrice,
    #[strum(serialize = "bad size")]
    BadSize,
    #[strum(serialize = "neither bid nor ask")]
    BadSide,
    #[strum(serialize = "a price of 0, far from the other prices")]
    ZeroPrice,
    #[strum(serialize = "a cancelled trade")]
    Cancelled,
    #[strum(serialize = "a record about an earlier trade")]
    Correction,
    #[strum(serialize = "neither trade nor quote")]
    OtherKind,
    #[strum(serialize = "a quote of another kind than those that play")]
    OtherQuote,
    #[strum(serialize = "the same row again")]
    Repeated,
    #[strum(serialize = "too many digits")]
    TooManyDigits,
    #[strum(serialize = "open or close not between low and high")]
    BarOutOfRange,
    #[strum(serialize = "earlier than the row before")]
    OutOfOrder,
    #[strum(serialize = "symbol not in the pieces read first")]
    UnknownSymbol,
}

impl RejectReason {
    /// The words for people.
    pub fn label(self) -> &'static str {
        self.into()
    }

    /// Returns whether the row is an event that is not played.
    pub const fn is_event(self) -> bool {
        matches!(self, Self::Cancelled | Self::Correction)
    }

    /// Returns whether the reason holds for all parts of a row of a wide table.
    pub const fn is_of_whole_row(self) -> bool {
        matches!(self, Self::TooLong | Self::Note | Self::OpenQuote | Self::Width | Self::BadTime | Self::OutOfOrder)
    }
}

/// The reason why a row is rejected, and the cell that is wrong where it is a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowError {
    pub reason: RejectReason,
    pub column: Option<usize>,
}
