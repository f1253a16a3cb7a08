//! A block: some seconds of all symbols, made at once and put in order.
//!
//! The ticks and their order are the same for any length of a block and any number of threads. No symbol depends on
//! another one, and ticks are sorted by time, then by instrument, then in the order in which they were made.

use std::thread;

use super::history::class_index;
use super::symbol_sim::{ClassTables, Output, SymbolSim};
use crate::feed::sim::model::factor::SharedSecond;
use crate::feed::sim::scenario::schedule::Schedule;
use crate::market::{Headline, Tick, Timestamp};

/// The longest block: times within it fit 34 bits of nanoseconds.
pub const MOST_SECONDS: usize = 16;
/// The bits of a key that number ticks; a block never has so many.
const NUMBER_BITS: u32 = 30;

/// Ticks in order, and the number of them that were taken.
#[derive(Debug, Default)]
pub struct Block {
    /// One for each thread.
    made: Vec<Output>,
    /// Time within the block and the tick's number, smallest first.
    order: Vec<u64>,
    taken: usize,
    pub headlines: Vec<Headline>,
}

impl Block {
    /// Takes the next tick.
    #[inline]
    pub fn next(&mut self) -> Option<Tick> {
        let key = *self.order.get(self.taken)?;
        self.taken += 1;
        let mut number = (key & ((1 << NUMBER_BITS) - 1)) as usize;
        for output in &self.made {
            match output.ticks.get(number) {
                Some(tick) => return Some(*tick),
                None => number -= output.ticks.len(),
            }
        }
        None
    }

    /// Plays `seconds` on all `symbols`.
    pub fn make(
        &mut self,
        seconds: &[SharedSecond],
        tables: &[ClassTables; 4],
        symbols: &mut [SymbolSim],
        schedule: &Schedule,
        threads: usize,
    ) {
        let threads = threads.clamp(1, symbols.len().max(1));
        self.made.resize_with(threads, Output::default);
        let shard = symbols.len().div_ceil(threads);
        if threads == 1 {
            play(seconds, tables, symbols, 0, schedule, &mut self.made[0]);
        } else {
            thread::scope(|scope| {
                for ((symbols, output), n) in symbols.chunks_mut(shard).zip(&mut self.made).zip(0..) {
                    scope.spawn(move || play(seconds, tables, symbols, n * shard, schedule, output));
                }
            });
        }
        self.sort(seconds.first().map_or(Timestamp(0), |second| second.ts));
    }

    fn sort(&mut self, from: Timestamp) {
        self.order.clear();
        self.taken = 0;
        let ticks = self.made.iter().flat_map(|output| &output.ticks);
        let key = |(tick, number): (&Tick, u64)| ((tick.ts.0 - from.0) as u64) << NUMBER_BITS | number;
        self.order.extend(ticks.zip(0..).map(key));
        self.order.sort_unstable();
        for output in &mut self.made {
            self.headlines.append(&mut output.headlines);
        }
    }
}

/// Plays `seconds` on some symbols, of which the first has the index `first`.
fn play(
    seconds: &[SharedSecond],
    tables: &[ClassTables; 4],
    symbols: &mut [SymbolSim],
    first: usize,
    schedule: &Schedule,
    output: &mut Output,
) {
    output.ticks.clear();
    for (symbol, n) in symbols.iter_mut().zip(first..) {
        let tables = &tables[class_index(symbol.listing().class())];
        for second in seconds {
            symbol.play(tables, second, &schedule.influence(n, second.ts), output);
        }
    }
}
