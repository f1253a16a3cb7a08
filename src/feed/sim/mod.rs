//! The market simulator: an endless tape whose statistics are those of real ones, from a seed.
//!
//! A slow layer moves once a second: volatility, common factors, season, news (`volatility`, `factor`,
//! `season`, `news`). Within each second every symbol has its events: when (`arrivals`), of which sign
//! (`signs`), how large (`sizes`), and what becomes of the quote (`quotes`); `tape` puts them together. A
//! `scenario` bends all of this for a while. docs/SIMULATION.md shows what comes out beside real tapes.
//!
//! Invariants: a symbol's tape is a function of (seed, symbol, start, hours, journal), whichever others are
//! listed and whatever the threads, the pace and the build; ticks come in order of time, then of instrument;
//! no wall clock; no number that a platform's mathematics would change.
//!
//! Not here: when a tick is due (`pace`), the market that ticks make (`market`).

mod cli;
mod model;
mod scenario;
mod symbol;
#[cfg(test)]
mod tests;
mod universe;

use std::sync::Arc;

use self::model::factor::Factors;
use self::model::parameters::Model;
use self::model::season::Season;
use self::model::sector::Sector;
use self::scenario::schedule::Stage;
use self::scenario::{catalog, script::Header};
use self::symbol::block::{self, Block};
use self::symbol::depth::Books;
use self::symbol::history;
use self::symbol::symbol_sim::{ClassTables, SymbolSim};
use self::universe::listing::Listing;
use super::{Source, SourceError, SourceInfo};
use crate::control::{CommandError, ScenarioCatalog, ScenarioRequest, SourceKind, Speed};
use crate::market::{
    AssetClass, Headline, HistoryBar, Instrument, InstrumentId, Interval, Levels, Notice, Tick, Timestamp,
};

pub use self::cli::args::{SimulateArgs, SimulationArgs, Span, WriteConfig};
pub use self::cli::plan::{PlanError, SimPlan};
pub use self::cli::write::{WriteError, Written, write};
pub use self::model::season::Hours;
pub use self::scenario::effects::Scenario;
pub use self::scenario::journal::Journal;
pub use self::scenario::schedule::{Injection, ScenarioError, StageLimits};
pub use self::scenario::script::{Cue, Script, ScriptError};
pub use self::scenario::target::Target;

/// What is simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct SimConfig {
    pub seed: u64,
    /// Market time at which the tape begins.
    pub start: Timestamp,
    pub list: List,
    pub hours: Hours,
    /// What is staged from the beginning.
    pub journal: Vec<Injection>,
    /// How many scenarios a session may have, those of the journal included, and how far they may go.
    pub stage: StageLimits,
    /// Headlines that wait to be told, more than come in a minute: a reader that takes none loses the oldest.
    pub untold_stories: usize,
    /// The bars of the past of all instruments together; with more than some fifty instruments each has fewer.
    pub past_bars: usize,
    /// The threads that make the tape, and the seconds they make at a time. Neither changes it; a longer block
    /// is faster, and what is injected waits for its end.
    pub threads: usize,
    pub block_seconds: usize,
}

/// Which instruments; numbers that are too large or too small are brought into range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Of all classes: the named ones, and generated stocks beyond them.
    Mixed(usize),
    /// Of one class; only stocks are generated beyond the named ones.
    Class(AssetClass, usize),
}

impl SimConfig {
    pub const DEFAULT_SEED: u64 = 7;
    /// The instruments that have names of their own.
    pub const DEFAULT_SYMBOLS: usize = universe::NAMED_COUNT;
    pub const MAX_SYMBOLS: usize = universe::MOST;
    pub const DEFAULT_UNTOLD_STORIES: usize = 10_000;
    pub const DEFAULT_PAST_BARS: usize = 2_000_000;

