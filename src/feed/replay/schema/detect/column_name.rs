//! The roles that the name of a column says it may have.
//!
//! A name has a *rank* for each of its roles: its distance from the best name for that role, where 0 is best. The
//! column of the lowest rank gets the role. Only the order of ranks matters; the gaps between them leave room for words
//! of a name that are not known, each of which adds 1.

use super::words::Word::{
    self, Action, Adjusted, Amount, Ask, Begin, Bid, Buy, Close, Contract, Count, Date, Event, Exchange, Expiry,
    Filler, Foreign, Funding, High, Id, Last, Level, Low, Maker, Mark, Name, Open, OptionType, Other, Previous, Price,
    Real, Received, Sell, Series, Settle, Side, Size, Snapshot, Strike, Symbol, Ticks, Time, Timestamp, Trade,
    Turnover, Type, Underlying, Value, Volume,
};
use super::words::Words;
use crate::feed::replay::schema::column_role::ColumnRole;

/// A role that a name has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedRole {
    pub role: ColumnRole,
    pub rank: u8,
    /// The level of the book, where the name counts one.
    pub level: Option<u32>,
}

/// The most that unknown words of a name add to its rank.
const MAX_UNKNOWN: u8 = 9;
/// Added for adjusted prices: any other name for the same role is nearer, as adjusted prices were never traded at.
pub const ADJUSTED: u8 = 30;
/// From this rank on a price may be another figure: a rate, a value.
pub const WEAK_PRICE: u8 = 7;
/// From this rank on a symbol column must look like symbols: `market`, `code` and `name` are often something else.
pub const WEAK_SYMBOL: u8 = 5;
/// Up to this rank, at most, a name beside a symbol is a field of a wide table, such as `close` in `AAPL_close`.
pub const MAX_FIELD: u8 = 4;
/// Up to this rank a name of a symbol may be that of an instrument's number.
pub const MAX_INSTRUMENT_ID: u8 = 11;
/// The rank of a time column whose name says nothing: farther than any name for a time.
pub const UNNAMED_TIME: u8 = 60;
/// The rank of a time column that is named for an id: only where there is no other.
pub const ID_AS_TIME: u8 = 80;

/// The rank of a clock, however else its column is named.
pub const CLOCK_NAME: u8 = 12;

