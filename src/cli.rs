//! The command line: subcommands and flags into the configurations of the parts.

mod settings;

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use encoding_rs::Encoding;
use ipnet::IpNet;

use crate::bus;
use crate::fanout::DEFAULT_TICKS;
use crate::feed::replay::overrides::{self, ColumnNames, Overrides};
use crate::feed::replay::{DateOrder, DecimalMark, FileKind, ReplayConfig, TimeUnit, Zone};
use crate::feed::sim::{SimPlan, SimulateArgs, SimulationArgs, WriteConfig};
use crate::feed::{IndexLimits, RunConfig};
use crate::inspect;
use crate::load::{self, LoadArgs};
use crate::market::{MarketLimits, Speed, Stamps};
use crate::record::RecordConfig;
use crate::server::{
    AccessConfig, Control, DEFAULT_MAX_COMMANDS, HttpLimits, Secret, ServerConfig, SessionLimits, SubscriptionLimits,
    TlsFiles, Token,
};
use settings::Surroundings;

pub use settings::SettingsError;

/// A live market-data dashboard: ticks over WebSocket, charted in the browser.
///
/// Without a subcommand a simulated market plays. Open the address that is printed.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// How fast market time runs: a factor such as 10x or 0.5x, or max
    #[arg(long, value_name = "FACTOR", value_parser = speed, conflicts_with = "day")]
    speed: Option<Speed>,
    #[command(flatten)]
    serve: ServeArgs,
    /// File of settings: lines such as `max-sessions = 500`. A flag goes before TICKCAST_MAX_SESSIONS, and that before
    /// the file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    config: Option<PathBuf>,
    /// Print the settings that are in force and where each comes from, and end
    #[arg(long, global = true, help_heading = "Settings")]
    print_config: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play market history from CSV files: trades, quotes, OHLCV bars, order books; plain, gzip, zstd or zip
    ///
    /// What the file is, is found out from the file; several files and symbols play on one clock. What could
    /// not be read is counted and shown. `tickcast inspect` says what was found and why.
    Replay(ReplayArgs),
    /// Write a simulated market to a CSV file instead of playing it
    ///
    /// Columns: ts (nanoseconds since 1970), symbol, price, size, side, bid, ask. The same flags give the same file.
    Simulate(SimulateArgs),
    /// Say what CSV files hold and why it seems so, without playing them
    ///
    /// The exit code is 0 where all of them can be played, and 2 where not.
    Inspect(InspectArgs),
    /// Write a feed to CSV files that replay to the same, byte for byte
    ///
    /// Connects to nothing: the simulation or the files given are played straight into the recording. To record what
    /// a server plays, start that with --record.
    Record(RecordArgs),
    /// Put load on a running server: many clients that count, check and measure
    ///
    /// Only on this machine, unless you say otherwise: load can take a server down.
    Load(LoadArgs),
}

#[derive(Debug, Args)]
struct ReplayArgs {
    /// Files to play, folders of them, or patterns such as 'data/*.csv'; they are merged by time
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    play: PlayArgs,
    #[command(flatten)]
    serve: ServeArgs,
}

/// How a tape plays until somebody drives it otherwise.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Playing")]
struct PlayArgs {
    /// How fast market time runs: a factor such as 60x, or max; by default chosen for the data at hand
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    speed: Option<Speed>,
    /// Start again at the end
    #[arg(long = "loop")]
    looping: bool,
    /// Begin at the first event and wait there
    #[arg(long)]
    paused: bool,
    /// Pass over nights, weekends and other stretches without an event
    #[arg(long)]
    skip_dead_time: bool,
    /// Move all times so that the tape begins now; the page and the API say so
    #[arg(long)]
    shift_to_now: bool,
    /// Minutes without an event that are dead time; at least a bar, where bars are played
    #[arg(long, default_value_t = 15, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    dead_after: u64,
    /// Places of a tape that are kept for seeking; when they are more, every second one goes
    #[arg(long, default_value_t = IndexLimits::default().checkpoints, value_name = "NUMBER", value_parser = checkpoints)]
    max_checkpoints: usize,
    /// Memory that these may take together, in MiB; beyond it every second one goes, too
    #[arg(long, default_value_t = IndexLimits::default().bytes >> 20, value_name = "MIB", value_parser = capacity)]
    checkpoint_memory: usize,
    /// Ticks from one of these to the next, to begin with
    #[arg(long, default_value_t = IndexLimits::default().spacing, value_name = "TICKS", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    checkpoint_ticks: u64,
}

