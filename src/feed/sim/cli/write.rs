//! The simulated market as a CSV file: `ts,symbol,price,size,side,bid,ask`.
//!
//! A row is a trade with the quote it met; of instruments that have quotes alone, a row is a quote with its
//! middle as the price. Times are counted since 1970, in nanoseconds or a coarser unit. The only part of the simulator that does I/O.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::args::{Span, WriteConfig};
use crate::feed::Source as _;
use crate::feed::sim::{ScenarioError, Simulator};
use crate::market::{
    Decimal, Headline, Instrument, Interval, PriceBasis, Quote, Side, Tick, TickKind, Timestamp, Trade,
};

/// A tape that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("{} cannot be written", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub ticks: u64,
    pub rows: u64,
    pub stories: u64,
}

/// Writes the tape of `config`.
///
/// # Errors
/// When a file cannot be written.
pub fn write(config: &WriteConfig) -> Result<Written, WriteError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| WriteError::File { path, source }
    };
    let mut file = open(&config.out).map_err(at(&config.out))?;
    let mut news = config.news.as_ref().map(|path| open(path).map_err(at(path))).transpose()?;
    let mut simulator = Simulator::new(config.sim.clone())?;
    let mut rows = Rows::new(&simulator, config);
    rows.header(&mut file).map_err(at(&config.out))?;
    if let Some(news) = &mut news {
        writeln!(news, "ts,on,tone,timing,headline").map_err(at(&config.out))?;
    }
    let end = end(&simulator, config);
    let mut written = Written::default();
    loop {
        let tick = simulator.advance();
        if tick.ts >= end {
            break;
        }
        written.ticks += 1;
        written.rows += u64::from(rows.row(&tick, &mut file).map_err(at(&config.out))?);
        while let Some(story) = simulator.next_story(tick.ts) {
            written.stories += 1;
            if let (Some(file), Some(path)) = (&mut news, &config.news) {
                rows.story(&story, file).map_err(at(path))?;
            }
        }
    }
    file.finish().map_err(at(&config.out))?;
    if let (Some(file), Some(path)) = (news, &config.news) {
        file.finish().map_err(at(path))?;
    }
    Ok(written)
}

/// The first moment that is not written.
fn end(simulator: &Simulator, config: &WriteConfig) -> Timestamp {
    let start = config.sim.start;
    let days = match config.span {
        Span::Seconds(seconds) => return start.plus_nanos((seconds * 1e9) as i64),
        Span::Days(days) => days,
    };
    let (mut day, mut left) = (start.floor(Interval::D1), days);
    while left > 0 {
        left -= u32::from(simulator.trades_on(day));
        day = day.plus_nanos(Interval::D1.nanos());
    }
    day
}

/// A file or standard output, packed where its name says so.
enum Out {
    Plain(BufWriter<Box<dyn Write>>),
    Packed(GzEncoder<BufWriter<File>>),
}

fn open(path: &Path) -> io::Result<Out> {
    if path.as_os_str() == "-" {
        return Ok(Out::Plain(BufWriter::new(Box::new(io::stdout()))));
    }
    let file = File::create(path)?;
    Ok(match path.extension().is_some_and(|extension| extension == "gz") {
        true => Out::Packed(GzEncoder::new(BufWriter::new(file), Compression::best())),
        false => Out::Plain(BufWriter::with_capacity(1 << 20, Box::new(file))),
    })
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Packed(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Packed(out) => out.flush(),
        }
    }
}

impl Out {
    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut out) => out.flush(),
            Self::Packed(out) => out.finish()?.flush(),
        }
    }
}

/// Ticks as rows.
struct Rows {
    instruments: Arc<[Instrument]>,
    /// The quote of each instrument that stands.
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

    fn header(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "ts,symbol,price,size,side,bid,ask")
    }

    /// Writes the row of a tick; false where it has none.
    fn row(&mut self, tick: &Tick, out: &mut impl Write) -> io::Result<bool> {
        let n = tick.instrument.index();
        let (instrument, time) = (&self.instruments[n], tick.ts.0.div_euclid(self.time_unit));
        match tick.kind {
            TickKind::Trade(trade) => trade_row(time, instrument, &trade, &self.quotes[n], out).map(|()| true),
            TickKind::Quote(quote) => {
                let stood = std::mem::replace(&mut self.quotes[n], quote);
                let same = (stood.bid, stood.ask) == (quote.bid, quote.ask);
                if instrument.basis == PriceBasis::Trade && (same || !self.all_quotes) {
                    return Ok(false);
                }
                quote_row(time, instrument, &quote, out)
            }
        }
    }

    fn story(&self, story: &Headline, out: &mut impl Write) -> io::Result<()> {
        let Headline { ts, on, tone, leads, text: headline } = story;
        let timing = if *leads { "leads" } else { "follows" };
        writeln!(out, "{},{on},{tone},{timing},{headline}", ts.0.div_euclid(self.time_unit))
    }
}

fn trade_row(time: i64, instrument: &Instrument, trade: &Trade, quote: &Quote, out: &mut impl Write) -> io::Result<()> {
    let size = instrument.size_increment.size(trade.size);
    let side = trade.side.map_or("", Side::label);
    write!(out, "{time},{},{},{size},{side},", instrument.symbol, instrument.price(trade.price))?;
    sides(instrument, quote, out)
}

/// False where nobody quotes.
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