/// Ranks of names with all of the words on the left. The first row that fits counts.
type Ranks = [(&'static [Word], u8)];

/// The time at which something happened is wanted, and the start of a bar.
const TIME_RANKS: &Ranks = &[
    // The clock of the recorder comes last: it is never the time of the market.
    (&[Received], 40),
    // The end of a bar.
    (&[Close], 35),
    (&[Last], 35),
    (&[Funding], 38),
    (&[Event], 0),
    // The start of a bar, under names that may mean the start of something else.
    (&[Open], 2),
    (&[Begin], 2),
    // The clock of the exchange, which may be that of its gateway.
    (&[Exchange], 4),
    (&[Trade], 4),
    // The more a name says that it is both date and clock, the better.
    (&[Timestamp], 8),
    (&[Time, Date], 9),
    (&[Time], 12),
    (&[], 20),
];
/// Names such as `window_start` and `recv`, which do not say that they are times.
const BARE_TIME_RANKS: &Ranks = &[(&[Received], 45), (&[], 5)];

/// Sizes in units come first.
const SIZE_RANKS: &Ranks = &[
    // A part of a size: that of takers.
    (&[Side], 25),
    // Sizes in money.
    (&[Turnover], 12),
    (&[Price], 12),
    // Counts of ticks stand in for a volume.
    (&[Ticks], 6),
    (&[Size], 0),
    (&[Volume], 1),
    (&[], 3),
];

/// Bars of bids come after bars of trades, and bars of asks last.
const BAR_OF_BIDS: u8 = 12;
const BAR_OF_ASKS: u8 = 16;

/// The close of bars of bids or asks as a quote: any other name for one is nearer.
const QUOTE_OF_BAR: u8 = 6;

/// Roles and ranks of names with all of the words on the left. The first row that fits counts.
type RankedRoles = [(&'static [Word], &'static [(ColumnRole, u8)])];

/// Prices, symbols and the other columns of an event.
const PRICE_ROLES: &RankedRoles = &[
    (&[Symbol], &[(ColumnRole::Symbol, 0)]),
    // An instrument's id is a number more often than a symbol.
    (&[Contract, Id], &[(ColumnRole::Symbol, 8)]),
    (&[Name, Id], &[(ColumnRole::Symbol, 8)]),
    (&[Contract, Type], &[]),
    (&[Contract, Value], &[]),
    (&[Contract], &[(ColumnRole::Symbol, 2)]),
    (&[Underlying], &[(ColumnRole::Symbol, 3)]),
    // A company's name is the last choice.
    (&[Name], &[(ColumnRole::Symbol, 12)]),
    // The value of an index, which is no number given out.
    (&[Open, Value], &[(ColumnRole::Open, 1)]),
    (&[High, Value], &[(ColumnRole::High, 1)]),
    (&[Low, Value], &[(ColumnRole::Low, 1)]),
    (&[Close, Value], &[(ColumnRole::Close, 1)]),
    (&[Id], &[]),
    // Prices that were set come after prices that were traded.
    (&[Open, Settle], &[(ColumnRole::Open, 10)]),
    (&[Open, Mark], &[(ColumnRole::Open, 10)]),
    (&[Open], &[(ColumnRole::Open, 0)]),
    (&[High, Settle], &[(ColumnRole::High, 10)]),
    (&[High, Mark], &[(ColumnRole::High, 10)]),
    (&[High], &[(ColumnRole::High, 0)]),
    (&[Low, Settle], &[(ColumnRole::Low, 10)]),
    (&[Low, Mark], &[(ColumnRole::Low, 10)]),
    (&[Low], &[(ColumnRole::Low, 0)]),
    // A close is a price where there are no bars, and a price is a close where there are.
    (&[Close, Price], &[(ColumnRole::Close, 1), (ColumnRole::Price, 6)]),
    (&[Close], &[(ColumnRole::Close, 0), (ColumnRole::Price, 6)]),
    (&[Settle], &[(ColumnRole::Close, 7), (ColumnRole::Price, 9)]),
    (&[Mark], &[(ColumnRole::Close, 9), (ColumnRole::Price, 10)]),
    (&[Last], &[(ColumnRole::Close, 3), (ColumnRole::Price, 2)]),
    (&[Price], &[(ColumnRole::Price, 0), (ColumnRole::Close, 4)]),
    // A rate or a value is often another figure than a price.
    (&[Value], &[(ColumnRole::Price, 7), (ColumnRole::Close, 8)]),
    (&[Action], &[(ColumnRole::Action, 0)]),
    // The type of a trade may be its side.
    (&[Type], &[(ColumnRole::MessageType, 0), (ColumnRole::Side, 9)]),
];

/// The roles of a name, best first; none where it says nothing of use.
pub fn roles_of(name: &str) -> Vec<NamedRole> {
    let given = |role| NamedRole { role, rank: 0, level: None };
    match name {
        "row_kind" => return vec![given(ColumnRole::RowKind)],
        "day_volume" => return vec![given(ColumnRole::Size), given(ColumnRole::DayVolume)],
        _ => {}
    }
    let words = Words::of(name);
    let level = words.number;
    let unknown = u8::try_from(words.unknown).unwrap_or(MAX_UNKNOWN).min(MAX_UNKNOWN);
    let is_adjusted = words.has(Adjusted) || words.has(Real) && !words.has(Volume);
    let added = unknown + if is_adjusted { ADJUSTED } else { 0 };
    roles(&words).into_iter().map(|(role, rank)| NamedRole { role, rank: rank + added, level }).collect()
}

/// The name as one of this role, where it is one.
pub fn role_of(name: &str, role: ColumnRole) -> Option<NamedRole> {
    roles_of(name).into_iter().find(|named| named.role == role)
}

/// Returns whether a name has any role.
pub fn has_role(name: &str) -> bool {
    !roles_of(name).is_empty()
}

/// Returns whether a name of a price may be that of another figure.
pub fn is_weak_price(name: &str) -> bool {
    let words = Words::of(name);
    role_of(name, ColumnRole::Price).is_some_and(|named| named.rank >= WEAK_PRICE && words.has(Value))
}

/// Returns whether a name is that of a figure that is no market data.
pub fn is_foreign(name: &str) -> bool {
    Words::of(name).has(Foreign)
}

/// Returns whether a name says that a price was traded at.
pub fn is_of_trade(name: &str) -> bool {
    const PHRASES: [&str; 6] = ["最新", "成交", "现价", "現在値", "현재가", "체결"];
    Words::of(name).has_any(&[Last, Trade]) || PHRASES.iter().any(|phrase| name.contains(phrase))
}

/// Returns whether all words of a name are known, whatever they mean.
pub fn is_known(name: &str) -> bool {
    let words = Words::of(name);
    words.unknown == 0 && !words.known.is_empty()
}

/// Returns whether any word of a name is known.
pub fn has_known_word(name: &str) -> bool {
    !Words::of(name).known.is_empty()
}

/// Returns whether a name is that of a figure that is no price, or of a part of an instrument.
pub fn is_useless(name: &str) -> bool {
    let figures =
        [Other, Foreign, Funding, Previous, Size, Volume, Amount, Count, Turnover, Expiry, Strike, OptionType, Level];
    // An index is often an instrument, such as `SPX Index`.
    let is_id = || is_id(name) && !name.to_lowercase().contains("index");
    Words::of(name).has_any(&figures) || is_id()
}

/// Returns whether a name says that its times have a date.
pub fn names_date(name: &str) -> bool {
    Words::of(name).has_any(&[Date, Timestamp])
}

/// The number of words of a name that are not known.
pub fn unknown_words(name: &str) -> u8 {
    u8::try_from(Words::of(name).unknown).unwrap_or(MAX_UNKNOWN).min(MAX_UNKNOWN)
}

/// Returns whether a name is that of a number given out one after the other.
pub fn is_id(name: &str) -> bool {
    Words::of(name).has(Id)
}

fn rank(words: &Words, ranks: &Ranks) -> Option<u8> {
    ranks.iter().find(|(all, _)| words.has_all(all)).map(|(_, rank)| *rank)
}

fn ranked(role: ColumnRole, words: &Words, ranks: &Ranks) -> Vec<(ColumnRole, u8)> {
    rank(words, ranks).map(|rank| (role, rank)).into_iter().collect()
}

fn roles(words: &Words) -> Vec<(ColumnRole, u8)> {
    let has = |word| words.has(word);
    let has_any = |list: &[Word]| words.has_any(list);
    let is_part = has_any(&[Expiry, Strike, Series]) || has(OptionType) && (has(Type) || words.known.len() == 1);
    if has_any(&[Other, Foreign, Previous]) || is_part && !has(Symbol) {
        return Vec::new();
    }
    if has_any(&[Time, Date, Timestamp]) {
        // Such a name is that of a time at which something else happened, or of a count.
        let is_other = has_any(&[High, Low, Id, Count, Settle]);
        return if is_other { Vec::new() } else { ranked(ColumnRole::Time, words, TIME_RANKS) };
    }
    // The figures of an underlying are not those of its options.
    if has(Funding) || has(Underlying) && has_any(&[Price, Bid, Ask, Value, Id, Volume, Size, Last, Open, Close]) {
        return Vec::new();
    }
    if has(Snapshot) {
        return vec![(ColumnRole::Snapshot, 0)];
    }
    if has_any(&[Bid, Ask]) && !has_any(&[Id, Side, Type]) {
        return book_side(words);
    }
    if has(Maker) {
        return vec![(ColumnRole::BuyerMaker, 0)];
    }
    let is_size = has_any(&[Size, Volume, Amount]);
    if has(Side) && !is_size && !has(Id) {
        return vec![(ColumnRole::Side, u8::from(!has(Buy)))];
    }
    if has(Turnover) && !is_size && !has(Price) {
        return Vec::new();
    }
    if has_any(&[Buy, Sell]) {
        return order_of_one_side(words);
    }
    if is_size || has(Ticks) && !has(Id) && words.known.len() == 1 {
        let rank = rank(words, SIZE_RANKS);
        return rank.into_iter().flat_map(|rank| [(ColumnRole::Size, rank), (ColumnRole::Volume, rank)]).collect();
    }
    if has_any(&[Count, Level]) {
        return Vec::new();
    }
    if has_any(&[Event, Received]) || has(Begin) && !has(Open) {
        return ranked(ColumnRole::Time, words, BARE_TIME_RANKS);
    }
    let last = words.known.iter().rfind(|word| matches!(word, Contract | Price));
    if has(Contract) && last == Some(&Price) {
        // The price of a stock is a price, and the contract of a price a symbol.
        return vec![(ColumnRole::Price, 1), (ColumnRole::Close, 5)];
    }
    let found = PRICE_ROLES.iter().find(|(all, _)| words.has_all(all));
    found.map_or_else(Vec::new, |(_, roles)| roles.to_vec())
}

/// The role of a name such as `BuyPrice`: that of the best order to buy. A volume of buyers is a part of another.
fn order_of_one_side(words: &Words) -> Vec<(ColumnRole, u8)> {
    const RANK: u8 = 8;
    let (price, size) = match (words.has(Buy), words.has(Sell)) {
        (true, false) => (ColumnRole::Bid, ColumnRole::BidSize),
        (false, true) => (ColumnRole::Ask, ColumnRole::AskSize),
        _ => return Vec::new(),
    };
    let is_part = words.has_any(&[Volume, Trade, Turnover, Filler, Count, Maker, Side, Id]);
    match (words.has(Price), words.has(Size)) {
        (true, false) if !is_part => vec![(price, RANK)],
        (false, true) if !is_part => vec![(size, RANK)],
        _ => Vec::new(),
    }
}

/// The role of a name with bid or ask in it.
fn book_side(words: &Words) -> Vec<(ColumnRole, u8)> {
    let is_bid = words.has(Bid);
    let is_both = is_bid && words.has(Ask);
    if is_both || words.has_any(&[Count, Exchange]) && !words.has_any(&[Size, Volume]) {
        return Vec::new();
    }
    let (price, size, of_bar) = match is_bid {
        true => (ColumnRole::Bid, ColumnRole::BidSize, BAR_OF_BIDS),
        false => (ColumnRole::Ask, ColumnRole::AskSize, BAR_OF_ASKS),
    };
    if words.has_any(&[Size, Volume, Amount]) {
        return vec![(size, 0)];
    }
    let of_bars =
        [(Open, ColumnRole::Open), (High, ColumnRole::High), (Low, ColumnRole::Low), (Close, ColumnRole::Close)];
    match of_bars.iter().find(|(word, _)| words.has(*word)) {
        // Without bars the last bid of an interval is a quote.
        Some((Close, role)) => vec![(*role, of_bar), (price, QUOTE_OF_BAR)],
        Some((_, role)) => vec![(*role, of_bar)],
        None => vec![(price, 0)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, want: Option<(ColumnRole, u8)>) {
        assert_eq!(roles_of(name).first().map(|named| (named.role, named.rank)), want, "{name:?}");
    }

    #[test]
    fn role_follows_from_the_words_of_a_name() {
        check("ts_event", Some((ColumnRole::Time, 0)));
        check("timeOpen", Some((ColumnRole::Time, 2)));
        check("local_timestamp", Some((ColumnRole::Time, 40)));
        check("timeClose", Some((ColumnRole::Time, 35)));
        check("timeHigh", None);
        check("Adj Close", Some((ColumnRole::Close, 30)));
        check("adjclose", Some((ColumnRole::Close, 30)));
        check("Close/Last", Some((ColumnRole::Close, 0)));
        check("close_price", Some((ColumnRole::Close, 1)));
        check("Schlusskurs", Some((ColumnRole::Close, 0)));
        check("Vol.", Some((ColumnRole::Size, 1)));
        check("quoteQty", Some((ColumnRole::Size, 12)));
        check("window_start", Some((ColumnRole::Time, 5)));
        check("Change %", None);
        check("Previous Day Open Interest", None);
        check("Weighted_Price", None);
        check("bid_px_00", Some((ColumnRole::Bid, 0)));
        check("bid_ct_00", None);
        check("bidsize", Some((ColumnRole::BidSize, 0)));
        check("BidOpen", Some((ColumnRole::Open, 12)));
        check("isBuyerMaker", Some((ColumnRole::BuyerMaker, 0)));
        check("side", Some((ColumnRole::Side, 1)));
        check("instrument_id", Some((ColumnRole::Symbol, 8)));
        check("trade_id", None);
        check("高値", Some((ColumnRole::High, 0)));
        check("前收盘", None);
        check("is_snapshot", Some((ColumnRole::Snapshot, 0)));
        check("Plot", None);
        check("funding_rate", None);
        check("Exchange rate", Some((ColumnRole::Price, 7)));
        check("option_symbol", Some((ColumnRole::Symbol, 0)));
        check("optionPrice", Some((ColumnRole::Price, 0)));
        check("strike_price", None);
        check("option_type", None);
        check("underlying_price", None);
        check("underlying", Some((ColumnRole::Symbol, 3)));
        check("Stock Price", Some((ColumnRole::Price, 1)));
        check("PRICE_CONTRACT", Some((ColumnRole::Symbol, 2)));
        check("Closing Index Value", Some((ColumnRole::Close, 1)));
        check("Real Price", Some((ColumnRole::Price, 30)));
        check("real_volume", Some((ColumnRole::Size, 1)));
        check("BuyPrice", Some((ColumnRole::Bid, 8)));
        check("SellQty", Some((ColumnRole::AskSize, 8)));
        check("taker_buy_volume", None);
        check("卖一价", Some((ColumnRole::Ask, 0)));
        check("最新", Some((ColumnRole::Close, 3)));
        check("市场代码", None);
        check("ShortVolume", None);
        check("TtlTradgVol", Some((ColumnRole::Size, 1)));
        check("XpryDt", None);
        check("YCP", None);
        check("TckrSymb", Some((ColumnRole::Symbol, 0)));
        check("LTP*", Some((ColumnRole::Close, 3)));
    }
}