#[derive(Debug, Args)]
struct InspectArgs {
    /// Files to look at, folders of them, or patterns
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one line of JSON for each file
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

#[derive(Debug, Args)]
struct RecordArgs {
    /// File to write; with .zst at its end it is compressed. What exists is never written over
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// Files to play into it, as for replay; without any, the simulation
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Minutes of market time to record
    #[arg(long = "for", value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    market_minutes: Option<u64>,
    #[command(flatten)]
    simulation: SimulationArgs,
    /// How fast market time runs: a factor such as 10x or 0.5x, or max; as fast as it goes where there is an end
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    speed: Option<Speed>,
    #[command(flatten)]
    rotation: RotationArgs,
    #[command(flatten)]
    reading: ReadingArgs,
}

/// When a recording goes on in another file.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Recording")]
struct RotationArgs {
    /// Text after which a recording goes on in another file, in MiB
    #[arg(long, default_value_t = 1_024, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rotate_size: u64,
    /// Minutes after which a recording goes on in another file
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rotate_after: Option<u64>,
}

impl RotationArgs {
    fn config(self, path: PathBuf, market_minutes: Option<u64>) -> RecordConfig {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        RecordConfig {
            path,
            rotate_bytes: self.rotate_size << 20,
            rotate_after: self.rotate_after.map(minutes),
            market_time: market_minutes.map(minutes),
        }
    }
}

/// How files are read. What is not said is found out; `FILE.toml` beside a file can say the same.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Reading")]
struct ReadingArgs {
    /// What columns hold: a meaning for each ('time,-,price,size'), or by name ('price=close_price,time=1')
    #[arg(long, value_name = "MEANINGS", value_parser = |text: &str| text.parse::<ColumnNames>())]
    columns: Option<ColumnNames>,
    /// The zone of times that name none: UTC, -05:00, America/New_York
    #[arg(long, value_name = "ZONE", value_parser = |text: &str| text.parse::<Zone>(), allow_hyphen_values = true)]
    tz: Option<Zone>,
    /// The symbol of all rows
    #[arg(long, value_name = "SYMBOL")]
    symbol: Option<String>,
    /// The date of times that are counted from midnight: 2024-01-31
    #[arg(long, value_name = "DATE", value_parser = overrides::date)]
    date: Option<i64>,
    /// How many times too large prices are written: 10000; 1 for not at all
    #[arg(long, value_name = "FACTOR", value_parser = overrides::price_scale)]
    price_scale: Option<u8>,
    /// What rows are: trades, quotes, ohlcv or book
    #[arg(long, value_name = "KIND", value_parser = overrides::kind)]
    kind: Option<FileKind>,
    /// What parts cells: one character, or tab or space
    #[arg(long, value_name = "CHARACTER", value_parser = overrides::delimiter)]
    delimiter: Option<u8>,
    /// What stands before decimals: point or comma
    #[arg(long, value_name = "MARK", value_parser = overrides::decimal_mark)]
    decimal_mark: Option<DecimalMark>,
    /// In which order dates are written: ymd, mdy or dmy
    #[arg(long, value_name = "ORDER", value_parser = overrides::date_order)]
    date_order: Option<DateOrder>,
    /// What counts of time count: s, ms, us or ns
    #[arg(long, value_name = "UNIT", value_parser = overrides::time_unit)]
    time_unit: Option<TimeUnit>,
    /// How text is encoded: utf-8, utf-16le, gbk, shift_jis
    #[arg(long, value_name = "NAME", value_parser = overrides::encoding)]
    encoding: Option<&'static Encoding>,
    /// Whether there is a line of column names: yes or no
    #[arg(long, value_name = "YES|NO", value_parser = overrides::yes_or_no)]
    header: Option<bool>,
    /// Read large files whole before they play: exact counts, and rows out of order are sorted
    #[arg(long)]
    full: bool,
    /// Rows out of time order beyond which a file is sorted on disk, in the folder of TMPDIR
    #[arg(long, default_value_t = ReplayConfig::default().max_sort_rows, value_name = "ROWS", value_parser = at_least_one)]
    max_sort_rows: usize,
    /// Longest line that is read, in bytes
    #[arg(long, default_value_t = ReplayConfig::default().max_line_bytes, value_name = "BYTES", value_parser = at_least_one)]
    max_line_bytes: usize,
    /// Symbols of one file, above which its symbol column is taken for some other one
    #[arg(long, default_value_t = ReplayConfig::default().max_symbols, value_name = "SYMBOLS", value_parser = at_least_one)]
    max_symbols: usize,
    /// Files that a folder, a pattern or an archive may stand for
    #[arg(long, default_value_t = ReplayConfig::default().max_files, value_name = "FILES", value_parser = at_least_one)]
    max_files: usize,
    /// Ticks of bars that may wait for their time, as bars of one moment play side by side
    #[arg(long, default_value_t = ReplayConfig::default().max_waiting, value_name = "TICKS", value_parser = at_least_one)]
    max_waiting_ticks: usize,
    /// Levels kept on each side of an order book
    #[arg(long, default_value_t = ReplayConfig::default().max_levels, value_name = "LEVELS", value_parser = at_least_one)]
    max_book_levels: usize,
    /// Reasons of refused rows, file by file, that are listed; more are only counted
    #[arg(long, default_value_t = ReplayConfig::default().max_refused, value_name = "NUMBER", value_parser = at_least_one)]
    max_refused: usize,
}

/// Who may do what, and how bytes travel.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Access")]
struct AccessArgs {
    /// Who may drive the feed: everybody, token or nobody; by default everybody where only this machine reaches the
    /// server, else token
    #[arg(long, value_name = "WHO", value_parser = control)]
    control: Option<Control>,
    /// Ask for a token from who drives the feed; without a value one is made and printed. Rather than here, where
    /// other programs see it, give it as TICKCAST_TOKEN
    #[arg(long, value_name = "TOKEN", num_args = 0..=1, require_equals = true, value_parser = secret, default_missing_value = "", hide_default_value = true)]
    token: Option<Secret>,
    /// File whose first line is that token
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// Ask for a token from who watches, too; without a value one is made and printed
    #[arg(long, value_name = "TOKEN", num_args = 0..=1, require_equals = true, value_parser = secret, default_missing_value = "")]
    viewer_token: Option<Secret>,
    /// File whose first line is that token
    #[arg(long, value_name = "FILE", conflicts_with = "viewer_token")]
    viewer_token_file: Option<PathBuf>,
    /// Origin of a page, besides the server's own, that may open the stream: https://ticker.example.org; may be repeated
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Vec<String>,
    /// Address or network of a reverse proxy, whose X-Forwarded-For and X-Forwarded-Proto are believed; may be repeated
    #[arg(long, value_name = "NETWORK", value_parser = network)]
    trust_proxy: Vec<IpNet>,
    /// File with the server's certificate in PEM: the page and the stream go over TLS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// File with its private key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl AccessArgs {
    fn config(self) -> (AccessConfig, Option<TlsFiles>) {
        let tls = self.tls_cert.zip(self.tls_key).map(|(certificate, key)| TlsFiles { certificate, key });
        let access = AccessConfig {
            control: self.control,
            presenter: self.token.or(self.token_file.map(Secret::File)),
            viewer: self.viewer_token.or(self.viewer_token_file.map(Secret::File)),
            origins: self.allow_origin,
            proxies: self.trust_proxy,
        };
        (access, tls)
    }
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Server")]
struct ServeArgs {
    /// Address and port to serve on; port 0 takes any that is free
    #[arg(long, default_value = "127.0.0.1:3030", value_name = "ADDRESS:PORT")]
    bind: SocketAddr,
    /// Sessions at one time, over WebSocket and Server-Sent Events
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER", value_parser = at_least_one)]
    max_sessions: usize,
    /// Of these from one address; a room behind one router is one address, and so is an IPv6 network (/64)
    #[arg(long, default_value_t = 256, value_name = "NUMBER", value_parser = at_least_one)]
    max_sessions_per_address: usize,
    /// HTTP connections at one time, besides those that became sessions
    #[arg(long, default_value_t = 1_024, value_name = "NUMBER", value_parser = at_least_one)]
    max_connections: usize,
    /// Write what plays to this CSV file too; with .zst at its end it is compressed
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    rotation: RotationArgs,
    /// Of these from one address; a page opens up to six for a moment
    #[arg(long, default_value_t = 768, value_name = "NUMBER", value_parser = at_least_one)]
    max_connections_per_address: usize,
    /// Seconds for which the head of a request may be on its way, or a connection may idle between two
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    head_timeout: u64,
    /// Longest head of a request, in bytes
    #[arg(long, default_value_t = 32 * 1024, value_name = "BYTES", value_parser = head_bytes)]
    max_head_bytes: usize,
    /// Symbols and series that one session may subscribe to
    #[arg(long, default_value_t = 4_096, value_name = "NUMBER", value_parser = at_least_one)]
    max_subscriptions: usize,
    /// Bars in the snapshots of all series of one session, and in one HTTP answer
    #[arg(long, default_value_t = 50_000, value_name = "BARS", value_parser = at_least_one)]
    max_history: usize,
    /// Longest message that a client may send, in bytes
    #[arg(long, default_value_t = 64 * 1024, value_name = "BYTES", value_parser = at_least_one)]
    max_message_bytes: usize,
    /// Messages that a client may send in a second, pings included; twice as many at once
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_messages_per_second: u32,
    /// Commands of one session that may wait for the feed
    #[arg(long, default_value_t = DEFAULT_MAX_COMMANDS, value_name = "NUMBER", value_parser = at_least_one)]
    max_commands: usize,
    /// Commands of all sessions that wait on the feed's line; who has more waits in its session
    #[arg(long, default_value_t = bus::DEFAULT_LINE_CAPACITY, value_name = "NUMBER", value_parser = capacity)]
    max_waiting_commands: usize,
    /// Seconds for which a client may take no byte before it is let go
    #[arg(long, default_value_t = 20, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    stall_timeout: u64,
    /// Closed bars kept for each instrument and interval
    #[arg(long, default_value_t = MarketLimits::default().bars, value_name = "BARS", value_parser = at_least_one)]
    bars: usize,
    /// Trades kept on each instrument's tape
    #[arg(long, default_value_t = MarketLimits::default().trades, value_name = "TRADES", value_parser = at_least_one)]
    trades: usize,
    /// Headlines kept, and scenarios that have begun
    #[arg(long, default_value_t = MarketLimits::default().happenings, value_name = "NUMBER", value_parser = at_least_one)]
    happenings: usize,
    /// Ticks of the last second kept for sessions at the rate every; when more come, they get the state instead
    #[arg(long, default_value_t = DEFAULT_TICKS, value_name = "TICKS", value_parser = at_least_one)]
    max_ticks: usize,
    /// Batches of ticks that may wait between feed and market
    #[arg(long, default_value_t = bus::DEFAULT_CAPACITY, value_name = "BATCHES", value_parser = capacity)]
    bus_capacity: usize,
    #[command(flatten)]
    access: AccessArgs,
}

/// What the program is asked to do.
#[derive(Clone, Debug)]
pub enum Job {
    Serve(Box<Config>),
    Simulate(WriteConfig),
    Inspect(inspect::Config),
    Load(load::Config),
    Record(RecordJob),
    /// Only say this.
    Print(String),
}

/// A feed to be recorded without a server.
#[derive(Clone, Debug)]
pub struct RecordJob {
    pub feed: FeedConfig,
    pub run: RunConfig,
    pub record: RecordConfig,
}

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Config {
    pub feed: FeedConfig,
    /// All but the number of the first epoch.
    pub run: RunConfig,
    pub server: ServerConfig,
    pub market: MarketLimits,
    /// Kept for those who want each.
    pub ticks: usize,
    pub bus_capacity: usize,
    /// Commands that wait for the feed.
    pub line_capacity: usize,
    /// What plays is recorded too.
    pub record: Option<RecordConfig>,
}

#[derive(Clone, Debug)]
pub enum FeedConfig {
    Simulation(SimPlan),
    Replay { files: Vec<PathBuf>, config: ReplayConfig },
}

/// Why the program was not told what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("cannot read the settings in {file}: {source}; --config or TICKCAST_CONFIG names them")]
    Unreadable { file: String, source: std::io::Error },
}

impl Cli {
    /// What arguments, variables of the environment and a file of settings ask for together.
    ///
    /// # Errors
    /// When one of them cannot be understood.
    pub fn job(arguments: &[OsString], variables: &[(String, String)]) -> Result<Job, CliError> {
        let command = Self::command();
        let name = settings::config_file(arguments, variables);
        let read = |file: &String| {
            std::fs::read_to_string(file).map_err(|source| CliError::Unreadable { file: file.clone(), source })
        };
        let text = name.as_ref().map(read).transpose()?;
        let file = name.as_deref().zip(text.as_deref());
        let read = settings::read(&command, arguments, &Surroundings { variables, file })?;
        let cli = Self::from_arg_matches(&read.matches).map_err(SettingsError::from)?;
        Ok(if cli.print_config { Job::Print(settings::print(&command, &read)) } else { cli.into_job() })
    }

