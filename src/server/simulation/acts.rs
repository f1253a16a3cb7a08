//! The acts of a client: requests, commands, stalls, faults of its network, and breaches of the protocol.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::agreement::WHOLE;
use super::connection::{Connection, Pace};
use super::follower::{Awaited, Driving, Follower};
use super::frames::{CLOSE, TEXT, masked};
use super::laws;
use super::view::{Key, Stream, Subscription, View};
use super::world::Phase;
use crate::wire::Format;

/// A request of a client.
#[derive(Clone, Debug)]
pub enum Asked {
    Subscribe {
        keys: Vec<Key>,
        subscription: Subscription,
    },
    Rate {
        keys: Vec<Key>,
        rate: f64,
    },
    Unsubscribe {
        keys: Vec<Key>,
    },
    Format(Format),
    /// Something that is wrong.
    Nonsense,
}

/// The rates that clients ask for, each of which is granted as it is.
const RATES: [f64; 9] = [0.0, 0.5, 1.0, 2.0, 5.0, 20.0, 60.0, f64::INFINITY, f64::INFINITY];
const HISTORIES: [usize; 3] = [0, 3, WHOLE];

fn rate_json(rate: f64) -> Value {
    if rate.is_infinite() { "every".into() } else { rate.into() }
}

impl Follower {
    /// Connects, and resumes what was subscribed before.
    pub async fn connect(&mut self) {
        let Ok((socket, end)) = self.world.network.connect(self.host, self.profile.link) else {
            return self.drop_connection();
        };
        let mut connection = Connection::new(socket, end, Pace::FULL);
        let mut request = String::from(
            "GET /ws HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        );
        if self.format == Format::Binary {
            request += &format!("sec-websocket-protocol: {}\r\n", self.format.subprotocol());
        }
        request += "\r\n";
        if self.world.phase() == Phase::Chaos && self.profile.is_unlucky && self.dice.chance(5) {
            self.world.log.line(&self.name, format_args!("breaks its request off"));
            connection.send(&request.as_bytes()[..request.len() / 2]);
            let _ = tokio::time::timeout(Duration::from_millis(300), connection.answer()).await;
            return self.drop_connection();
        }
        connection.send(request.as_bytes());
        let answer = connection.answer().await;
        self.world.log.check("the_server_keeps_the_protocol", answer.is_ok(), || format!("{answer:?}"));
        let status = answer.unwrap_or_default().map(|answer| answer.status);
        self.world.log.line(&self.name, format_args!("connects: {status:?}"));
        let is_known = [None, Some(101), Some(429), Some(503)].contains(&status);
        self.world.log.check("upgrades_have_a_known_answer", is_known, || format!("{status:?}"));
        if status != Some(101) {
            return self.drop_connection();
        }
        connection.end.set_session();
        connection.pace = self.profile.pace;
        self.connection = Some(connection);
        self.note_connected();
        self.resume();
    }

    /// Subscribes as on the last connection, from the last items that came.
    fn resume(&mut self) {
        let before = self.view.reconnect(self.format);
        for (key, subscription) in before {
            let (stream, symbol) = &key;
            let mut message = json!({"type":"subscribe","symbols":[symbol],"rate":rate_json(subscription.rate)});
            stream.name(&mut message);
            if *stream != Stream::Depth {
                message["history"] = subscription.history.into();
            }
            match self.view.last(&key) {
                Some(last) => message["since"] = json!({"epoch": self.view.epoch, "at": {symbol: last}}),
                None => self.view.forget(&key),
            }
            self.ask(message, Asked::Subscribe { keys: vec![key], subscription });
        }
        self.next_act = Instant::now() + Duration::from_millis(self.dice.within(1..400));
    }

    fn ask(&mut self, mut message: Value, asked: Asked) {
        self.next_id += 1;
        message["id"] = self.next_id.into();
        self.awaiting.push_back(Awaited { id: Some(self.next_id), asked });
        self.send_text(&message.to_string());
    }

    fn send_text(&mut self, text: &str) {
        self.world.log.line(&self.name, format_args!("sends {text}"));
        let frame = masked(TEXT, text.as_bytes(), self.dice.bytes());
        self.send(&frame);
    }

    /// Does something.
    pub fn act(&mut self) {
        self.next_act = Instant::now() + Duration::from_millis(self.dice.within(30..1_500));
        if self.connection.is_none() {
            return;
        }
        if self.is_broken {
            return self.drop_connection();
        }
        match self.dice.within(0..100) {
            0..30 => self.subscribe(),
            30..42 => self.change_rate(),
            42..47 => self.unsubscribe(),
            47..57 => self.resync(),
            57..63 => self.change_format(),
            63..75 if self.profile.drives => self.drive(),
            75..86 if !self.profile.is_healthy => self.stall(),
            86..92 if self.profile.is_unlucky => self.lose_connection(),
            92..96 => self.ask(json!({"type":"subscribe","channel":"quotes","symbols":["NOWHERE"]}), Asked::Nonsense),
            96.. if self.profile.is_rude => self.break_protocol(),
            _ => {}
        }
    }

    fn subscribe(&mut self) {
        let stream = self.dice.pick(&Stream::ALL);
        let symbols = View::symbols(&self.world.truth.lock(), stream);
        if symbols.is_empty() {
            return;
        }
        let is_star = self.dice.chance(30);
        let named = if is_star { symbols.clone() } else { self.some_of(&symbols) };
        let (rate, history) = (self.dice.pick(&RATES), self.dice.pick(&HISTORIES));
        let mut message = json!({"type":"subscribe","symbols":named,"rate":rate_json(rate)});
        if is_star {
            message["symbols"] = json!(["*"]);
        }
        stream.name(&mut message);
        if stream != Stream::Depth {
            message["history"] = history.into();
        }
        let keys = named.into_iter().map(|symbol| (stream, symbol)).collect();
        self.ask(message, Asked::Subscribe { keys, subscription: Subscription { rate, history } });
    }

    /// At least one of the items.
    fn some_of(&mut self, all: &[String]) -> Vec<String> {
        let some: Vec<String> = all.iter().filter(|_| self.dice.chance(40)).cloned().collect();
        if some.is_empty() { vec![all[self.dice.within(0..all.len() as u64) as usize].clone()] } else { some }
    }

    /// Some of the symbols that will be subscribed when all requests are answered, of one stream.
    fn subscribed(&mut self) -> Option<(Stream, Vec<String>)> {
        let stream = self.dice.pick(&Stream::ALL);
        let is_settled = self.awaiting.is_empty();
        let keys = self.view.subscribed.keys().filter(|(of, _)| *of == stream);
        let symbols: Vec<String> = keys.map(|(_, symbol)| symbol.clone()).collect();
        (is_settled && !symbols.is_empty()).then(|| (stream, self.some_of(&symbols)))
    }

    fn change_rate(&mut self) {
        let Some((stream, named)) = self.subscribed() else { return };
        let rate = self.dice.pick(&RATES);
        self.ask_rate(stream, named, rate);
    }

    fn ask_rate(&mut self, stream: Stream, named: Vec<String>, rate: f64) {
        let mut message = json!({"type":"rate","symbols":named,"rate":rate_json(rate)});
        stream.name(&mut message);
        let keys = named.into_iter().map(|symbol| (stream, symbol)).collect();
        self.ask(message, Asked::Rate { keys, rate });
    }

    fn unsubscribe(&mut self) {
        let Some((stream, named)) = self.subscribed() else { return };
        let mut message = json!({"type":"unsubscribe","symbols":named});
        stream.name(&mut message);
        let keys = named.into_iter().map(|symbol| (stream, symbol)).collect();
        self.ask(message, Asked::Unsubscribe { keys });
    }

    fn resync(&mut self) {
        if !self.awaiting.is_empty() {
            return;
        }
        let keys = self.view.subscribed.iter().filter(|((of, _), _)| *of == Stream::Quotes);
        let symbols: Vec<String> = keys.map(|((_, symbol), _)| symbol.clone()).collect();
        if symbols.is_empty() {
            return;
        }
        let named = self.some_of(&symbols);
        self.send_text(&json!({"type":"resync","symbols":named}).to_string());
        self.view.resyncing.extend(named);
    }

    fn change_format(&mut self) {
        self.format = self.dice.pick(&[Format::Json, Format::Binary]);
        let message = json!({"type":"format","format":self.format.label()});
        self.ask(message, Asked::Format(self.format));
    }

    fn drive(&mut self) {
        let command = random_command(&mut self.dice);
        self.next_id += 1;
        let mut message = command.clone();
        (message["type"], message["id"]) = ("drive".into(), self.next_id.into());
        let sent_at = self.world.truth.lock().revision();
        self.driving.insert(self.next_id, Driving { command, sent_at });
        self.send_text(&message.to_string());
    }

    /// Reads nothing for a while, which may be longer than the server waits.
    fn stall(&mut self) {
        let until = Instant::now() + Duration::from_millis(self.dice.pick(&[300, 1_500, 5_500, 5_500, 9_000, 20_000]));
        self.world.log.line(&self.name, format_args!("stalls"));
        self.next_act = until;
        self.connection.iter_mut().for_each(|connection| connection.reads_from = until);
        let micros = (until - Instant::now()).as_micros() as i64;
        self.resumed_at = Some((super::clock::wall_micros() + micros, 0));
    }

    fn lose_connection(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let way = self.dice.within(0..10);
        self.world.log.line(&self.name, format_args!("loses its connection in way {way}"));
        match way {
            0..5 => connection.socket().reset(),
            5 | 6 => {
                connection.socket().vanish();
                self.vanished.push(connection);
            }
            7 => {
                // In the middle of a frame.
                self.connection = Some(connection);
                let frame = masked(TEXT, &[b' '; 100], self.dice.bytes());
                self.send(&frame[..50]);
                self.is_broken = true;
                return;
            }
            8 => {
                self.connection = Some(connection);
                let frame = masked(CLOSE, &1000_u16.to_be_bytes(), self.dice.bytes());
                self.send(&frame);
                self.is_broken = true;
                return;
            }
            _ => {}
        }
        self.drop_connection();
    }

    /// Sends what ends the session.
    fn break_protocol(&mut self) {
        let breach = self.dice.within(0..5);
        self.world.log.line(&self.name, format_args!("breaks the protocol in way {breach}"));
        let mask = self.dice.bytes();
        match breach {
            0 => self.send(&[0x81, 5, b'h', b'e', b'l', b'l', b'o']),
            1 => self.send(&masked(TEXT, &[0xff; 10], mask)),
            2 => self.send(&masked(TEXT, &vec![b' '; self.world.config.session.message_bytes + 1], mask)),
            3 => {
                let noise = self.dice.bytes::<64>();
                self.send(&noise);
            }
            _ => {
                let many = 3 * self.world.config.session.messages_per_second;
                (0..many).for_each(|_| self.send(&masked(TEXT, b"{}", mask)));
            }
        }
        self.is_broken = true;
    }

    /// Raises what was paused, so that all can be compared at the end.
    pub fn settle(&mut self) {
        if self.is_broken {
            self.drop_connection();
        }
        if self.connection.is_none() {
            return;
        }
        let paused = self.view.subscribed.iter().find(|(_, subscription)| subscription.rate == 0.0);
        let paused = paused.map(|(key, _)| key.clone());
        if let (Some((stream, symbol)), true) = (paused, self.awaiting.is_empty()) {
            self.ask_rate(stream, vec![symbol], 5.0);
        }
        self.world.note_movement();
        self.next_act = Instant::now() + Duration::from_millis(20);
    }

    /// Returns whether nothing is paused, and no answer is waited for.
    pub fn is_settled(&self) -> bool {
        let is_paused = self.view.subscribed.values().any(|subscription| subscription.rate == 0.0);
        self.connection.is_some()
            && !self.is_broken
            && !is_paused
            && self.awaiting.is_empty()
            && self.driving.is_empty()
    }

    pub fn on_answer(&mut self, message: &Value) {
        let awaited = self.awaiting.pop_front();
        laws::answers_come_in_order(&self.world.log, awaited.as_ref().map(|awaited| awaited.id), message);
        let Some(Awaited { asked, .. }) = awaited else { return };
        let kind = message["type"].as_str().unwrap_or_default();
        let is_answer = matches!(
            (&asked, kind),
            (Asked::Subscribe { .. } | Asked::Rate { .. }, "granted")
                | (Asked::Unsubscribe { .. }, "unsubscribed")
                | (Asked::Format(_), "format")
        );
        self.world.log.check("answers_come_in_order", is_answer, || format!("{asked:?}: {message}"));
        match asked {
            Asked::Subscribe { keys, subscription } => {
                let goes_on = message["recovered"] == true;
                for key in keys {
                    if !goes_on && key.0 != Stream::Quotes && key.0 != Stream::Depth {
                        self.view.forget(&key);
                    }
                    self.view.subscribed.insert(key, subscription);
                }
            }
            Asked::Rate { keys, rate } => {
                for key in keys {
                    self.view.subscribed.entry(key).or_default().rate = rate;
                }
            }
            Asked::Unsubscribe { keys } => {
                for key in keys {
                    self.view.subscribed.remove(&key);
                    self.view.forget(&key);
                    if key.0 == Stream::Quotes {
                        self.view.resyncing.remove(&key.1);
                    }
                }
            }
            Asked::Format(format) => self.view.set_format(format),
            Asked::Nonsense => {}
        }
        self.changed_at = Instant::now();
    }
}

/// A command of a presenter. None of them makes market time run without end at one moment of simulated time.
pub fn random_command(dice: &mut super::dice::Dice) -> Value {
    match dice.within(0..12) {
        0 => json!({"command":"pause"}),
        1..4 => json!({"command":"play"}),
        4..7 => json!({"command":"speed","speed":dice.pick(&[0.5, 1.0, 3.0, 20.0])}),
        7 => json!({"command":"step","to":dice.pick(&["event", "bar"])}),
        8 => json!({"command":"loop","on":dice.chance(60)}),
        9 => json!({"command":"skip_dead_time","on":dice.chance(50)}),
        10 => json!({"command":"seek","percent":dice.within(0..100)}),
        _ => json!({"command":"scenario","name":dice.pick(&["crash", "tick-storm", "halt", "news"]),"on":"all"}),
    }
}
