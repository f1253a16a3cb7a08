//! The simulated market: endless ticks with the statistics of real ones, from a seed.
//!
//! The rooms, from the lowest up:
//!
//! - `model`: the processes that symbols share (volatility, factors, season, news), and the numbers of each class.
//! - `universe`: the instruments that are listed.
//! - `scenario`: what changes the market for a while.
//! - `symbol`: the events of each second of one symbol, its history, and the levels of its book.
//! - [`Simulator`]: all of it as a source of ticks.
//! - `cli`: the flags, and the market as a file.
//!
//! docs/SIMULATION.md compares the statistics with those of real markets.
//!
//! Invariants: the ticks of a symbol are a function of (seed, symbol, start, hours, scenarios), whichever others are
//! listed and whatever the threads, the speed and the build. Ticks come in order of time, then of instrument. No wall
//! clock, and no number that depends on a platform's mathematics.
//!
//! Not here: the time at which a tick is due (`pace`), the market that ticks make (`market`).

mod cli;
mod model;
mod scenario;
mod symbol;
#[cfg(test)]
mod tests;
mod universe;

use std::sync::Arc;

use self::model::factor::{Factors, SharedSecond};
use self::model::news::PendingHeadlines;
use self::model::parameters::Model;
use self::model::season::Season;
use self::model::sector::{CLASSES, Sector};
use self::scenario::catalog::catalog;
use self::scenario::journal::JournalHeader;
use self::scenario::schedule::Schedule;
use self::symbol::block::{Block, Parts, SLICE_TICKS};
use self::symbol::depth::Books;
use self::symbol::history;
use self::symbol::symbol_sim::{ClassTables, SymbolSim};
use self::universe::listing::Listing;
use super::{Reading, Seekable, SourceError, SourceInfo, Stageable, TickSource};
use crate::control::{CommandError, RejectedRows, ScenarioCatalog, ScenarioRequest, SourceKind, Speed};
use crate::market::{Headline, HistoryBar, InstrumentId, Interval, Levels, Notice, Tick, Timestamp};

pub use self::cli::args::{SimulateArgs, SimulationArgs};
pub use self::cli::plan::{PlanError, SimPlan};
pub use self::cli::write::{Length, WriteConfig, WriteError, Written, write};
pub use self::model::hours::Hours;
pub use self::scenario::journal::{Journal, JournalError};
pub use self::scenario::kind::Scenario;
pub use self::scenario::scheduled::{ScenarioError, ScenarioLimits, ScheduledScenario};
pub use self::scenario::script::{Script, ScriptError};
pub use self::scenario::spec::{ScenarioSpec, SpecError};
pub use self::scenario::target::Target;
pub use self::scenario::tick_limits::TickLimits;
pub use self::universe::Universe;

/// The memory of a symbol: its state, its listing, its levels, and their text. 10,000 symbols took 2.7 KB each.
pub const SIMULATED_SYMBOL_BYTES: usize = 4 * 1024;
const _: () = assert!(2 * (size_of::<SymbolSim>() + size_of::<Listing>()) <= SIMULATED_SYMBOL_BYTES);
/// The memory of a headline that waits.
const HEADLINE_BYTES: usize = size_of::<Headline>() + 160;
/// The memory of a scenario in the journal and among those that run or wait.
const SCENARIO_BYTES: usize = size_of::<ScheduledScenario>() + 192;

/// The configuration of a simulated market.
#[derive(Clone, Debug, PartialEq)]
pub struct SimConfig {
    pub seed: u64,
    /// The market time of the start.
    pub start: Timestamp,
    pub universe: Universe,
    pub hours: Hours,
    /// The scenarios that are known from the start.
    pub scenarios: Vec<ScheduledScenario>,
    /// The limits of all scenarios of a session.
    pub limits: ScenarioLimits,
    /// The maximum number of headlines that wait to be taken; above it the oldest are dropped.
    pub pending_news: usize,
    /// The maximum number of bars before the start, of all instruments together; above about 50 instruments each has
    /// fewer.
    pub past_bars: usize,
    /// The threads that make the ticks. Their number changes no tick.
    pub threads: usize,
    /// The seconds that are made at a time. Their number changes no tick. A longer block is faster, but a live scenario
    /// waits for its end. A block has fewer if they might have too many ticks.
    pub block_seconds: usize,
    /// The limits of the ticks in one second.
    pub tick_limits: TickLimits,
}

impl SimConfig {
    pub const DEFAULT_SEED: u64 = 7;
    /// The instruments that have names.
    pub const DEFAULT_SYMBOLS: usize = universe::NAMED_COUNT;
    pub const MAX_SYMBOLS: usize = universe::MAX_SYMBOLS;
    pub const DEFAULT_PENDING_NEWS: usize = 10_000;
    pub const DEFAULT_PAST_BARS: usize = 2_000_000;

