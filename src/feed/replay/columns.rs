//! What the columns of a header mean.

use super::cells::Cells;
use super::error::echo;
use super::report::FileKind;

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Time,
    Date,
    Symbol,
    Price,
    Size,
    Side,
    Bid,
    Ask,
    BidSize,
    AskSize,
    Open,
    High,
    Low,
    Close,
    Volume,
}

/// The names a field goes by, as [`plain_name`] leaves them; the better name first.
const NAMES: [(Field, &[&str]); 15] = [
    (Field::Time, &["ts_event", "timestamp", "ts", "datetime", "date_time", "open_time", "time"]),
    (Field::Date, &["date", "day", "trade_date"]),
    (Field::Symbol, &["symbol", "ticker", "instrument", "sym"]),
    (Field::Price, &["price", "trade_price", "last_price", "last"]),
    (Field::Size, &["size", "qty", "quantity", "trade_size", "last_size", "amount", "volume", "vol"]),
    (Field::Side, &["side", "taker_side", "aggressor_side"]),
    (Field::Bid, &["bid", "bid_price", "best_bid", "bidprice"]),
    (Field::Ask, &["ask", "ask_price", "best_ask", "askprice", "offer"]),
    (Field::BidSize, &["bid_size", "bidsize", "bid_qty", "bid_amount", "bid_volume", "bid_vol"]),
    (Field::AskSize, &["ask_size", "asksize", "ask_qty", "ask_amount", "ask_volume", "ask_vol"]),
    (Field::Open, &["open", "open_price", "o"]),
    (Field::High, &["high", "high_price", "h"]),
    (Field::Low, &["low", "low_price", "l"]),
    (Field::Close, &["close", "close_price", "c"]),
    (Field::Volume, &["volume", "vol", "v", "qty", "quantity", "size", "amount"]),
];

/// Where each field of a header is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    at: [Option<usize>; NAMES.len()],
    names: Vec<String>,
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
    Ticks {
        price: Option<usize>,
        size: Option<usize>,
        side: Option<usize>,
        bid: Option<usize>,
        ask: Option<usize>,
        bid_size: Option<usize>,
        ask_size: Option<usize>,
    },
}

impl Columns {
    pub fn of(header: &Cells) -> Self {
        let plain: Vec<_> = header.iter().map(plain_name).collect();
        let at = NAMES.map(|(_, names)| names.iter().find_map(|name| plain.iter().position(|p| p == name)));
        Self { at, names: header.iter().map(|name| echo(name.as_bytes())).collect() }
    }

    pub const fn get(&self, field: Field) -> Option<usize> {
        self.at[field as usize]
    }

    pub fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    /// How many fields were found.
    pub fn found(&self) -> usize {
        self.at.iter().flatten().count()
    }

    /// The columns' names in a sentence.
    pub fn list(&self) -> String {
        const MAX_LISTED: usize = 20;
        let listed: Vec<_> = self.names.iter().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
        match self.names.len().saturating_sub(MAX_LISTED) {
            0 => listed.join(", "),
            more => format!("{} and {more} more", listed.join(", ")),
        }
    }

    /// The columns that mean nothing to a replay.
    pub fn ignored(&self) -> impl Iterator<Item = &str> {
        let names = self.names.iter().enumerate();
        names.filter(|(index, _)| !self.at.contains(&Some(*index))).map(|(_, name)| name.as_str())
    }

    /// Prices and sizes of a book's levels look like trades but are none.
    pub fn are_book_changes(&self) -> bool {
        self.names.iter().any(|name| plain_name(name) == "is_snapshot")
    }

    /// What the rows are; `None` where no column holds a price.
    pub fn shape(&self) -> Option<Shape> {
        use Field::{Ask, AskSize, Bid, BidSize, Close, High, Low, Open, Price, Side, Size, Volume};
        let close = self.get(Close).or(self.get(Price));
        if let (Some(open), Some(high), Some(low), Some(close)) = (self.get(Open), self.get(High), self.get(Low), close)
        {
            return Some(Shape::Bars { open, high, low, close, volume: self.get(Volume) });
        }
        let (price, bid, ask) = (self.get(Price).or(self.get(Close)), self.get(Bid), self.get(Ask));
        (price.is_some() || bid.is_some() || ask.is_some()).then(|| Shape::Ticks {
            price,
            size: self.get(Size),
            side: self.get(Side),
            bid,
            ask,
            bid_size: self.get(BidSize),
            ask_size: self.get(AskSize),
        })
    }
}

impl Shape {
    pub const fn kind(&self) -> FileKind {
        match self {
            Self::Bars { .. } => FileKind::Bars,
            Self::Ticks { price: None, .. } => FileKind::Quotes,
            Self::Ticks { bid: None, ask: None, .. } => FileKind::Trades,
            Self::Ticks { .. } => FileKind::TradesAndQuotes,
        }
    }
}

/// A column's name in lower case, without `<>`, and with `_` between its words.
fn plain_name(name: &str) -> String {
    let name = name.trim_matches(['<', '>', '_', ' ']).to_ascii_lowercase();
    name.split([' ', '-', '.', '_', '/']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str) -> Columns {
        let mut cells = Cells::default();
        cells.split(header, b',').unwrap();
        Columns::of(&cells)
    }

    fn check(header: &str, want: Option<FileKind>) {
        assert_eq!(columns(header).shape().map(|shape| shape.kind()), want, "{header:?}");
    }

    #[test]
    fn the_kind_of_a_file_follows_from_its_columns() {
        check("Date,Open,High,Low,Close,Adj Close,Volume", Some(FileKind::Bars));
        check("<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>", Some(FileKind::Bars));
        check("ts,symbol,price,size,side,bid,ask", Some(FileKind::TradesAndQuotes));
        check("Timestamp,Price,Amount", Some(FileKind::Trades));
        check("date,close", Some(FileKind::Trades));
        check("time,symbol,bid", Some(FileKind::Quotes));
        check("time,ask_size,ask_price,bid price,BID-SIZE", Some(FileKind::Quotes));
        check("time,colour", None);
    }

    #[test]
    fn a_column_is_found_by_the_better_of_its_names() {
        let found = columns("Ticker,Date,Open,High,Low,Close,Volume,Adj Close");
        assert_eq!(found.get(Field::Symbol), Some(0));
        assert_eq!(found.get(Field::Date), Some(1));
        assert_eq!(found.get(Field::Close), Some(5));
        assert_eq!(found.ignored().collect::<Vec<_>>(), ["Adj Close"]);
        assert_eq!(columns("amount,volume,size").get(Field::Size), Some(2));
        assert_eq!(columns("amount,volume,size").get(Field::Volume), Some(1));
        assert_eq!(columns("time,ts_event").get(Field::Time), Some(1));
    }
}
