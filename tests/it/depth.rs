//! The levels of recorded books on the wire: JSON, binary and HTTP.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, Server};

const DEPTH: u8 = 6;
const MARK_SNAPSHOT: u8 = 1;
const MARK_TIME: u8 = 2;
/// Decimals of prices and sizes in `binance-depth.csv`.
const DECIMALS: f64 = 10.0;

/// A book: `snapshot`, `first_seq`, `seq`, milliseconds of `ts_event` in its second, bids and asks.
#[derive(Debug, PartialEq)]
struct Book(bool, u64, u64, Option<i64>, Vec<(f64, f64)>, Vec<(f64, f64)>);

fn side(message: &Value, name: &str) -> Vec<(f64, f64)> {
    let number = |level: &Value, name: &str| level[name].as_f64().unwrap();
    message[name].as_array().unwrap().iter().map(|level| (number(level, "price"), number(level, "size"))).collect()
}

async fn receive_json(client: &mut Client) -> Book {
    let book = client.receive("depth").await;
    let number = |name: &str| book[name].as_u64().unwrap();
    let millis = book["ts_event"].as_i64().map(|micros| micros / 1_000 % 1_000);
    let (bids, asks) = (side(&book, "bids"), side(&book, "asks"));
    Book(book["snapshot"] == true, number("first_seq"), number("seq"), millis, bids, asks)
}

/// Reads the numbers of a binary message.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap();
        self.0 = rest;
        *first
    }

    fn varint(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return value;
            }
            shift += 7;
        }
    }

    fn zigzag(&mut self) -> i64 {
        let value = self.varint();
        (value >> 1) as i64 ^ -((value & 1) as i64)
    }
}

async fn receive_binary(client: &mut Client) -> Book {
    let bytes = loop {
        match client.receive_raw().await {
            Message::Binary(bytes) if bytes[0] == DEPTH => break bytes,
            _ => {}
        }
    };
    let (marks, entries) = (bytes[1], u16::from_le_bytes([bytes[2], bytes[3]]));
    let mut reader = Reader(&bytes[20..]);
    assert_eq!(reader.varint(), 0, "the index of the symbol");
    let (count, seq) = (reader.varint(), reader.varint());
    let millis = (marks & MARK_TIME != 0).then(|| reader.zigzag() / 1_000 % 1_000);
    let (bid_count, mut levels, mut price, mut best_bid) = (reader.byte(), Vec::new(), 0, 0);
    for n in 0..entries {
        if n == u16::from(bid_count) {
            price = best_bid;
        }
        price += reader.zigzag();
        best_bid = if n == 0 && bid_count > 0 { price } else { best_bid };
        levels.push((price as f64 / DECIMALS, reader.zigzag() as f64 / DECIMALS));
    }
    let asks = levels.split_off(bid_count.into());
    Book(marks & MARK_SNAPSHOT != 0, seq + 1 - count, seq, millis, levels, asks)
}

async fn command(server: &Server, command: Value) {
    let (status, answer) = server.post("/api/v1/feed", &command).await;
    assert_eq!(status, 200, "{command}: {answer}");
}

/// The books after each change of `binance-depth.csv`, as its rows say them.
fn books() -> [Book; 6] {
    let (best, second) = ((62_000.1, 1.5), (61_999.9, 4.0));
    let (ask, asks) = ((62_000.4, 0.7), vec![(62_001.0, 3.0), (62_001.5, 1.2)]);
    let bids = vec![best, second];
    [
        Book(true, 1, 0, None, vec![], vec![]),
        Book(false, 1, 1, Some(0), vec![best, (61_999.9, 2.0)], vec![ask, (62_001.0, 3.0)]),
        // A deeper level is no tick.
        Book(false, 2, 1, Some(100), vec![best, second], vec![ask, (62_001.0, 3.0)]),
        Book(false, 2, 2, Some(200), bids.clone(), asks.clone()),
        // The book is crossed until the next change.
        Book(false, 3, 2, Some(300), vec![], vec![]),
        Book(false, 3, 2, Some(400), bids, asks),
    ]
}

#[tokio::test]
async fn recorded_book_is_on_the_wire_change_by_change() {
    let server = Server::start(&["replay", "tests/fixtures/layouts/binance-depth.csv", "--paused"]).await;
    assert_eq!(server.json("/api/v1/symbols").await["symbols"][0]["depth"], 10);
    let (mut json, (mut binary, _)) = (server.connect().await, server.connect_offering("tickcast.v1.bin").await);
    let subscribe = json!({"type":"subscribe","channel":"depth","symbols":["BTCUSDT"],"rate":"every"}).to_string();
    for client in [&mut json, &mut binary] {
        client.send(subscribe.clone()).await;
    }
    for (n, want) in books().into_iter().enumerate() {
        if n > 0 {
            command(&server, json!({"command":"step"})).await;
        }
        assert_eq!(receive_json(&mut json).await, want, "change {n}");
        assert_eq!(receive_binary(&mut binary).await, want, "change {n}");
    }
    let over_http = server.json("/api/v1/depth?symbols=BTCUSDT").await["books"][0].clone();
    let [.., last] = books();
    assert_eq!((over_http["seq"].as_u64(), side(&over_http, "asks")), (Some(2), last.5));

    // A seek back, and then resume: the levels come although no tick does.
    let start = server.json("/api/v1/feed").await["start"].as_i64().unwrap();
    command(&server, json!({"command":"seek","time":start + 100_000})).await;
    let [_, _, Book(_, _, seq, millis, bids, asks), ..] = books();
    let sought = Book(true, 1, seq, millis, bids, asks);
    assert_eq!(receive_json(&mut json).await, sought);
    assert_eq!(receive_binary(&mut binary).await, sought);
    let epoch = server.json("/api/v1/feed").await["epoch"].clone();
    let mut resumed = server.connect().await;
    let since = json!({"epoch":epoch,"at":{"BTCUSDT":1}});
    let subscribe = json!({"type":"subscribe","channel":"depth","symbols":["BTCUSDT"],"since":since});
    resumed.send(subscribe.to_string()).await;
    assert_eq!(receive_json(&mut resumed).await, Book(false, 2, 1, sought.3, sought.4, sought.5));
}

#[tokio::test]
async fn file_without_books_has_no_depth() {
    let server = Server::start(&["replay", "tests/fixtures/layouts/tardis-quotes.csv", "--paused"]).await;
    assert_eq!(server.json("/api/v1/symbols").await["symbols"][0]["depth"], 0);
    let mut client = server.connect().await;
    client.send(json!({"type":"subscribe","channel":"depth","symbols":["*"]}).to_string()).await;
    assert_eq!(client.receive("error").await["code"], "no_depth");
}
