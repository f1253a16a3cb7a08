//! Opens other feeds while the server runs, within the memory that the first one had.

use std::any::Any;
use std::path::PathBuf;

use super::error::AppError;
use crate::cli::{FeedConfig, LibraryConfig, ServeConfig};
use crate::control::{CommandError, LoadRequest, SourceKind, Speed};
use crate::fanout::{CACHED_SYMBOL_BYTES, wall_micros};
use crate::feed::replay::{self, Entry, Overrides, Problem, ReplayConfig, ReplayError, TimeLimit};
use crate::feed::sim::{PlanError, SimConfig, SimPlan, Simulator};
use crate::feed::{OpenSource, OpenedSource, RECORDING_MARKETS, SourceInfo, TickSource};
use crate::inspect;
use crate::library::{self, FeedFile, FindError, FixedFeed, Library, TemporaryFolder, Uploads};
use crate::market::{MarketLimits, Timestamp};
use crate::memory::{Budget, MEBIBYTE, OverBudget, Part, SharedBudget};
use crate::server::Inspector;
use crate::wire::ApiError;

/// The setting that has files read to the end.
const FULL: &str = "full";

/// Opens the feeds of a library.
pub struct Opener {
    library: Library,
    /// The feed of the start, and its speed.
    start: FeedConfig,
    speed: Option<Speed>,
    files: LibraryConfig,
    market: MarketLimits,
    /// The memory without a source.
    budget: Budget,
    /// The memory with the source that plays.
    shown: SharedBudget,
}

/// The source that is open, before it is known to fit.
struct Found {
    source: Box<dyn TickSource>,
    speed: Option<Speed>,
    lease: Option<Box<dyn Any + Send>>,
}

impl Opener {
    /// Opens the feeds of `library` for a server with this configuration, whose memory without a source is `budget`.
    pub fn new(config: &ServeConfig, library: Library, budget: Budget, shown: SharedBudget) -> Self {
        let (start, files) = (config.feed.clone(), config.library.clone());
        Self { library, start, speed: config.run.speed, files, market: config.market, budget, shown }
    }

    fn find(&self, request: &LoadRequest) -> Result<Found, CommandError> {
        match request.feeds.as_slice() {
            [id] if id == library::SIMULATION => self.simulation(&request.settings),
            ids => self.files(ids, &request.settings),
        }
    }

    /// Opens the simulated market, as it begins now.
    fn simulation(&self, settings: &[(String, String)]) -> Result<Found, CommandError> {
        if let Some((name, _)) = settings.first() {
            return Err(CommandError::BadLoad(format!("the simulated market has no setting `{name}`")));
        }
        let (plan, speed) = match &self.start {
            FeedConfig::Simulation(plan) => (plan.clone(), self.speed),
            FeedConfig::Replay { .. } => (SimPlan::default(), None),
        };
        let simulator = plan.config(Timestamp::from_micros(wall_micros()));
        let simulator = simulator.and_then(|config| Simulator::new(config).map_err(PlanError::from));
        let source = simulator.map_err(|error| CommandError::NotPlayable(chain(&error)))?;
        Ok(Found { source: Box::new(source), speed, lease: None })
    }

    /// Opens files.
    fn files(&self, ids: &[String], settings: &[(String, String)]) -> Result<Found, CommandError> {
        let limit = TimeLimit::begin(self.files.timeout, "--load-timeout");
        let (entries, config, leases) = self.found(ids, settings, &limit)?;
        let source = replay::open_entries(&entries, &config, &mut |_, _, _| {}).map_err(not_playable)?;
        limit.lift();
        let speed = if is_start(ids) { self.speed } else { None };
        Ok(Found { source: Box::new(source), speed, lease: Some(Box::new(leases)) })
    }

    /// Finds files, how they are read, and what keeps them.
    fn found(
        &self,
        ids: &[String],
        settings: &[(String, String)],
        limit: &TimeLimit,
    ) -> Result<(Vec<Entry>, ReplayConfig, Leases), CommandError> {
        let (entries, config, leases) = if is_start(ids) {
            let FeedConfig::Replay { files, config } = &self.start else {
                return Err(CommandError::UnknownFeed(library::START.into()));
            };
            // The flags of the start hold where the settings say nothing else.
            let set = with_settings(config, settings)?;
            let overrides = set.overrides.or(config.overrides.clone());
            let config = ReplayConfig { overrides, ..set };
            (replay::entries(files, &config).map_err(not_playable)?, config, Vec::new())
        } else {
            let config = with_settings(&self.files.replay, settings)?;
            let (entries, leases) = self.entries(ids, &config)?;
            (entries, config, leases)
        };
        Ok((entries.into_iter().map(|entry| entry.within(limit)).collect(), config, leases))
    }

    /// Finds the files with these ids, and what keeps them.
    fn entries(&self, ids: &[String], config: &ReplayConfig) -> Result<(Vec<Entry>, Leases), CommandError> {
        let (mut entries, mut leases) = (Vec::new(), Vec::new());
        for (n, id) in ids.iter().enumerate() {
            if [library::SIMULATION, library::START].contains(&id.as_str()) {
                return Err(CommandError::BadLoad(format!("`{id}` plays alone")));
            }
            if ids[..n].contains(id) {
                return Err(CommandError::BadLoad(format!("`{id}` is there twice")));
            }
            let file = self.library.find(id).map_err(|error| match error {
                FindError::Unknown => CommandError::UnknownFeed(id.clone()),
                FindError::Incomplete(reason) => {
                    CommandError::NotPlayable(format!("`{id}` cannot be played yet: {reason}"))
                }
            })?;
            let FeedFile { path, name, lease } = file;
            let found = replay::named_entries(&path, &name, config);
            entries.extend(found.map_err(not_playable)?);
            leases.push(lease);
        }
        if entries.len() > config.max_files {
            let problem = Problem::TooManyFiles { found: entries.len() };
            return Err(CommandError::NotPlayable(problem.to_string()));
        }
        Ok((entries, leases))
    }
}