    /// All named instruments from `start` on, with the default seed, all day and night, without a scenario.
    pub const fn new(start: Timestamp) -> Self {
        Self {
            seed: Self::DEFAULT_SEED,
            start,
            list: List::Mixed(Self::DEFAULT_SYMBOLS),
            hours: Hours::Always,
            journal: Vec::new(),
            stage: StageLimits::DEFAULT,
            untold_stories: Self::DEFAULT_UNTOLD_STORIES,
            past_bars: Self::DEFAULT_PAST_BARS,
            threads: 1,
            block_seconds: 1,
        }
    }
}

impl SimConfig {
    /// The first lines of this market's journal.
    pub const fn header(&self) -> Header {
        let (List::Mixed(symbols) | List::Class(_, symbols)) = self.list;
        Header { seed: self.seed, start: self.start, symbols, hours: self.hours }
    }
}

/// The simulator as a [`Source`].
#[derive(Debug)]
pub struct Simulator {
    info: SourceInfo,
    config: SimConfig,
    listings: Vec<Listing>,
    tables: Arc<[ClassTables; 4]>,
    factors: Factors,
    symbols: Vec<SymbolSim>,
    stage: Stage,
    block: Block,
    /// Those that are not told yet, the latest first.
    stories: Vec<Headline>,
    journal: Option<Journal>,
}

impl Simulator {
    /// # Errors
    /// When the journal holds what cannot be staged.
    pub fn new(config: SimConfig) -> Result<Self, ScenarioError> {
        let listings = match config.list {
            List::Mixed(count) => universe::listings(count, config.seed),
            List::Class(class, count) => universe::of_class(class, count, config.seed),
        };
        let instruments: Arc<[Instrument]> = listings.iter().map(Listing::instrument).collect();
        let info = SourceInfo {
            kind: SourceKind::Simulation,
            name: name(listings.len(), config.seed),
            instruments,
            seed: Some(config.seed),
            start: config.start,
            end: None,
            speed: Speed::Times(1.0),
            speed_reason: String::new(),
        };
        let classes = [AssetClass::Stock, AssetClass::Index, AssetClass::Crypto, AssetClass::Fx];
        let mut simulator = Self {
            info,
            tables: Arc::new(classes.map(|class| ClassTables::new(Model::of(class)))),
            factors: factors(&config, &listings),
            symbols: Vec::new(),
            stage: Stage::new(&listings, &config.journal, config.stage)?,
            block: Block::default(),
            stories: Vec::new(),
            journal: None,
            config,
            listings,
        };
        simulator.restart();
        Ok(simulator)
    }

    /// Everything as at the beginning; what was injected since is in the journal and comes again.
    fn restart(&mut self) {
        self.symbols = self.fresh_tapes();
        self.factors = factors(&self.config, &self.listings);
        self.stage.rewind();
        self.block = Block::default();
        self.stories.clear();
    }

    fn fresh_tapes(&self) -> Vec<SymbolSim> {
        let kind = |listing: &Listing| &self.tables[history::class_index(listing.class())];
        let symbol = |(listing, n)| SymbolSim::new(InstrumentId(n), listing, kind(listing), self.config.seed);
        self.listings.iter().zip(0..).map(symbol).collect()
    }

    /// Stages `injection` from its time on or, where that is past or made already, from the next second that is
    /// not. Returns what the journal now holds: with it and the seed, the tape can be made again.
    ///
    /// # Errors
    /// When no listed instrument is meant, or a number is out of range.
    pub fn inject(&mut self, injection: Injection) -> Result<Injection, ScenarioError> {
        let injection = Injection { at: injection.at.max(self.horizon()), ..injection };
        self.stage.add(injection)
    }

    /// What is staged from now on is written down there, too.
    pub fn keep_journal(&mut self, journal: Journal) {
        self.journal = Some(journal);
    }

    /// All injections so far, in the order in which they came.
    pub fn journal(&self) -> &[Injection] {
        self.stage.journal()
    }

    /// The first second that is not made yet.
    pub const fn horizon(&self) -> Timestamp {
        self.factors.next_ts()
    }

