//! A block: some seconds of all symbols, made in slices and put in order.
//!
//! The ticks and their order are the same for any length of a block, any length of a slice, and any number of threads.
//! No symbol depends on another one, except where their ticks together reach the limit of the market. Ticks are sorted
//! by time, then by instrument, then in the order in which they were made.

use std::thread;

use libm::log;

use super::history::class_index;
use super::output::{Output, cut_to_market, reuse};
use super::symbol_sim::{ClassTables, SymbolSim};
use crate::feed::sim::model::factor::SharedSecond;
use crate::feed::sim::scenario::influence::Influence;
use crate::feed::sim::scenario::schedule::Schedule;
use crate::feed::sim::scenario::tick_limits::TickLimits;
use crate::market::{Headline, Tick, Timestamp};

/// The longest block: times within it fit 34 bits of nanoseconds.
pub const MOST_SECONDS: usize = 16;
/// The bits of a key that number ticks; a block never has so many.
const NUMBER_BITS: u32 = 30;
/// The most ticks of a block of several seconds: about 75 MB.
const MOST_TICKS: usize = 1 << 20;
/// The work of one slice, in ticks: well below a millisecond.
pub const SLICE_TICKS: usize = 4_096;
/// The work for a symbol in a second without a tick, and for a scenario that acts on it, in ticks.
const SECOND_WORK: usize = 4;
const SCENARIO_WORK: usize = 1;

/// The parts of a simulation that a block reads, and the symbols that it moves on.
pub struct Parts<'a> {
    pub tables: &'a [ClassTables; 4],
    pub symbols: &'a mut [SymbolSim],
    pub schedule: &'a Schedule,
    pub threads: usize,
}

/// The next part of the work on a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// The influence on this symbol, and those after it.
    Influence(usize),
    /// The ticks of this symbol, and those after it.
    Ticks(usize),
    #[default]
    Done,
}

/// The effect of all scenarios on one symbol in one second.
#[derive(Clone, Copy, Debug)]
struct Effect {
    influence: Influence,
    /// The activity is scaled down to a limit.
    is_scaled: bool,
}

/// Ticks in order, and the number of them that were taken.
#[derive(Debug)]
pub struct Block {
    limits: TickLimits,
    seconds: Vec<SharedSecond>,
    stage: Stage,
    /// The effect on each symbol in each second, by symbol and then by second.
    effects: Vec<Effect>,
    /// The ticks to be expected of all symbols in each second.
    expected: Vec<f64>,
    /// One for each thread.
    made: Vec<Output>,
    /// Time within the block and the tick's number, smallest first.
    order: Vec<u64>,
    taken: usize,
    limited: usize,
    pub headlines: Vec<Headline>,
}

impl Effect {
    /// Scales the activity by a factor of at most 1.
    fn scale(&mut self, factor: f64) {
        if factor < 1.0 {
            self.influence.log_activity += log(factor);
            self.is_scaled = true;
        }
    }
}

impl Block {
    /// Creates an empty block.
    pub const fn new(limits: TickLimits) -> Self {
        Self {
            limits,
            seconds: Vec::new(),
            stage: Stage::Done,
            effects: Vec::new(),
            expected: Vec::new(),
            made: Vec::new(),
            order: Vec::new(),
            taken: 0,
            limited: 0,
            headlines: Vec::new(),
        }
    }

    /// Returns the number of seconds to make at a time, where `wanted` are asked for: so many that they keep the limit
    /// of a block.
    pub fn length(&self, wanted: usize) -> usize {
        Self::most_seconds(&self.limits, wanted)
    }

    /// Returns the seconds of the longest block, where `wanted` are asked for.
    pub fn most_seconds(limits: &TickLimits, wanted: usize) -> usize {
        wanted.min(MOST_SECONDS).min(MOST_TICKS / limits.market).max(1)
    }

    /// Returns the memory of the effects of scenarios on `symbols` in `seconds`, in a list that grows by doubling.
    pub const fn effect_bytes(symbols: usize, seconds: usize) -> usize {
        symbols.saturating_mul(seconds).saturating_mul(2 * size_of::<Effect>())
    }

