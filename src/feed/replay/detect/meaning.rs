//! What a column's name says it holds.

use super::words::Word::{
    Action, Adjusted, Amount, Ask, Begin, Bid, Buy, Close, Contract, Count, Date, Event, Exchange, High, Id, Kind,
    Last, Level, Low, Maker, Mark, Name, Open, Other, Previous, Price, Received, Settle, Side, Size, Snapshot, Stamp,
    Symbol, Ticks, Time, Trade, Turnover, Utc, Volume,
};
use super::words::Words;

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    Time,
    Clock,
    Symbol,
    Price,
    Size,
    Side,
    /// True where the buyer stood in the book, so that the seller was the aggressor.
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
    Kind,
}

impl Meaning {
    pub const ALL: [Self; 19] = [
        Self::Time,
        Self::Clock,
        Self::Symbol,
        Self::Price,
        Self::Size,
        Self::Side,
        Self::BuyerMaker,
        Self::Bid,
        Self::Ask,
        Self::BidSize,
        Self::AskSize,
        Self::Open,
        Self::High,
        Self::Low,
        Self::Close,
        Self::Volume,
        Self::Action,
        Self::Snapshot,
        Self::Kind,
    ];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Clock => "clock",
            Self::Symbol => "symbol",
            Self::Price => "price",
            Self::Size => "size",
            Self::Side => "side",
            Self::BuyerMaker => "buyer_maker",
            Self::Bid => "bid",
            Self::Ask => "ask",
            Self::BidSize => "bid_size",
            Self::AskSize => "ask_size",
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::Close => "close",
            Self::Volume => "volume",
            Self::Action => "action",
            Self::Snapshot => "snapshot",
            Self::Kind => "message_type",
        }
    }

    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meaning| meaning.label().eq_ignore_ascii_case(label))
    }
}

/// A meaning and how far the name is from the best one for it: 0 is best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub meaning: Meaning,
    pub rank: u8,
    /// The level of the book, from 0, where the name counts one.
    pub level: Option<u32>,
}

/// Farther than any other name for the same.
const ADJUSTED: u8 = 30;

/// What a name says, best first; nothing where it says nothing of use.
pub fn of(name: &str) -> Vec<Named> {
    let words = Words::of(name);
    let level = words.figure;
    let far = u8::try_from(words.unknown.min(9)).unwrap_or(9) + if words.has(Adjusted) { ADJUSTED } else { 0 };
    let list = meanings(&words);
    list.into_iter().map(|(meaning, rank)| Named { meaning, rank: rank + far, level }).collect()
}

/// Whether a name says that its times are UTC.
pub fn says_utc(name: &str) -> bool {
    Words::of(name).has(Utc)
}

/// Whether a name is made of words that are known, whatever they say.
pub fn is_known(name: &str) -> bool {
    let words = Words::of(name);
    words.unknown == 0 && !words.known.is_empty()
}

/// Whether a name is that of a count or a number, and of nothing else.
pub fn is_id(name: &str) -> bool {
    Words::of(name).has(Id)
}

fn meanings(words: &Words) -> Vec<(Meaning, u8)> {
    let has = |word| words.has(word);
    if words.has_any(&[Other, Previous]) {
        return Vec::new();
    }
    if words.has_any(&[Time, Date, Stamp]) {
        return time(words);
    }
    if has(Snapshot) {
        return vec![(Meaning::Snapshot, 0)];
    }
    if words.has_any(&[Bid, Ask]) && !words.has_any(&[Id, Side, Kind]) {
        return book_side(words);
    }
    if has(Maker) {
        return vec![(Meaning::BuyerMaker, 0)];
    }
    let is_size = words.has_any(&[Size, Volume, Amount]);
    if has(Side) && !is_size && !has(Id) {
        return vec![(Meaning::Side, u8::from(!words.has_any(&[Buy])))];
    }
    if has(Turnover) && !is_size && !has(Price) || has(Buy) {
        return Vec::new();
    }
    if is_size || has(Ticks) && !has(Id) && words.known.len() == 1 {
        return size(words);
    }
    if has(Count) || has(Level) {
        return Vec::new();
    }
    if words.has_any(&[Event, Received]) || has(Begin) && !has(Open) {
        return vec![(Meaning::Time, if has(Received) { 45 } else { 5 })];
    }
    price(words)
}

fn time(words: &Words) -> Vec<(Meaning, u8)> {
    let has = |word| words.has(word);
    if words.has_any(&[High, Low, Id, Count]) || has(Settle) {
        return Vec::new();
    }
    let rank = match () {
        () if has(Received) => 40,
        () if words.has_any(&[Close, Last]) => 35,
        () if has(Event) => 0,
        () if words.has_any(&[Open, Begin]) => 2,
        () if has(Exchange) || has(Trade) => 4,
        () if has(Stamp) => 8,
        () if has(Time) && has(Date) => 9,
        () if has(Time) => 12,
        () => 20,
    };
    vec![(Meaning::Time, rank)]
}

