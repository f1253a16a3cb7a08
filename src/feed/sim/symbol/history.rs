//! The past before the first tick: bars that walk backward from the price at the start.
//!
//! The model's processes look the same in both directions (Gaussian and stationary), so walking back from the
//! first second's price and volatility ends the history exactly at the first tick. Bars of a day, of an
//! hour, of a minute for a month, and of a second for the last half hour, with the same factors, seasons and memory as
//! these, but without its events.
//!
//! Invariants: spans meet and never overlap; within a session each bar of a minute or more opens at the close before
//! it; low <= open, close <= high; the last close is the listed price. Draws come from streams of their own.
//!
//! A second in which nothing traded has no bar, and one with a single trade has one price.

use std::array;

use libm::exp;
use strum::{EnumCount as _, VariantArray as _};

use super::symbol_sim::{ClassTables, SymbolSim};
use crate::feed::sim::model::factor::Factors;
use crate::feed::sim::model::hours::Hours;
use crate::feed::sim::model::parameters::Model;
use crate::feed::sim::model::rng::SimRng;
use crate::feed::sim::model::season::{Edge, Pulse, Season};
use crate::feed::sim::model::sector::Sector;
use crate::feed::sim::model::volatility::{Rough, Scales};
use crate::feed::sim::universe::listing::Listing;
use crate::market::{AssetClass, Bar, HistoryBar, InstrumentId, Interval, Price, PriceBasis, Size, Timestamp};

/// Bars of a second, a minute, an hour, a day.
const SPANS: usize = 4;
const DAY_BARS: usize = 360;
const MINUTE_BARS: usize = 30 * 1_440;
const SECOND_BARS: usize = 30 * 60;
/// The reach of a bar beyond its open and close, in standard deviations of its move for each of a normal's:
/// a Brownian range is twice as long as its net move on average (Feller 1951, *Ann. Math. Stat.* 22:427).
const WICK: f64 = 0.5;
/// Volume goes with the range of a bar: a steady part, and one for each standard deviation of wick. As |z| is
/// 0.8 on average, the mean of both is about 1.
const STEADY_VOLUME: f64 = 0.36;
const WICK_VOLUME: f64 = 0.4;
/// The night's part of a day's standard deviation, in market hours.
const NIGHT: f64 = 0.35;

/// A stretch of market time in bars of one length.
struct Span {
    interval: Interval,
    from: Timestamp,
    to: Timestamp,
}

impl Span {
    /// `bars` bars, and those that fill up the bucket of `longer` in which they begin.
    fn before(to: Timestamp, interval: Interval, bars: usize, longer: Interval) -> Self {
        Self { interval, from: to.plus_nanos(-(bars as i64) * interval.nanos()).floor(longer), to }
    }

    const fn len(&self) -> usize {
        ((self.to.0 - self.from.0) / self.interval.nanos()) as usize
    }

    /// The starts of its bars, newest first.
    fn back(&self) -> impl Iterator<Item = Timestamp> + use<> {
        let (ns, to) = (self.interval.nanos(), self.to);
        (1..=self.len() as i64).map(move |n| to.plus_nanos(-n * ns))
    }
}

/// Newest first; each ends where the one before it begins, the first at the second of `start`.
fn spans(start: Timestamp, instruments: usize, most_bars: usize) -> [Span; SPANS] {
    let each = most_bars / instruments.max(1);
    let (seconds, days) = (SECOND_BARS.min(each / 4), DAY_BARS.min(each / 2));
    let minutes = MINUTE_BARS.min((each / 4 * 3).saturating_sub(days));
    let second = Span::before(start.floor(Interval::S1), Interval::S1, seconds, Interval::M1);
    let minute = Span::before(second.from, Interval::M1, minutes, Interval::H1);
    // Only up to midnight: days are whole ones.
    let hour = Span::before(minute.from, Interval::H1, 0, Interval::D1);
    let day = Span::before(hour.from, Interval::D1, days, Interval::D1);
    [second, minute, hour, day]
}