    fn into_job(self) -> Job {
        match self.command {
            None => {
                let plan = SimPlan::from(self.simulation);
                let speed = plan.speed().or(self.speed);
                // A day that is played in minutes leaves out its night.
                let run = RunConfig { speed, skip_dead_time: plan.day.is_some(), ..RunConfig::default() };
                Job::Serve(Box::new(self.serve.config(FeedConfig::Simulation(plan), run)))
            }
            Some(Command::Replay(args)) => {
                let ReplayArgs { files, reading, play, serve } = args;
                let config = reading.config(ReplayConfig::default().full_read_bytes);
                Job::Serve(Box::new(serve.config(FeedConfig::Replay { files, config }, play.config())))
            }
            Some(Command::Record(args)) => Job::Record(args.into_config()),
            Some(Command::Inspect(InspectArgs { files, json, reading })) => {
                let replay = reading.config(INSPECTED_WHOLE_BYTES);
                Job::Inspect(inspect::Config { files, json, replay })
            }
            Some(Command::Simulate(args)) => Job::Simulate(args.into()),
            Some(Command::Load(args)) => Job::Load(args.into()),
        }
    }
}

impl RecordArgs {
    /// As fast as it goes where it has an end, and else as it would play.
    fn into_config(self) -> RecordJob {
        let Self { out, files, market_minutes, simulation, speed, rotation, reading } = self;
        let ends = !files.is_empty() || market_minutes.is_some();
        let plan = SimPlan::from(simulation);
        let (day, skip_dead_time) = (plan.speed(), plan.day.is_some());
        let feed = if files.is_empty() {
            FeedConfig::Simulation(plan)
        } else {
            FeedConfig::Replay { files, config: reading.config(ReplayConfig::default().full_read_bytes) }
        };
        let speed = speed.or(if ends { Some(Speed::Max) } else { day });
        RecordJob {
            feed,
            run: RunConfig { speed, skip_dead_time, ..RunConfig::default() },
            record: rotation.config(out, market_minutes),
        }
    }
}

impl PlayArgs {
    fn config(self) -> RunConfig {
        let Self { speed, looping, paused, skip_dead_time, shift_to_now, dead_after, .. } = self;
        let Self { max_checkpoints: checkpoints, checkpoint_memory, checkpoint_ticks: spacing, .. } = self;
        let index = IndexLimits { checkpoints, bytes: checkpoint_memory << 20, spacing };
        let stamps = if shift_to_now { Stamps::Shifted } else { Stamps::Original };
        let dead_after = Duration::from_secs(dead_after * 60);
        RunConfig { speed, looping, paused, skip_dead_time, stamps, dead_after, index, ..RunConfig::default() }
    }
}

/// Larger plain files are inspected by pieces: what is read within about a second.
const INSPECTED_WHOLE_BYTES: u64 = 256 << 20;

impl ReadingArgs {
    fn config(self, full_read_bytes: u64) -> ReplayConfig {
        let Self { columns, tz, symbol, date, price_scale, kind, delimiter, decimal_mark, date_order, .. } = self;
        let Self { time_unit, encoding, header, full, max_sort_rows, max_line_bytes, max_symbols, .. } = self;
        let Self { max_files, max_waiting_ticks, max_book_levels, max_refused, .. } = self;
        ReplayConfig {
            max_sort_rows,
            max_line_bytes,
            max_symbols,
            max_files,
            max_waiting: max_waiting_ticks,
            max_levels: max_book_levels,
            max_refused,
            full_read_bytes: if full { u64::MAX } else { full_read_bytes },
            overrides: Overrides {
                columns,
                tz,
                symbol,
                date,
                price_scale,
                kind,
                delimiter,
                decimal_mark,
                date_order,
                time_unit,
                encoding,
                header,
            },
        }
    }
}

impl ServeArgs {
    fn config(self, feed: FeedConfig, run: RunConfig) -> Config {
        let session = SessionLimits {
            message_bytes: self.max_message_bytes,
            messages_per_second: self.max_messages_per_second,
            subscriptions: SubscriptionLimits { count: self.max_subscriptions, history: self.max_history },
            commands: self.max_commands,
            bars: self.bars,
            control: true,
            stall: Duration::from_secs(self.stall_timeout),
        };
        let (access, tls) = self.access.config();
        Config {
            feed,
            run,
            server: ServerConfig {
                bind: self.bind,
                sessions: self.max_sessions,
                sessions_per_address: self.max_sessions_per_address,
                access,
                tls,
                http: HttpLimits {
                    connections: self.max_connections,
                    connections_per_address: self.max_connections_per_address,
                    head_timeout: Duration::from_secs(self.head_timeout),
                    buffer_bytes: self.max_head_bytes,
                },
                session,
            },
            market: MarketLimits { bars: self.bars, trades: self.trades, happenings: self.happenings },
            ticks: self.max_ticks,
            record: self.record.map(|path| self.rotation.config(path, None)),
            bus_capacity: self.bus_capacity,
            line_capacity: self.max_waiting_commands,
        }
    }
}

fn control(text: &str) -> Result<Control, String> {
    match text {
        "everybody" => Ok(Control::Everybody),
        "token" => Ok(Control::Token),
        "nobody" => Ok(Control::Nobody),
        _ => Err("everybody, token or nobody".into()),
    }
}

/// Nothing stands for a token that is made.
fn secret(text: &str) -> Result<Secret, String> {
    if text.is_empty() {
        return Ok(Secret::Made);
    }
    Token::new(text).map(Secret::Given).map_err(|error| error.to_string())
}

fn origin(text: &str) -> Result<String, String> {
    let is_origin = text.parse::<http::Uri>().is_ok_and(|uri| {
        let parts = uri.into_parts();
        let no_path = parts.path_and_query.is_none_or(|path| path == "/");
        parts.scheme.is_some() && parts.authority.is_some() && no_path
    });
    let plain = text.strip_suffix('/').unwrap_or(text);
    is_origin.then(|| plain.to_owned()).ok_or_else(|| "a scheme and a host, as https://ticker.example.org".into())
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| "an address such as 127.0.0.1, or a network such as 10.0.0.0/8".into())
}

