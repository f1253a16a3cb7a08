//! A random market: events of a few instruments, exact to the digit.

use super::rng::Rng;
use crate::market::Decimal;

pub const SECOND: i64 = 1_000_000_000;
pub const DAY: i64 = 86_400 * SECOND;

/// The kind of a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Trades,
    Quotes,
    Both,
    Bars,
}

/// One event, with values for each kind of row.
#[derive(Clone, Debug)]
pub struct Event {
    /// Nanoseconds since 1970.
    pub ts: i64,
    pub instrument: usize,
    pub price: Decimal,
    pub size: Decimal,
    pub is_buy: bool,
    pub bid: Decimal,
    pub ask: Decimal,
    pub bid_size: Decimal,
    pub ask_size: Decimal,
    /// Open, high, low and close.
    pub bar: [Decimal; 4],
}

/// The shape of a market.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub instruments: usize,
    pub rows: usize,
    /// Nanoseconds of which all times are multiples.
    pub resolution: i64,
    pub kind: Kind,
    pub price_decimals: u8,
    pub size_decimals: u8,
}

struct Walk {
    mantissa: i64,
    last_close: i64,
}

/// Events in the order of their times.
pub fn events(rng: &mut Rng, shape: Shape) -> Vec<Event> {
    let mut walks: Vec<Walk> = (0..shape.instruments)
        .map(|n| {
            // Each instrument has a level of its own.
            let level = rng.within(20_000, 60_000) * [1, 7, 3, 13, 2][n % 5];
            Walk { mantissa: level, last_close: level }
        })
        .collect();
    let step = step_nanos(rng, shape);
    let mut ts = start(rng, shape.resolution);
    let mut events = Vec::new();
    while events.len() < shape.rows {
        for (instrument, walk) in walks.iter_mut().enumerate() {
            events.push(event(rng, shape, ts, instrument, walk));
            if shape.kind != Kind::Bars && shape.instruments > 1 {
                ts += shape.resolution.max(1) * rng.below(3);
            }
        }
        ts = next(rng, ts, step, shape);
    }
    events
}

/// A Tuesday between 1996 and 2025, in the morning where there are clocks.
fn start(rng: &mut Rng, resolution: i64) -> i64 {
    let week = rng.within(1_360, 2_890);
    let clock = if resolution >= DAY { 0 } else { rng.within(1, 15) * 3_600 * SECOND };
    (week * 7 + 5) * DAY + clock
}

/// The usual time from row to row.
fn step_nanos(rng: &mut Rng, shape: Shape) -> i64 {
    if shape.kind == Kind::Bars {
        let steps = [60 * SECOND, 300 * SECOND, 3_600 * SECOND, DAY];
        let fits: Vec<i64> = steps.into_iter().filter(|step| step % shape.resolution == 0).collect();
        return if fits.is_empty() { shape.resolution } else { rng.pick(&fits) };
    }
    shape.resolution * rng.within(1, if shape.resolution < SECOND / 1_000 { 90_000_000 } else { 2_000 }).max(1)
}

fn next(rng: &mut Rng, ts: i64, step: i64, shape: Shape) -> i64 {
    let step = match shape.kind {
        Kind::Bars => step,
        _ if step >= DAY => DAY,
        _ => (rng.within(1, step / shape.resolution) * shape.resolution).min(600 * SECOND).max(shape.resolution),
    };
    let mut ts = ts + step;
    // A night between, at times, and no weekends.
    if step < DAY && rng.chance(8) {
        ts = (ts / DAY + 1) * DAY + (ts % DAY).min(16 * 3_600 * SECOND) / (3_600 * SECOND) * 3_600 * SECOND;
    }
    while (ts.div_euclid(DAY) + 4).rem_euclid(7) % 6 == 0 {
        ts += DAY;
    }
    ts
}

fn event(rng: &mut Rng, shape: Shape, ts: i64, instrument: usize, walk: &mut Walk) -> Event {
    let decimals = shape.price_decimals;
    let most = (walk.mantissa / 800).max(3);
    let open = walk.last_close + rng.within(-most / 4, most / 4);
    let close = open + rng.within(-most, most);
    let wick = |rng: &mut Rng| if rng.chance(35) { 0 } else { rng.within(1, most) };
    let (high, low) = (open.max(close) + wick(rng), open.min(close) - wick(rng));
    walk.last_close = close;
    walk.mantissa += rng.within(-most / 4, most / 4);
    let price = walk.mantissa;
    let (below, above) = (rng.within(1, 3), rng.within(1, 3));
    let of = |mantissa: i64| Decimal::new(mantissa, decimals);
    let size = |rng: &mut Rng| {
        let lots = if rng.chance(60) { rng.within(1, 20) * 100 } else { rng.within(1, 4_000) };
        Decimal::new(lots, shape.size_decimals)
    };
    Event {
        ts,
        instrument,
        price: of(price),
        size: size(rng),
        is_buy: rng.chance(50),
        bid: of(price - below),
        ask: of(price + above),
        bid_size: size(rng),
        ask_size: size(rng),
        bar: [open, high, low, close].map(of),
    }
}
