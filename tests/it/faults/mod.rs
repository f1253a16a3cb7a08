//! Faults around the program: kills, full disks, changed files, clock jumps, broken connections and panics.
//! `docs/RELIABILITY.md` compares the promises with the results.

mod changed_file;
mod clock;
mod connection;
mod disk;
mod faulty;
mod kill;
mod network;
mod panic;
mod stuck;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::Client;

/// A client of all quotes that checks that ranges are adjacent, also across reconnects.
#[derive(Default)]
struct Follower {
    epoch: u64,
    seqs: HashMap<String, u64>,
    /// Entries of updates received so far.
    updates: u64,
    /// The `ts_sent` of the newest message.
    ts_sent: i64,
    highest_price: f64,
}

impl Follower {
    /// Subscribes, from the last position if there is one, and returns `recovered` of the answer.
    async fn begin(&mut self, client: &mut Client, rate: u32) -> Option<Value> {
        let mut subscribe = json!({"type":"subscribe","channel":"quotes","symbols":["*"],"rate":rate});
        if self.epoch > 0 {
            subscribe["since"] = json!({"epoch": self.epoch, "at": self.seqs});
        }
        client.try_send(subscribe.to_string()).await?;
        loop {
            let message = next(client).await?;
            if message["type"] == "granted" {
                return Some(message["recovered"].clone());
            }
        }
    }

    /// Takes the next message; `None` when the connection has ended.
    async fn follow(&mut self, client: &mut Client) -> Option<Value> {
        let message = next(client).await?;
        let (is_update, is_snapshot) = (message["type"] == "update", message["type"] == "snapshot");
        if is_update || is_snapshot {
            self.epoch = message["epoch"].as_u64().unwrap();
            self.ts_sent = message["ts_sent"].as_i64().unwrap();
        }
        if message["type"] == "feed" && message["epoch"].as_u64() != Some(self.epoch) {
            self.seqs.clear();
        }
        for quote in message["quotes"].as_array().into_iter().flatten().filter(|_| is_update || is_snapshot) {
            let known = self.seqs.entry(quote["symbol"].as_str().unwrap().into()).or_default();
            assert!(!is_update || quote["first_seq"] == *known + 1, "known {known}: {quote}");
            *known = quote["seq"].as_u64().unwrap();
            self.updates += u64::from(is_update);
            self.highest_price = self.highest_price.max(quote["last"].as_f64().unwrap_or(0.0));
        }
        Some(message)
    }

    /// Follows for `time` and returns whether the connection stayed open.
    async fn follow_for(&mut self, client: &mut Client, time: Duration) -> bool {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if self.follow(client).await.is_none() {
                return false;
            }
        }
        true
    }
}

async fn next(client: &mut Client) -> Option<Value> {
    loop {
        if let Message::Text(text) = client.try_receive_raw().await? {
            return Some(serde_json::from_str(&text).unwrap());
        }
    }
}

/// Returns the same number in each run: the mixer of SplitMix64 (Steele, Lea and Flood, 2014).
fn random(seed: u64, below: u64) -> u64 {
    let mut mixed = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31) % below
}