fn speed(text: &str) -> Result<Speed, String> {
    if text.eq_ignore_ascii_case("max") {
        return Ok(Speed::Max);
    }
    let number = text.strip_suffix(['x', 'X']).unwrap_or(text);
    match number.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(Speed::Times(factor)),
        _ => Err("a factor above 0 such as 60x or 0.5x, or max".into()),
    }
}

/// Bounds what is counted in memory: more could not be held anyway.
const MOST: usize = 1_000_000_000;

fn at_least_one(text: &str) -> Result<usize, String> {
    let in_range = text.parse().ok().filter(|n| (1..=MOST).contains(n));
    in_range.ok_or_else(|| format!("a whole number from 1 to {MOST}"))
}

fn head_bytes(text: &str) -> Result<usize, String> {
    let (least, most) = (HttpLimits::MIN_BUFFER_BYTES, 16 * 1024 * 1024);
    let in_range = text.parse().ok().filter(|n| (least..=most).contains(n));
    in_range.ok_or_else(|| format!("a whole number from {least} to {most}"))
}

/// The first place of a tape is one of them.
fn checkpoints(text: &str) -> Result<usize, String> {
    const MOST: usize = 1_000_000;
    let in_range = text.parse().ok().filter(|n| (2..=MOST).contains(n));
    in_range.ok_or_else(|| format!("a whole number from 2 to {MOST}"))
}

