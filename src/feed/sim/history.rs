//! What a listing did before the tape: bars walked backward from the price the tape starts at.
//!
//! A random walk looks the same in both directions, so walking back from the nominal price ends the
//! history exactly where the tape begins, with the prices of today the plausible ones. Day bars for a
//! year, then minute bars from a midnight some five days ago, then second bars for the last half hour.
//!
//! Invariants: spans meet and never overlap; each bar opens at the close before it; low <= open, close <=
//! high; the last close is the nominal price. Draws come from a stream of their own.
//!
//! Not here: single ticks, and nights or weekends: the simulated market never closes.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::activity::Activity;
use super::stream::{Purpose, stream};
use super::universe::Listing;
use crate::market::{Bar, HistoryBar, InstrumentId, Interval, Price, PriceBasis, Size, Timestamp};

const DAY_BARS: i64 = 360;
const MINUTE_DAYS: i64 = 5;
const SECOND_MINUTES: i64 = 30;
/// How far a bar reaches beyond its open and close, in standard deviations of its move for each of a normal's:
/// a Brownian range is twice as long as its net move on average (Feller 1951, *Ann. Math. Stat.* 22:427).
const WICK: f64 = 0.5;
/// What a bar's volume is made of: a steady part, and one for each standard deviation of wick. As |z| is
/// 0.8 on average, the mean of both is about 1.
const STEADY_VOLUME: f64 = 0.36;
const WICK_VOLUME: f64 = 0.4;

/// Appends the bars of `listing` before `start`: longer intervals first, then time.
pub fn extend(bars: &mut Vec<HistoryBar>, instrument: InstrumentId, listing: &Listing, seed: u64, start: Timestamp) {
    let first = bars.len();
    let mut past = Past {
        listing,
        rng: stream(seed, listing.symbol, Purpose::History),
        activity: Activity::default(),
        price: listing.nominal().0 as f64,
    };
    for span in spans(start).into_iter().rev() {
        let interval = span.interval;
        let back = span.starts().rev().map(|at| HistoryBar { instrument, interval, bar: past.bar(interval, at) });
        bars.extend(back);
    }
    bars[first..].reverse();
}

/// How many bars each instrument has before `start`.
pub fn len(start: Timestamp) -> usize {
    spans(start).iter().map(|span| span.starts().len()).sum()
}

/// A stretch of market time in bars of one length.
struct Span {
    interval: Interval,
    from: Timestamp,
    /// How many bars.
    bars: i32,
}

impl Span {
    fn between(interval: Interval, from: Timestamp, to: Timestamp) -> Self {
        let bars = to.0.saturating_sub(from.0) / interval.nanos();
        Self { interval, from, bars: i32::try_from(bars).expect("invariant: a span is days long at most") }
    }

    fn starts(&self) -> impl DoubleEndedIterator<Item = Timestamp> + ExactSizeIterator {
        let (from, ns) = (self.from, self.interval.nanos());
        (0..self.bars).map(move |n| from.plus_nanos(i64::from(n) * ns))
    }
}

/// Oldest first; each begins where the one before ends, the last ends at the second of `start`.
fn spans(start: Timestamp) -> [Span; 3] {
    let days_to = start.plus_nanos(-MINUTE_DAYS * Interval::D1.nanos()).floor(Interval::D1);
    let days_from = days_to.plus_nanos(-DAY_BARS * Interval::D1.nanos());
    let minutes_to = start.plus_nanos(-SECOND_MINUTES * Interval::M1.nanos()).floor(Interval::M1);
    [
        Span::between(Interval::D1, days_from, days_to),
        Span::between(Interval::M1, days_to, minutes_to),
        Span::between(Interval::S1, minutes_to, start.floor(Interval::S1)),
    ]
}

/// A walk into the past.
struct Past<'a> {
    listing: &'a Listing,
    rng: ChaCha8Rng,
    activity: Activity,
    /// The price where the last bar drawn began, in tick sizes.
    price: f64,
}

impl Past<'_> {
    /// The bar that ends at the present price; moves on to its open.
    fn bar(&mut self, interval: Interval, start: Timestamp) -> Bar {
        let seconds = (interval.nanos() / Interval::S1.nanos()) as f64;
        let sigma = match interval {
            // A year of round-the-clock stock days would leave no price plausible.
            Interval::D1 => self.listing.session_sigma(),
            _ => self.listing.sigma() * seconds.sqrt(),
        };
        let close = self.price;
        // The forward step undone. Far tails are cut, so that no bar doubles or halves a price.
        let open = (close / (1.0 + sigma * self.normal()).clamp(0.5, 2.0)).max(1.0);
        let (up, down) = (self.normal().abs(), self.normal().abs());
        let high = open.max(close) * (1.0 + WICK * sigma * up);
        let low = open.min(close) * (1.0 - WICK * sigma * down);
        self.price = open;
        let activity = self.activity.at(start, interval, &mut self.rng);
        let count = (self.listing.bar_ticks_per_second() * seconds).max(1.0);
        Bar {
            start,
            open: grid(open),
            high: grid(high),
            low: grid(low),
            close: grid(close),
            volume: self.volume(count * activity * (STEADY_VOLUME + WICK_VOLUME * (up + down))),
            count: count as u64,
        }
    }

    fn volume(&self, trades: f64) -> Size {
        match self.listing.basis() {
            PriceBasis::Trade => self.listing.size(trades),
            PriceBasis::Bid => Size(0),
        }
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.rng)
    }
}

