//! The window of a session: how much is sent beyond what the client has read.
//!
//! Pure: `now` is passed in. The kernels and libraries between a server and a program that reads hold megabytes, which
//! are minutes of a quiet market, and a socket that takes bytes says nothing about them. So numbered probes travel among
//! the messages: WebSocket pings (RFC 6455, section 5.5.2), which a library answers when it has read up to them, or
//! messages that the program itself acknowledges by their number. The time until a probe is answered is the time that the client needs
//! for what lies before it. The window keeps that time short: it grows while answers are prompt, and shrinks when they
//! are late, as the congestion windows of LEDBAT (RFC 6817) and TCP Vegas do. While the window is shut, what is due
//! conflates, so the client reads the newest state next.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

/// Limits of what a client may leave unread.
#[derive(Clone, Copy, Debug)]
pub struct UnreadLimits {
    /// Nothing more is sent if the client has not read up to a probe of this age.
    pub time: Duration,
    /// Nothing more is sent beyond this many bytes that the client has not read, except for one message.
    pub bytes: usize,
}

impl Default for UnreadLimits {
    fn default() -> Self {
        Self { time: Duration::from_secs(1), bytes: 256 * 1024 }
    }
}

/// Messages in the window of a new session, which nobody knows yet.
const FIRST_WINDOW: u32 = 4;
/// A window grows up to this many messages whenever answers are prompt, and beyond only where it was too small.
const FREE_WINDOW: u32 = 8;
/// Prompt answers in a row after which a client is trusted: it gets fewer probes, as each costs as much as a third of a
/// message.
const TRUSTED_AFTER: u8 = 5;
/// The same as [`FREE_WINDOW`] and [`MAX_BETWEEN_PROBES`] for a trusted client, and the factor of the time between two.
const TRUSTED_WINDOW: u32 = 32;
const TRUSTED_BETWEEN_PROBES: u32 = 20;
const TRUSTED_TIMES: Micros = 4;
/// The largest window, in messages.
const MAX_WINDOW: u32 = 1_024;
/// Messages between two probes, at most: a client that becomes slow is noticed after so many.
const MAX_BETWEEN_PROBES: u32 = 8;
/// The share of the time limit that the network may take: `1 / 4`. More is taken for a reader that lags.
const LARGEST_BASE: Micros = 4;
/// Probes on the way.
const MAX_PROBES: usize = 4;

/// An amount of messages and bytes, counted from the start of the session. Both wrap: what is unread is less than that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Position {
    messages: u32,
    bytes: u32,
}

impl Position {
    const fn since(self, earlier: Self) -> Self {
        Self { messages: self.messages.wrapping_sub(earlier.messages), bytes: self.bytes.wrapping_sub(earlier.bytes) }
    }
}

/// A probe on its way to the client and back. Its number is that of the last message before it; the first one is 1.
#[derive(Clone, Copy, Debug, Default)]
struct Probe {
    /// All that was sent before the probe.
    after: Position,
    /// Unread messages ahead of it.
    ahead: u32,
    at: Micros,
}

/// A time in microseconds since the session began. It takes half of the memory of an `Instant`.
type Micros = u64;

/// The window of one session.
#[derive(Clone, Debug)]
pub struct ReadWindow<'l> {
    limits: &'l UnreadLimits,
    began: Instant,
    sent: Position,
    /// The client has read up to here.
    read: Position,
    /// Where the last probe was sent.
    probed: Position,
    probed_at: Micros,
    /// Probes without an answer, the oldest first.
    probes: [Probe; MAX_PROBES],
    /// The number of these.
    on_way: u8,
    /// Prompt answers in a row.
    prompt: u8,
    /// Something that gets old was sent since the last probe.
    needs_probe: bool,
    /// The window was full since the last answer.
    was_full: bool,
    /// Messages that may be unread.
    window: u32,
    /// The program of the client acknowledges each message whose number is a multiple of this.
    acknowledges: Option<NonZeroU32>,
    /// The shortest round trip, which is the network's share.
    base: Micros,
    /// The last round trip.
    round_trip: Option<NonZeroU32>,
}

