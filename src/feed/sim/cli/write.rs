//! The simulated market as a CSV file: `ts,symbol,price,size,side,bid,ask`.
//!
//! A row is a trade with the quote that stood before it. For an instrument with quotes alone, a row is a quote, and its
//! price is the middle. Times are counted since 1970, in nanoseconds or a coarser unit.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::{NamedTempFile, TempPath};

use crate::feed::TickSource as _;
use crate::feed::sim::{ScenarioError, SimConfig, Simulator};
use crate::market::{
    Decimal, Headline, Instrument, Interval, PriceBasis, Quote, Side, Tick, TickKind, Timestamp, Trade,
};

/// A simulated market to be written.
#[derive(Clone, Debug)]
pub struct WriteConfig {
    pub sim: SimConfig,
    pub out: PathBuf,
    /// Replace files that exist.
    pub overwrite: bool,
    pub length: Length,
    /// Write a row for each change of a quote, too.
    pub quotes: bool,
    /// The nanoseconds in a unit of time.
    pub time_unit: i64,
    /// The file for the headlines.
    pub news: Option<PathBuf>,
}

/// The length of a written market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// A number of days on which something trades.
    Days(u32),
    Time(Duration),
}

/// An error of a market that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("{} cannot be written", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} exists; choose another name, or replace it with --overwrite", .0.display())]
    Exists(PathBuf),
    #[error("{} was not written, because the program was stopped", .0.display())]
    Stopped(PathBuf),
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

/// The counts of a written market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub ticks: u64,
    pub rows: u64,
    pub headlines: u64,
}

/// Writes the market of `config`, until `stop` is true. A file has its name when it is complete.
///
/// # Errors
/// When a file cannot be written, exists already, or is not complete at the stop, or a scenario is out of range.
pub fn write(config: &WriteConfig, stop: &AtomicBool) -> Result<Written, WriteError> {
    let create = |path| OutFile::create(path, config.overwrite);
    let mut file = create(&config.out)?;
    let mut news = config.news.as_deref().map(create).transpose()?;
    let mut simulator = Simulator::new(config.sim.clone())?;
    let mut rows = Rows::new(&simulator, config);
    file.write(|out| writeln!(out, "ts,symbol,price,size,side,bid,ask"))?;
    if let Some(news) = &mut news {
        news.write(|out| writeln!(out, "ts,on,tone,timing,headline"))?;
    }
    let end = end(&simulator, config);
    let mut written = Written::default();
    loop {
        let tick = simulator.advance();
        if tick.ts >= end {
            break;
        }
        if stop.load(Ordering::Relaxed) {
            return Err(WriteError::Stopped(config.out.clone()));
        }
        written.ticks += 1;
        written.rows += u64::from(file.write(|out| rows.row(&tick, out))?);
        while let Some(headline) = simulator.next_headline(tick.ts) {
            written.headlines += 1;
            if let Some(news) = &mut news {
                news.write(|out| rows.headline(&headline, out))?;
            }
        }
    }
    file.finish()?;
    news.map_or(Ok(written), |news| news.finish().map(|()| written))
}

/// Returns the first time that is not written.
fn end(simulator: &Simulator, config: &WriteConfig) -> Timestamp {
    let start = config.sim.start;
    let days = match config.length {
        Length::Time(time) => return start.plus_nanos(time.as_nanos() as i64),
        Length::Days(days) => days,
    };
    let (mut day, mut left) = (start.floor(Interval::D1), days);
    while left > 0 {
        left -= u32::from(simulator.trades_on(day));
        day = day.plus_nanos(Interval::D1.nanos());
    }
    day
}

/// A file that is written, with its path for errors.
struct OutFile<'a> {
    path: &'a Path,
    out: Out,
    /// The file until it is complete, beside its path; removed when it is dropped.
    unfinished: Option<TempPath>,
    overwrite: bool,
}

impl<'a> OutFile<'a> {
    fn create(path: &'a Path, overwrite: bool) -> Result<Self, WriteError> {
        if path.as_os_str() == "-" {
            let out = Out::Plain(BufWriter::new(Box::new(io::stdout())));
            return Ok(Self { path, out, unfinished: None, overwrite });
        }
        let failed = |source| failed(path, source);
        let (file, unfinished) = match path.metadata() {
            Ok(facts) if facts.is_file() && !overwrite => return Err(WriteError::Exists(path.to_owned())),
            // A device or a pipe stays what it is.
            Ok(facts) if !facts.is_file() => (File::create(path).map_err(failed)?, None),
            _ => {
                let (file, unfinished) = beside(path).map_err(failed)?.into_parts();
                (file, Some(unfinished))
            }
        };
        Ok(Self { path, out: Out::to(file, path), unfinished, overwrite })
    }

    fn write<T>(&mut self, write: impl FnOnce(&mut Out) -> io::Result<T>) -> Result<T, WriteError> {
        write(&mut self.out).map_err(|source| failed(self.path, source))
    }

    fn finish(self) -> Result<(), WriteError> {
        self.out.finish().map_err(|source| failed(self.path, source))?;
        let Some(unfinished) = self.unfinished else { return Ok(()) };
        let named = match self.overwrite {
            true => unfinished.persist(self.path),
            false => unfinished.persist_noclobber(self.path),
        };
        named.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::Exists(self.path.to_owned()),
            _ => failed(self.path, error.error),
        })
    }
}

/// Creates a file in the folder of `path`, which other programs may read as usual.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut builder = tempfile::Builder::new();
    let prefix = format!(".{name}.");
    builder.prefix(&prefix).suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn failed(path: &Path, source: io::Error) -> WriteError {
    WriteError::File { path: path.to_owned(), source }
}

