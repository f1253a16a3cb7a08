//! The events of a feed as the publisher takes them: ticks in groups, and everything else one by one, in their order.

use std::sync::Arc;

use crate::bus::{self, Received};
use crate::control::FeedEvent;
use crate::market::Tick;

/// A receiver of events that can look for more ticks behind some.
pub struct Incoming {
    events: bus::Receiver<FeedEvent>,
    /// The event that was received behind ticks, and comes next.
    next: Option<Received<FeedEvent>>,
}

impl Incoming {
    pub const fn new(events: bus::Receiver<FeedEvent>) -> Self {
        Self { events, next: None }
    }

    /// Returns the number of events that wait.
    pub fn waiting(&self) -> usize {
        self.events.waiting() + usize::from(self.next.is_some())
    }

    /// Receives the next event or gap; `None` when the feed is gone.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn recv(&mut self) -> Option<Received<FeedEvent>> {
        match self.next.take() {
            Some(next) => Some(next),
            None => self.events.recv().await,
        }
    }

    /// Adds the batches of ticks that wait already to `batches`, until there are `most`, or something else comes.
    pub fn gather(&mut self, batches: &mut Vec<Arc<[Tick]>>, most: usize) {
        while batches.len() < most && self.next.is_none() {
            match self.events.try_recv() {
                Some(Received::Item(FeedEvent::Ticks(ticks))) => batches.push(ticks),
                Some(other) => self.next = Some(other),
                None => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{InstrumentId, Timestamp, sample};

    fn ticks(seconds: &[i64]) -> FeedEvent {
        let tick = |second: &i64| sample::trade(InstrumentId(0), Timestamp::from_secs(*second), 100, 1);
        FeedEvent::Ticks(seconds.iter().map(tick).collect())
    }

    /// The seconds of each group of ticks, and a word for everything else.
    async fn taken(incoming: &mut Incoming, most: usize) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(received) = incoming.recv().await {
            all.push(match received {
                Received::Item(FeedEvent::Ticks(first)) => {
                    let mut batches = vec![first];
                    incoming.gather(&mut batches, most);
                    let seconds = batches.iter().map(|batch| batch.iter().map(|tick| tick.ts.micros() / 1_000_000));
                    format!("{:?}", seconds.map(Iterator::collect::<Vec<_>>).collect::<Vec<_>>())
                }
                Received::Item(FeedEvent::Clock(ts)) => format!("clock {}", ts.micros() / 1_000_000),
                Received::Item(other) => panic!("{other:?}"),
                Received::Gap { missed } => format!("gap {missed}"),
            });
        }
        all
    }

    #[tokio::test(start_paused = true)]
    async fn ticks_come_together_and_nothing_changes_places() {
        for (most, want) in [
            (8, vec!["[[1], [2, 3]]", "clock 4", "[[5]]", "clock 6"]),
            (1, vec!["[[1]]", "[[2, 3]]", "clock 4", "[[5]]", "clock 6"]),
        ] {
            let bus = bus::Sender::new(8);
            let mut incoming = Incoming::new(bus.subscribe());
            let clock = |second| FeedEvent::Clock(Timestamp::from_secs(second));
            [ticks(&[1]), ticks(&[2, 3]), clock(4), ticks(&[5]), clock(6)]
                .into_iter()
                .for_each(|event| bus.send(event));
            assert_eq!(incoming.waiting(), 5);
            drop(bus);
            assert_eq!(taken(&mut incoming, most).await, want);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn event_behind_ticks_waits_for_its_turn() {
        let bus = bus::Sender::new(8);
        let mut incoming = Incoming::new(bus.subscribe());
        [ticks(&[1]), FeedEvent::Clock(Timestamp::from_secs(2)), ticks(&[3])]
            .into_iter()
            .for_each(|event| bus.send(event));
        let Some(Received::Item(FeedEvent::Ticks(first))) = incoming.recv().await else { panic!("ticks come first") };
        let mut batches = vec![first];
        incoming.gather(&mut batches, 8);
        incoming.gather(&mut batches, 8);
        assert_eq!((batches.len(), incoming.waiting()), (1, 2), "ticks behind the clock stay there");
    }

    #[tokio::test(start_paused = true)]
    async fn gap_comes_before_what_follows_it() {
        let bus = bus::Sender::new(2);
        let mut incoming = Incoming::new(bus.subscribe());
        (1..=5).for_each(|second| bus.send(ticks(&[second])));
        drop(bus);
        assert_eq!(taken(&mut incoming, 8).await, ["gap 3", "[[4], [5]]"]);
    }
}
