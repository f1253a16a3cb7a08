//! Tables with a column of prices for each symbol, under the symbols as names.
//!
//! Some symbols are words for something else: `C`, `V`, `LOW`, `OPEN`, `KEY`, `EUR`. A header of symbols alone tells.

use super::column_name::{self, ADJUSTED, WEAK_PRICE};
use super::given::UNUSED;
use super::profile::Profile;
use super::table::Table;
use super::weights::{AGREEING_ROWS, BAR_SPREAD, CALM_COLUMN, MANY_MOVES, PRICE_COLUMNS, WIDE_RANGE};
use crate::feed::replay::schema::column_role::ColumnRole;
use crate::feed::replay::schema::layout::{ColumnGroup, RowShape, TickColumns};
use crate::feed::replay::schema::symbol;

/// The longest symbol that is not known for one by anything but its letters.
const MAX_TICKER_BYTES: usize = 9;
/// Words for columns in capitals that are no symbols.
const FIELDS: [&str; 20] = [
    "CLOSE", "PRICE", "LAST", "VOLUME", "VOL", "HIGH", "ADJ", "QTY", "SIZE", "BID", "ASK", "AMOUNT", "SETTLE", "RATE",
    "VALUE", "TIME", "DATE", "OI", "VWAP", "PX",
];
/// The codes of currencies that head columns of rates, some of which are words for turnover elsewhere.
const CURRENCIES: &str = "USD EUR GBP JPY CHF AUD CAD NZD CNY CNH HKD SGD SEK NOK DKK PLN CZK HUF RON TRY RUB ZAR BRL \
                          MXN INR KRW TWD THB IDR MYR PHP ILS BGN HRK ISK USDT USDC BUSD BTC ETH";

/// Returns whether all columns of numbers are named by symbols, some of which can be nothing else.
pub fn are_names(profiles: &[Profile], taken: &[usize]) -> bool {
    let columns: Vec<&Profile> = candidates(profiles, taken).collect();
    let sure = columns.iter().filter(|profile| is_sure(&profile.name)).count();
    columns.iter().all(|profile| is_ticker(&profile.name))
        && sure > 0
        && (sure * 2 >= columns.len().min(4) || are_of_no_bar(&columns))
}

/// Returns whether columns under words for the prices of a bar are too far apart to be of one: then the words are
/// symbols.
fn are_of_no_bar(columns: &[&Profile]) -> bool {
    let roles = [ColumnRole::Open, ColumnRole::High, ColumnRole::Low, ColumnRole::Close];
    let is_of_bar = |profile: &&&Profile| roles.iter().any(|role| column_name::role_of(&profile.name, *role).is_some());
    let prices = columns.iter().filter(is_of_bar).copied().filter(|one| moves_as_price(one));
    let (lowest, highest) =
        prices.fold((f64::MAX, f64::MIN), |(lowest, highest), one| (one.max().min(lowest), one.min().max(highest)));
    lowest * BAR_SPREAD < highest
}

fn candidates<'a>(profiles: &'a [Profile], taken: &'a [usize]) -> impl Iterator<Item = &'a Profile> {
    indices(profiles, taken).map(|n| &profiles[n])
}

/// Columns of numbers, or of nothing in the sample, with a name.
fn indices<'a>(profiles: &'a [Profile], taken: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
    (0..profiles.len()).filter(move |n| {
        let profile = &profiles[*n];
        let is_numeric = profile.filled == 0 || profile.is_numeric();
        is_numeric && !taken.contains(n) && !profile.name.is_empty() && profile.name != UNUSED
    })
}

/// Capitals and digits, and not a word for a column.
fn is_ticker(name: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || ".-^=/&_".contains(c);
    (1..=MAX_TICKER_BYTES).contains(&name.len()) && name.chars().all(is_fit) && !FIELDS.contains(&name)
}

/// A symbol that is no word for a column.
fn is_sure(name: &str) -> bool {
    is_ticker(name) && (!column_name::has_known_word(name) || is_currency(name))
}

fn is_currency(name: &str) -> bool {
    CURRENCIES.split_ascii_whitespace().any(|code| code == name)
}