/// The leases of the files of a feed.
type Leases = Vec<Option<Box<dyn Any + Send>>>;

impl Inspector for Opener {
    fn inspect(&self, feeds: &[String], settings: &[(String, String)]) -> Result<String, ApiError> {
        if feeds.iter().any(|id| id == library::SIMULATION) {
            return Err(CommandError::BadLoad("the simulated market has no files".into()).into());
        }
        let limit = TimeLimit::begin(self.files.inspect_timeout, "--inspect-timeout");
        let (entries, config, _leases) = self.found(feeds, settings, &limit)?;
        Ok(inspect::report(&entries, &config))
    }
}

impl OpenSource for Opener {
    fn open(&self, request: &LoadRequest) -> Result<OpenedSource, CommandError> {
        if let Some(FixedFeed { reason, remedy }) = self.library.fixed().cloned() {
            return Err(CommandError::NotLoadable { reason, remedy });
        }
        let Found { source, speed, lease } = self.find(request)?;
        let mut budget = self.budget.clone();
        let market = market_limits(&mut budget, source.info(), self.market);
        let market = market.map_err(|error| CommandError::NotPlayable(error.to_string()))?;
        *self.shown.write() = budget;
        let feeds = request.feeds.as_slice().into();
        Ok(OpenedSource { source, feeds, market, speed: request.speed.or(speed), lease })
    }
}

/// The answers of a request in the place of those of the flags, with the limits of the flags.
fn with_settings(config: &ReplayConfig, settings: &[(String, String)]) -> Result<ReplayConfig, CommandError> {
    let mut set = ReplayConfig { overrides: Overrides::default(), ..config.clone() };
    for (name, value) in settings {
        if name == FULL {
            set.full_read_bytes = if value == "yes" { u64::MAX } else { config.full_read_bytes };
            continue;
        }
        let why = |why| CommandError::BadLoad(format!("the setting `{name}` cannot be `{value}`: {why}"));
        set.overrides.set(name, value).map_err(why)?;
    }
    Ok(set)
}

fn is_start(ids: &[String]) -> bool {
    matches!(ids, [id] if id == library::START)
}

fn not_playable(error: ReplayError) -> CommandError {
    CommandError::NotPlayable(error.to_string())
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Adds to the budget what is known when `source` is open, and returns the limits of its market, whose bars and trades
/// take the rest.
///
/// # Errors
/// When it does not fit into the memory.
pub fn market_limits(
    budget: &mut Budget,
    source: &SourceInfo,
    limits: MarketLimits,
) -> Result<MarketLimits, OverBudget> {
    let symbols = source.instruments.len();
    let markets = match source.kind {
        SourceKind::Simulation => 1,
        SourceKind::Replay => RECORDING_MARKETS,
    };
    budget.add(Part::Feed, source.memory_bytes, &format!("source {} MiB", source.memory_bytes / MEBIBYTE))?;
    budget.add(Part::Quotes, symbols * CACHED_SYMBOL_BYTES, &format!("{symbols} symbols"))?;
    let floor = markets * MarketLimits::floor_bytes(symbols);
    budget.check(floor, &format!("{symbols} symbols x {} kiB", floor / symbols.max(1) / 1024))?;
    Ok(MarketLimits { bytes: budget.bytes(Part::Market) / markets, ..limits })
}

/// Makes the library of a server that plays `source` first.
///
/// # Errors
/// When the folder of `--library` cannot be read.
pub fn library(config: &ServeConfig, source: &SourceInfo) -> Result<Library, AppError> {
    let LibraryConfig { folder, max_files, uploads, .. } = &config.library;
    let open = |path: &PathBuf| {
        let opened = library::Folder::open(path, *max_files);
        opened.map_err(|source| AppError::Library { path: path.clone(), source })
    };
    let is_replay = matches!(config.feed, FeedConfig::Replay { .. });
    let seed = if is_replay { SimConfig::DEFAULT_SEED } else { source.seed.unwrap_or(SimConfig::DEFAULT_SEED) };
    Ok(Library::new(library::LibraryParts {
        simulation: format!("simulated market, seed {seed}"),
        start: is_replay.then(|| source.name.clone()),
        folder: folder.as_ref().map(open).transpose()?,
        uploads: uploads.map(|limits| Uploads::new(limits, Box::new(TemporaryFolder::default()))),
        fixed: fixed(config),
    }))
}

/// The reason why the feed of a server with this configuration stays as it is.
fn fixed(config: &ServeConfig) -> Option<FixedFeed> {
    let has_journal = matches!(&config.feed, FeedConfig::Simulation(plan) if plan.journal.is_some());
    let (what, flag) = match () {
        () if config.record.is_some() => ("a recording is written, and it is of one feed", "--record"),
        () if has_journal => ("a journal is written, and it is of one simulation", "--journal"),
        () => return None,
    };
    Some(FixedFeed { reason: what.into(), remedy: format!("start the server without {flag} to change its feed") })
}