/// The bars of all `symbols` before `start`, of each longer intervals first, then time; of all together about
/// `most_bars`, so that with more instruments each has less of a past.
pub fn bars(
    seed: u64,
    hours: Hours,
    start: Timestamp,
    most_bars: usize,
    factors: &Factors,
    tables: &[ClassTables; 4],
    symbols: &[SymbolSim],
) -> Vec<HistoryBar> {
    let spans = spans(start, symbols.len(), most_bars);
    let mut all = Vec::with_capacity(symbols.len() * spans.iter().map(Span::len).sum::<usize>());
    for class in [AssetClass::Stock, AssetClass::Index, AssetClass::Crypto, AssetClass::Fx] {
        let Some(shared) = SharedPast::new(seed, hours, class, factors, &spans) else { continue };
        let of_class = symbols.iter().zip(0..).filter(|(symbol, _)| symbol.listing().class() == class);
        for (symbol, id) in of_class {
            let first = all.len();
            Past::new(seed, symbol, &tables[class_index(class)]).walk(InstrumentId(id), &shared, &mut all);
            all[first..].reverse();
        }
    }
    all
}

/// The place of a class in a list of all four.
pub const fn class_index(class: AssetClass) -> usize {
    match class {
        AssetClass::Stock | AssetClass::Unknown => 0,
        AssetClass::Index => 1,
        AssetClass::Crypto => 2,
        AssetClass::Fx => 3,
    }
}

/// One bar of what a class shares; returns have a variance of 1 over it.
struct SharedBar {
    start: Timestamp,
    pulse: Pulse,
    log_volatility: f64,
    class_return: f64,
    sector_return: [f32; Sector::COUNT],
}

/// The past of a class, for each span, newest first.
struct SharedPast {
    model: &'static Model,
    spans: Vec<(Interval, Vec<SharedBar>)>,
    scales_by_span: [Scales; SPANS],
}

impl SharedPast {
    /// `None` where the class is not listed.
    fn new(seed: u64, hours: Hours, class: AssetClass, factors: &Factors, spans: &[Span; SPANS]) -> Option<Self> {
        let (mut world, mut own) = factors.volatilities(class)?;
        let model = Model::of(class);
        let season = Season::new(model, hours);
        let mut rng = (SimRng::new(seed, "", "past of the world"), SimRng::new(seed, class.label(), "past"));
        let scales_by_span = array::from_fn(|n| {
            let span: &Span = &spans[n];
            Scales::new(model.returns.hurst, span.interval.nanos() as f64 / 1e9)
        });
        let past = spans.iter().zip(&scales_by_span).map(|(span, scales)| {
            let bars = span.back().zip(0..).filter_map(|(start, step)| {
                let log = world.step(scales, step, 0.0, 0.0, &mut rng.0) * model.returns.world.sqrt()
                    + own.step(scales, step, 0.0, 0.0, &mut rng.1) * (1.0 - model.returns.world).sqrt();
                let beta = model.returns.world_beta;
                let class_return = beta * rng.0.normal() + (1.0 - beta * beta).sqrt() * rng.1.normal();
                let sector_return =
                    array::from_fn(|n| if Sector::VARIANTS[n].class() == class { rng.1.normal() as f32 } else { 0.0 });
                let pulse = pulse(&season, span.interval, start)?;
                Some(SharedBar {
                    start,
                    pulse,
                    log_volatility: model.returns.spread * log,
                    class_return,
                    sector_return,
                })
            });
            (span.interval, bars.collect())
        });
        Some(Self { model, spans: past.collect(), scales_by_span })
    }
}

/// The pulse of a bar. A trading day has its mean activity.
fn pulse(season: &Season, interval: Interval, start: Timestamp) -> Option<Pulse> {
    if interval < Interval::D1 {
        return season.at(start);
    }
    let noon = start.plus_nanos(17 * Interval::H1.nanos());
    season.at(noon).map(|_| Pulse { activity: 1.0, volatility: 1.0, edge: Edge::Within })
}

/// One symbol's walk into the past.
struct Past<'a> {
    listing: &'a Listing,
    loads: [f64; 3],
    rough: Rough,
    rng: SimRng,
    /// Which seconds have a trade, and only one.
    sparse: SimRng,
    mean_size: f64,
    /// The price where the last bar drawn began, in tick sizes.
    price: f64,
}

impl<'a> Past<'a> {
    fn new(seed: u64, symbol: &'a SymbolSim, tables: &ClassTables) -> Self {
        let listing = symbol.listing();
        Self {
            listing,
            loads: symbol.loads(),
            rough: symbol.volatility().clone(),
            rng: SimRng::new(seed, &listing.symbol, "past"),
            sparse: SimRng::new(seed, &listing.symbol, "past seconds"),
            mean_size: tables.sizes.mean(),
            price: listing.price.0 as f64,
        }
    }

