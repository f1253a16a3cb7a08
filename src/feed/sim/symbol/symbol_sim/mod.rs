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
use super::quotes::{Aim, Book};
use super::signs::Signs;
use super::sizes::Sizes;
use crate::feed::sim::model::factor::{Cell, JUMP_SECONDS, Shared};
use crate::feed::sim::model::news::Shock;
use crate::feed::sim::model::parameters::Model;
use crate::feed::sim::model::rng::SimRng;
use crate::feed::sim::model::season::Edge;
use crate::feed::sim::model::volatility::{Aftershock, Rough, Scales, Trend};
use crate::feed::sim::scenario::influence::Influence;
use crate::feed::sim::scenario::target::Target;
use crate::feed::sim::universe::listing::Listing;
use crate::market::{Headline, InstrumentId, PriceBasis, Quote, Tick, TickKind, Timestamp};

/// SimRng is sought anew once in so many cells: seeking costs more than a draw.
const SEEK_CELLS: u64 = 8;
/// A symbol shows less leverage than its class.
const OWN_LEVERAGE: f64 = 0.6;
/// The share of a day's volume that an auction trades.
const AUCTION_SHARE: f64 = 0.03;
/// Log-volatility never makes activity or spreads larger than by e^3.
const MOST_LOG: f64 = 3.0;
/// Moves of the last seconds never make activity larger than by this.
const MOST_REACTION: f64 = 4.0;
/// When the closing auction prints, after its second began.
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
    pub fn new(model: &'static Model) -> Self {
        Self {
            model,
            scales: Scales::new(model.returns.hurst, 1.0),
            offspring: Offspring::new(&model.flow.kernels),
            sizes: Sizes::new(&model.sizes),
        }
    }
}

/// The output of one symbol.
#[derive(Debug, Default)]
pub struct Output {
    pub ticks: Vec<Tick>,
    pub headlines: Vec<Headline>,
}

/// One second, as the slow layer has it.
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
    signs: Signs,
    /// The latent price, in tick sizes.
    price: f64,
    /// The latent price a second ago, and the deviation that second had.
    before: (f64, f64),
    /// Common moves that are not priced yet; variance and time since the last event.
    pending: f64,
    carried: f64,
    since: f64,
    book: Book,
    /// The quote that stands, its sizes included; none in a halt and before the first one.
    stands: Quote,
    quote_sent: bool,
    /// True when the last second was not recorded.
    unseen: bool,
    /// The share of a day's volume that an auction trades when quotes come back.
    auction: Option<f64>,
    /// A micro-jump that waits for the order that makes it.
    jump: f64,
    order_was_last: bool,
    /// Squared standardised returns, the mean of the last seconds.
    stirred: f64,
    /// The next cell, if no night lies before it.
    next: u64,
    halt_mean: f64,
    halt_left: u32,
}

impl SymbolSim {
    pub fn new(id: InstrumentId, listing: &Listing, tables: &ClassTables, seed: u64) -> Self {
        let rng = |purpose| SimRng::new(seed, &listing.symbol, purpose);
        let (mut slow, mut start) = (rng("slow"), rng("start"));
        let traits = Traits::new(id, listing, tables, &mut start);
        let rough = Rough::new(&tables.scales, &mut start);
        let spread = (traits.spread.round() as i64).max(1);
        let above_basis = if listing.basis() == PriceBasis::Bid { spread as f64 / 2.0 } else { 0.0 };
        let price = listing.price.0 as f64 + above_basis;
        slow.seek(0);
        Self {
            before: (price, traits.sigma),
            signs: Signs::new(&tables.model.flow, &mut start),
            traits,
            slow,
            fast: rng("fast"),
            rough,
            trend: Trend::default(),
            aftershock: Aftershock::default(),
            arrivals: Arrivals::default(),
            price,
            pending: 0.0,
            carried: 0.0,
            since: 0.0,
            book: Book::around(price, spread),
            stands: Quote::default(),
            quote_sent: false,
            unseen: false,
            auction: None,
            jump: 0.0,
            order_was_last: false,
            stirred: 1.0,
            next: 0,
            halt_mean: price,
            halt_left: 0,
        }
    }

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

