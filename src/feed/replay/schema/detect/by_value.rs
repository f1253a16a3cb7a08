//! The columns of a row by their values, where no name tells them.

use super::cell_words::{BOOLEANS, DIRECTIONS, MESSAGE_TYPES, SIDES, SIDES_AND_NUMBERS};
use super::profile::Profile;
use super::weights::{
    AGREEING_ROWS, BAR_SPREAD, CALM_PRICE, CLEARLY_NEARER, EQUAL_QUOTES, MAX_GAP, MIN_CONTINUOUS, MIN_IDS,
    MIN_LARGEST_ID, QUOTE_SPREAD, TRADES_WITHIN,
};
use crate::feed::replay::schema::layout::{RowShape, SideColumn, TickColumns};

/// Finds the shape of rows. `free` are the columns that have no time and no symbols.
pub fn find(profiles: &[Profile], free: &[usize], newest_first: bool) -> Option<RowShape> {
    let is_price = |n: &usize| is_price_like(&profiles[*n]) && !is_id(&profiles[*n]);
    let numeric: Vec<usize> = free.iter().copied().filter(is_price).collect();
    let bars: Vec<BarColumns> = BarColumns::all(profiles, &numeric, newest_first);
    if !bars.is_empty() {
        let shape = bids_and_asks(profiles, &numeric, &bars).or_else(|| best_bars(&numeric, &bars));
        // Columns in the order of bars that are none are those of several instruments.
        return shape.or_else(|| messages(profiles, free));
    }
    messages(profiles, free)
        .or_else(|| trade_and_quote(profiles, &numeric))
        .or_else(|| quotes(profiles, &numeric))
        .or_else(|| trades(profiles, &numeric, free))
}

fn is_price_like(profile: &Profile) -> bool {
    profile.are_most(profile.numeric) && !profile.is_mangled()
}

/// Whole numbers that only rise are ids.
fn is_id(profile: &Profile) -> bool {
    profile.are_integers()
        && profile.share_of_steps(|a, b| b > a) >= AGREEING_ROWS
        && profile.values().count() > MIN_IDS
        && profile.max() > MIN_LARGEST_ID
}

/// The bars that the fewest rows disagree with.
fn best_bars(numeric: &[usize], bars: &[BarColumns]) -> Option<RowShape> {
    let are_continuous = bars.iter().filter(|bars| bars.is_continuous);
    let bars = are_continuous.min_by(|a, b| a.disagreement.total_cmp(&b.disagreement))?;
    let [open, high, low, close] = bars.order;
    let volume = numeric.iter().copied().find(|n| *n == bars.last + 1);
    Some(RowShape::Bars { open, high, low, close, volume })
}

/// Bars of bids, and behind them bars of asks: each row plays as the quote of their closes.
fn bids_and_asks(profiles: &[Profile], numeric: &[usize], bars: &[BarColumns]) -> Option<RowShape> {
    let pairs = bars.iter().flat_map(|first| bars.iter().map(move |second| (first, second)));
    let found = pairs.filter(|(first, second)| (4..7).contains(&(second.last - first.last.min(second.last))));
    let (first, second) = found.filter(|(a, b)| a.is_continuous && b.is_continuous).min_by_key(|(a, _)| a.last)?;
    let close = |bars: &BarColumns| bars.order[3];
    let (bids, asks) =
        if is_bid_first(profiles, close(first), close(second))? { (first, second) } else { (second, first) };
    let size = |bars: &BarColumns| numeric.iter().copied().find(|n| *n == bars.last + 1 && *n + 3 != second.last);
    Some(RowShape::Ticks(TickColumns {
        bid: Some(close(bids)),
        ask: Some(close(asks)),
        bid_size: size(bids),
        ask_size: size(asks),
        ..TickColumns::default()
    }))
}

/// Four columns side by side, one of which is always the highest and one the lowest.
struct BarColumns {
    /// The columns of open, high, low and close.
    order: [usize; 4],
    /// The last of the four.
    last: usize,
    /// The share of rows that disagree.
    disagreement: f64,
    /// Each bar opens near the close of the bar before. Columns of several instruments keep their distance.
    is_continuous: bool,
}

impl BarColumns {
    fn all(profiles: &[Profile], numeric: &[usize], newest_first: bool) -> Vec<Self> {
        let windows = numeric.windows(4).filter(|four| four[3] - four[0] == 3);
        windows.filter_map(|four| Self::of(profiles, four, newest_first)).collect()
    }