    /// Appends its bars, newest first.
    fn walk(&mut self, instrument: InstrumentId, shared: &SharedPast, all: &mut Vec<HistoryBar>) {
        for ((interval, bars), scales) in shared.spans.iter().zip(&shared.scales_by_span) {
            for (step, past) in (0..).zip(bars) {
                self.rough.step(scales, step, 0.0, 0.0, &mut self.rng);
                let (bar, busy) = self.bar(shared.model, *interval, past);
                // The newest one ends at the price of the first tick.
                let bar = if *interval == Interval::S1 && step > 0 { self.thinned(bar, busy) } else { Some(bar) };
                all.extend(bar.map(|bar| HistoryBar { instrument, interval: *interval, bar }));
            }
        }
    }

    /// The visible part of a second: nothing where nothing traded, and a single price where one order did. `busy` is
    /// how many times its mean the activity was. What quiet seconds lack, the others have more.
    fn thinned(&mut self, bar: Bar, busy: f64) -> Option<Bar> {
        let model = self.listing.model();
        // Followers of the fastest kernel, and half of those of the next, share the second of their parent.
        let [fast, slow, _] = model.flow.kernels;
        let orders = self.orders_per_second() * busy * (1.0 - fast.ratio - 0.5 * slow.ratio);
        let (share, draw) = (1.0 - exp(-orders), self.sparse.uniform());
        if draw >= share {
            return None;
        }
        let volume = Size(((bar.volume.0 as f64 / share) as u64).max(bar.volume.0));
        let alone = draw < orders * exp(-orders);
        let (open, high, low) = if alone { (bar.close, bar.close, bar.close) } else { (bar.open, bar.high, bar.low) };
        Some(Bar { open, high, low, volume, ..bar })
    }

    /// The events that come by themselves: orders, or quotes where there is nothing else.
    fn orders_per_second(&self) -> f64 {
        match self.listing.basis() {
            PriceBasis::Trade => self.listing.orders_per_second(),
            PriceBasis::Bid => self.listing.events_per_second(),
        }
    }

    /// The bar that ends at the present price, and how many times its mean the activity was; moves on to where the
    /// one before it ended.
    fn bar(&mut self, model: &Model, interval: Interval, past: &SharedBar) -> (Bar, f64) {
        let returns = &model.returns;
        let seconds = (interval.nanos() as f64 / 1e9).min(model.day);
        let log = returns.common.sqrt() * past.log_volatility
            + (1.0 - returns.common).sqrt() * returns.spread * self.rough.value();
        let variance = returns.spread * returns.spread;
        let deviation = self.listing.sigma() * seconds.sqrt() * exp(log - variance) * past.pulse.volatility;
        let [class, sector, own] = self.loads;
        let shared = class * past.class_return + sector * f64::from(past.sector_return[self.listing.sector.index()]);
        let moved = deviation * (shared + own * self.rng.normal());
        let close = self.price;
        // The forward step undone. Far tails are cut, so that no bar doubles or halves a price.
        let open = (close / (1.0 + moved).clamp(0.5, 2.0)).max(1.0);
        let (up, down) = (self.rng.normal().abs(), self.rng.normal().abs());
        let busy = exp((model.flow.volume_power * (log - 0.5 * model.flow.volume_power * variance)).min(3.0));
        let busy = past.pulse.activity * busy;
        let count = self.ticks_per_second() * seconds * busy * (STEADY_VOLUME + WICK_VOLUME * (up + down));
        self.price = if past.pulse.edge == Edge::Open { self.before_night(open) } else { open };
        let bar = Bar {
            start: past.start,
            open: grid(open),
            high: grid(open.max(close) * (1.0 + WICK * deviation * up)),
            low: grid(open.min(close) * (1.0 - WICK * deviation * down)),
            close: grid(close),
            volume: self.volume(count),
            count: (count as u64).max(1),
        };
        (bar, busy)
    }

    /// Ticks that make bars.
    fn ticks_per_second(&self) -> f64 {
        match self.listing.basis() {
            PriceBasis::Trade => self.listing.trades_per_second(),
            PriceBasis::Bid => self.listing.per_second,
        }
    }

    fn before_night(&mut self, open: f64) -> f64 {
        (open / exp(NIGHT * self.listing.day_sigma() * self.rng.normal())).max(1.0)
    }

    fn volume(&self, trades: f64) -> Size {
        match self.listing.basis() {
            PriceBasis::Trade => self.listing.size(((trades * self.mean_size) as u64).max(1)),
            PriceBasis::Bid => Size(0),
        }
    }
}

/// The nearest price on the grid; as rounding keeps order, so do the four prices of a bar.
fn grid(ticks: f64) -> Price {
    Price((ticks.round() as i64).max(1))
}