fn book_side(words: &Words) -> Vec<(Meaning, u8)> {
    let has = |word| words.has(word);
    let is_bid = has(Bid);
    let aside = if is_bid { 12 } else { 16 };
    if is_bid && has(Ask) || words.has_any(&[Count, Exchange]) && !words.has_any(&[Size, Volume]) {
        return Vec::new();
    }
    if words.has_any(&[Size, Volume, Amount]) {
        return vec![(if is_bid { Meaning::BidSize } else { Meaning::AskSize }, 0)];
    }
    for (word, meaning) in [(Open, Meaning::Open), (High, Meaning::High), (Low, Meaning::Low), (Close, Meaning::Close)]
    {
        if has(word) {
            return vec![(meaning, aside)];
        }
    }
    vec![(if is_bid { Meaning::Bid } else { Meaning::Ask }, 0)]
}

fn size(words: &Words) -> Vec<(Meaning, u8)> {
    let has = |word| words.has(word);
    let rank = match () {
        () if has(Buy) || has(Side) => 25,
        () if has(Turnover) || has(Price) => 12,
        () if has(Ticks) => 6,
        () if has(Size) => 0,
        () if has(Volume) => 1,
        () => 3,
    };
    vec![(Meaning::Size, rank), (Meaning::Volume, rank)]
}

fn price(words: &Words) -> Vec<(Meaning, u8)> {
    let has = |word| words.has(word);
    if words.has_any(&[Symbol, Contract, Name]) {
        let rank = match () {
            () if has(Symbol) => 0,
            () if has(Id) => 8,
            () if has(Contract) => 2,
            () => 12,
        };
        return vec![(Meaning::Symbol, rank)];
    }
    if has(Id) {
        return Vec::new();
    }
    for (word, meaning) in [(Open, Meaning::Open), (High, Meaning::High), (Low, Meaning::Low)] {
        if has(word) {
            return vec![(meaning, if words.has_any(&[Settle, Mark]) { 10 } else { 0 })];
        }
    }
    if has(Close) {
        return vec![(Meaning::Close, u8::from(has(Price))), (Meaning::Price, 6)];
    }
    if has(Settle) {
        return vec![(Meaning::Close, 7), (Meaning::Price, 9)];
    }
    if has(Mark) {
        return vec![(Meaning::Close, 9), (Meaning::Price, 10)];
    }
    if has(Last) {
        return vec![(Meaning::Close, 3), (Meaning::Price, 2)];
    }
    if has(Price) {
        return vec![(Meaning::Price, 0), (Meaning::Close, 4)];
    }
    if has(Action) {
        return vec![(Meaning::Action, 0)];
    }
    if has(Kind) {
        return vec![(Meaning::Kind, 0), (Meaning::Side, 9)];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, want: Option<(Meaning, u8)>) {
        assert_eq!(of(name).first().map(|named| (named.meaning, named.rank)), want, "{name:?}");
    }

    #[test]
    fn names_mean_what_their_words_say() {
        check("ts_event", Some((Meaning::Time, 0)));
        check("timeOpen", Some((Meaning::Time, 2)));
        check("local_timestamp", Some((Meaning::Time, 40)));
        check("timeClose", Some((Meaning::Time, 35)));
        check("timeHigh", None);
        check("Adj Close", Some((Meaning::Close, 30)));
        check("adjclose", Some((Meaning::Close, 30)));
        check("Close/Last", Some((Meaning::Close, 0)));
        check("close_price", Some((Meaning::Close, 1)));
        check("Schlusskurs", Some((Meaning::Close, 0)));
        check("Vol.", Some((Meaning::Size, 1)));
        check("quoteQty", Some((Meaning::Size, 12)));
        check("window_start", Some((Meaning::Time, 5)));
        check("Change %", None);
        check("Previous Day Open Interest", None);
        check("Weighted_Price", None);
        check("bid_px_00", Some((Meaning::Bid, 0)));
        check("bid_ct_00", None);
        check("bidsize", Some((Meaning::BidSize, 0)));
        check("BidOpen", Some((Meaning::Open, 12)));
        check("isBuyerMaker", Some((Meaning::BuyerMaker, 0)));
        check("side", Some((Meaning::Side, 1)));
        check("instrument_id", Some((Meaning::Symbol, 8)));
        check("trade_id", None);
        check("高値", Some((Meaning::High, 0)));
        check("前收盘", None);
        check("is_snapshot", Some((Meaning::Snapshot, 0)));
        check("Plot", None);
    }
}
