//! Plays a source onto the bus: the only part of a feed that knows real time.
//!
//! Nothing is lost on the way: the source waits while the bus is full. What is due together travels as
//! one batch. Clock events come all along, also at full speed, so that bars of quiet symbols close in time.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::pace::Pace;
use super::{Source, SourceError};
use crate::bus::Bus;
use crate::market::{Event, FeedState, FeedStatus, Opening, Speed, Tick, Timestamp};

/// The most ticks in one batch.
const MAX_BATCH: usize = 4_096;
/// The time between clock events, which close the bars of quiet symbols.
const CLOCK_EVERY: Duration = Duration::from_millis(250);
/// The shortest sleep: what falls due within it shares a batch.
const MIN_SLEEP: Duration = Duration::from_millis(1);
/// The shortest sleep after a batch of [`BUSY_BATCH`]: each batch wakes two threads, and at thousands of ticks a
/// second that would cost more than the ticks.
const BUSY_SLEEP: Duration = Duration::from_millis(4);
const BUSY_BATCH: usize = 16;
/// How long the end of a looping tape stands before it starts again.
const LOOP_REST: Duration = Duration::from_secs(1);

/// How a feed is played.
#[derive(Clone, Copy, Debug)]
pub struct RunConfig {
    /// `None` takes the speed the source proposes.
    pub speed: Option<Speed>,
    pub looping: bool,
    /// The number of the first epoch; each loop takes the next.
    pub first_epoch: u64,
}

/// Plays `source` to its end, or for ever when it is endless or looping.
///
/// # Errors
/// When the source cannot go on. The bus has then been told: the status is `failed` and the last prices
/// stand.
pub async fn run(mut source: Box<dyn Source>, config: RunConfig, bus: Bus<Event>) -> Result<(), SourceError> {
    let mut epoch = config.first_epoch;
    loop {
        // Market time starts here, so that what the opening takes is made up for.
        let began = Instant::now();
        let status = opening_status(source.as_ref(), config);
        let opening = Opening {
            epoch,
            instruments: Arc::clone(&source.info().instruments),
            history: source.history(),
            status: Arc::clone(&status),
        };
        bus.room().await;
        bus.send(Event::Opening(Arc::new(opening)));
        let played = play(source.as_mut(), status.speed, began, &bus).await;
        end(&bus, &status, played.as_ref().err()).await;
        played?;
        if !config.looping {
            return Ok(());
        }
        sleep(LOOP_REST).await;
        if let Err(error) = source.rewind() {
            end(&bus, &status, Some(&error)).await;
            return Err(error);
        }
        epoch += 1;
    }
}

fn opening_status(source: &dyn Source, config: RunConfig) -> Arc<FeedStatus> {
    let info = source.info();
    Arc::new(FeedStatus {
        source: info.kind,
        name: info.name.clone(),
        state: FeedState::Playing,
        speed: config.speed.unwrap_or(info.speed),
        looping: config.looping,
        seed: info.seed,
        start: info.start,
        end: info.end,
        rows_refused: info.rows_refused,
        fault: None,
    })
}

/// One pass over the source.
async fn play(source: &mut dyn Source, speed: Speed, began: Instant, bus: &Bus<Event>) -> Result<(), SourceError> {
    let pace = Pace::new(speed, source.info().start, Duration::ZERO);
    let mut next = source.next_tick()?;
    let mut batch = Vec::new();
    let mut clock_due = CLOCK_EVERY;
    while next.is_some() {
        bus.room().await;
        let now = began.elapsed();
        let taken = take_due(source, next, &pace, now, &mut batch);
        let rest = if batch.len() < BUSY_BATCH { MIN_SLEEP } else { BUSY_SLEEP };
        if !batch.is_empty() {
            bus.send(Event::Ticks(batch.drain(..).collect()));
        }
        // Only now: what came before a fault is good.
        next = taken?;
        let Some(tick) = next else { break };
        if now >= clock_due {
            clock_due = now + CLOCK_EVERY;
            bus.room().await;
            bus.send(Event::Clock(time_told(&pace, now, tick)));
        }
        if pace.is_due(tick.ts, now) {
            // Full speed, or more due than one batch holds: let others run, then go on.
            tokio::task::yield_now().await;
        } else {
            sleep(pace.wait(tick.ts, now).clamp(rest, CLOCK_EVERY)).await;
        }
    }
    Ok(())
}