    fn of(profiles: &[Profile], four: &[usize], newest_first: bool) -> Option<Self> {
        let rows: Vec<[f64; 4]> = rows(profiles, four).filter(|row| row.iter().all(|v| *v != 0.0)).collect();
        let share = |holds: &dyn Fn(&[f64; 4]) -> bool| {
            rows.iter().filter(|row| holds(row)).count() as f64 / rows.len().max(1) as f64
        };
        if rows.is_empty() || share(&are_near) < AGREEING_ROWS {
            return None;
        }
        let is_high = |n: usize| share(&|row| row.iter().all(|v| row[n] >= *v));
        let is_low = |n: usize| share(&|row| row.iter().all(|v| row[n] <= *v));
        // Where several columns would do, the usual order decides: open, high, low, close.
        let best = |score: &dyn Fn(usize) -> f64, order: [usize; 4]| {
            order.into_iter().rev().max_by(|a, b| score(*a).total_cmp(&score(*b)))
        };
        let high = best(&is_high, [1, 2, 0, 3])?;
        let low = best(&|n| if n == high { -1.0 } else { is_low(n) }, [2, 1, 3, 0])?;
        let agreement = is_high(high).min(is_low(low));
        if agreement < AGREEING_ROWS {
            return None;
        }
        let others: Vec<usize> = (0..4).filter(|n| *n != high && *n != low).collect();
        let (open, close) = open_and_close(&rows, others[0], others[1], newest_first);
        let is_continuous = is_continuous(&rows, open, close, newest_first);
        let order = [open, high, low, close].map(|n| four[n]);
        Some(Self { order, last: four[3], disagreement: 1.0 - agreement, is_continuous })
    }
}

/// The step from a close to the next open is no longer than those from open to open and from close to close.
fn is_continuous(rows: &[[f64; 4]], open: usize, close: usize, newest_first: bool) -> bool {
    let median = |step: &dyn Fn(&[f64; 4], &[f64; 4]) -> f64| {
        let pairs = rows.windows(2).map(|pair| if newest_first { (&pair[1], &pair[0]) } else { (&pair[0], &pair[1]) });
        let mut steps: Vec<f64> = pairs.map(|(before, after)| step(before, after).abs()).collect();
        steps.sort_unstable_by(f64::total_cmp);
        steps.get(steps.len() / 2).copied().unwrap_or(0.0)
    };
    let gap = median(&|before, after| after[open] - before[close]);
    let own =
        median(&|before, after| after[open] - before[open]) + median(&|before, after| after[close] - before[close]);
    rows.len() < MIN_CONTINUOUS || gap <= own * MAX_GAP
}

/// The prices of a row are near each other, on whichever side of zero.
fn are_near(row: &[f64; 4]) -> bool {
    let (low, high) = row.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
    low > 0.0 && high <= low * BAR_SPREAD || low <= 0.0 && high - low <= low.abs().max(high.abs()) * BAR_SPREAD
}