    /// Whether anything trades on the UTC day that begins at `day`.
    fn trades_on(&self, day: Timestamp) -> bool {
        let noon = day.plus_nanos(17 * Interval::H1.nanos());
        let open = |listing: &Listing| Season::new(listing.model(), self.config.hours).at(noon).is_some();
        self.listings.iter().any(open)
    }

    /// The first headline that was published by `now` and that this did not tell yet.
    pub fn next_story(&mut self, now: Timestamp) -> Option<Headline> {
        self.stories.pop_if(|story| story.ts <= now)
    }

    #[inline]
    fn advance(&mut self) -> Tick {
        loop {
            if let Some(tick) = self.block.next() {
                return tick;
            }
            self.fill();
        }
    }

    /// Makes the next block.
    fn fill(&mut self) {
        let from = self.factors.next_ts();
        let cells: Vec<_> =
            (0..self.config.block_seconds.clamp(1, block::MOST_SECONDS)).map(|_| self.factors.advance()).collect();
        self.block.make(&cells, &self.tables, &mut self.symbols, &self.stage, self.config.threads);
        self.stories.append(&mut self.block.stories);
        for cell in &cells {
            // One sector of each class speaks for it.
            let speakers = [Sector::Technology, Sector::Index, Sector::Crypto, Sector::Fx];
            let broad = speakers.into_iter().filter_map(|sector| Some((sector, cell.sectors[sector.index()].news?)));
            self.stories.extend(broad.map(|(sector, news)| {
                let on = Target::Class(sector.class()).text().into_owned();
                news.story(on, None, cell.ts)
            }));
        }
        self.stories.extend(self.stage.stories(from, self.factors.next_ts()));
        self.stories.sort_by(|a, b| (b.ts, &b.on, &b.text).cmp(&(a.ts, &a.on, &a.text)));
        self.stories.truncate(self.config.untold_stories);
        self.stage.pass(self.factors.next_ts());
    }
}

impl Source for Simulator {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn history(&mut self) -> Vec<HistoryBar> {
        let SimConfig { seed, hours, start, past_bars, .. } = self.config;
        // As at the beginning, however far the tape has come.
        let factors = factors(&self.config, &self.listings);
        history::bars(seed, hours, start, past_bars, &factors, &self.tables, &self.fresh_tapes())
    }

    fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
        Ok(Some(self.advance()))
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        self.restart();
        Ok(())
    }

    fn levels(&self) -> Levels {
        Levels(Some(Arc::new(Books::new(self.config.seed, &self.listings, &self.tables))))
    }

    fn catalog(&self) -> Option<Arc<ScenarioCatalog>> {
        Some(Arc::new(catalog::catalogue(&self.listings, &self.config.stage)))
    }

    fn run_scenario(&mut self, request: &ScenarioRequest, now: Timestamp) -> Result<(), CommandError> {
        let injection = Injection::of(request, now.max(self.horizon()));
        let injection = injection.and_then(|injection| self.stage.check(injection)).map_err(bad)?;
        // Written down first: what is not in the journal has not happened.
        if let Some(journal) = &mut self.journal {
            journal.add(&injection).map_err(|error| CommandError::Fault(error.to_string()))?;
        }
        self.stage.add(injection).map(drop).map_err(bad)
    }

    fn next_notice(&mut self, now: Timestamp) -> Option<Notice> {
        let begun = self.stage.begun(now).map(Notice::Scenario);
        begun.or_else(|| self.next_story(now).map(Notice::News))
    }
}

fn bad(error: ScenarioError) -> CommandError {
    CommandError::BadScenario(error.to_string())
}

fn factors(config: &SimConfig, listings: &[Listing]) -> Factors {
    Factors::new(config.seed, config.hours, config.start, |class| {
        listings.iter().any(|listing| listing.class() == class)
    })
}

fn name(instruments: usize, seed: u64) -> String {
    let plural = if instruments == 1 { "" } else { "s" };
    format!("{instruments} instrument{plural}, seed {seed}")
}
