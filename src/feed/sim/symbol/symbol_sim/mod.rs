//! The events of one symbol, second by second: the slow layer, and the events within.
//!
//! A slow layer says once a second how volatile and how busy the market is (`volatility`, `factor`, `season`).
//! Within the second, events arrive in clusters (`arrivals`); each is an order with a sign (`signs`), sizes
//! (`sizes`) and an impact, or a revision of the quote (`quotes`). A latent price lies behind all of it. It
//! takes in common moves with a lag, its own diffusion, and the surprise in each order's sign.
//!
//! Invariants: bid < ask; each trade is at the bid or the ask of the last quote that was sent; prices are at
//! least one tick size, sizes above zero; times never decrease. The events are a function of (seed, listing, start,
//! hours, influences); the draws of a second do not depend on those of earlier ones.
//!
//! Events are played in `events`, halts and auctions in `halts`.

mod events;
mod halts;
mod traits;

use libm::exp;

use self::traits::Traits;
use super::arrivals::{Arrivals, Offspring};
use super::output::Output;
use super::quotes::{Aim, BestQuote, MOST_PRICE};
use super::signs::Signs;
use super::sizes::Sizes;
use crate::feed::sim::model::factor::{JUMP_SECONDS, SectorSecond, SharedSecond};
use crate::feed::sim::model::news::Shock;
use crate::feed::sim::model::parameters::Model;
use crate::feed::sim::model::rng::SimRng;
use crate::feed::sim::model::season::Edge;
use crate::feed::sim::model::volatility::{Aftershock, Rough, Scales, Trend};
use crate::feed::sim::scenario::influence::Influence;
use crate::feed::sim::scenario::target::Target;
use crate::feed::sim::universe::listing::Listing;
use crate::market::{InstrumentId, PriceBasis, Quote, TickKind, Timestamp};

/// The stream of events is positioned anew once in so many seconds: it costs as much as twenty draws.
const SEEK_SECONDS: u64 = 8;
/// A symbol shows less leverage than its class.
const OWN_LEVERAGE: f64 = 0.6;
/// The own part of a night's return, in standard deviations of a day.
const NIGHT: f64 = 0.35;
/// The least mean spread beyond one tick, in ticks.
const NARROWEST: f64 = 0.02;
/// The share of a day's volume that an auction trades.
const AUCTION_SHARE: f64 = 0.03;
/// Log-volatility never makes activity or spreads larger than by e^3.
const MOST_LOG: f64 = 3.0;
/// Moves of the last seconds never make activity larger than by this.
const MOST_REACTION: f64 = 4.0;
/// A scenario ends at once if the logarithm of the activity that it adds falls by more than this in a second: by half.
const SUDDEN_END: f64 = 0.7;
/// The time of the closing auction within its second.
const LAST_NANOSECOND: i64 = 999_999_999;

/// The tables that all symbols of a class share.
#[derive(Debug)]
pub struct ClassTables {
    model: &'static Model,
    scales: Scales,
    offspring: Offspring,
    pub sizes: Sizes,
}

impl ClassTables {
    /// Makes the tables of a class.
    pub fn new(model: &'static Model) -> Self {
        Self {
            model,
            scales: Scales::new(model.returns.hurst, 1.0),
            offspring: Offspring::new(&model.flow.kernels),
            sizes: Sizes::new(&model.sizes),
        }
    }
}

/// The result of the slow layer for one second.
#[derive(Clone, Copy, Debug)]
struct Second {
    /// Baseline events a second.
    rate: f64,
    /// Log return of what is shared, and of drifts.
    shared: f64,
    /// Variance of the own diffusion.
    variance: f64,
    impact: f64,
    aim: Aim,
    buying: f64,
}

/// A symbol and the state of its current second.
#[derive(Clone, Debug)]
pub struct SymbolSim {
    traits: Traits,
    slow: SimRng,
    fast: SimRng,
    rough: Rough,
    trend: Trend,
    aftershock: Aftershock,
    arrivals: Arrivals,
    /// The logarithm of the activity that scenarios added in the last second.
    added_activity: f64,
    signs: Signs,
    /// The latent price, in tick sizes.
    price: f64,
    /// The latent price a second ago, and the deviation of that second's return.
    price_before: f64,
    deviation_before: f64,
    /// Common moves that are not priced yet.
    unpriced: f64,
    /// Variance and time since the last event.
    variance_due: f64,
    idle: f64,
    best: BestQuote,
    /// The quote that stands, its sizes included; none in a halt and before the first one.
    quote: Quote,
    quote_sent: bool,
    /// True when a scenario hid the last second.
    was_silent: bool,
    /// The share of a day's volume that an auction trades when quotes come back.
    auction: Option<f64>,
    /// A micro-jump that waits for the order that makes it.
    jump: f64,
    order_was_last: bool,
    /// The mean of squared standardised returns over the last seconds.
    squared_returns: f64,
    /// The next second, if no night lies before it.
    next: u64,
    halt_mean: f64,
    halt_left: u32,
}

