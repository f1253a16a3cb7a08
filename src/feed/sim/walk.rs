//! One instrument's tape: a random walk seen through quotes and the trades that hit them.
//!
//! Waits between ticks are exponential, so arrivals are a Poisson process. The hidden price makes the
//! multiplicative Euler step `price *= 1 + sigma * sqrt(dt) * z` of a geometric Brownian motion (Glasserman,
//! *Monte Carlo Methods in Financial Engineering*, 2003, section 6.1): sqrt, unlike exp and ln, is exact on
//! every platform. Inside `rand_distr`, tails of the distributions and log-normal sizes do take exp and ln.
//!
//! Invariants: the first tick is a quote; bid < ask; each trade is at the bid or the ask of the quote that
//! stands; prices are at least one tick size; sizes are above zero; times strictly increase.
//!
//! Not here: volatility that clusters, trades that come in bursts, symbols that move together.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_distr::{Distribution, Exp1, LogNormal, StandardNormal};

use super::activity::Activity;
use super::stream::{Purpose, chance, stream};
use super::universe::Listing;
use crate::market::{
    AssetClass, InstrumentId, Interval, Price, PriceBasis, Quote, Side, Size, Tick, TickKind, Timestamp, Trade,
};

/// The spread of sizes: the standard deviation of their logarithm.
const SIZE_SIGMA: f64 = 0.9;
/// What is quoted, in typical trades.
const QUOTED_TRADES: f64 = 4.0;

/// A tape that has come to its next tick.
#[derive(Clone, Debug)]
pub struct Walk {
    id: InstrumentId,
    listing: &'static Listing,
    rng: ChaCha8Rng,
    sizes: LogNormal<f64>,
    activity: Activity,
    /// The hidden price between bid and ask, in tick sizes.
    mid: f64,
    /// The two sides that stand, once there are any.
    quoted: Option<(Price, Price)>,
    /// When the hidden price last moved.
    moved: Timestamp,
    next: Timestamp,
}

impl Walk {
    pub fn new(id: InstrumentId, listing: &'static Listing, seed: u64, start: Timestamp) -> Self {
        // A mean of 1: exp(mu + sigma^2 / 2).
        let sizes = LogNormal::new(-SIZE_SIGMA * SIZE_SIGMA / 2.0, SIZE_SIGMA).expect("invariant: sigma is finite");
        let above_basis = match listing.basis() {
            PriceBasis::Trade => 0.0,
            PriceBasis::Bid => listing.spread_ticks as f64 / 2.0,
        };
        let mut walk = Self {
            id,
            listing,
            rng: stream(seed, listing.symbol, Purpose::Tape),
            sizes,
            activity: Activity::default(),
            mid: listing.nominal().0 as f64 + above_basis,
            quoted: None,
            moved: start,
            next: start,
        };
        walk.wait();
        walk
    }

    /// When the next tick happens.
    pub const fn next_ts(&self) -> Timestamp {
        self.next
    }

    /// Takes the next tick.
    pub fn advance(&mut self) -> Tick {
        let kind = match self.quoted {
            Some(sides) if chance(&mut self.rng, self.listing.trades_in_eight()) => TickKind::Trade(self.trade(sides)),
            _ => TickKind::Quote(self.quote()),
        };
        let tick = Tick { instrument: self.id, ts: self.next, kind };
        self.wait();
        tick
    }

    fn wait(&mut self) {
        let waits: f64 = Exp1.sample(&mut self.rng);
        let nanos = waits / self.listing.per_second * 1e9;
        self.next = self.next.plus_nanos((nanos as i64).max(1));
    }

    fn quote(&mut self) -> Quote {
        self.step();
        let usual = self.listing.spread_ticks;
        let spread = if chance(&mut self.rng, 1) { usual + (usual + 1) / 2 } else { usual };
        let bid = ((self.mid - spread as f64 / 2.0).round() as i64).max(1);
        let (bid, ask) = (Price(bid), Price(bid + spread));
        self.quoted = Some((bid, ask));
        Quote { bid: Some(bid), ask: Some(ask), bid_size: self.size(QUOTED_TRADES), ask_size: self.size(QUOTED_TRADES) }
    }