impl<'l> ReadWindow<'l> {
    pub fn new(limits: &'l UnreadLimits, now: Instant) -> Self {
        Self {
            limits,
            began: now,
            sent: Position::default(),
            read: Position::default(),
            probed: Position::default(),
            probed_at: 0,
            probes: [Probe::default(); MAX_PROBES],
            on_way: 0,
            prompt: 0,
            needs_probe: false,
            was_full: false,
            window: FIRST_WINDOW,
            acknowledges: None,
            base: limits.time.as_micros() as Micros / LARGEST_BASE,
            round_trip: None,
        }
    }

    fn micros(&self, now: Instant) -> Micros {
        now.saturating_duration_since(self.began).as_micros() as Micros
    }

    const fn time_limit(&self) -> Micros {
        self.limits.time.as_micros() as Micros
    }

    /// Counts a message of `bytes` that is sent `now`. Only what gets old needs probes.
    pub fn on_sent(&mut self, bytes: usize, gets_old: bool, now: Instant) {
        self.sent.messages = self.sent.messages.wrapping_add(1);
        self.sent.bytes = self.sent.bytes.wrapping_add(bytes as u32);
        self.needs_probe |= gets_old;
        let is_acknowledged = self.acknowledges.is_some_and(|every| self.sent.messages.is_multiple_of(every.get()));
        if is_acknowledged && self.has_free_probe() {
            self.probe(now);
        }
    }

    /// Returns whether another message may be sent. One may if the client has read all.
    pub fn is_open(&mut self, now: Instant) -> bool {
        if self.sent.messages == self.read.messages {
            return true;
        }
        let is_full = self.is_full();
        self.was_full |= is_full;
        !is_full && (self.on_way == 0 || self.oldest_age(self.micros(now)) < self.time_limit())
    }

    const fn is_trusted(&self) -> bool {
        self.prompt >= TRUSTED_AFTER
    }

    const fn is_full(&self) -> bool {
        let unread = self.sent.since(self.read);
        unread.messages >= self.window || unread.bytes as usize >= self.limits.bytes
    }

    const fn has_free_probe(&self) -> bool {
        (self.on_way as usize) < MAX_PROBES
    }

    /// Returns whether a probe is to follow the messages sent. A window is probed beyond its half, and where it is full.
    /// A client that acknowledges messages by their number needs one where those were too few.
    pub fn is_probe_due(&self, now: Instant) -> bool {
        let unprobed = self.sent.since(self.probed);
        if unprobed.messages == 0 || !self.has_free_probe() {
            return false;
        }
        if self.is_full() {
            return true;
        }
        let (most, times) =
            if self.is_trusted() { (TRUSTED_BETWEEN_PROBES, TRUSTED_TIMES) } else { (MAX_BETWEEN_PROBES, 1) };
        self.needs_probe
            && (self.acknowledges.is_none() && unprobed.messages >= (self.window * 5 / 8).clamp(1, most)
                || unprobed.bytes as usize >= self.limits.bytes / 2
                || self.micros(now).saturating_sub(self.probed_at) >= self.time_limit() * times)
    }

    /// Counts a message of `bytes` that asks for an acknowledgement of itself.
    pub fn on_probe_sent(&mut self, bytes: usize, now: Instant) {
        self.on_sent(bytes, false, now);
        if self.probed != self.sent {
            self.probe(now);
        }
    }

    /// The number of the next message.
    pub const fn next_number(&self) -> u32 {
        self.sent.messages.wrapping_add(1)
    }

    /// Sends a probe: returns its number.
    pub fn probe(&mut self, now: Instant) -> u32 {
        let at = self.micros(now);
        self.probes[self.on_way as usize] = Probe { after: self.sent, ahead: self.sent.since(self.read).messages, at };
        self.on_way += 1;
        (self.probed, self.probed_at, self.needs_probe) = (self.sent, at, false);
        self.sent.messages
    }

    /// Takes the answer to a probe, which answers those before it, too (RFC 6455, section 5.5.3). Returns the round trip,
    /// or nothing if no such probe is on its way.
    pub fn on_answer(&mut self, number: u32, now: Instant) -> Option<Duration> {
        let probes = &self.probes[..self.on_way as usize];
        let index = probes.iter().position(|probe| probe.after.messages == number)?;
        Some(self.on_answered(index, now))
    }

