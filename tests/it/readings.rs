//! Files that are easily misread, from the file to the wire.

use serde_json::{Value, json};

use crate::support::{Server, digits, member};

/// Plays a file to its end.
async fn play(arguments: &[&str]) -> Server {
    let server = Server::start(&[&["replay"], arguments, &["--speed", "max"]].concat()).await;
    server.wait_until_ended().await;
    server
}

/// Plays a text to its end as a file of this name.
async fn play_text(name: &str, text: &str, arguments: &[&str]) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    play(&[&[path.to_str().unwrap()], arguments].concat()).await
}

/// The trades of a symbol: time in UTC and price, as the wire has them.
async fn trades(server: &Server, symbol: &str) -> Vec<(String, String)> {
    let mut client = server.connect().await;
    client.send(json!({"type":"subscribe","channel":"trades","symbols":[symbol],"history":100}).to_string()).await;
    let message = client.receive_text("trades").await;
    let trades = message.split_once("\"trades\":[").unwrap().1;
    let trade = |text: &str| {
        let time = chrono::DateTime::from_timestamp_micros(member(text, "ts").parse().unwrap()).unwrap();
        (time.format("%d %H:%M:%S").to_string(), digits(member(text, "price")).to_owned())
    };
    trades.split("},{").map(trade).collect()
}

/// The daily bars of a symbol: the day, and open, high, low and close as the wire has them.
async fn bars(server: &Server, symbol: &str) -> Vec<[String; 5]> {
    let (status, body) = server.get(&format!("/api/v1/bars?symbols={symbol}&interval=1d&limit=100")).await;
    assert_eq!(status, 200, "{body}");
    let bars = body.split_once("\"bars\":[").unwrap().1;
    let bar = |text: &str| {
        let day = chrono::DateTime::from_timestamp_micros(member(text, "ts").parse().unwrap()).unwrap();
        let [open, high, low, close] = ["open", "high", "low", "close"].map(|name| digits(member(text, name)).into());
        [day.format("%d").to_string(), open, high, low, close]
    };
    bars.split("},{").map(bar).collect()
}

async fn symbols(server: &Server) -> Vec<String> {
    let list = server.json("/api/v1/symbols").await;
    let name = |one: &Value| one["symbol"].as_str().unwrap().to_owned();
    list["symbols"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn rows_of_an_hour_that_comes_twice_keep_their_pass() {
    // Clocks are set back at 02:00 of 2024-11-03, 06:00 UTC.
    let rows = ["00:59", "01:10", "01:50", "01:10", "01:50", "02:01"].iter().zip(1..);
    let text: String = rows.map(|(clock, n)| format!("2024-11-03 {clock}:00,10.{n},1\n")).collect();
    let server = play_text("fall.csv", &format!("time,price,size\n{text}"), &["--tz", "America/New_York"]).await;
    let want = [("04:59", 1), ("05:10", 2), ("05:50", 3), ("06:10", 4), ("06:50", 5), ("07:01", 6)];
    let want = want.map(|(clock, n)| (format!("03 {clock}:00"), format!("10.{n}")));
    assert_eq!(trades(&server, "FALL").await, want);
}

#[tokio::test]
async fn rows_of_an_hour_that_never_comes_are_warned_of() {
    let text = "time,price,size\n2024-03-10 01:59:00,10.5,1\n2024-03-10 02:30:00,10.6,1\n2024-03-10 03:31:00,10.7,1\n";
    let server = play_text("spring.csv", text, &["--tz", "America/New_York"]).await;
    let want = [("06:59", "10.5"), ("07:30", "10.6"), ("07:31", "10.7")];
    assert_eq!(
        trades(&server, "SPRING").await,
        want.map(|(clock, price)| (format!("10 {clock}:00"), price.to_owned()))
    );
    let reading = server.json("/api/v1/feed/reading").await;
    assert_eq!(
        (&reading["warnings"][0]["code"], &reading["warnings"][0]["lines"]),
        (&json!("skipped-hour"), &json!([3]))
    );
}

#[tokio::test]
async fn bonds_in_32nds_are_exact() {
    let server = play(&["tests/fixtures/layouts/bonds-32nds.csv"]).await;
    let want = [
        ["01", "110.5", "110.796875", "110.3125", "110.65625"],
        ["04", "110.65625", "110.9375", "110.484375", "110.6875"],
        ["05", "110.6875", "110.96875", "109.90625", "110.015625"],
    ];
    assert_eq!(bars(&server, "BONDS-32NDS").await, want);
}

#[tokio::test]
async fn ticks_of_metatrader_have_no_price_of_zero() {
    let server = play(&["tests/fixtures/layouts/metatrader5-ticks.csv"]).await;
    let (_, quote) = server.get("/api/v1/quotes?symbols=METATRADER5-TICKS").await;
    let got = ["seq", "last", "bid", "ask", "volume"].map(|name| digits(member(&quote, name)).to_owned());
    assert_eq!(got, ["5", "5100.5", "5100.5", "5100.75", "4"], "{quote}");
    let want = [("01 10:00:00", "5100.75"), ("01 10:00:01", "5100.5")];
    assert_eq!(trades(&server, "METATRADER5-TICKS").await, want.map(|(time, price)| (time.into(), price.into())));

    // Prices that a quote does not change are written as zeros.
    let text = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\n\
                2024.03.01\t10:00:00.036\t61000.5\t61001.5\t0.00\t0\n\
                2024.03.01\t10:00:00.436\t61000.75\t61001.5\t0.00\t0\n\
                2024.03.01\t10:00:00.536\t61000.25\t61001.25\t0.00\t0\n";
    let server = play_text("BTCUSD.csv", text, &[]).await;
    let (_, quote) = server.get("/api/v1/quotes?symbols=BTCUSD").await;
    let got = ["seq", "bid", "ask"].map(|name| digits(member(&quote, name)).to_owned());
    assert_eq!(got, ["3", "61000.25", "61001.25"], "{quote}");
    assert!(!quote.contains("\"low\":0"), "{quote}");
}

#[tokio::test]
async fn header_of_several_lines_keeps_all_symbols() {
    let server = play(&["tests/fixtures/layouts/yfinance-two-tickers.csv"]).await;
    assert_eq!(symbols(&server).await, ["ACME", "BOLT"]);
    let acme = [["01", "10.5", "11.25", "10.1", "11"], ["04", "11", "11.5", "10.9", "11.4"]];
    let bolt = [["01", "49.5", "51", "49", "50"], ["04", "50.1", "52", "49.9", "50.5"]];
    assert_eq!(
        (bars(&server, "ACME").await, bars(&server, "BOLT").await),
        (acme.map(own).into(), bolt.map(own).into())
    );
}

#[tokio::test]
async fn tickers_that_are_words_are_symbols() {
    let text = "Date,C,V,T,LOW,OPEN,COST,NVDA\n\
                2024-03-01,55.1,280.5,17.2,230.5,1.5,740.5,800\n\
                2024-03-04,55.4,281.5,17.1,231.5,1.6,742,805\n";
    let server = play_text("closes.csv", text, &[]).await;
    assert_eq!(symbols(&server).await, ["C", "V", "T", "LOW", "OPEN", "COST", "NVDA"]);
    for (symbol, first, second) in [("V", "280.5", "281.5"), ("LOW", "230.5", "231.5"), ("OPEN", "1.5", "1.6")] {
        let want = [("01", first), ("04", second)].map(|(day, price)| own([day, price, price, price, price]));
        assert_eq!(bars(&server, symbol).await, want, "{symbol}");
    }
}

fn own(cells: [&str; 5]) -> [String; 5] {
    cells.map(String::from)
}