/// The nearest price on the grid; as rounding keeps order, so do the four prices of a bar.
fn grid(ticks: f64) -> Price {
    Price((ticks.round() as i64).max(1))
}

#[cfg(test)]
mod tests {
    use super::super::universe::LISTINGS;
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400;
    const MIDNIGHT: i64 = 20_000 * DAY;

    fn bars(listing: &Listing, seed: u64, start: Timestamp) -> Vec<HistoryBar> {
        let mut bars = Vec::new();
        extend(&mut bars, InstrumentId(0), listing, seed, start);
        bars
    }

    /// Everything a history owes to the market and to the tape that follows it.
    fn check(listing: &Listing, seed: u64, start: Timestamp) {
        let bars = bars(listing, seed, start);
        assert_eq!(bars.len(), len(start));
        for HistoryBar { interval, bar, .. } in &bars {
            assert_eq!(bar.start, bar.start.floor(*interval), "{interval} bar off its bucket");
            assert!(Price(1) <= bar.low && bar.low <= bar.open.min(bar.close), "{bar:?}");
            assert!(bar.open.max(bar.close) <= bar.high && bar.count > 0, "{bar:?}");
            let traded = listing.basis() == PriceBasis::Trade;
            assert!((bar.volume.0 > 0) == traded && bar.volume.0 % listing.round_lot() == 0, "{bar:?}");
        }
        for pair in bars.windows(2) {
            assert!(pair[0].interval >= pair[1].interval, "longer intervals come first");
            assert_eq!(pair[0].bar.end(pair[0].interval), pair[1].bar.start, "spans meet");
            assert_eq!(pair[0].bar.close, pair[1].bar.open);
        }
        let last = bars.last().unwrap();
        assert_eq!((last.interval, last.bar.close), (Interval::S1, listing.nominal()));
        assert_eq!(last.bar.end(Interval::S1), start.floor(Interval::S1));
    }

    #[test]
    fn every_listing_has_a_sound_history() {
        for listing in &LISTINGS {
            check(listing, 7, Timestamp::from_secs(MIDNIGHT + 50_001));
        }
    }

    #[test]
    fn a_start_may_lie_anywhere_in_a_day() {
        for second in [0, 1, 59, 60, 61, 1_799, 1_800, 1_801, 1_859, 1_860, DAY - 1] {
            for nanos in [0, 1, 999_999_999] {
                check(&LISTINGS[0], 7, Timestamp::from_secs(MIDNIGHT + second).plus_nanos(nanos));
            }
        }
    }

    #[test]
    fn a_year_five_days_and_half_an_hour_are_known() {
        let bars = bars(&LISTINGS[0], 7, Timestamp::from_secs(MIDNIGHT + 7_200));
        let count = |interval| bars.iter().filter(|b| b.interval == interval).count();
        assert_eq!(count(Interval::D1), 360);
        assert_eq!(count(Interval::M1), 5 * 1_440 + 90);
        assert_eq!(count(Interval::S1), 1_800);
    }

    #[test]
    fn volume_is_that_of_the_tape() {
        let start = Timestamp::from_secs(MIDNIGHT);
        let traded: Vec<_> = LISTINGS.iter().filter(|l| l.basis() == PriceBasis::Trade).collect();
        let log_ratio = |listing: &&'static Listing| {
            let minutes = bars(listing, 7, start).into_iter().filter(|b| b.interval == Interval::M1);
            let volumes: Vec<_> = minutes.map(|b| b.bar.volume.0 as f64).collect();
            let mean = volumes.iter().sum::<f64>() / volumes.len() as f64;
            (mean / (tape_volume(listing, start, 3_600) / 60.0)).ln()
        };
        // One hour of one symbol may well be busy or quiet; over all of them that averages out.
        let ratio = (traded.iter().map(log_ratio).sum::<f64>() / traded.len() as f64).exp();
        assert!((0.75..1.35).contains(&ratio), "{ratio}");
    }

    fn tape_volume(listing: &'static Listing, start: Timestamp, seconds: i64) -> f64 {
        let mut walk = super::super::walk::Walk::new(InstrumentId(0), listing, 7, start);
        let mut volume = 0;
        while walk.next_ts() < start.plus_nanos(seconds * 1_000_000_000) {
            if let crate::market::TickKind::Trade(trade) = walk.advance().kind {
                volume += trade.size.0;
            }
        }
        volume as f64
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_seed_and_start_give_a_sound_history(
            seed in any::<u64>(), ns in 0i64..4_000_000_000_000_000_000, listing in 0..LISTINGS.len(),
        ) {
            check(&LISTINGS[listing], seed, Timestamp(ns));
        }

        #[test]
        fn starts_near_midnight_give_a_sound_history(day in -10_000i64..30_000, second in 0i64..1_801) {
            check(&LISTINGS[30], 7, Timestamp::from_secs(day * DAY + second));
        }
    }
}