    /// Creates a market of all named instruments that trade day and night, without scenarios and with the default seed.
    pub const fn new(start: Timestamp) -> Self {
        Self {
            seed: Self::DEFAULT_SEED,
            start,
            universe: Universe::Mixed(Self::DEFAULT_SYMBOLS),
            hours: Hours::Always,
            scenarios: Vec::new(),
            limits: ScenarioLimits::DEFAULT,
            pending_news: Self::DEFAULT_PENDING_NEWS,
            past_bars: Self::DEFAULT_PAST_BARS,
            threads: 1,
            block_seconds: 1,
            tick_limits: TickLimits::DEFAULT,
        }
    }

    /// Returns the most memory of the simulation of `symbols`, without the market: their state, the block of ticks that
    /// is made, the headlines that wait, the scenarios of the session, and the bars before the start while they are
    /// made.
    pub fn worst_bytes(&self, symbols: usize) -> usize {
        let seconds = Block::most_seconds(&self.tick_limits, self.block_seconds);
        let ticks = self.threads.max(1).saturating_mul(Block::worst_bytes(&self.tick_limits, seconds));
        let parts = [
            symbols.saturating_mul(SIMULATED_SYMBOL_BYTES),
            Block::effect_bytes(symbols, seconds),
            ticks,
            self.pending_news.saturating_mul(HEADLINE_BYTES),
            self.limits.scenarios.saturating_mul(SCENARIO_BYTES),
            self.past_bars.saturating_mul(size_of::<HistoryBar>()),
        ];
        parts.into_iter().fold(0, usize::saturating_add)
    }

    /// Returns the settings that the journal of this market begins with.
    pub const fn journal_header(&self) -> JournalHeader {
        let Self { seed, start, hours, .. } = *self;
        JournalHeader { seed, start, symbols: self.universe.count(), hours }
    }
}

/// The simulated market as a [`TickSource`].
#[derive(Debug)]
pub struct Simulator {
    info: SourceInfo,
    config: SimConfig,
    listings: Vec<Listing>,
    tables: Arc<[ClassTables; 4]>,
    factors: Factors,
    symbols: Vec<SymbolSim>,
    schedule: Schedule,
    block: Block,
    headlines: PendingHeadlines,
    journal: Option<Journal>,
}

impl Simulator {
    /// Creates the market of `config` at its start.
    ///
    /// # Errors
    /// When a scenario of `config` is out of range.
    pub fn new(config: SimConfig) -> Result<Self, ScenarioError> {
        let listings = config.universe.listings(config.seed);
        let tables = Arc::new(CLASSES.map(|class| ClassTables::new(Model::of(class))));
        Ok(Self {
            info: info(&config, &listings, &tables),
            factors: factors(&config, &listings),
            symbols: new_symbols(&config, &listings, &tables),
            schedule: Schedule::new(&listings, &config.scenarios, config.limits)?,
            block: Block::new(config.tick_limits),
            headlines: PendingHeadlines::new(config.pending_news),
            journal: None,
            tables,
            config,
            listings,
        })
    }

    /// Schedules a scenario and returns it as the journal has it. A start before the horizon moves to the horizon.
    ///
    /// The journal and the seed give the same ticks again.
    ///
    /// # Errors
    /// When the scenario matches no listed instrument, is out of range, or is one too many.
    pub fn schedule(&mut self, scenario: ScheduledScenario) -> Result<ScheduledScenario, ScenarioError> {
        let start = scenario.start.max(self.horizon());
        self.schedule.add(ScheduledScenario { start, ..scenario })
    }

    /// Writes the scenarios that are requested from now on to `journal`.
    pub fn set_journal(&mut self, journal: Journal) {
        self.journal = Some(journal);
    }

    /// Returns all scenarios so far, in the order in which they were scheduled.
    pub fn journal(&self) -> &[ScheduledScenario] {
        self.schedule.journal()
    }

    /// Returns the first second that is not made yet.
    pub const fn horizon(&self) -> Timestamp {
        self.factors.next_ts()
    }

    /// Returns whether anything trades on the UTC day that begins at `day`.
    fn trades_on(&self, day: Timestamp) -> bool {
        let noon = day.plus_nanos(17 * Interval::H1.nanos());
        let open = |listing: &Listing| Season::new(listing.model(), self.config.hours).at(noon).is_some();
        self.listings.iter().any(open)
    }

    /// Takes the first headline that is published by `now`.
    pub fn next_headline(&mut self, now: Timestamp) -> Option<Headline> {
        self.headlines.next(now)
    }

    #[inline]
    fn advance(&mut self) -> Tick {
        loop {
            if let Some(tick) = self.block.next() {
                return tick;
            }
            self.make_slice();
        }
    }

    /// Makes a slice of the next block. Returns the work that it took, in ticks.
    fn make_slice(&mut self) -> usize {
        if self.block.is_complete() {
            let seconds = self.block.length(self.config.block_seconds);
            self.block.begin((0..seconds).map(|_| self.factors.advance()).collect());
        }
        let Self { tables, symbols, schedule, config, .. } = self;
        let work = self.block.make_slice(&mut Parts { tables, symbols, schedule, threads: config.threads });
        if self.block.is_complete() {
            self.publish_headlines();
        }
        work
    }

