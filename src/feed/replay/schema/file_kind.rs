//! The kinds of market-data files.

use clap::ValueEnum;

/// The kind of the rows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileKind {
    /// Bars with open, high, low, close and volume.
    #[value(name = "ohlcv")]
    Bars,
    /// Trades with price and size.
    Trades,
    /// The best bid and ask.
    Quotes,
    #[value(skip)]
    TradesAndQuotes,
    /// Levels or messages of an order book. The levels and the best bid and ask play, or the trades among
    /// the messages.
    Book,
}

impl FileKind {
    /// The word for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Trades => "trades",
            Self::Quotes => "quotes",
            Self::TradesAndQuotes => "trades and quotes",
            Self::Book => "an order book",
        }
    }

    /// The word for programs. Rows with both a trade and a quote are trades.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Bars => "ohlcv",
            Self::Trades | Self::TradesAndQuotes => "trades",
            Self::Quotes => "quotes",
            Self::Book => "book",
        }
    }
}
