//! One instrument's tape, second by second: the slow layer, and the events within.
//!
//! A slow layer says once a second how volatile and how busy the market is (`volatility`, `factor`, `season`).
//! Within the second, events arrive in clusters (`arrivals`); each is an order with a sign (`signs`), sizes
//! (`sizes`) and an impact, or a revision of the quote (`quotes`). A latent price lies behind all of it. It
//! takes in common moves with a lag, its own diffusion, and the surprise in each order's sign.
//!
//! Invariants: bid < ask; each trade is at the bid or the ask of the last quote that was told; prices are at
//! least one tick size, sizes above zero; times never decrease. A tape is a function of (seed, listing, start,
//! hours, influences); the draws of a second do not depend on those of earlier ones.

use super::arrivals::{Arrivals, Parent, branching};
use super::elementary::{exp, ln};
use super::factor::{Cell, JUMP_SECONDS, Shared};
use super::influence::Influence;
use super::listing::Listing;
use super::model::{Flow, Model};
use super::news::Shock;
use super::noise::Noise;
use super::quotes::{Aim, Book};
use super::season::Edge;
use super::signs::Signs;
use super::sizes::Sizes;
use super::target::Target;
use super::volatility::{Aftershock, Law, Rough, Trend};
use crate::market::{InstrumentId, Price, PriceBasis, Quote, Side, Story, Tick, TickKind, Timestamp, Trade};

/// Noise is sought anew once in so many cells: seeking costs more than a draw.
const SEEK_CELLS: u64 = 8;
/// How long a limit on prices halts trading, in seconds, and the time of the mean it is measured from.
const HALT_SECONDS: u32 = 300;
const HALT_MEAN: f64 = 300.0;
/// A symbol shows less leverage than its class.
const OWN_LEVERAGE: f64 = 0.6;
/// The share of a day's volume that an auction trades, and that of a reopening.
const AUCTION_SHARE: f64 = 0.03;
const REOPENING_SHARE: f64 = 0.005;
/// Log-volatility never makes activity or spreads larger than by e^3.
const MOST_LOG: f64 = 3.0;
/// When the closing auction prints, after its second began.
const LAST_NANOSECOND: i64 = 999_999_999;
/// The prints of an order that sweeps the book.
const SWEEP_PRINTS: i64 = 24;

/// What is the same for all symbols of a class.
#[derive(Debug)]
pub struct Kind {
    model: &'static Model,
    law: Law,
    pub sizes: Sizes,
}

impl Kind {
    pub fn new(model: &'static Model) -> Self {
        Self { model, law: Law::new(model.returns.hurst, 1.0), sizes: Sizes::new(&model.sizes) }
    }
}

/// What a tape says.
#[derive(Debug, Default)]
pub struct Output {
    pub ticks: Vec<Tick>,
    pub stories: Vec<Story>,
}

