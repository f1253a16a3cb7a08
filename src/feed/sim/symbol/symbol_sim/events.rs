//! The events of a second: orders and their prints, and revisions of the quote.

use super::{ClassTables, Second, SymbolSim};
use crate::feed::sim::model::parameters::Flow;
use crate::feed::sim::scenario::influence::Influence;
use crate::feed::sim::symbol::arrivals::Parent;
use crate::feed::sim::symbol::output::Output;
use crate::feed::sim::symbol::quotes::BestQuote;
use crate::market::{Price, Quote, Side, Tick, TickKind, Timestamp, Trade};

/// The smallest factor by which the latent price moves at once. Scenarios that add up may ask for less than nothing.
const LEAST_STEP: f64 = 0.1;

impl SymbolSim {
    /// Plays a second in which there is trading.
    pub(super) fn trading(
        &mut self,
        tables: &ClassTables,
        ts: Timestamp,
        second: &Second,
        influence: &Influence,
        output: &mut Output,
    ) {
        if !self.quote_sent {
            self.send_quote(tables, ts, output);
            if let Some(share) = self.auction.take() {
                self.auction(tables, ts, share, output);
            }
        }
        if influence.sweep != 0.0 {
            self.sweep(tables, ts, influence.sweep, output);
        }
        self.events(tables, ts, second, output);
    }

    /// Plays the events of a second.
    #[inline]
    fn events(&mut self, tables: &ClassTables, ts: Timestamp, second: &Second, output: &mut Output) {
        let flow = &tables.model.flow;
        let mut at = 0.0;
        while let Some(arrival) = self.arrivals.next(&tables.offspring, second.rate, 1.0 - at, &mut self.fast) {
            at += arrival.wait;
            self.diffuse(tables, second, arrival.wait);
            let ts = ts.plus_nanos((at * 1e9) as i64);
            let inherit = match arrival.parent {
                Parent::Kernel(k) => flow.inherit[k],
                Parent::Baseline => 0.0,
            };
            let is_order =
                if self.fast.chance(inherit) { self.order_was_last } else { self.fast.chance(self.traits.is_order) };
            if is_order {
                let burst = self.order_was_last && arrival.parent == Parent::Kernel(0);
                self.order(tables, ts, second, burst, output);
            } else {
                self.revise(tables, ts, second, output);
            }
            self.order_was_last = is_order;
            if output.is_full() {
                output.set_limited();
                break;
            }
        }
        self.wait(second, 1.0 - at);
    }

    /// Lets `seconds` pass without an event.
    fn wait(&mut self, second: &Second, seconds: f64) {
        self.unpriced += second.shared * seconds;
        self.variance_due += second.variance * seconds;
        self.idle += seconds;
    }

    /// Moves the latent price by a part of the unpriced moves and by its own diffusion (an Euler step; returns between
    /// events are below 1e-4).
    #[inline]
    fn diffuse(&mut self, tables: &ClassTables, second: &Second, wait: f64) {
        self.wait(second, wait);
        let instant = tables.model.returns.instant;
        let absorbed = self.unpriced * (instant + (1.0 - instant) * self.idle / (self.traits.absorption + self.idle));
        self.unpriced -= absorbed;
        self.price *= (1.0 + absorbed + self.variance_due.sqrt() * self.fast.normal()).max(LEAST_STEP);
        self.variance_due = 0.0;
        self.idle = 0.0;
    }

    /// Plays an aggressive order: its prints, its impact, and the revision of the quote after it.
    #[inline]
    fn order(&mut self, tables: &ClassTables, ts: Timestamp, second: &Second, burst: bool, output: &mut Output) {
        let flow = &tables.model.flow;
        let sign = self.signs.next(flow, burst, second.buying, &mut self.fast);
        let long = self.jump > 0.0 || self.fast.chance(flow.long);
        let units = self.prints(tables, ts, sign.buys, long, second, output);
        let mut moved = second.impact * tables.sizes.impact(units);
        if self.jump > 0.0 {
            moved += self.jump;
            self.jump = 0.0;
        }
        self.price *= 1.0 + moved * sign.surprise;
        if self.fast.bits() & 3 != 0 {
            let book = self.best.revised(self.price, &second.aim, false, &mut self.fast);
            self.quote_if_new(tables, ts, book, output);
        }
    }

    /// Makes the prints of an order, and returns their size in units.
    #[inline]
    fn prints(
        &mut self,
        tables: &ClassTables,
        ts: Timestamp,
        buys: bool,
        long: bool,
        second: &Second,
        output: &mut Output,
    ) -> u64 {
        let Flow { more, long_more, walk, .. } = tables.model.flow;
        let more = if long { long_more } else { more };
        let deepest = 4 + (3.0 * second.aim.beyond) as i64;
        let mut units = 0;
        loop {
            let size = tables.sizes.draw(&mut self.fast);
            units += size;
            output.ticks.push(self.trade(ts, buys, size));
            if !self.fast.chance(more) {
                return units;
            }
            let deeper = self.fast.uniform();
            if deeper < walk && self.best.spread() < deepest {
                // The rest of the draw is uniform again.
                let ticks = 1 + (second.aim.beyond * 2.0 * deeper / walk) as i64;
                self.best = self.best.pushed(buys, ticks);
                self.send_quote(tables, ts, output);
            }
        }
    }

    /// Plays a revision of the quote by a dealer or a market maker.
    #[inline]
    fn revise(&mut self, tables: &ClassTables, ts: Timestamp, second: &Second, output: &mut Output) {
        let bits = self.fast.bits();
        let trades = self.traits.is_order > 0.0;
        if !trades && self.jump > 0.0 {
            self.price *= 1.0 + if bits & 4 == 0 { self.jump } else { -self.jump };
            self.jump = 0.0;
        }
        let mut price = self.price;
        let mut aim = second.aim;
        if tables.model.quoting.opinion > 0.0 {
            price += tables.model.quoting.opinion * (aim.beyond + 1.0) * self.fast.normal();
            aim.zone = 0.0;
        }
        let book = self.best.revised(price, &aim, bits & 3 == 0, &mut self.fast);
        if trades {
            // The sides may stay; what is offered there has changed.
            self.best = book;
            self.send_quote(tables, ts, output);
        } else {
            self.quote_if_new(tables, ts, book, output);
        }
    }

    fn quote_if_new(&mut self, tables: &ClassTables, ts: Timestamp, book: BestQuote, output: &mut Output) {
        if book != self.best {
            self.best = book;
            self.send_quote(tables, ts, output);
        }
    }

    /// Sends the current quote.
    #[inline]
    pub(super) fn send_quote(&mut self, tables: &ClassTables, ts: Timestamp, output: &mut Output) {
        let bits = self.fast.bits();
        let size = |bits| self.traits.listing.size(tables.sizes.quoted(bits));
        self.quote = Quote {
            bid: Some(Price(self.best.bid)),
            ask: Some(Price(self.best.ask)),
            bid_size: size(bits >> 32),
            ask_size: size(bits),
        };
        output.ticks.push(self.tick(ts, TickKind::Quote(self.quote)));
        self.quote_sent = true;
    }

    #[inline]
    pub(super) fn trade(&self, ts: Timestamp, buys: bool, units: u64) -> Tick {
        let trade = Trade {
            price: Price(self.best.hit(buys)),
            size: self.traits.listing.size(units),
            side: Some(if buys { Side::Buy } else { Side::Sell }),
        };
        self.tick(ts, TickKind::Trade(trade))
    }

    pub(super) const fn tick(&self, ts: Timestamp, kind: TickKind) -> Tick {
        Tick { instrument: self.traits.id, ts, kind }
    }
}
