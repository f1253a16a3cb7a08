//! Which columns hold prices and sizes, told by their values where no name tells.

use super::profile::Profile;
use crate::feed::replay::layout::{Shape, SideColumn, TickColumns};

/// So much of the rows must agree with what a group of columns is taken for.
const NEARLY_ALL: f64 = 0.98;
/// The largest of prices that belong together is not more than so many times the smallest.
const SPREAD: f64 = 3.0;
/// Bid and ask lie within this share of each other.
const CLOSE_QUOTES: f64 = 0.02;
/// Prices move by less than this share from row to row in the median.
const CALM: f64 = 0.1;

pub const SIDES: [&str; 12] = ["buy", "sell", "b", "s", "bid", "ask", "a", "buyer", "seller", "1", "-1", "0"];
const BOOLEANS: [&str; 2] = ["true", "false"];

/// Finds what rows hold; `free` are the columns that are not time or symbol.
pub fn find(profiles: &[Profile], free: &[usize], newest_first: bool) -> Option<Shape> {
    let is_price = |n: &usize| is_price_like(&profiles[*n]) && !is_count(&profiles[*n]);
    let numeric: Vec<usize> = free.iter().copied().filter(is_price).collect();
    bars(profiles, &numeric, newest_first)
        .or_else(|| messages(profiles, free))
        .or_else(|| quotes(profiles, &numeric))
        .or_else(|| trades(profiles, &numeric, free))
}

fn is_price_like(profile: &Profile) -> bool {
    profile.mostly(profile.numeric) && !profile.is_mangled()
}

/// Whole numbers that only grow are given out one after the other, and are no prices.
fn is_count(profile: &Profile) -> bool {
    profile.are_integers
        && profile.steps(|a, b| b > a) >= NEARLY_ALL
        && profile.values().count() > 3
        && profile.max() > 100.0
}

/// Four columns in a row, of which one is always the highest and one the lowest.
fn bars(profiles: &[Profile], numeric: &[usize], newest_first: bool) -> Option<Shape> {
    let windows = numeric.windows(4).filter(|four| four[3] - four[0] == 3);
    let found = windows
        .filter_map(|four| Some((range(profiles, four, newest_first)?, four)))
        .min_by(|a, b| a.0.3.total_cmp(&b.0.3));
    let ((open, high, low, _), four) = found?;
    let close = (0..4).find(|n| ![open, high, low].contains(n))?;
    let volume = numeric.iter().copied().find(|n| *n == four[3] + 1);
    Some(Shape::Bars { open: four[open], high: four[high], low: four[low], close: four[close], volume })
}

/// Which of four columns are open, high and low, and the share of rows that disagree.
fn range(profiles: &[Profile], four: &[usize], newest_first: bool) -> Option<(usize, usize, usize, f64)> {
    let rows: Vec<[f64; 4]> = rows(profiles, four).filter(|row| row.iter().all(|v| *v != 0.0)).collect();
    let near = rows.iter().filter(|row| {
        let (low, high) = row.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        low > 0.0 && high <= low * SPREAD || low <= 0.0 && high - low <= low.abs().max(high.abs()) * SPREAD
    });
    if rows.is_empty() || (near.count() as f64) < rows.len() as f64 * NEARLY_ALL {
        return None;
    }
    let share =
        |holds: &dyn Fn(&[f64; 4]) -> bool| rows.iter().filter(|row| holds(row)).count() as f64 / rows.len() as f64;
    let is_high = |n: usize| share(&|row| row.iter().all(|v| row[n] >= *v));
    let is_low = |n: usize| share(&|row| row.iter().all(|v| row[n] <= *v));
    // The usual order decides where several columns would do: open, high, low, close.
    let best = |score: &dyn Fn(usize) -> f64, order: [usize; 4]| {
        order.into_iter().rev().max_by(|a, b| score(*a).total_cmp(&score(*b)))
    };
    let high = best(&is_high, [1, 2, 0, 3])?;
    let low = best(&|n| if n == high { -1.0 } else { is_low(n) }, [2, 1, 3, 0])?;
    let fits = is_high(high).min(is_low(low));
    if fits < NEARLY_ALL {
        return None;
    }
    let others: Vec<usize> = (0..4).filter(|n| *n != high && *n != low).collect();
    let open = open_of(&rows, others[0], others[1], newest_first);
    Some((open, high, low, 1.0 - fits))
}

/// Of two columns the one that begins where the other ended a row before.
fn open_of(rows: &[[f64; 4]], a: usize, b: usize, newest_first: bool) -> usize {
    let gap = |open: usize, close: usize| -> f64 {
        let apart = |pair: &[[f64; 4]]| {
            if newest_first { pair[0][open] - pair[1][close] } else { pair[1][open] - pair[0][close] }
        };
        rows.windows(2).map(|pair| apart(pair).abs()).sum()
    };
    // Only a clear case turns the usual order round.
    if gap(b, a) * 3.0 < gap(a, b) { b } else { a }
}

