//! A client with a WebSocket: it subscribes, reads at its pace, commands, loses its connection and resumes.
//!
//! Not here: what it requests and does (`acts.rs`), and what it has received (`view.rs`).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};

use super::acts::Asked;
use super::connection::{Connection, Pace};
use super::dice::Dice;
use super::frames::{Frame, PONG, masked};
use super::profile::Profile;
use super::view::{Subscription, View, number};
use super::world::{Phase, World};
use super::{agreement, laws};
use crate::wire::Format;

/// The close code of a server that stops.
const AWAY: u16 = 1001;
/// The slowest rate has a flush in this time. What was sent longer ago is old.
const OLD: Duration = Duration::from_secs(4);
/// Bytes of messages that a session writes at once (`session/socket.rs`).
const WRITE: usize = 4 * 1_024;

/// A request that waits for its answer.
pub struct Awaited {
    pub id: Option<u64>,
    pub asked: Asked,
}

/// A command that waits for its answer, and the revision when it was sent.
pub struct Driving {
    pub command: Value,
    pub sent_at: u64,
}

/// A client with a WebSocket.
pub struct Follower {
    pub name: String,
    pub host: u8,
    pub world: World,
    pub dice: Dice,
    pub profile: Profile,
    pub view: View,
    pub connection: Option<Connection>,
    /// Connections that vanished: their sockets stay open.
    pub vanished: Vec<Connection>,
    /// The format of the next connection.
    pub format: Format,
    pub awaiting: VecDeque<Awaited>,
    pub driving: BTreeMap<u64, Driving>,
    pub next_id: u64,
    pub next_act: Instant,
    /// When the client asked for other quotes, or connected.
    pub changed_at: Instant,
    /// When the last message came.
    heard_at: Instant,
    /// When the client read again after a stall, by the wall clock, and the old bytes that it got since.
    pub resumed_at: Option<(i64, usize)>,
    /// The length of the longest message.
    longest: usize,
    /// The client has closed, cut off or broken the connection: what comes now does not matter.
    pub is_broken: bool,
}

impl Follower {
    pub fn new(world: World, number: u64, host: u8) -> Self {
        let mut dice = world.dice(number);
        let (profile, now) = (Profile::random(&mut dice), Instant::now());
        let view = View::new(world.log.clone(), world.truth.clone());
        let format = dice.pick(&[Format::Json, Format::Binary]);
        Self {
            name: format!("client-{number}"),
            host,
            world,
            dice,
            profile,
            view,
            connection: None,
            vanished: Vec::new(),
            format,
            awaiting: VecDeque::new(),
            driving: BTreeMap::new(),
            next_id: 0,
            next_act: now,
            changed_at: now,
            heard_at: now,
            resumed_at: None,
            longest: 0,
            is_broken: false,
        }
    }

    /// Lives until the run is over.
    pub async fn run(mut self) {
        let (phases, mut seen) = (self.world.phases.clone(), 0);
        let first = Duration::from_millis(self.dice.within(0..1_500));
        sleep(first).await;
        loop {
            let (number, phase) = phases.now();
            if std::mem::replace(&mut seen, number) != number {
                self.on_phase(phase);
            }
            match phase {
                Phase::Over => return,
                Phase::Compare => self.compare(),
                _ => {}
            }
            let is_open = matches!(phase, Phase::Chaos | Phase::Calm);
            if self.connection.is_none() && is_open && Instant::now() >= self.next_act {
                self.connect().await;
            }
            let acts = phase == Phase::Chaos || (phase == Phase::Calm && !self.is_settled());
            tokio::select! {
                biased;
                _ = phases.changed(number) => {}
                () = sleep_until(self.next_act), if acts => match phase {
                    Phase::Chaos => self.act(),
                    _ => self.settle(),
                },
                frame = next_frame(&mut self.connection) => self.on_frame(frame, phase),
            }
        }
    }