/// A table with one column of prices for each symbol: numbers that move as prices do, under names that mean nothing
/// else. `None` where a column is none, or a name says that the table has no prices.
pub fn find(table: &Table, profiles: &[Profile], taken: &[usize]) -> Option<Vec<ColumnGroup>> {
    let are_tickers = are_names(profiles, taken);
    let may_be_symbol = |n: &usize| {
        let name = &profiles[*n].name;
        are_tickers
            || is_currency(&name.to_ascii_uppercase())
            || !column_name::is_known(name) && !column_name::is_useless(name)
    };
    let columns: Vec<usize> =
        indices(profiles, taken).filter(may_be_symbol).filter(|n| !counts_up(&profiles[*n])).collect();
    let filled: Vec<usize> = columns.iter().copied().filter(|n| profiles[*n].filled > 0).collect();
    let prices = filled.iter().filter(|n| moves_as_price(&profiles[**n])).count();
    if prices == 0 || foreign(table, profiles).is_some() || prices * 100 < filled.len() * PRICE_COLUMNS {
        return None;
    }
    let group = |n: usize| ColumnGroup {
        symbol: Some(symbol::fit(&profiles[n].name)),
        shape: RowShape::Bars { open: n, high: n, low: n, close: n, volume: None },
    };
    // A blank column is one of a symbol only among sure ones.
    Some(columns.into_iter().filter(|n| are_tickers || profiles[*n].filled > 0).map(group).collect())
}

/// Row numbers.
fn counts_up(profile: &Profile) -> bool {
    profile.are_integers()
        && profile.values().count() > 2
        && profile.share_of_steps(|a, b| b - a == 1.0) > AGREEING_ROWS
}

/// Above zero, and moving by small shares.
fn moves_as_price(profile: &Profile) -> bool {
    let count = profile.values().count();
    let is_calm = match count {
        0..MANY_MOVES => profile.max() <= profile.min() * WIDE_RANGE,
        _ => profile.median_move() <= CALM_COLUMN,
    };
    count > 0 && !profile.is_mangled() && !is_negative(profile) && is_calm
}

/// A price by a name such as `value`, which may be another figure: in a table of figures that are no market data, or
/// not moving as prices do.
pub fn is_no_price(table: &Table, profiles: &[Profile], shape: &RowShape) -> bool {
    let RowShape::Ticks(TickColumns { price: Some(price), bid: None, ask: None, .. }) = *shape else { return false };
    let named = column_name::role_of(&profiles[price].name, ColumnRole::Price);
    let is_weak = named.is_some_and(|named| (WEAK_PRICE..ADJUSTED).contains(&named.rank));
    let are_yields = || profiles.iter().any(are_tenors);
    let is_negative = || table.header.is_some() && is_negative(&profiles[price]);
    is_weak && (foreign(table, profiles).is_some() || is_negative() || are_yields())
}

/// The name, or the line above the rows, of figures that are no market data.
pub fn foreign<'a>(table: &'a Table, profiles: &'a [Profile]) -> Option<&'a str> {
    let names = profiles.iter().map(|profile| profile.name.as_str());
    names.chain(table.preamble.lines()).find(|text| column_name::is_foreign(text))
}

/// Lengths of loans, such as `1 Mo` and `10 Yr`: the figures beside them are yields.
fn are_tenors(profile: &Profile) -> bool {
    let is_tenor = |text: &String| {
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        unit.len() < text.len() && ["mo", "yr", "m", "y", "month", "year", "months", "years"].contains(&unit)
    };
    profile.texts.len() > 1 && profile.texts.iter().all(is_tenor)
}

/// Below zero or at zero in more than a few rows.
fn is_negative(profile: &Profile) -> bool {
    let (count, positive) =
        profile.values().fold((0u32, 0u32), |(count, some), v| (count + 1, some + u32::from(v > 0.0)));
    f64::from(positive) < f64::from(count) * AGREEING_ROWS
}

/// The columns of a price. Of a price without inflation and one column of a symbol beside it, the latter was traded at.
pub fn nominal(profiles: &[Profile], taken: &[usize], shape: RowShape) -> ColumnGroup {
    let plain = ColumnGroup { symbol: None, shape };
    let RowShape::Ticks(ticks @ TickColumns { price: Some(price), bid: None, ask: None, .. }) = shape else {
        return plain;
    };
    let rank = column_name::role_of(&profiles[price].name, ColumnRole::Price).map_or(0, |named| named.rank);
    let mut others = indices(profiles, taken).filter(|n| is_sure(&profiles[*n].name) && moves_as_price(&profiles[*n]));
    match (others.next(), others.next()) {
        (Some(only), None) if rank >= ADJUSTED => ColumnGroup {
            symbol: Some(symbol::fit(&profiles[only].name)),
            shape: RowShape::Ticks(TickColumns { price: Some(only), ..ticks }),
        },
        _ => plain,
    }
}