fn capacity(text: &str) -> Result<usize, String> {
    const MOST: usize = 1_000_000;
    let in_range = text.parse().ok().filter(|n| (1..=MOST).contains(n));
    in_range.ok_or_else(|| format!("a whole number from 1 to {MOST}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_flags_are_consistent() {
        Cli::command().debug_assert();
    }

    fn config(line: &str) -> Result<Config, String> {
        let words = std::iter::once("tickcast").chain(line.split_whitespace());
        match Cli::try_parse_from(words).map(Cli::into_job) {
            Ok(Job::Serve(config)) => Ok(*config),
            Ok(_) => Err("this serves nothing".into()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn without_a_word_the_simulation_plays_on_port_3030() {
        let config = config("").unwrap();
        assert!(matches!(config.feed, FeedConfig::Simulation(plan) if plan == SimPlan::default()));
        assert_eq!(config.server.bind.to_string(), "127.0.0.1:3030");
        assert_eq!(config.run.speed, None);
    }

    #[test]
    fn a_replay_takes_files_and_its_own_flags() {
        let config = config(
            "replay a.csv b.csv --speed 60x --loop --paused --skip-dead-time --dead-after 30 --bind 127.0.0.1:0",
        )
        .unwrap();
        assert!(matches!(config.feed, FeedConfig::Replay { files, .. } if files.len() == 2));
        let RunConfig { speed, looping, paused, skip_dead_time, dead_after, .. } = config.run;
        assert_eq!((speed, looping, paused), (Some(Speed::Times(60.0)), true, true));
        assert_eq!((skip_dead_time, dead_after), (true, Duration::from_secs(1_800)));
    }

    #[test]
    fn a_replay_takes_bounds() {
        let line = "replay a.csv --max-checkpoints 9 --checkpoint-memory 2 --checkpoint-ticks 7 --max-refused 3 \
                    --max-waiting-ticks 4 --max-book-levels 5 --max-commands 6 --max-waiting-commands 8";
        let config = config(line).unwrap();
        assert_eq!(config.run.index, IndexLimits { checkpoints: 9, bytes: 2 << 20, spacing: 7 });
        let FeedConfig::Replay { config: replay, .. } = config.feed else { panic!("it replays") };
        assert_eq!((replay.max_refused, replay.max_waiting, replay.max_levels), (3, 4, 5));
        assert_eq!((config.server.session.commands, config.line_capacity), (6, 8));
    }

    #[test]
    fn speeds_are_factors_above_zero_or_max() {
        for (text, want) in [("60x", 60.0), ("0.1X", 0.1), ("7", 7.0)] {
            assert_eq!(speed(text), Ok(Speed::Times(want)));
        }
        assert_eq!(speed("MAX"), Ok(Speed::Max));
        for text in ["", "x", "0", "-1x", "NaN", "inf", "fast"] {
            assert!(speed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_the_flag() {
        for (line, says) in [
            ("--bind nowhere", "--bind"),
            ("--speed 0", "--speed"),
            ("--symbols 0", "from 1 to"),
            ("--max-sessions 0", "from 1 to"),
            ("--max-head-bytes 100", "from 8192 to"),
            ("--max-sessions 9999999999999999999", "from 1 to"),
            ("--bus-capacity 9999999999999", "from 1 to"),
            ("replay", "<FILE>"),
            ("replay a.csv --max-checkpoints 1", "from 2 to"),
            ("replay a.csv --checkpoint-memory 0", "from 1 to"),
            ("--seed 3 replay a.csv", "replay"),
        ] {
            let error = config(line).unwrap_err();
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}