    /// Plays the cell, if it is open.
    #[inline]
    pub fn play(&mut self, tables: &ClassTables, cell: &Cell, influence: &Influence, output: &mut Output) {
        let shared = &cell.sectors[self.traits.listing.sector.index()];
        let Some(pulse) = shared.pulse else { return };
        let slept = cell.index - self.next;
        self.next = cell.index + 1;
        if slept > 0 || cell.index.is_multiple_of(SEEK_CELLS) {
            self.fast.seek(cell.index);
        }
        if slept > 0 && cell.index > 0 {
            self.wake(tables, slept as f64, shared.night);
            self.auction = (pulse.edge == Edge::Open).then_some(AUCTION_SHARE);
        }
        let second = self.slow(tables, cell, shared, influence, output);
        let from = output.ticks.len();
        if std::mem::replace(&mut self.unseen, influence.silent) && !influence.silent {
            output.ticks.push(self.tick(cell.ts, TickKind::Quote(self.stands)));
        }
        if self.is_halted(&second, influence) {
            self.halt(cell.ts, output);
        } else {
            self.trading(tables, cell.ts, &second, influence, output);
            if pulse.edge == Edge::Close {
                self.auction(tables, cell.ts.plus_nanos(LAST_NANOSECOND), AUCTION_SHARE, output);
            }
        }
        if influence.silent {
            output.ticks.truncate(from);
        }
    }

    /// A night of `seconds` is over.
    fn wake(&mut self, tables: &ClassTables, seconds: f64, night: f64) {
        self.rough.skip(&tables.scales, seconds, &mut self.slow);
        let returns = &tables.model.returns;
        let own = (1.0 - returns.class_share - returns.sector_share).max(0.0).sqrt();
        let total = self.traits.class_load * night + own * 0.35 * self.slow.normal().clamp(-4.0, 4.0);
        self.price *= exp(self.traits.listing.day_sigma() * total);
        self.settle();
        self.arrivals = Arrivals::default();
    }

    /// Nothing is pending: the price is what it is, and quoted anew.
    fn settle(&mut self) {
        self.price = self.price.max(1.0);
        self.pending = 0.0;
        self.before.0 = self.price;
        self.halt_mean = self.price;
        self.book = Book::around(self.price, self.book.spread());
        self.quote_sent = false;
    }

    /// The slow layer's step.
    #[inline]
    fn slow(
        &mut self,
        tables: &ClassTables,
        cell: &Cell,
        shared: &Shared,
        influence: &Influence,
        output: &mut Output,
    ) -> Second {
        let ClassTables { model, scales, .. } = tables;
        let (returns, traits) = (&model.returns, &self.traits);
        let pulse = shared.pulse.expect("invariant: only an open second is played");
        let z = ((self.price / self.before.0 - 1.0) / self.before.1).clamp(-4.0, 4.0);
        self.before.0 = self.price;
        let own = self.rough.step(scales, cell.index, z, OWN_LEVERAGE * returns.leverage, &mut self.slow);
        self.trend.step(z);
        self.stirred += (z * z - self.stirred) / model.flow.reaction_seconds;
        let reaction = (1.0 - model.flow.reaction + model.flow.reaction * self.stirred).min(MOST_REACTION);
        let variance = returns.spread * returns.spread;
        let log = returns.common.sqrt() * shared.log_volatility
            + (1.0 - returns.common).sqrt() * returns.spread * own
            + returns.trend * self.trend.pull()
            + self.aftershock.step()
            + influence.log_volatility;
        let volatility = exp(log - variance) * pulse.volatility;
        self.before.1 = traits.sigma * volatility;
        let busy = (model.flow.volume_power * (log - 0.5 * model.flow.volume_power * variance)).min(MOST_LOG);
        let wide = (model.quoting.spread_power * (log - 0.5 * variance)).min(MOST_LOG) + influence.log_spread;
        let common = traits.class_load * shared.class_return + traits.sector_load * shared.sector_return;
        let second = Second {
            rate: traits.events * pulse.activity * exp(busy + influence.log_activity) * reaction,
            shared: traits.sigma * common * influence.coupling + influence.drift,
            variance: traits.diffusion * volatility * volatility,
            impact: traits.impact * volatility.sqrt(),
            aim: Aim {
                beyond: (traits.spread * exp(wide) - 1.0).max(0.02),
                zone: (model.quoting.zone_volatility * self.before.1 * self.price).max(0.5 + model.quoting.zone_ticks),
            },
            buying: 0.5 + 0.5 * influence.tilt,
        };
        let (news, jump) = (model.news.own * pulse.activity / model.day, traits.jump * volatility);
        self.add_events(tables, news, jump, pulse.activity, cell.ts, output);
        if influence.jump != 0.0 {
            self.price *= exp(influence.jump);
            if !self.quote_sent {
                self.book = Book::around(self.price, self.book.spread());
            }
        }
        second
    }

    /// News and micro-jumps of this second, if any.
    fn add_events(
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
