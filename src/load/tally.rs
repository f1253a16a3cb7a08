//! What was counted, in a form that adds up: each thread has one, and the run takes them away in turn.

use std::collections::BTreeMap;

use super::histogram::Histogram;

#[derive(Debug, Default)]
pub struct Tally {
    pub flow: Flow,
    pub events: Events,
}

/// What counts only within the measured time.
#[derive(Debug, Default)]
pub struct Flow {
    /// Messages of all kinds.
    pub messages: u64,
    /// Entries of `update` messages.
    pub updates: u64,
    /// Bytes of `update` messages without frame headers.
    pub update_bytes: u64,
    /// All bytes read from the sockets.
    pub bytes: u64,
    /// From `ts_sent` to the read of the message's end, once for each update; not of stalling clients.
    pub delay: Histogram,
}

/// What counts from start to end.
#[derive(Debug, Default)]
pub struct Events {
    pub connected: usize,
    /// Connections that never came to be, and the first reason.
    pub failed: usize,
    pub first_failure: Option<String>,
    /// Connections that ended, by close code; 1006 where none came.
    pub closed: BTreeMap<u16, usize>,
    /// `error` messages, and the first of them.
    pub errors: u64,
    pub first_error: Option<String>,
    /// Highest rate that was granted to a client that is looked at closely.
    pub granted: Option<f64>,
    pub check: Check,
    pub stalls: Vec<Resumed>,
    /// Stalling clients that were closed before they got a fresh price, by close code.
    pub stalled_closed: BTreeMap<u16, usize>,
}

/// What the clients that are looked at closely found.
#[derive(Debug, Default)]
pub struct Check {
    pub updates: u64,
    /// Ranges that begin after the one before has ended: ticks were lost.
    pub holes: u64,
    /// Ranges that begin before the one before has ended.
    pub overlaps: u64,
    /// Messages whose entries the quick count and the careful one disagree about.
    pub miscounted: u64,
    pub first_hole: Option<String>,
}

/// How a client that had stopped reading got on again. Times in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Resumed {
    /// Age of the first message with prices when it was read, by `ts_sent`; `None`: it got none.
    pub first_age: Option<u64>,
    /// Age of the newest price in that message, by `ts_event`: market time, so of use at speed 1 only.
    pub first_market_age: Option<u64>,
    /// From going on to the first message that was sent after going on; `None`: it was closed before.
    pub fresh_after: Option<u64>,
    /// Bytes of messages that were sent before going on.
    pub piled_bytes: u64,
}

impl Flow {
    pub fn absorb(&mut self, other: &Self) {
        self.messages += other.messages;
        self.updates += other.updates;
        self.update_bytes += other.update_bytes;
        self.bytes += other.bytes;
        self.delay.absorb(&other.delay);
    }
}

impl Events {
    pub fn absorb(&mut self, other: Self) {
        self.connected += other.connected;
        self.failed += other.failed;
        self.first_failure = self.first_failure.take().or(other.first_failure);
        add(&mut self.closed, other.closed);
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        self.granted = self.granted.into_iter().chain(other.granted).reduce(f64::max);
        self.check.absorb(other.check);
        self.stalls.extend(other.stalls);
        add(&mut self.stalled_closed, other.stalled_closed);
    }

    pub fn closed_count(&self) -> usize {
        self.closed.values().sum()
    }
}

impl Check {
    fn absorb(&mut self, other: Self) {
        self.updates += other.updates;
        self.holes += other.holes;
        self.overlaps += other.overlaps;
        self.miscounted += other.miscounted;
        self.first_hole = self.first_hole.take().or(other.first_hole);
    }
}

fn add(mine: &mut BTreeMap<u16, usize>, theirs: BTreeMap<u16, usize>) {
    for (code, count) in theirs {
        *mine.entry(code).or_default() += count;
    }
}