fn rows<'a>(profiles: &'a [Profile], columns: &'a [usize]) -> impl Iterator<Item = [f64; 4]> + 'a {
    let count = profiles.first().map_or(0, |profile| profile.numbers.len());
    (0..count).filter_map(move |row| {
        let mut values = [0.0; 4];
        for (value, column) in values.iter_mut().zip(columns) {
            *value = profiles[*column].numbers[row]?;
        }
        Some(values)
    })
}

/// Two columns of which the first is hardly below the second, side by side or with a size between.
fn quotes(profiles: &[Profile], numeric: &[usize]) -> Option<Shape> {
    for gap in [1, 2] {
        for pair in numeric.windows(gap + 1) {
            let (a, b) = (pair[0], pair[gap]);
            let Some(is_bid_first) = is_quote(profiles, a, b) else { continue };
            let (bid, ask) = if is_bid_first { (a, b) } else { (b, a) };
            let after = |column: usize| numeric.iter().copied().find(|n| *n == column + 1 && *n != a && *n != b);
            let (first, second) = if gap == 2 { (after(a), after(b)) } else { (after(b), after(b + 1)) };
            // One more number behind both is neither's size.
            let sizes = if gap == 1 && second.is_none() { (None, None) } else { (first, second) };
            let (bid_size, ask_size) = if is_bid_first { sizes } else { (sizes.1, sizes.0) };
            let ticks = TickColumns { bid: Some(bid), ask: Some(ask), bid_size, ask_size, ..TickColumns::default() };
            return Some(Shape::Ticks(ticks));
        }
    }
    None
}

/// Whether two columns are bid and ask or, `false`, ask and bid.
fn is_quote(profiles: &[Profile], a: usize, b: usize) -> Option<bool> {
    let both: Vec<[f64; 4]> = rows(profiles, &[a, b])
        .filter(|row| row[0] > 0.0 && row[1] > 0.0)
        .map(|row| [row[0], row[1], 0.0, 0.0])
        .collect();
    let share = |holds: &dyn Fn(f64, f64) -> bool| {
        both.iter().filter(|row| holds(row[0], row[1])).count() as f64 / both.len().max(1) as f64
    };
    let near = share(&|a, b| (a - b).abs() <= a * CLOSE_QUOTES);
    if both.is_empty() || near < NEARLY_ALL || share(&|a, b| a == b) > 0.5 {
        return None;
    }
    match () {
        () if share(&|a, b| a <= b) >= NEARLY_ALL => Some(true),
        () if share(&|a, b| a >= b) >= NEARLY_ALL => Some(false),
        () => None,
    }
}

/// A calm column is the price, and a number beside it the size.
fn trades(profiles: &[Profile], numeric: &[usize], free: &[usize]) -> Option<Shape> {
    let is_flag = |n: &usize| profiles[*n].are_all(&SIDES);
    let usable: Vec<usize> = numeric.iter().copied().filter(|n| !is_flag(n)).collect();
    let mut calm: Vec<usize> =
        usable.iter().copied().filter(|n| profiles[*n].restlessness() <= CALM && profiles[*n].max() > 0.0).collect();
    if calm.len() > 1 {
        // A price moves at times; a column that never does is something else.
        let moves = |n: &usize| profiles[*n].max() > profiles[*n].min();
        if calm.iter().any(moves) {
            calm.retain(moves);
        }
    }
    let price = *calm.first().or_else(|| usable.first())?;
    let size = usable.iter().copied().find(|n| *n > price).or_else(|| usable.iter().copied().find(|n| *n != price));
    Some(Shape::Ticks(TickColumns { price: Some(price), size, side: side(profiles, free), ..TickColumns::default() }))
}

/// The column that tells the aggressor, by its words.
pub fn side(profiles: &[Profile], free: &[usize]) -> Option<SideColumn> {
    let words = free.iter().copied().find(|n| profiles[*n].are_all(&SIDES[..9]));
    let maker = || free.iter().copied().find(|n| profiles[*n].are_all(&BOOLEANS));
    let words = words.map(|column| SideColumn { column, is_maker: false });
    words.or_else(|| maker().map(|column| SideColumn { column, is_maker: true }))
}

/// LOBSTER: `time, type 1 to 7, order id, size, price, direction 1 or -1`.
fn messages(profiles: &[Profile], free: &[usize]) -> Option<Shape> {
    const TYPES: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];
    let [kind, _, size, price, direction, ..] = *free else { return None };
    let fits = profiles[kind].are_all(&TYPES)
        && profiles[kind].texts.len() > 1
        && profiles[direction].are_all(&["1", "-1"])
        && profiles[price].are_integers
        && profiles[size].are_integers;
    (fits && is_price_like(&profiles[price])).then_some(Shape::Messages { kind, price, size, direction })
}
