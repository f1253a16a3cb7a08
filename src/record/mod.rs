//! Writes whatever feed is playing to CSV files that replay to the same ticks.
//!
//! A reader of the bus like the publisher, so that the feed waits for it and no tick is lost. Only whole lines are
//! written, several times a second, and never over a file that is there: what is on disk can be read at any
//! moment, also after `kill -9`. A new epoch may go back in time, so it begins a new file.
//!
//! Not here: what the columns mean to a reader (`feed::replay`); a recording is read like any other file.

mod row;
#[cfg(test)]
mod tests;
mod writer;

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

pub use self::writer::{RecordError, RecordingWriter};
use crate::bus::{self, Received};
use crate::control::FeedEvent;
use crate::market::Timestamp;

/// How often what was heard goes to disk: what a `kill -9` can cost.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// How often `say` hears how far it has come.
const PROGRESS_EVERY: u32 = 2;

/// Where and how a feed is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordConfig {
    /// The first file. Where it exists, and for later ones, a number goes before its extension. With `.zst` at its
    /// end it is compressed.
    pub path: PathBuf,
    /// A file that has so many bytes of text is followed by another.
    pub rotate_bytes: u64,
    /// So is one that was written to for so long.
    pub rotate_after: Option<Duration>,
    /// Ends when so much market time has passed.
    pub market_time: Option<Duration>,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub events: u64,
    pub files: u64,
    /// On disk.
    pub bytes: u64,
}

/// Records until the feed is gone, `until_end` and it ends, or the time that was asked for has passed. `say` hears
/// about once a second how far it has come.
///
/// Cancel safe for the files: what was heard before the last flush is in them.
///
/// # Errors
/// When a file cannot be written, or the feed breaks off before the end that was waited for.
pub async fn run(
    mut reader: bus::Receiver<FeedEvent>,
    config: RecordConfig,
    until_end: bool,
    mut say: impl FnMut(&Summary, Option<Timestamp>),
) -> Result<Summary, RecordError> {
    let market_time = config.market_time.map(|time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX));
    let mut writer = RecordingWriter::new(config);
    let mut beat = interval(FLUSH_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut beats = 0;
    let (mut end, mut now): (Option<Timestamp>, Option<Timestamp>) = (None, None);
    loop {
        tokio::select! {
            biased;
            _ = beat.tick() => {
                writer.flush()?;
                beats += 1;
                if beats % PROGRESS_EVERY == 0 {
                    say(&writer.summary(), now);
                }
            }
            heard = reader.recv() => match heard {
                None => break,
                Some(Received::Gap { missed }) => tracing::error!(missed, "batches were lost: the recording is short of them"),
                Some(Received::Item(FeedEvent::Opening(opening))) => {
                    writer.open(&opening.market.instruments)?;
                    end = market_time.map(|time| opening.status.start.plus_nanos(time));
                }
                Some(Received::Item(FeedEvent::Seeked(seeked))) => writer.open(seeked.market.instruments())?,
                Some(Received::Item(FeedEvent::Ticks(ticks))) => {
                    let within = ticks.iter().take_while(|tick| end.is_none_or(|end| tick.ts < end)).count();
                    writer.write(&ticks[..within])?;
                    now = ticks[..within].last().map(|tick| tick.ts).or(now);
                    if within < ticks.len() {
                        break;
                    }
                }
                Some(Received::Item(FeedEvent::Clock(ts))) if end.is_some_and(|end| ts >= end) => break,
                Some(Received::Item(FeedEvent::End(status))) if until_end => {
                    writer.flush()?;
                    match &status.fault {
                        None => break,
                        Some(fault) => return Err(RecordError::Feed(fault.clone())),
                    }
                }
                Some(Received::Item(FeedEvent::Clock(_) | FeedEvent::Status(_) | FeedEvent::End(_) | FeedEvent::Notices(_))) => {}
            }
        }
    }
    writer.flush()?;
    say(&writer.summary(), now);
    Ok(writer.summary())
}