/// What does not change while the tape runs.
#[derive(Clone, Debug)]
struct Traits {
    id: InstrumentId,
    listing: Listing,
    /// Of one second's return.
    sigma: f64,
    class_load: f64,
    sector_load: f64,
    /// Seconds until a common move is priced.
    absorption: f64,
    /// Baseline events a second.
    events: f64,
    is_order: f64,
    /// A trade's surprise in the log price; variance a second of what is neither shared nor made by trades; the
    /// mean size of a micro-jump.
    impact: f64,
    diffusion: f64,
    jump: f64,
    spread: f64,
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

/// A tape that has come to its next second.
#[derive(Clone, Debug)]
pub struct Tape {
    traits: Traits,
    slow: Noise,
    fast: Noise,
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
    told: bool,
    /// Whether the last second was not seen.
    unseen: bool,
    /// The share of a day's volume that an auction trades when quotes come back.
    auction: Option<f64>,
    /// A micro-jump that waits for the order that makes it.
    jump: f64,
    order_was_last: bool,
    /// The next cell, if no night lies before it.
    next: u64,
    halt_mean: f64,
    halt_left: u32,
}

impl Tape {
    pub fn new(id: InstrumentId, listing: &Listing, kind: &Kind, seed: u64) -> Self {
        let noise = |purpose| Noise::new(seed, &listing.symbol, purpose);
        let (mut slow, mut start) = (noise("slow"), noise("start"));
        let traits = Traits::new(id, listing, kind, &mut start);
        let rough = Rough::new(&kind.law, &mut start);
        let spread = (traits.spread.round() as i64).max(1);
        let above_basis = if listing.basis() == PriceBasis::Bid { spread as f64 / 2.0 } else { 0.0 };
        let price = listing.price.0 as f64 + above_basis;
        slow.seek(0);
        Self {
            before: (price, traits.sigma),
            signs: Signs::new(&kind.model.flow, &mut start),
            traits,
            slow,
            fast: noise("fast"),
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
            told: false,
            unseen: false,
            auction: None,
            jump: 0.0,
            order_was_last: false,
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

    /// What a return of its class, of its sector, and of its own are multiplied by.
    pub fn loads(&self) -> [f64; 3] {
        let Traits { class_load, sector_load, .. } = self.traits;
        [class_load, sector_load, (1.0 - class_load * class_load - sector_load * sector_load).max(0.0).sqrt()]
    }

    /// Plays the cell, if it is open.
    #[inline]
    pub fn play(&mut self, kind: &Kind, cell: &Cell, influence: &Influence, output: &mut Output) {
        let shared = &cell.sectors[self.traits.listing.sector.index()];
        let Some(pulse) = shared.pulse else { return };
        let slept = cell.index - self.next;
        self.next = cell.index + 1;
        if slept > 0 || cell.index.is_multiple_of(SEEK_CELLS) {
            self.fast.seek(cell.index);
        }
        if slept > 0 && cell.index > 0 {
            self.wake(kind, slept as f64, shared.night);
            self.auction = (pulse.edge == Edge::Open).then_some(AUCTION_SHARE);
        }
        let second = self.slow(kind, cell, shared, influence, output);
        let from = output.ticks.len();
        if std::mem::replace(&mut self.unseen, influence.silent) && !influence.silent {
            output.ticks.push(self.tick(cell.ts, TickKind::Quote(self.stands)));
        }
        if self.is_halted(&second, influence) {
            self.halt(cell.ts, output);
        } else {
            self.trading(kind, cell.ts, &second, influence, output);
            if pulse.edge == Edge::Close {
                self.auction(kind, cell.ts.plus_nanos(LAST_NANOSECOND), AUCTION_SHARE, output);
            }
        }
        if influence.silent {
            output.ticks.truncate(from);
        }
    }

    /// A second in which there is trading.
    fn trading(&mut self, kind: &Kind, ts: Timestamp, second: &Second, influence: &Influence, output: &mut Output) {
        if !self.told {
            self.tell(kind, ts, output);
            if let Some(share) = self.auction.take() {
                self.auction(kind, ts, share, output);
            }
        }
        if influence.sweep != 0.0 {
            self.sweep(kind, ts, influence.sweep, output);
        }
        self.events(kind, ts, second, output);
    }

    /// A night of `seconds` is over.
    fn wake(&mut self, kind: &Kind, seconds: f64, night: f64) {
        self.rough.skip(&kind.law, seconds, &mut self.slow);
        let returns = &kind.model.returns;
        let own = (1.0 - returns.class_share - returns.sector_share).max(0.0).sqrt();
        let total = self.traits.class_load * night + own * 0.35 * self.slow.normal().clamp(-4.0, 4.0);
        self.price *= exp(self.traits.listing.day_sigma() * total);
        self.settle();
        self.arrivals.calm();
    }

    /// Nothing is pending: the price is what it is, and quoted anew.
    fn settle(&mut self) {
        self.price = self.price.max(1.0);
        self.pending = 0.0;
        self.before.0 = self.price;
        self.halt_mean = self.price;
        self.book = Book::around(self.price, self.book.spread());
        self.told = false;
    }

    /// The slow layer's step.
    #[inline]
    fn slow(
        &mut self,
        kind: &Kind,
        cell: &Cell,
        shared: &Shared,
        influence: &Influence,
        output: &mut Output,
    ) -> Second {
        let Kind { model, law, .. } = kind;
        let (returns, traits) = (&model.returns, &self.traits);
        let pulse = shared.pulse.expect("invariant: only an open second is played");
        let z = ((self.price / self.before.0 - 1.0) / self.before.1).clamp(-4.0, 4.0);
        self.before.0 = self.price;
        let own = self.rough.step(law, cell.index, z, OWN_LEVERAGE * returns.leverage, &mut self.slow);
        self.trend.step(z);
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
            rate: traits.events * pulse.activity * exp(busy + influence.log_activity),
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
        self.happen(kind, news, jump, pulse.activity, cell.ts, output);
        if influence.jump != 0.0 {
            self.price *= exp(influence.jump);
            if !self.told {
                self.book = Book::around(self.price, self.book.spread());
            }
        }
        second
    }

    /// News and micro-jumps of this second, if any.
    fn happen(&mut self, kind: &Kind, news: f64, jump: f64, activity: f64, ts: Timestamp, output: &mut Output) {
        if let Some(shock) = Shock::draw(&kind.model.news, news, &mut self.slow) {
            self.aftershock.hit(shock.weight);
            let listing = &self.traits.listing;
            self.price *= exp(shock.jump * listing.day_sigma());
            let on = Target::Symbol(listing.symbol.to_string()).text().into_owned();
            output.stories.push(shock.story(on, Some(&listing.name), ts));
        }
        if self.slow.chance(activity / JUMP_SECONDS) {
            self.jump = jump * self.slow.exponential();
        }
    }

    /// Whether trading is suspended in this second, by a scenario or by the limit on prices.
    fn is_halted(&mut self, second: &Second, influence: &Influence) -> bool {
        self.halt_mean += (self.price - self.halt_mean) / HALT_MEAN;
        if self.halt_left > 0 {
            self.halt_left -= 1;
        } else if !influence.unlimited
            && let Some(limit) = self.traits.listing.model().halt_at
            && (self.price / self.halt_mean - 1.0).abs() > limit
        {
            self.halt_left = HALT_SECONDS;
        }
        let halted = self.halt_left > 0 || influence.halted;
        if halted {
            self.pending += second.shared;
            self.carried += second.variance;
        }
        halted
    }

    /// A halted second: quotes are withdrawn, and what happens is priced at the reopening.
    fn halt(&mut self, ts: Timestamp, output: &mut Output) {
        if self.told {
            self.stands = Quote::default();
            output.ticks.push(self.tick(ts, TickKind::Quote(self.stands)));
        }
        self.price *= 1.0 + self.pending + self.carried.sqrt() * self.fast.normal();
        self.carried = 0.0;
        self.settle();
        self.auction = Some(REOPENING_SHARE);
    }

    /// One large print that uncrosses what was gathered: a `share` of the mean volume of a day.
    fn auction(&mut self, kind: &Kind, ts: Timestamp, share: f64, output: &mut Output) {
        let listing = &self.traits.listing;
        if listing.basis() != PriceBasis::Trade {
            return;
        }
        let units = share * listing.trades_per_second() * kind.model.day * kind.sizes.mean();
        let round = if units > 200.0 { 100.0 } else { 1.0 };
        let units = (units / round * (0.5 + self.fast.uniform())).ceil() * round;
        let buys = self.fast.chance(0.5);
        output.ticks.push(self.trade(ts, buys, units as u64));
    }

    /// One order that eats its way through the book: a fat finger.
    fn sweep(&mut self, kind: &Kind, ts: Timestamp, far: f64, output: &mut Output) {
        let buys = far > 0.0;
        let ticks = (self.price * (exp(far.abs()) - 1.0)) as i64;
        for print in 0..SWEEP_PRINTS {
            if self.traits.listing.basis() == PriceBasis::Trade {
                let size = kind.sizes.draw(&mut self.fast) * 5;
                output.ticks.push(self.trade(ts, buys, size));
            }
            // Deeper levels are thinner: steps grow.
            let reach = |print: i64| ticks * print * print / (SWEEP_PRINTS * SWEEP_PRINTS);
            self.book = self.book.pushed(buys, reach(print + 1) - reach(print));
            self.tell(kind, ts, output);
        }
    }

    /// All events of a second.
    #[inline]
    fn events(&mut self, kind: &Kind, ts: Timestamp, second: &Second, output: &mut Output) {
        let flow = &kind.model.flow;
        let mut at = 0.0;
        while let Some(arrival) = self.arrivals.next(&flow.kernels, second.rate, 1.0 - at, &mut self.fast) {
            at += arrival.wait;
            self.diffuse(kind, second, arrival.wait);
            let ts = ts.plus_nanos((at * 1e9) as i64);
            let inherit = match arrival.parent {
                Parent::Kernel(k) => flow.inherit[k],
                Parent::Baseline => 0.0,
            };
            let is_order =
                if self.fast.chance(inherit) { self.order_was_last } else { self.fast.chance(self.traits.is_order) };
            if is_order {
                let burst = self.order_was_last && arrival.parent == Parent::Kernel(0);
                self.order(kind, ts, second, burst, output);
            } else {
                self.revise(kind, ts, second, output);
            }
            self.order_was_last = is_order;
        }
        self.wait(second, 1.0 - at);
    }

    fn wait(&mut self, second: &Second, seconds: f64) {
        self.pending += second.shared * seconds;
        self.carried += second.variance * seconds;
        self.since += seconds;
    }

    /// The latent price moves: part of what is pending, and its own diffusion (an Euler step; returns between
    /// events are below 1e-4).
    #[inline]
    fn diffuse(&mut self, kind: &Kind, second: &Second, wait: f64) {
        self.wait(second, wait);
        let instant = kind.model.returns.instant;
        let absorbed = self.pending * (instant + (1.0 - instant) * self.since / (self.traits.absorption + self.since));
        self.pending -= absorbed;
        self.price *= 1.0 + absorbed + self.carried.sqrt() * self.fast.normal();
        self.carried = 0.0;
        self.since = 0.0;
    }

    /// An aggressive order: its prints, its impact, and what the quote makes of it.
    #[inline]
    fn order(&mut self, kind: &Kind, ts: Timestamp, second: &Second, burst: bool, output: &mut Output) {
        let flow = &kind.model.flow;
        let sign = self.signs.next(flow, burst, second.buying, &mut self.fast);
        let long = self.jump > 0.0 || self.fast.chance(flow.long);
        let units = self.prints(kind, ts, sign.buys, long, second, output);
        let mut moved = second.impact * kind.sizes.impact(units);
        if self.jump > 0.0 {
            moved += self.jump;
            self.jump = 0.0;
        }
        self.price *= 1.0 + moved * sign.surprise;
        if self.fast.bits() & 3 != 0 {
            let book = self.book.revised(self.price, &second.aim, false, &mut self.fast);
            self.quote_if_new(kind, ts, book, output);
        }
    }

    /// The prints of an order; returns how many units they are together.
    #[inline]
    fn prints(
        &mut self,
        kind: &Kind,
        ts: Timestamp,
        buys: bool,
        long: bool,
        second: &Second,
        output: &mut Output,
    ) -> u64 {
        let Flow { more, long_more, walk, .. } = kind.model.flow;
        let more = if long { long_more } else { more };
        let deepest = 4 + (3.0 * second.aim.beyond) as i64;
        let mut units = 0;
        loop {
            let size = kind.sizes.draw(&mut self.fast);
            units += size;
            output.ticks.push(self.trade(ts, buys, size));
            if !self.fast.chance(more) {
                return units;
            }
            let deeper = self.fast.uniform();
            if deeper < walk && self.book.spread() < deepest {
                // What is left of the draw is uniform again.
                let ticks = 1 + (second.aim.beyond * 2.0 * deeper / walk) as i64;
                self.book = self.book.pushed(buys, ticks);
                self.tell(kind, ts, output);
            }
        }
    }

    /// A dealer or market maker looks at the quote again.
    #[inline]
    fn revise(&mut self, kind: &Kind, ts: Timestamp, second: &Second, output: &mut Output) {
        let bits = self.fast.bits();
        let trades = self.traits.is_order > 0.0;
        if !trades && self.jump > 0.0 {
            self.price *= 1.0 + if bits & 4 == 0 { self.jump } else { -self.jump };
            self.jump = 0.0;
        }
        let mut price = self.price;
        let mut aim = second.aim;
        if kind.model.quoting.opinion > 0.0 {
            price += kind.model.quoting.opinion * (aim.beyond + 1.0) * self.fast.normal();
            aim.zone = 0.0;
        }
        let book = self.book.revised(price, &aim, bits & 3 == 0, &mut self.fast);
        if trades {
            // The sides may stay; what is offered there has changed.
            self.book = book;
            self.tell(kind, ts, output);
        } else {
            self.quote_if_new(kind, ts, book, output);
        }
    }

    fn quote_if_new(&mut self, kind: &Kind, ts: Timestamp, book: Book, output: &mut Output) {
        if book != self.book {
            self.book = book;
            self.tell(kind, ts, output);
        }
    }

    /// Tells the quote that stands.
    #[inline]
    fn tell(&mut self, kind: &Kind, ts: Timestamp, output: &mut Output) {
        let bits = self.fast.bits();
        let size = |bits| self.traits.listing.size(kind.sizes.quoted(bits));
        self.stands = Quote {
            bid: Some(Price(self.book.bid)),
            ask: Some(Price(self.book.ask)),
            bid_size: size(bits >> 32),
            ask_size: size(bits),
        };
        output.ticks.push(self.tick(ts, TickKind::Quote(self.stands)));
        self.told = true;
    }

    #[inline]
    fn trade(&self, ts: Timestamp, buys: bool, units: u64) -> Tick {
        let trade = Trade {
            price: Price(self.book.hit(buys)),
            size: self.traits.listing.size(units),
            side: Some(if buys { Side::Buy } else { Side::Sell }),
        };
        self.tick(ts, TickKind::Trade(trade))
    }

    const fn tick(&self, ts: Timestamp, kind: TickKind) -> Tick {
        Tick { instrument: self.traits.id, ts, kind }
    }
}

impl Traits {
    fn new(id: InstrumentId, listing: &Listing, kind: &Kind, noise: &mut Noise) -> Self {
        let Model { returns, flow, .. } = kind.model;
        let (least, most) = returns.absorption;
        let absorption = exp(ln(least) + (ln(most) - ln(least)) * noise.uniform());
        let class_share = (returns.class_share * listing.beta * listing.beta).min(0.97 - returns.sector_share);
        let own = 1.0 - class_share - returns.sector_share;
        let (sigma, orders) = (listing.sigma(), listing.orders_per_second());
        let events = listing.events_per_second();
        // 0.85 is the mean square of a surprise times the mean square of the impact of a size.
        let impact = if orders > 0.0 { sigma * (returns.impact * own / (orders * 0.85)).sqrt() } else { 0.0 };
        Self {
            id,
            sigma,
            class_load: class_share.sqrt().copysign(listing.beta),
            sector_load: returns.sector_share.sqrt(),
            absorption,
            events: events * (1.0 - branching(&flow.kernels)),
            is_order: orders / events,
            impact,
            diffusion: sigma * sigma * own * (1.0 - returns.impact - returns.jumps),
            jump: sigma * (returns.jumps * own * JUMP_SECONDS / 2.0).sqrt(),
            spread: listing.spread_ticks,
            listing: listing.clone(),
        }
    }
}