    /// Takes the headlines of the block, which is complete.
    fn publish_headlines(&mut self) {
        let seconds = self.block.seconds();
        let from = seconds.first().map_or(Timestamp(0), |second| second.ts);
        let to = self.factors.next_ts();
        let of_classes: Vec<_> = seconds.iter().flat_map(class_headlines).collect();
        let of_symbols = self.block.headlines.drain(..);
        self.headlines.extend(of_symbols.chain(of_classes).chain(self.schedule.headlines(from, to)));
        self.schedule.advance(to);
    }
}

impl TickSource for Simulator {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        let SimConfig { seed, hours, start, past_bars, .. } = self.config;
        // As at the start, whatever has been played since.
        let factors = factors(&self.config, &self.listings);
        let symbols = new_symbols(&self.config, &self.listings, &self.tables);
        history::bars(seed, hours, start, past_bars, &factors, &self.tables, &symbols)
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        Ok(Some(self.advance()))
    }

    /// Appends one tick: a scenario that is requested now must come before the next one.
    fn next_ticks(&mut self, limit: usize, into: &mut Vec<Tick>) -> Result<Reading, SourceError> {
        let mut work = 0;
        while limit > 0 && work < SLICE_TICKS {
            if let Some(tick) = self.block.next() {
                into.push(tick);
                break;
            }
            work += self.make_slice();
        }
        Ok(Reading::Continues)
    }

    /// Goes back to the start. Scenarios that were requested since come again at their times.
    fn rewind(&mut self) -> Result<(), SourceError> {
        self.symbols = new_symbols(&self.config, &self.listings, &self.tables);
        self.factors = factors(&self.config, &self.listings);
        self.schedule.rewind();
        self.block = Block::new(self.config.tick_limits);
        self.headlines.clear();
        Ok(())
    }

    fn rows_rejected(&self) -> u64 {
        0
    }

    fn rejected(&self) -> Vec<RejectedRows> {
        Vec::new()
    }

    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        None
    }

    fn stageable(&mut self) -> Option<&mut dyn Stageable> {
        Some(self)
    }
}

impl Stageable for Simulator {
    fn catalog(&self) -> ScenarioCatalog {
        catalog(&self.listings, &self.config.limits)
    }

    fn run_scenario(&mut self, request: &ScenarioRequest, now: Timestamp) -> Result<(), CommandError> {
        let scenario = ScheduledScenario::from_request(request, now.max(self.horizon()));
        let scenario = scenario.and_then(|scenario| self.schedule.check(scenario)).map_err(bad_scenario)?;
        // The journal comes first, so that no scenario happens that it does not have.
        if let Some(journal) = &mut self.journal {
            journal.add(&scenario).map_err(|error| CommandError::Fault(error.to_string()))?;
        }
        self.schedule.add(scenario).map(drop).map_err(bad_scenario)
    }

    fn symbols_limited(&self) -> usize {
        self.block.limited()
    }

    fn next_notice(&mut self, now: Timestamp) -> Option<Notice> {
        let begun = self.schedule.next_begun(now).map(Notice::Scenario);
        begun.or_else(|| self.next_headline(now).map(Notice::News))
    }
}

fn bad_scenario(error: ScenarioError) -> CommandError {
    CommandError::BadScenario(error.to_string())
}

fn info(config: &SimConfig, listings: &[Listing], tables: &Arc<[ClassTables; 4]>) -> SourceInfo {
    let count = listings.len();
    let plural = if count == 1 { "" } else { "s" };
    SourceInfo {
        kind: SourceKind::Simulation,
        memory_bytes: config.worst_bytes(count),
        name: format!("{count} instrument{plural}, seed {}", config.seed),
        instruments: listings.iter().map(Listing::instrument).collect(),
        levels: Levels::Model(Arc::new(Books::new(config.seed, listings, tables))),
        seed: Some(config.seed),
        start: config.start,
        end: None,
        speed: Speed::Times(1.0),
        speed_reason: String::new(),
        reading: Arc::default(),
    }
}

/// Returns all symbols before their first second.
fn new_symbols(config: &SimConfig, listings: &[Listing], tables: &[ClassTables; 4]) -> Vec<SymbolSim> {
    let class = |listing: &Listing| &tables[history::class_index(listing.class())];
    let most = config.tick_limits.symbol;
    let symbol = |(listing, n)| SymbolSim::new(InstrumentId(n), listing, class(listing), config.seed, most);
    listings.iter().zip(0..).map(symbol).collect()
}

/// Returns the factors before their first second.
fn factors(config: &SimConfig, listings: &[Listing]) -> Factors {
    Factors::new(config.seed, config.hours, config.start, |class| {
        listings.iter().any(|listing| listing.class() == class)
    })
}

/// Returns the headlines about whole classes in one second.
fn class_headlines(cell: &SharedSecond) -> impl Iterator<Item = Headline> {
    // News of a class is the same in each of its sectors.
    let sectors = [Sector::Technology, Sector::Index, Sector::Crypto, Sector::Fx];
    sectors.into_iter().filter_map(|sector| {
        let news = cell.sectors[sector.index()].news?;
        Some(news.headline(Target::Class(sector.class()).to_string(), None, cell.ts))
    })
}
