//! Writes any feed to CSV files that replay to the same ticks.
//!
//! The recorder receives from the bus like the publisher, so the feed waits for it and no tick is lost. It writes only
//! whole lines, several times a second, and never overwrites a file: the files on disk can be read at any time, even
//! after `kill -9`. A new epoch may go back in time, so it begins a new file.
//!
//! Not here: the meaning of the columns (`feed::replay`). A recording is read like any other file.

mod row;
#[cfg(test)]
mod tests;
mod writer;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

pub use self::writer::{RecordError, RecordingWriter};
use crate::bus::{self, Received};
use crate::control::FeedEvent;
use crate::market::{Tick, Timestamp};

/// The interval at which events are written to disk; `kill -9` loses at most this.
const FLUSH_INTERVAL: Duration = Duration::from_millis(500);
/// Flushes from one report of progress to the next.
const FLUSHES_PER_REPORT: u32 = 2;

/// The files of a recording, and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordConfig {
    /// The first file. If it exists, and for later files, a number is added before the extension. Files are compressed
    /// if the name ends in `.zst`.
    pub path: PathBuf,
    /// Bytes of text after which a new file begins.
    pub rotate_bytes: u64,
    /// Time after which a new file begins.
    pub rotate_after: Option<Duration>,
    /// Market time after which the recording ends.
    pub market_time: Option<Duration>,
}

/// The amount of data that was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub events: u64,
    pub files: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

/// A recording in progress.
#[derive(Debug)]
struct Recorder {
    writer: RecordingWriter,
    market_time: Option<Duration>,
    until_end: bool,
    /// The market time at which the recording ends.
    end: Option<Timestamp>,
    /// The market time of the last event.
    now: Option<Timestamp>,
}

/// Records until the feed is gone, until it ends if `until_end` is true, or until the market time of `config` has
/// passed. About once a second it calls `report` with what was written and the market time.
///
/// This function is cancel safe: all events up to the last flush are in the files.
///
/// # Errors
/// Returns an error if a file cannot be written, or if the feed fails before the end that was waited for.
pub async fn run(
    mut receiver: bus::Receiver<FeedEvent>,
    config: RecordConfig,
    until_end: bool,
    mut report: impl FnMut(&Summary, Option<Timestamp>),
) -> Result<Summary, RecordError> {
    let mut recorder = Recorder::new(config, until_end);
    let mut interval = interval(FLUSH_INTERVAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut flushes = 0;
    loop {
        tokio::select! {
            biased;
            _ = interval.tick() => {
                recorder.writer.flush()?;
                flushes += 1;
                if flushes % FLUSHES_PER_REPORT == 0 {
                    report(&recorder.writer.summary(), recorder.now);
                }
            }
            received = receiver.recv() => match received {
                None => break,
                Some(Received::Gap { missed }) => {
                    tracing::error!(missed, "batches were lost: they are missing in the recording");
                }
                Some(Received::Item(event)) => if recorder.on_event(&event)?.is_break() {
                    break;
                }
            }
        }
    }
    recorder.writer.flush()?;
    let summary = recorder.writer.summary();
    report(&summary, recorder.now);
    Ok(summary)
}

impl Recorder {
    fn new(config: RecordConfig, until_end: bool) -> Self {
        let market_time = config.market_time;
        Self { writer: RecordingWriter::new(config), market_time, until_end, end: None, now: None }
    }

    /// Records an event; breaks at the end of the recording.
    fn on_event(&mut self, event: &FeedEvent) -> Result<ControlFlow<()>, RecordError> {
        match event {
            FeedEvent::Opening(opening) => {
                self.writer.open(&opening.market.instruments)?;
                let nanos = self.market_time.map(|time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX));
                self.end = nanos.map(|nanos| opening.status.start.plus_nanos(nanos));
            }
            FeedEvent::Seeked(seeked) => self.writer.open(seeked.market.instruments())?,
            FeedEvent::Ticks(ticks) => return self.on_ticks(ticks),
            FeedEvent::Clock(ts) if self.end.is_some_and(|end| *ts >= end) => return Ok(ControlFlow::Break(())),
            FeedEvent::End(status) if self.until_end => {
                self.writer.flush()?;
                return match &status.fault {
                    None => Ok(ControlFlow::Break(())),
                    Some(fault) => Err(RecordError::Feed(fault.clone())),
                };
            }
            FeedEvent::Clock(_) | FeedEvent::Status(_) | FeedEvent::End(_) | FeedEvent::Notices(_) => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Records ticks up to the end; breaks if there are later ones.
    fn on_ticks(&mut self, ticks: &[Tick]) -> Result<ControlFlow<()>, RecordError> {
        let within = ticks.iter().take_while(|tick| self.end.is_none_or(|end| tick.ts < end)).count();
        self.writer.write(&ticks[..within])?;
        self.now = ticks[..within].last().map(|tick| tick.ts).or(self.now);
        Ok(if within < ticks.len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}