/// Tells open and close apart: a bar opens near the close of the bar before.
fn open_and_close(rows: &[[f64; 4]], a: usize, b: usize, newest_first: bool) -> (usize, usize) {
    let gaps = |open: usize, close: usize| -> f64 {
        let gap = |pair: &[[f64; 4]]| {
            if newest_first { pair[0][open] - pair[1][close] } else { pair[1][open] - pair[0][close] }
        };
        rows.windows(2).map(|pair| gap(pair).abs()).sum()
    };
    if gaps(b, a) * CLEARLY_NEARER < gaps(a, b) { (b, a) } else { (a, b) }
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

/// A price, and a bid and an ask between which it lies, side by side in any order; the size of the trade behind them.
fn trade_and_quote(profiles: &[Profile], numeric: &[usize]) -> Option<RowShape> {
    let three = numeric.windows(3).filter(|three| three[2] - three[0] == 2);
    three.filter_map(|three| trade_and_quote_in(profiles, numeric, three)).next()
}

fn trade_and_quote_in(profiles: &[Profile], numeric: &[usize], three: &[usize]) -> Option<RowShape> {
    let orders = [[0, 1, 2], [2, 0, 1], [1, 0, 2]].map(|order| order.map(|n| three[n]));
    orders.into_iter().find_map(|[price, a, b]| {
        let (bid, ask) = if is_bid_first(profiles, a, b)? { (a, b) } else { (b, a) };
        let values = [price, bid, ask].map(|n| &profiles[n].numbers);
        let rows = (0..values[0].len()).filter_map(|row| Some((values[0][row]?, values[1][row]?, values[2][row]?)));
        let (count, within) = rows
            .filter(|(_, bid, ask)| *bid > 0.0 && *ask > 0.0)
            .fold((0, 0), |(count, within), row| (count + 1, within + usize::from(row.1 <= row.0 && row.0 <= row.2)));
        if within as f64 <= count as f64 * TRADES_WITHIN {
            return None;
        }
        let size = numeric.iter().copied().find(|n| *n == three[2] + 1);
        let ticks = TickColumns { price: Some(price), size, bid: Some(bid), ask: Some(ask), ..TickColumns::default() };
        Some(RowShape::Ticks(ticks))
    })
}

/// Two columns that are near and do not cross, side by side or with a size between.
fn quotes(profiles: &[Profile], numeric: &[usize]) -> Option<RowShape> {
    for gap in [1, 2] {
        for pair in numeric.windows(gap + 1) {
            let (a, b) = (pair[0], pair[gap]);
            let Some(is_bid_first) = is_bid_first(profiles, a, b) else { continue };
            let (bid, ask) = if is_bid_first { (a, b) } else { (b, a) };
            let after = |column: usize| numeric.iter().copied().find(|n| *n == column + 1 && *n != a && *n != b);
            let (first, second) = if gap == 2 { (after(a), after(b)) } else { (after(b), after(b + 1)) };
            // A single number behind both is the size of neither.
            let sizes = if gap == 1 && second.is_none() { (None, None) } else { (first, second) };
            let (bid_size, ask_size) = if is_bid_first { sizes } else { (sizes.1, sizes.0) };
            let ticks = TickColumns { bid: Some(bid), ask: Some(ask), bid_size, ask_size, ..TickColumns::default() };
            return Some(RowShape::Ticks(ticks));
        }
    }
    None
}

/// Returns whether the first of two columns is the bid and the second the ask, or `false` for the other way round;
/// `None` where they are neither.
fn is_bid_first(profiles: &[Profile], a: usize, b: usize) -> Option<bool> {
    let columns = [a, b];
    let both = rows(profiles, &columns).map(|row| (row[0], row[1]));
    let both: Vec<(f64, f64)> = both.filter(|(a, b)| *a > 0.0 && *b > 0.0).collect();
    let share = |holds: &dyn Fn(f64, f64) -> bool| {
        both.iter().filter(|(a, b)| holds(*a, *b)).count() as f64 / both.len().max(1) as f64
    };
    let near = share(&|a, b| (a - b).abs() <= a * QUOTE_SPREAD);
    if both.is_empty() || near < AGREEING_ROWS || share(&|a, b| a == b) > EQUAL_QUOTES {
        return None;
    }
    if share(&|a, b| a <= b) >= AGREEING_ROWS {
        return Some(true);
    }
    (share(&|a, b| a >= b) >= AGREEING_ROWS).then_some(false)
}

/// A price, which moves little, and a size beside it.
fn trades(profiles: &[Profile], numeric: &[usize], free: &[usize]) -> Option<RowShape> {
    let is_side = |n: &usize| profiles[*n].are_all(&SIDES_AND_NUMBERS);
    let usable: Vec<usize> = numeric.iter().copied().filter(|n| !is_side(n)).collect();
    let is_calm = |n: &usize| profiles[*n].median_move() <= CALM_PRICE && profiles[*n].max() > 0.0;
    let mut calm: Vec<usize> = usable.iter().copied().filter(is_calm).collect();
    if calm.len() > 1 {
        // A column that never moves is something else, if another one does.
        let moves = |n: &usize| profiles[*n].max() > profiles[*n].min();
        if calm.iter().any(moves) {
            calm.retain(moves);
        }
    }
    let price = *calm.first().or_else(|| usable.first())?;
    let size = usable.iter().copied().find(|n| *n > price).or_else(|| usable.iter().copied().find(|n| *n != price));
    let side = side(profiles, free);
    Some(RowShape::Ticks(TickColumns { price: Some(price), size, side, ..TickColumns::default() }))
}

/// The column of the aggressor.
fn side(profiles: &[Profile], free: &[usize]) -> Option<SideColumn> {
    let column_of = |words: &[&str]| free.iter().copied().find(|n| profiles[*n].are_all(words));
    let words = column_of(&SIDES).map(|column| SideColumn { column, is_maker: false });
    words.or_else(|| column_of(&BOOLEANS).map(|column| SideColumn { column, is_maker: true }))
}

/// The messages of LOBSTER: time, type, order id, size, price, direction.
fn messages(profiles: &[Profile], free: &[usize]) -> Option<RowShape> {
    let [kind, _, size, price, direction, ..] = *free else { return None };
    let fits = profiles[kind].are_all(&MESSAGE_TYPES)
        && profiles[kind].texts.len() > 1
        && profiles[direction].are_all(&DIRECTIONS)
        && profiles[price].are_integers()
        && profiles[size].are_integers();
    (fits && is_price_like(&profiles[price])).then_some(RowShape::Messages { kind, price, size, direction })
}