    /// Takes the acknowledgement of all messages up to `number`. Returns whether it is new, and the round trip of the
    /// last probe among them.
    pub fn on_ack(&mut self, number: u32, now: Instant) -> (bool, Option<Duration>) {
        let unread = self.sent.since(self.read).messages;
        let behind = self.sent.messages.wrapping_sub(number);
        if behind >= unread {
            return (false, None);
        }
        let is_before = |probe: &Probe| self.sent.messages.wrapping_sub(probe.after.messages) >= behind;
        let index = self.probes[..self.on_way as usize].iter().rposition(is_before);
        let round_trip = index.map(|index| self.on_answered(index, now));
        self.read.messages = number;
        (true, round_trip)
    }

    fn on_answered(&mut self, index: usize, now: Instant) -> Duration {
        let probe = self.probes[index];
        let answered = index + 1;
        self.probes.rotate_left(answered);
        self.on_way -= answered as u8;
        self.read = probe.after;
        let round_trip = self.micros(now).saturating_sub(probe.at);
        self.round_trip = NonZeroU32::new(round_trip.clamp(1, u32::MAX.into()) as u32);
        self.base = self.base.min(round_trip);
        self.resize(probe.ahead, Duration::from_micros(round_trip - self.base));
        Duration::from_micros(round_trip)
    }

    /// The program of the client acknowledges each message from now on, or nothing any more.
    pub const fn acknowledge(&mut self, on: bool) {
        match (on, self.acknowledges) {
            (true, None) => (self.acknowledges, self.prompt) = (Some(NonZeroU32::MIN), 0),
            (false, Some(_)) => {
                // Nothing answers the probes on the way any more: pings come in their place.
                (self.acknowledges, self.on_way) = (None, 0);
                (self.probed, self.needs_probe) = (self.read, self.sent.messages != self.read.messages);
            }
            _ => {}
        }
    }

    /// Changes how many messages the client acknowledges at once: all of a client that has to show that it keeps up, and
    /// fewer of a trusted one. Returns the new number, if it is another one.
    pub fn change_acknowledged(&mut self) -> Option<u32> {
        let every = if self.is_trusted() { TRUSTED_BETWEEN_PROBES } else { 1 };
        let changed = self.acknowledges.is_some_and(|now| now.get() != every);
        changed.then(|| {
            self.acknowledges = NonZeroU32::new(every);
            every
        })
    }

    /// Leaves a time out of account in which the server did not look for answers.
    pub fn excuse(&mut self, time: Duration) {
        self.probes.iter_mut().for_each(|probe| probe.at += time.as_micros() as Micros);
    }

    /// Takes all that was sent as read, as the server does not look for answers now.
    pub const fn forget(&mut self) {
        self.on_way = 0;
        (self.read, self.probed, self.needs_probe) = (self.sent, self.sent, false);
    }

    /// Resizes the window after a probe with `ahead` unread messages ahead of it, whose answer took this much longer than
    /// the network needs. So many messages fit that the client reads them in two fifths of the time limit.
    fn resize(&mut self, ahead: u32, queued: Duration) {
        let target = 2 * self.limits.time / 5;
        let fitting = f64::from(ahead.max(1)) * target.as_secs_f64() / queued.as_secs_f64();
        // A cast saturates, and no queue at all is a division by 0.
        let fitting = (fitting as u32).clamp(1, MAX_WINDOW);
        self.prompt = if queued < target / 4 { self.prompt.saturating_add(1) } else { 0 };
        let free = if self.is_trusted() { TRUSTED_WINDOW } else { FREE_WINDOW };
        if fitting < self.window {
            self.window = fitting;
        } else {
            let most = if self.was_full { 2 * self.window } else { free.min(2 * self.window) };
            self.window = self.window.max(fitting.min(most));
        }
        self.was_full = false;
    }

    /// The time by which the client's reading lags behind: that of the last answer, or of the oldest probe without one.
    pub fn lag(&self, now: Instant) -> Option<Duration> {
        let waiting = (self.on_way > 0).then(|| self.oldest_age(self.micros(now)));
        let last = self.round_trip.map(|micros| micros.get().into());
        waiting.max(last).map(Duration::from_micros)
    }

    /// The age of the oldest probe without an answer.
    const fn oldest_age(&self, now: Micros) -> Micros {
        now.saturating_sub(self.probes[0].at)
    }
}

#[cfg(test)]
mod tests;