impl SymbolSim {
    /// Begins with the listed price. A second has at most about `most_ticks` ticks.
    pub fn new(id: InstrumentId, listing: &Listing, tables: &ClassTables, seed: u64, most_ticks: usize) -> Self {
        let rng = |purpose| SimRng::new(seed, &listing.symbol, purpose);
        let (mut slow, mut start) = (rng("slow"), rng("start"));
        let traits = Traits::new(id, listing, tables, most_ticks, &mut start);
        let rough = Rough::new(&tables.scales, &mut start);
        let spread = (traits.spread.round() as i64).max(1);
        let above_basis = if listing.basis() == PriceBasis::Bid { spread as f64 / 2.0 } else { 0.0 };
        let price = listing.price.0 as f64 + above_basis;
        slow.seek(0);
        Self {
            price_before: price,
            deviation_before: traits.sigma,
            signs: Signs::new(&tables.model.flow, &mut start),
            traits,
            slow,
            fast: rng("fast"),
            rough,
            trend: Trend::default(),
            aftershock: Aftershock::default(),
            arrivals: Arrivals::default(),
            added_activity: 0.0,
            price,
            unpriced: 0.0,
            variance_due: 0.0,
            idle: 0.0,
            best: BestQuote::around(price, spread),
            quote: Quote::default(),
            quote_sent: false,
            was_silent: false,
            auction: None,
            jump: 0.0,
            order_was_last: false,
            squared_returns: 1.0,
            next: 0,
            halt_mean: price,
            halt_left: 0,
        }
    }

    /// The instrument as it is listed.
    pub const fn listing(&self) -> &Listing {
        &self.traits.listing
    }

    /// The part of its log-volatility that is its own, of variance 1.
    pub const fn volatility(&self) -> &Rough {
        &self.rough
    }

    /// The factors of the returns of its class, of its sector, and of its own.
    pub fn loads(&self) -> [f64; 3] {
        let Traits { class_load, sector_load, .. } = self.traits;
        [class_load, sector_load, (1.0 - class_load * class_load - sector_load * sector_load).max(0.0).sqrt()]
    }

    /// Returns the ticks to be expected in a second. They follow from the influence and the hour alone, not from what
    /// was played before.
    pub fn expected_ticks(&self, factors: &SharedSecond, influence: &Influence) -> f64 {
        let listing = &self.traits.listing;
        let Some(pulse) = factors.sectors[listing.sector.index()].pulse else { return 0.0 };
        let busy = (listing.model().flow.volume_power * influence.log_volatility).min(MOST_LOG);
        listing.per_second * pulse.activity * exp(busy + influence.log_activity)
    }

    /// Plays a second, if it is open.
    #[inline]
    pub fn play(&mut self, tables: &ClassTables, factors: &SharedSecond, influence: &Influence, output: &mut Output) {
        let shared = &factors.sectors[self.traits.listing.sector.index()];
        let Some(pulse) = shared.pulse else { return };
        let slept = factors.index - self.next;
        self.next = factors.index + 1;
        if slept > 0 || factors.index.is_multiple_of(SEEK_SECONDS) {
            self.fast.seek(factors.index);
        }
        if slept > 0 && factors.index > 0 {
            self.wake(tables, slept as f64, shared.night);
            self.auction = (pulse.edge == Edge::Open).then_some(AUCTION_SHARE);
        }
        self.follow_activity(influence.log_activity.max(0.0));
        let second = self.slow(tables, factors, shared, influence, output);
        let from = output.ticks.len();
        if std::mem::replace(&mut self.was_silent, influence.silent) && !influence.silent {
            output.ticks.push(self.tick(factors.ts, TickKind::Quote(self.quote)));
        }
        if self.is_halted(&second, influence) {
            self.halt(factors.ts, output);
        } else {
            self.trading(tables, factors.ts, &second, influence, output);
            if pulse.edge == Edge::Close {
                self.auction(tables, factors.ts.plus_nanos(LAST_NANOSECOND), AUCTION_SHARE, output);
            }
        }
        if influence.silent {
            output.ticks.truncate(from);
        }
    }

    /// Thins the events still to come where a scenario ends at once. Events cause further events for minutes, so the
    /// market would stay as busy as the scenario has made it, long after its end. Scenarios that fade have no such end.
    fn follow_activity(&mut self, added: f64) {
        let before = std::mem::replace(&mut self.added_activity, added);
        if added < before - SUDDEN_END {
            self.arrivals.thin(exp(added - before));
        }
    }

