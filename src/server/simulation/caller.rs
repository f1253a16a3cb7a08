//! Clients over HTTP: they ask for answers, which they take or not, command the feed, or say nothing at all.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use super::acts::random_command;
use super::connection::{Connection, Pace};
use super::dice::Dice;
use super::laws;
use super::profile::slow;
use super::socket::Link;
use super::view::number;
use super::world::{Phase, World};

/// The addresses that a client asks for. The metrics are not among them, as they depend on the machine.
const PATHS: [&str; 10] = [
    "/api/v1/symbols",
    "/api/v1/quotes",
    "/api/v1/bars?symbols=AAPL&interval=1s&limit=2000",
    "/api/v1/bars?symbols=AAPL&interval=1m",
    "/api/v1/feed",
    "/api/v1/news",
    "/api/v1/scenarios",
    "/healthz",
    "/readyz",
    "/nowhere",
];
/// The longest time that the server may take to end a connection on which nothing useful comes: the time for a head,
/// then for a last write and for the client to close.
const GRACE: Duration = Duration::from_secs(4);

/// A client over HTTP.
pub struct Caller {
    name: String,
    host: u8,
    world: World,
    dice: Dice,
    link: Link,
}

impl Caller {
    pub fn new(world: World, number: u64, host: u8) -> Self {
        let mut dice = world.dice(number);
        let link = slow(&mut dice);
        Self { name: format!("caller-{number}"), host, world, dice, link }
    }

    /// Lives until the run is over.
    pub async fn run(mut self) {
        let phases = self.world.phases.clone();
        loop {
            let (number, phase) = phases.now();
            match phase {
                Phase::Over => return,
                Phase::Chaos => {
                    self.call().await;
                    sleep(Duration::from_millis(self.dice.within(50..2_500))).await;
                }
                _ => drop(phases.changed(number).await),
            }
        }
    }

    /// Opens a connection, and uses it in some way.
    async fn call(&mut self) {
        let Ok((socket, end)) = self.world.network.connect(self.host, self.link) else { return };
        let mut connection = Connection::new(socket, end, Pace::FULL);
        match self.dice.within(0..10) {
            0 => self.say_nothing(connection).await,
            1 => {
                self.world.log.line(&self.name, format_args!("takes no answer"));
                for _ in 0..3 {
                    connection.send(&get("/api/v1/bars?symbols=AAPL&interval=1s&limit=2000"));
                }
                connection.reads_from = Instant::now() + Duration::from_secs(60);
                let _ = timeout(Duration::from_millis(self.dice.pick(&[500, 9_000])), connection.ended()).await;
            }
            _ => {
                for _ in 0..self.dice.within(1..5) {
                    if self.world.phase() != Phase::Chaos || !self.ask(&mut connection).await {
                        return;
                    }
                }
            }
        }
    }

    /// Sends a part of a head or of noise, and waits until the server has had enough.
    async fn say_nothing(&mut self, mut connection: Connection) {
        let part = self.dice.within(0..4);
        self.world.log.line(&self.name, format_args!("says nothing in way {part}"));
        match part {
            0 => {}
            1 => connection.send(b"GET /api/v1/fe"),
            2 => connection.send(b"POST /api/v1/feed HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n{"),
            _ => connection.send(&self.dice.bytes::<100>()),
        }
        let link = 2 * (self.link.latency + self.link.jitter) + Duration::from_secs(1);
        let bound = 2 * self.world.config.http.head_timeout + GRACE + link;
        let ended = timeout(bound, connection.ended()).await;
        self.world.log.check("idle_connections_end", ended.is_ok(), || format!("{} waits {bound:?}", self.name));
    }

    /// Sends one request. Returns whether the connection can be used again.
    async fn ask(&mut self, connection: &mut Connection) -> bool {
        let sent_at = self.world.truth.lock().revision();
        let command = self.dice.chance(25).then(|| random_command(&mut self.dice));
        let request = match &command {
            Some(command) => post(&command.to_string()),
            None => get(self.dice.pick(&PATHS)),
        };
        let name = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
        connection.send(&request);
        let answer = connection.answer().await;
        self.world.log.check("the_server_keeps_the_protocol", answer.is_ok(), || format!("{answer:?}"));
        let Some(answer) = answer.unwrap_or_default() else {
            self.world.log.line(&self.name, format_args!("has no answer to {name}"));
            return false;
        };
        let body: &str = if name.contains("healthz") { "" } else { &answer.body };
        self.world.log.line(&self.name, format_args!("{name}: {} {body}", answer.status));
        let is_known = [200, 400, 404, 409, 422, 429, 503].contains(&answer.status);
        self.world.log.check("requests_have_a_known_answer", is_known, || format!("{name}: {answer:?}"));
        if let (Some(command), 200) = (command, answer.status) {
            let feed: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let truth = self.world.truth.lock();
            laws::command_has_its_effect(&self.world.log, &truth, &command, sent_at, number(&feed["revision"]));
        }
        !answer.is_last
    }
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").into_bytes()
}

fn post(body: &str) -> Vec<u8> {
    format!(
        "POST /api/v1/feed HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n\
         {body}",
        body.len()
    )
    .into_bytes()
}