/// A file, compressed if its name ends in `.gz`, or standard output.
enum Out {
    Plain(BufWriter<Box<dyn Write>>),
    Gzip(GzEncoder<BufWriter<File>>),
}

impl Out {
    /// Writes to `file`, which is to be at `path`.
    fn to(file: File, path: &Path) -> Self {
        match path.extension().is_some_and(|extension| extension == "gz") {
            true => Self::Gzip(GzEncoder::new(BufWriter::new(file), Compression::best())),
            false => Self::Plain(BufWriter::with_capacity(1 << 20, Box::new(file))),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut out) => out.flush(),
            Self::Gzip(out) => out.finish()?.flush(),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Gzip(out) => out.flush(),
        }
    }
}

/// The rows of ticks.
struct Rows {
    instruments: Arc<[Instrument]>,
    /// The current quote of each instrument.
    quotes: Vec<Quote>,
    all_quotes: bool,
    time_unit: i64,
}

impl Rows {
    fn new(simulator: &Simulator, config: &WriteConfig) -> Self {
        let instruments = Arc::clone(&simulator.info().instruments);
        Self {
            quotes: vec![Quote::default(); instruments.len()],
            instruments,
            all_quotes: config.quotes,
            time_unit: config.time_unit,
        }
    }

    /// Writes the row of a tick, and returns whether it has one.
    fn row(&mut self, tick: &Tick, out: &mut impl Write) -> io::Result<bool> {
        let n = tick.instrument.index();
        let (instrument, time) = (&self.instruments[n], tick.ts.0.div_euclid(self.time_unit));
        match tick.kind {
            TickKind::Trade(trade) => trade_row(time, instrument, &trade, &self.quotes[n], out).map(|()| true),
            TickKind::Quote(quote) => {
                let before = std::mem::replace(&mut self.quotes[n], quote);
                let same = (before.bid, before.ask) == (quote.bid, quote.ask);
                if instrument.basis == PriceBasis::Trade && (same || !self.all_quotes) {
                    return Ok(false);
                }
                quote_row(time, instrument, &quote, out)
            }
            TickKind::Book(_) => Ok(false),
        }
    }

    fn headline(&self, headline: &Headline, out: &mut impl Write) -> io::Result<()> {
        let Headline { ts, on, tone, leads, text } = headline;
        let timing = if *leads { "leads" } else { "follows" };
        writeln!(out, "{},{on},{tone},{timing},{text}", ts.0.div_euclid(self.time_unit))
    }
}

fn trade_row(time: i64, instrument: &Instrument, trade: &Trade, quote: &Quote, out: &mut impl Write) -> io::Result<()> {
    let size = instrument.size_increment.size(trade.size);
    let side = trade.side.map_or("", Side::label);
    write!(out, "{time},{},{},{size},{side},", instrument.symbol, instrument.price(trade.price))?;
    sides(instrument, quote, out)
}

/// Writes the row of a quote with two sides, and returns whether it has them.
fn quote_row(time: i64, instrument: &Instrument, quote: &Quote, out: &mut impl Write) -> io::Result<bool> {
    let (Some(bid), Some(ask)) = (quote.bid, quote.ask) else { return Ok(false) };
    write!(out, "{time},{},", instrument.symbol)?;
    if instrument.basis == PriceBasis::Bid {
        let (bid, ask) = (instrument.price(bid), instrument.price(ask));
        write!(out, "{}", Decimal::new((bid.mantissa + ask.mantissa) * 5, bid.decimals + 1))?;
    }
    write!(out, ",,,")?;
    sides(instrument, quote, out).map(|()| true)
}

fn sides(instrument: &Instrument, quote: &Quote, out: &mut impl Write) -> io::Result<()> {
    if let Some(bid) = quote.bid {
        write!(out, "{}", instrument.price(bid))?;
    }
    write!(out, ",")?;
    if let Some(ask) = quote.ask {
        write!(out, "{}", instrument.price(ask))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn config(folder: &Path) -> WriteConfig {
        WriteConfig {
            sim: SimConfig::new(Timestamp::from_secs(1_704_724_200)),
            out: folder.join("market.csv"),
            overwrite: false,
            length: Length::Time(Duration::from_secs(5)),
            quotes: false,
            time_unit: 1,
            news: Some(folder.join("news.csv")),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn stopped_file_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&config(folder.path()), &AtomicBool::new(true)).unwrap_err();
        assert!(matches!(&error, WriteError::Stopped(_)) && error.to_string().contains("market.csv"), "{error}");
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn file_that_exists_is_replaced_on_request_only() {
        let folder = tempfile::tempdir().unwrap();
        let (go_on, out) = (AtomicBool::new(false), folder.path().join("market.csv"));
        fs::write(&out, "precious").unwrap();
        let error = write(&config(folder.path()), &go_on).unwrap_err().to_string();
        assert!(error.contains("market.csv") && error.contains("--overwrite"), "{error}");
        assert_eq!((fs::read_to_string(&out).unwrap(), names(folder.path()).len()), ("precious".into(), 1));
        let overwriting = WriteConfig { overwrite: true, ..config(folder.path()) };
        let written = write(&overwriting, &go_on).unwrap();
        assert_eq!(fs::read_to_string(&out).unwrap().lines().count() as u64, 1 + written.rows);
        assert_eq!(names(folder.path()), ["market.csv", "news.csv"]);
    }
}