    fn on_phase(&mut self, phase: Phase) {
        match phase {
            Phase::Calm => {
                self.resumed_at = None;
                let (pace, now) = (Pace::FULL, Instant::now());
                self.profile.pace = pace;
                self.connection
                    .iter_mut()
                    .for_each(|connection| (connection.pace, connection.reads_from) = (pace, now));
                self.next_act = now;
            }
            Phase::Stopped => {
                let is_told = self.connection.is_none() || !self.profile.is_healthy;
                self.world.log.check("sessions_end_with_a_close_code", is_told, || format!("{} had none", self.name));
                self.drop_connection();
                self.vanished.clear();
            }
            _ => {}
        }
    }

    fn compare(&self) {
        if self.connection.is_none() {
            return;
        }
        let waiting = self.awaiting.len() + self.driving.len();
        self.world.log.check("each_request_is_answered", waiting == 0, || format!("{}: {waiting} wait", self.name));
        self.world.log.line(&self.name, format_args!("compares {} streams", self.view.subscribed.len()));
        agreement::clients_agree_with_the_truth(&self.view, &self.world.truth.lock(), &self.name);
    }

    /// Sends bytes, some of which may be on the way for a while.
    pub fn send(&mut self, bytes: &[u8]) {
        self.connection.iter_mut().for_each(|connection| connection.send(bytes));
    }

    /// Forgets a connection that has ended.
    pub fn drop_connection(&mut self) {
        self.connection = None;
        self.awaiting.clear();
        self.driving.clear();
        (self.resumed_at, self.is_broken) = (None, false);
        let pause = Duration::from_millis(self.dice.within(1..1_200));
        self.next_act = Instant::now() + pause;
    }

    fn on_frame(&mut self, frame: Result<Option<Frame>, String>, phase: Phase) {
        let length = match &frame {
            Ok(Some(Frame::Text(text))) => text.len(),
            Ok(Some(Frame::Binary(bytes))) => bytes.len(),
            _ => 0,
        };
        match frame {
            Ok(None | Some(Frame::Close(_))) | Err(_) if self.is_broken => self.drop_connection(),
            Ok(_) if self.is_broken => {}
            Ok(Some(Frame::Text(text))) => self.on_text(&text, length, false),
            Ok(Some(Frame::Binary(bytes))) => {
                let text = self.view.decode(&bytes);
                self.world.log.check("binary_messages_have_a_state_to_begin_from", text.is_some(), || {
                    format!("{}: {} bytes", self.name, bytes.len())
                });
                self.on_text(&text.unwrap_or_default(), length, true);
            }
            Ok(Some(Frame::Ping(payload))) => {
                let mask = self.dice.bytes();
                self.send(&masked(PONG, &payload, mask));
            }
            Ok(Some(Frame::Close(code))) => {
                self.world.log.line(&self.name, format_args!("is closed with {code:?}"));
                let is_right = phase != Phase::Stop || self.profile.is_rude || code == Some(AWAY);
                self.world.log.check("a_stop_has_its_close_code", is_right || !self.profile.is_healthy, || {
                    format!("{} got {code:?}", self.name)
                });
                self.drop_connection();
            }
            Ok(None) => {
                self.world.log.line(&self.name, format_args!("has lost its connection"));
                self.world.log.check("sessions_end_with_a_close_code", !self.profile.is_healthy, || {
                    format!("{} is cut off", self.name)
                });
                self.drop_connection();
            }
            Err(error) => {
                self.world.log.check("the_server_keeps_the_protocol", false, || format!("{}: {error}", self.name))
            }
        }
    }