    /// Returns the memory of the ticks that are made.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        let ticks: usize = self.made.iter().map(|output| output.ticks.capacity()).sum();
        ticks * size_of::<Tick>() + self.order.capacity() * size_of::<u64>()
    }

    /// Returns the most memory of the ticks of `seconds` on one thread: those before the cut to the limit of the market,
    /// in a list that grows by doubling.
    pub const fn worst_bytes(limits: &TickLimits, seconds: usize) -> usize {
        let before_cut = limits.market.saturating_mul(2 * seconds).saturating_add(limits.symbol);
        before_cut.saturating_mul(2).saturating_mul(size_of::<Tick>() + size_of::<u64>())
    }

    /// Takes the next tick. The block must be complete.
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

    /// Counts the symbols that had fewer ticks in the last second than their scenarios ask for.
    pub const fn limited(&self) -> usize {
        self.limited
    }

    /// Returns the seconds of the block.
    pub fn seconds(&self) -> &[SharedSecond] {
        &self.seconds
    }

    /// Reports whether all of the block is made.
    pub fn is_complete(&self) -> bool {
        self.stage == Stage::Done
    }

    /// Begins a block of `seconds`. The ticks of the block before are gone.
    pub fn begin(&mut self, seconds: Vec<SharedSecond>) {
        reuse(&mut self.order);
        self.taken = 0;
        self.effects.clear();
        self.expected.clear();
        self.expected.resize(seconds.len(), 0.0);
        self.made.iter_mut().for_each(Output::clear);
        self.seconds = seconds;
        self.stage = Stage::Influence(0);
    }

    /// Makes a slice of the block. Returns the work that it took, in ticks.
    pub fn make_slice(&mut self, parts: &mut Parts<'_>) -> usize {
        match self.stage {
            Stage::Influence(first) => self.weigh(first, parts),
            Stage::Ticks(first) => self.play(first, parts),
            Stage::Done => 0,
        }
    }

    /// Computes the influences on the symbols from `first` on.
    fn weigh(&mut self, first: usize, parts: &Parts<'_>) -> usize {
        let each = self.seconds.len() * (1 + SCENARIO_WORK * parts.schedule.unfaded());
        let end = parts.symbols.len().min(first + (SLICE_TICKS / each).max(1));
        for (symbol, n) in parts.symbols[first..end].iter().zip(first..) {
            for (second, expected) in self.seconds.iter().zip(&mut self.expected) {
                let mut effect = Effect { influence: parts.schedule.influence(n, second.ts), is_scaled: false };
                let ticks = symbol.expected_ticks(second, &effect.influence);
                let most = self.limits.symbol as f64;
                effect.scale((most / ticks).min(1.0));
                *expected += ticks.min(most);
                self.effects.push(effect);
            }
        }
        self.stage = Stage::Influence(end);
        if end == parts.symbols.len() {
            self.scale_down();
            self.stage = Stage::Ticks(0);
        }
        (end - first) * each
    }

    /// Scales the activity in each second down to the limit of the market.
    fn scale_down(&mut self) {
        for (second, expected) in self.expected.iter().enumerate() {
            let factor = self.limits.factor(*expected);
            let of_second = self.effects.iter_mut().skip(second).step_by(self.seconds.len());
            of_second.for_each(|effect| effect.scale(factor));
        }
    }

    /// Plays the symbols from `first` on.
    fn play(&mut self, first: usize, parts: &mut Parts<'_>) -> usize {
        let threads = parts.threads.clamp(1, parts.symbols.len().max(1));
        self.made.resize_with(threads, Output::default);
        let (seconds, effects, limits) = (&self.seconds, &self.effects, &self.limits);
        let work = if threads == 1 {
            let shard = Shard { seconds, tables: parts.tables, effects, limits };
            shard.play(&mut parts.symbols[first..], first, SLICE_TICKS, &mut self.made[0])
        } else {
            let length = parts.symbols.len().div_ceil(threads);
            let tables = parts.tables;
            thread::scope(|scope| {
                for ((symbols, output), n) in parts.symbols.chunks_mut(length).zip(&mut self.made).zip(0..) {
                    let shard = Shard { seconds, tables, effects, limits };
                    scope.spawn(move || shard.play(symbols, n * length, usize::MAX, output));
                }
            });
            Work { symbols: parts.symbols.len(), ticks: SLICE_TICKS }
        };
        let next = first + work.symbols;
        self.stage = Stage::Ticks(next);
        if next == parts.symbols.len() {
            self.complete();
        }
        work.ticks
    }

    /// Puts the ticks in order.
    fn complete(&mut self) {
        let last = self.seconds.len().saturating_sub(1);
        cut_to_market(&mut self.made, self.seconds.len(), &self.limits);
        self.limited = self.made.iter().map(|output| output.limited(last)).sum();
        let from = self.seconds.first().map_or(Timestamp(0), |second| second.ts);
        let ticks = self.made.iter().flat_map(|output| &output.ticks);
        let key = |(tick, number): (&Tick, u64)| ((tick.ts.0 - from.0) as u64) << NUMBER_BITS | number;
        self.order.extend(ticks.zip(0..).map(key));
        self.order.sort_unstable();
        for output in &mut self.made {
            self.headlines.append(&mut output.headlines);
        }
        self.stage = Stage::Done;
    }
}

/// The work that was done: whole symbols, and as many ticks as they are worth.
struct Work {
    symbols: usize,
    ticks: usize,
}

/// The facts that the symbols of one thread share.
struct Shard<'a> {
    seconds: &'a [SharedSecond],
    tables: &'a [ClassTables; 4],
    effects: &'a [Effect],
    limits: &'a TickLimits,
}

impl Shard<'_> {
    /// Plays symbols until they have made about `most` ticks. The first one has the index `first`.
    fn play(&self, symbols: &mut [SymbolSim], first: usize, most: usize, output: &mut Output) -> Work {
        let mut work = Work { symbols: 0, ticks: 0 };
        let effects = self.effects.chunks_exact(self.seconds.len()).skip(first);
        for (symbol, effects) in symbols.iter_mut().zip(effects) {
            let before = output.ticks.len();
            self.play_symbol(symbol, effects, output);
            work.symbols += 1;
            work.ticks += output.ticks.len() - before + SECOND_WORK * self.seconds.len();
            // Chance may go far beyond what was expected.
            if output.ticks.len() > 2 * self.limits.market * self.seconds.len() {
                cut_to_market(std::slice::from_mut(output), self.seconds.len(), self.limits);
            }
            if work.ticks >= most {
                break;
            }
        }
        work
    }

    fn play_symbol(&self, symbol: &mut SymbolSim, effects: &[Effect], output: &mut Output) {
        let tables = &self.tables[class_index(symbol.listing().class())];
        for ((second, effect), n) in self.seconds.iter().zip(effects).zip(0..) {
            let from = output.ticks.len();
            output.begin(self.limits.symbol, effect.is_scaled);
            symbol.play(tables, second, &effect.influence, output);
            output.end(n, from);
        }
    }
}