    fn trade(&mut self, (bid, ask): (Price, Price)) -> Trade {
        let (price, side) = if chance(&mut self.rng, 4) { (ask, Side::Buy) } else { (bid, Side::Sell) };
        let odd_lots = self.listing.class == AssetClass::Stock;
        let size = if odd_lots && chance(&mut self.rng, 1) {
            Size(1 + u64::from(self.rng.next_u32()) % (self.listing.round_lot() - 1))
        } else {
            self.size(1.0)
        };
        Trade { price, size, side: Some(side) }
    }

    fn size(&mut self, times: f64) -> Size {
        let drawn = self.sizes.sample(&mut self.rng) * self.activity.at(self.next, Interval::S1, &mut self.rng);
        self.listing.size(times * drawn)
    }

    fn step(&mut self) {
        let seconds = (self.next.0 - self.moved.0) as f64 / 1e9;
        let z: f64 = StandardNormal.sample(&mut self.rng);
        self.mid = (self.mid * (1.0 + self.listing.sigma() * seconds.sqrt() * z)).max(1.0);
        self.moved = self.next;
    }
}

#[cfg(test)]
mod tests {
    use super::super::universe::LISTINGS;
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_760_000_000);

    fn ticks(listing: &'static Listing, n: usize) -> Vec<Tick> {
        let mut walk = Walk::new(InstrumentId(0), listing, 7, START);
        (0..n).map(|_| walk.advance()).collect()
    }

    #[test]
    fn every_tape_begins_with_a_quote_and_trades_at_the_sides_that_stand() {
        for listing in &LISTINGS {
            let (mut bid, mut ask) = (None, None);
            for tick in ticks(listing, 2_000) {
                match tick.kind {
                    TickKind::Quote(quote) => {
                        assert!(Some(Price(1)) <= quote.bid && quote.bid < quote.ask, "{}: {quote:?}", listing.symbol);
                        (bid, ask) = (quote.bid, quote.ask);
                    }
                    TickKind::Trade(trade) => {
                        let hit = if trade.side == Some(Side::Buy) { ask } else { bid };
                        assert_eq!(Some(trade.price), hit, "{}", listing.symbol);
                    }
                }
            }
        }
    }

    #[test]
    fn sizes_are_whole_lots_or_odd_lots_of_less_than_one() {
        for listing in &LISTINGS {
            let lot = listing.round_lot();
            for tick in ticks(listing, 2_000) {
                let (sizes, odd) = match tick.kind {
                    TickKind::Quote(quote) => ([quote.bid_size, quote.ask_size], 0),
                    TickKind::Trade(trade) => ([trade.size; 2], lot),
                };
                for size in sizes {
                    assert!(size.0 > 0 && (size.0 % lot == 0 || size.0 < odd), "{}: {size:?}", listing.symbol);
                }
            }
        }
    }

    #[test]
    fn ticks_come_at_the_listed_rate_and_never_together() {
        for listing in &LISTINGS {
            let ticks = ticks(listing, 4_000);
            assert!(START < ticks[0].ts && ticks.windows(2).all(|pair| pair[0].ts < pair[1].ts));
            let seconds = (ticks[3_999].ts.0 - START.0) as f64 / 1e9;
            let rate = 4_000.0 / seconds;
            assert!((rate / listing.per_second - 1.0).abs() < 0.08, "{}: {rate} a second", listing.symbol);
        }
    }

    #[test]
    fn currencies_have_quotes_alone() {
        let fx = LISTINGS.iter().filter(|l| l.basis() == PriceBasis::Bid);
        for listing in fx {
            assert!(ticks(listing, 500).iter().all(|tick| matches!(tick.kind, TickKind::Quote(_))));
        }
    }

    #[test]
    fn a_day_moves_by_about_its_volatility() {
        let aapl = &LISTINGS[0];
        let sigma = aapl.sigma() * 3_600f64.sqrt();
        let moves = (0..64).map(|seed| {
            let mut walk = Walk::new(InstrumentId(0), aapl, seed, START);
            while walk.next.0 - START.0 < 3_600_000_000_000 {
                walk.advance();
            }
            walk.mid / aapl.nominal().0 as f64 - 1.0
        });
        let deviation = (moves.map(|m| m * m).sum::<f64>() / 64.0).sqrt();
        assert!((0.7..1.3).contains(&(deviation / sigma)), "{deviation} against {sigma}");
    }
}