    fn on_text(&mut self, text: &str, length: usize, is_binary: bool) {
        let message: Value = serde_json::from_str(text).unwrap_or_default();
        let kind = message["type"].as_str().unwrap_or_default().to_owned();
        self.world.log.line(&self.name, format_args!("gets {length} bytes: {text}"));
        let is_frequent = ["snapshot", "update", "bars", "trades", "depth", "heartbeat"].contains(&&*kind);
        let is_right = is_binary == (is_frequent && self.view.format == Format::Binary);
        self.world.log.check("messages_have_the_granted_format", is_right, || text.to_owned());
        self.check_times(&message, &kind, length);
        match &*kind {
            "granted" | "unsubscribed" | "format" => self.on_answer(&message),
            "driven" => self.on_driven(&message),
            "error" => self.on_error(&message),
            _ => self.view.receive(&message),
        }
        if !["heartbeat", "feed", "hello"].contains(&&*kind) {
            self.world.note_movement();
        }
    }

    /// Checks the laws about time.
    fn check_times(&mut self, message: &Value, kind: &str, length: usize) {
        let (now, log) = (Instant::now(), self.world.log.clone());
        let silence = now - self.heard_at;
        self.heard_at = now;
        self.longest = self.longest.max(length);
        let link = self.profile.link;
        let is_busy = self.world.is_busy;
        if self.profile.is_healthy {
            laws::heartbeats_fill_silence(&log, silence, link.latency + link.jitter);
            laws::healthy_client_is_not_throttled(&log, kind == "throttled" && !message["max_rate"].is_null());
        }
        let Some(ts_sent) = message["ts_sent"].as_i64() else { return };
        if let Some((resumed_at, old_bytes)) = &mut self.resumed_at
            && ts_sent + (OLD.as_micros() as i64) < *resumed_at
        {
            *old_bytes += length;
            laws::no_old_prices_queue(&log, *old_bytes, link.buffer + WRITE + 2 * self.longest);
        }
        if kind != "update" {
            return;
        }
        let truth = self.world.truth.lock();
        for quote in message["quotes"].as_array().into_iter().flatten() {
            let symbol = quote["symbol"].as_str().unwrap_or_default().to_owned();
            let Some(Subscription { rate, .. }) = self.view.subscribed.get(&(super::view::Stream::Quotes, symbol))
            else {
                continue;
            };
            if !rate.is_finite() {
                continue;
            }
            let is_steady = now - self.changed_at > OLD;
            if is_steady {
                laws::fresh_first(&log, &truth, self.view.epoch, ts_sent, quote, is_busy);
            }
            if is_steady && self.profile.is_healthy {
                let bound = Duration::from_secs_f64(1.0 / rate.max(0.5)) + link.latency + link.jitter;
                laws::slow_clients_cost_nobody_else(&log, &truth, self.view.epoch, quote, bound);
            }
        }
    }

    fn on_driven(&mut self, message: &Value) {
        let driving = self.driving.remove(&number(&message["id"]));
        let Some(Driving { command, sent_at }) = driving else {
            self.world.log.check("each_command_has_one_answer", false, || message.to_string());
            return;
        };
        let visible = self.world.visible_revision();
        laws::command_has_its_effect(&self.world.log, &self.world.truth.lock(), &command, sent_at, visible);
    }

    fn on_error(&mut self, message: &Value) {
        let id = message["id"].as_u64();
        if id.is_some_and(|id| self.driving.remove(&id).is_some()) {
            return;
        }
        let awaited = self.awaiting.pop_front();
        laws::answers_come_in_order(&self.world.log, awaited.as_ref().map(|awaited| awaited.id), message);
        let Some(Awaited { asked, .. }) = awaited else { return };
        if let Asked::Subscribe { keys, .. } = asked {
            for key in keys.iter().filter(|key| !self.view.subscribed.contains_key(key)).cloned().collect::<Vec<_>>() {
                self.view.forget(&key);
            }
        }
    }

    pub fn note_connected(&mut self) {
        (self.heard_at, self.changed_at) = (Instant::now(), Instant::now());
        self.resumed_at = None;
    }
}

/// The next frame of a connection; without one it waits for ever.
async fn next_frame(connection: &mut Option<Connection>) -> Result<Option<Frame>, String> {
    match connection {
        Some(connection) => connection.frame().await,
        None => std::future::pending().await,
    }
}