/// The market time at `now`, but no later than the next tick: at full speed, or behind, that one leads.
fn time_told(pace: &Pace, now: Duration, next: Tick) -> Timestamp {
    pace.market_time(now).map_or(next.ts, |market| market.min(next.ts))
}

/// Moves what is due into `batch`; returns the tick that is not, or that no longer fits. After an error
/// `batch` holds what came before it.
fn take_due(
    source: &mut dyn Source,
    mut next: Option<Tick>,
    pace: &Pace,
    now: Duration,
    batch: &mut Vec<Tick>,
) -> Result<Option<Tick>, SourceError> {
    while let Some(tick) = next
        && batch.len() < MAX_BATCH
        && pace.is_due(tick.ts, now)
    {
        batch.push(tick);
        next = source.next_tick()?;
    }
    Ok(next)
}

async fn end(bus: &Bus<Event>, status: &FeedStatus, error: Option<&SourceError>) {
    let state = if error.is_some() { FeedState::Failed } else { FeedState::Ended };
    let fault = error.map(ToString::to_string);
    bus.room().await;
    bus.send(Event::End(Arc::new(FeedStatus { state, fault, ..status.clone() })));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::{Heard, Reader};
    use crate::feed::SourceInfo;
    use crate::market::{HistoryBar, InstrumentId, Price, Size, SourceKind, TickKind, Trade, sample};

    /// Ticks at given milliseconds; fails after the last one if asked to.
    struct Script {
        info: SourceInfo,
        at_ms: Vec<i64>,
        next: usize,
        fails: bool,
    }

    impl Script {
        fn boxed(at_ms: &[i64], fails: bool) -> Box<Self> {
            let info = SourceInfo {
                kind: SourceKind::Replay,
                name: "script".into(),
                instruments: [sample::instrument("A")].into(),
                seed: None,
                start: Timestamp::from_millis(at_ms[0]),
                end: None,
                speed: Speed::Times(1.0),
                speed_reason: String::new(),
                rows_refused: 0,
            };
            Box::new(Self { info, at_ms: at_ms.to_vec(), next: 0, fails })
        }
    }

    impl Source for Script {
        fn info(&self) -> &SourceInfo {
            &self.info
        }

        fn history(&mut self) -> Vec<HistoryBar> {
            Vec::new()
        }

        fn next_tick(&mut self) -> Result<Option<Tick>, SourceError> {
            let Some(&ms) = self.at_ms.get(self.next) else {
                return if self.fails { Err("script.csv: torn".into()) } else { Ok(None) };
            };
            self.next += 1;
            let trade = Trade { price: Price(self.next as i64), size: Size(1), side: None };
            let kind = TickKind::Trade(trade);
            Ok(Some(Tick { instrument: InstrumentId(0), ts: Timestamp::from_millis(ms), kind }))
        }

        fn rewind(&mut self) -> Result<(), SourceError> {
            self.next = 0;
            Ok(())
        }
    }

    const ONCE: RunConfig = RunConfig { speed: None, looping: false, first_epoch: 7 };

    async fn next(reader: &mut Reader<Event>) -> Event {
        match reader.next().await {
            Some(Heard::Item(event)) => event,
            other => panic!("expected an event, heard {other:?}"),
        }
    }

    /// The market milliseconds of each batch with the wall milliseconds it came at.
    async fn batches(reader: &mut Reader<Event>) -> Vec<(Vec<i64>, u128)> {
        let began = Instant::now();
        let mut all = Vec::new();
        loop {
            match next(reader).await {
                Event::Ticks(ticks) => {
                    all.push((ticks.iter().map(|t| t.ts.micros() / 1_000).collect(), began.elapsed().as_millis()));
                }
                Event::End(_) => return all,
                Event::Opening(_) | Event::Clock(_) => {}
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn ticks_come_when_they_are_due_and_what_is_due_together_shares_a_batch() {
        let bus = Bus::new(8);
        let mut reader = bus.reader();
        tokio::spawn(run(Script::boxed(&[0, 0, 100, 60_000], false), ONCE, bus));
        let got = batches(&mut reader).await;
        assert_eq!(got.iter().map(|b| b.0.clone()).collect::<Vec<_>>(), [vec![0, 0], vec![100], vec![60_000]]);
        for (ticks, wall) in got {
            assert!((0..=1).contains(&(wall as i64 - ticks[0])), "{ticks:?} came at {wall}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn ten_times_the_speed_takes_a_tenth_of_the_time() {
        let bus = Bus::new(8);
        let mut reader = bus.reader();
        let config = RunConfig { speed: Some(Speed::Times(10.0)), ..ONCE };
        tokio::spawn(run(Script::boxed(&[0, 60_000], false), config, bus));
        let wall = batches(&mut reader).await[1].1;
        assert!((6_000..=6_001).contains(&wall), "{wall}");
    }

    #[tokio::test(start_paused = true)]
    async fn time_passes_for_quiet_symbols_too() {
        let bus = Bus::new(8);
        let mut reader = bus.reader();
        tokio::spawn(run(Script::boxed(&[0, 10_000], false), ONCE, bus));
        let mut clock = Vec::new();
        loop {
            match next(&mut reader).await {
                Event::Clock(ts) => clock.push(ts.micros() / 1_000),
                Event::End(_) => break,
                _ => {}
            }
        }
        assert!(clock.is_sorted() && (30..=40).contains(&clock.len()), "{clock:?}");
        assert!(clock.iter().all(|ms| *ms < 10_000), "{clock:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn time_is_told_at_full_speed_and_behind_too() {
        #[track_caller]
        fn check(speed: Speed, ticks: &[i64], clocks: &[(usize, i64)]) {
            // Twenty-five batches at a tenth of a second each: three or four to a clock.
            assert!((6..=10).contains(&clocks.len()), "{speed}: {clocks:?}");
            for (sent, clock) in clocks {
                let (before, after) = ticks.split_at(*sent);
                assert!(before.iter().all(|ms| ms <= clock), "{speed}: {clock} is earlier than a tick sent");
                assert!(after.iter().all(|ms| ms >= clock), "{speed}: a tick earlier than {clock} follows");
            }
        }
        for speed in [Speed::Max, Speed::Times(1e9)] {
            let bus = Bus::new(2);
            let mut reader = bus.reader();
            let times: Vec<i64> = (0..25 * MAX_BATCH as i64).collect();
            tokio::spawn(run(Script::boxed(&times, false), RunConfig { speed: Some(speed), ..ONCE }, bus));
            let (mut ticks, mut clocks) = (Vec::new(), Vec::new());
            loop {
                match next(&mut reader).await {
                    Event::Ticks(batch) => {
                        ticks.extend(batch.iter().map(|tick| tick.ts.micros() / 1_000));
                        sleep(Duration::from_millis(100)).await;
                    }
                    Event::Clock(ts) => clocks.push((ticks.len(), ts.micros() / 1_000)),
                    Event::End(_) => break,
                    Event::Opening(_) => {}
                }
            }
            assert_eq!(ticks, times);
            check(speed, &ticks, &clocks);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn full_speed_waits_for_slow_readers_and_loses_nothing() {
        let bus = Bus::new(2);
        let mut reader = bus.reader();
        let config = RunConfig { speed: Some(Speed::Max), ..ONCE };
        let times: Vec<i64> = (0..50_000).collect();
        tokio::spawn(run(Script::boxed(&times, false), config, bus));
        let got: Vec<i64> = batches(&mut reader).await.into_iter().flat_map(|b| b.0).collect();
        assert_eq!(got, times);
    }

    #[tokio::test(start_paused = true)]
    async fn each_loop_is_a_new_epoch() {
        let bus = Bus::new(8);
        let mut reader = bus.reader();
        let config = RunConfig { looping: true, ..ONCE };
        let feed = tokio::spawn(run(Script::boxed(&[0], false), config, bus));
        for want in 7..10 {
            let Event::Opening(opening) = next(&mut reader).await else { panic!("no opening") };
            assert_eq!(opening.epoch, want);
            assert!(matches!(next(&mut reader).await, Event::Ticks(_)));
            assert!(matches!(next(&mut reader).await, Event::End(_)));
        }
        feed.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_tape_that_breaks_off_ends_as_failed_with_its_reason() {
        let bus = Bus::new(8);
        let mut reader = bus.reader();
        let feed = tokio::spawn(run(Script::boxed(&[0, 0, 0], true), ONCE, bus));
        let mut ticks = 0;
        let status = loop {
            match next(&mut reader).await {
                Event::Ticks(batch) => ticks += batch.len(),
                Event::End(status) => break status,
                Event::Opening(_) | Event::Clock(_) => {}
            }
        };
        assert_eq!((status.state, status.fault.as_deref()), (FeedState::Failed, Some("script.csv: torn")));
        assert_eq!(ticks, 3, "what came before the fault was sent");
        assert!(feed.await.unwrap().is_err());
    }
}