    /// Opens after a night of `seconds`.
    fn wake(&mut self, tables: &ClassTables, seconds: f64, night: f64) {
        self.rough.skip(&tables.scales, seconds, &mut self.slow);
        let returns = &tables.model.returns;
        let own = (1.0 - returns.class_share - returns.sector_share).max(0.0).sqrt();
        let total = self.traits.class_load * night + own * NIGHT * self.slow.normal().clamp(-4.0, 4.0);
        self.price *= exp(self.traits.listing.day_sigma() * total);
        self.settle();
        self.arrivals = Arrivals::default();
    }

    /// Takes the latent price as it is, and quotes it anew.
    fn settle(&mut self) {
        self.price = self.price.max(1.0);
        self.unpriced = 0.0;
        self.price_before = self.price;
        self.halt_mean = self.price;
        self.best = BestQuote::around(self.price, self.best.spread());
        self.quote_sent = false;
    }

    /// Makes the step of the slow layer.
    #[inline]
    fn slow(
        &mut self,
        tables: &ClassTables,
        factors: &SharedSecond,
        shared: &SectorSecond,
        influence: &Influence,
        output: &mut Output,
    ) -> Second {
        let ClassTables { model, scales, .. } = tables;
        let (returns, traits) = (&model.returns, &self.traits);
        let pulse = shared.pulse.expect("invariant: only an open second is played");
        self.price = self.price.clamp(1.0, MOST_PRICE);
        let z = ((self.price / self.price_before - 1.0) / self.deviation_before).clamp(-4.0, 4.0);
        self.price_before = self.price;
        let own = self.rough.step(scales, factors.index, z, OWN_LEVERAGE * returns.leverage, &mut self.slow);
        self.trend.step(z);
        self.squared_returns += (z * z - self.squared_returns) / model.flow.reaction_seconds;
        let reaction = (1.0 - model.flow.reaction + model.flow.reaction * self.squared_returns).min(MOST_REACTION);
        let variance = returns.spread * returns.spread;
        let log = returns.common.sqrt() * shared.log_volatility
            + (1.0 - returns.common).sqrt() * returns.spread * own
            + returns.trend * self.trend.pull()
            + self.aftershock.step()
            + influence.log_volatility;
        let volatility = exp(log - variance) * pulse.volatility;
        self.deviation_before = traits.sigma * volatility;
        let busy = (model.flow.volume_power * (log - 0.5 * model.flow.volume_power * variance)).min(MOST_LOG);
        let wide = (model.quoting.spread_power * (log - 0.5 * variance)).min(MOST_LOG) + influence.log_spread;
        let common = traits.class_load * shared.class_return + traits.sector_load * shared.sector_return;
        let rate = traits.events * pulse.activity * exp(busy + influence.log_activity) * reaction;
        if rate > traits.most_rate {
            output.set_limited();
        }
        let second = Second {
            rate: rate.min(traits.most_rate),
            shared: traits.sigma * common * influence.coupling + influence.drift,
            variance: traits.diffusion * volatility * volatility,
            impact: traits.impact * volatility.sqrt(),
            aim: Aim {
                beyond: (traits.spread * exp(wide) - 1.0).max(NARROWEST),
                zone: (model.quoting.zone_volatility * self.deviation_before * self.price)
                    .max(0.5 + model.quoting.zone_ticks),
            },
            buying: 0.5 + 0.5 * influence.tilt,
        };
        let (news, jump) = (model.news.own * pulse.activity / model.day, traits.jump * volatility);
        self.draw_shocks(tables, news, jump, pulse.activity, factors.ts, output);
        if influence.jump != 0.0 {
            self.price *= exp(influence.jump);
            if !self.quote_sent {
                self.best = BestQuote::around(self.price, self.best.spread());
            }
        }
        second
    }

    /// Draws the news and the micro-jump of this second, if any.
    fn draw_shocks(
        &mut self,
        tables: &ClassTables,
        news: f64,
        jump: f64,
        activity: f64,
        ts: Timestamp,
        output: &mut Output,
    ) {
        if let Some(shock) = Shock::draw(&tables.model.news, news, &mut self.slow) {
            self.aftershock.hit(shock.weight);
            let listing = &self.traits.listing;
            self.price *= exp(shock.jump * listing.day_sigma());
            let on = Target::Symbol(listing.symbol.to_string()).to_string();
            output.headlines.push(shock.headline(on, Some(&listing.name), ts));
        }
        if self.slow.chance(activity / JUMP_SECONDS) {
            self.jump = jump * self.slow.exponential();
        }
    }
}
