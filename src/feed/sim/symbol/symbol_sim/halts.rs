//! Events out of the ordinary: halts, auctions, and orders that sweep the book.

use libm::exp;

use super::{ClassTables, Second, SymbolSim};
use crate::feed::sim::scenario::influence::Influence;
use crate::feed::sim::symbol::output::Output;
use crate::market::{PriceBasis, Quote, TickKind, Timestamp};

/// The length of a halt by the price limit, and the time of the mean that it is measured from, in seconds.
const HALT_SECONDS: u32 = 300;
const HALT_MEAN: f64 = 300.0;
/// The share of a day's volume that a reopening trades.
const REOPENING_SHARE: f64 = 0.005;
/// The prints of an order that sweeps the book.
const SWEEP_PRINTS: i64 = 24;

impl SymbolSim {
    /// Reports whether trading is suspended in this second, by a scenario or by the limit on prices.
    pub(super) fn is_halted(&mut self, second: &Second, influence: &Influence) -> bool {
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
            self.unpriced += second.shared;
            self.variance_due += second.variance;
        }
        halted
    }

    /// A halted second: quotes are withdrawn, and the price moves at the reopening.
    pub(super) fn halt(&mut self, ts: Timestamp, output: &mut Output) {
        if self.quote_sent {
            self.quote = Quote::default();
            output.ticks.push(self.tick(ts, TickKind::Quote(self.quote)));
        }
        self.price *= 1.0 + self.unpriced + self.variance_due.sqrt() * self.fast.normal();
        self.variance_due = 0.0;
        self.settle();
        self.auction = Some(REOPENING_SHARE);
    }

    /// One large print that uncrosses what was gathered: a `share` of the mean volume of a day.
    pub(super) fn auction(&mut self, tables: &ClassTables, ts: Timestamp, share: f64, output: &mut Output) {
        let listing = &self.traits.listing;
        if listing.basis() != PriceBasis::Trade {
            return;
        }
        let units = share * listing.trades_per_second() * tables.model.day * tables.sizes.mean();
        let round = if units > 200.0 { 100.0 } else { 1.0 };
        let units = (units / round * (0.5 + self.fast.uniform())).ceil() * round;
        let buys = self.fast.chance(0.5);
        output.ticks.push(self.trade(ts, buys, units as u64));
    }

    /// One order that eats its way through the book: a fat finger.
    pub(super) fn sweep(&mut self, tables: &ClassTables, ts: Timestamp, far: f64, output: &mut Output) {
        let buys = far > 0.0;
        let ticks = (self.price * (exp(far.abs()) - 1.0)) as i64;
        for print in 0..SWEEP_PRINTS {
            if self.traits.listing.basis() == PriceBasis::Trade {
                let size = tables.sizes.draw(&mut self.fast) * 5;
                output.ticks.push(self.trade(ts, buys, size));
            }
            // Deeper levels are thinner: steps grow.
            let reach = |print: i64| ticks * print * print / (SWEEP_PRINTS * SWEEP_PRINTS);
            self.best = self.best.pushed(buys, reach(print + 1) - reach(print));
            self.send_quote(tables, ts, output);
        }
    }
}
