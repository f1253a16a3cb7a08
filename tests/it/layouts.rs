//! Common layouts of market data, from the file to the wire.

use crate::support::{Server, digits, member};

/// A file, its symbol, its number of ticks, and the final last, bid and ask on the wire.
const LAYOUTS: [(&str, &str, u64, &str, &str, &str); 12] = [
    ("yahoo-daily.csv", "YAHOO-DAILY", 12, "11.2", "null", "null"),
    ("binance-klines-ms.csv", "BINANCE-KLINES-MS", 12, "0.00002858", "null", "null"),
    ("binance-trades.csv", "BINANCE-TRADES", 4, "61999.9", "null", "null"),
    ("kraken-ohlcvt.csv", "KRAKEN-OHLCVT", 12, "61310", "null", "null"),
    ("tardis-trades.csv", "XBTUSD", 3, "8531.5", "null", "null"),
    ("tardis-quotes.csv", "BTC-USD", 2, "8629.3", "8629.3", "8629.4"),
    ("databento-trades-raw.csv", "NQU4", 1, "20014.25", "null", "null"),
    ("histdata-ticks.csv", "HISTDATA-TICKS", 3, "1.12117", "1.12117", "1.12161"),
    ("metatrader5.csv", "METATRADER5", 8, "37769.8", "null", "null"),
    ("investing.csv", "INVESTING", 8, "28935.9", "null", "null"),
    ("lean-crypto.zip", "20171217_BTCUSD_MINUTE_TRADE", 12, "19349.99", "null", "null"),
    ("ariva-de.csv", "ARIVA-DE", 8, "217.35", "null", "null"),
];

#[tokio::test]
async fn common_layouts_play_to_the_digit() {
    for (file, symbol, ticks, last, bid, ask) in LAYOUTS {
        let path = format!("tests/fixtures/layouts/{file}");
        let server = Server::start(&["replay", &path, "--speed", "max"]).await;
        server.wait_until_ended().await;
        let (status, body) = server.get(&format!("/api/v1/quotes?symbols={symbol}")).await;
        assert_eq!(status, 200, "{file}: {body}");
        let got = ["seq", "last", "bid", "ask"].map(|name| digits(member(&body, name)).to_owned());
        assert_eq!(got, [ticks.to_string().as_str(), last, bid, ask], "{file}: {body}");
    }
}

#[tokio::test]
async fn wide_table_gives_each_symbol_its_own_bars() {
    let server = Server::start(&["replay", "tests/fixtures/layouts/wide-prefixed.csv", "--speed", "max"]).await;
    server.wait_until_ended().await;
    let bars = async |symbol: &str| {
        let (_, body) = server.get(&format!("/api/v1/bars?symbols={symbol}&interval=1d&limit=10")).await;
        body.matches("\"open\":").count()
    };
    assert_eq!((bars("BTC").await, bars("ETH").await), (2, 1));
}

#[tokio::test]
async fn archive_members_play_on_one_clock() {
    let server = Server::start(&["replay", "tests/fixtures/layouts/several-members.zip", "--speed", "max"]).await;
    server.wait_until_ended().await;
    let symbols = server.json("/api/v1/symbols").await;
    let names: Vec<&str> =
        symbols["symbols"].as_array().unwrap().iter().map(|s| s["symbol"].as_str().unwrap()).collect();
    assert_eq!(names, ["BOLT", "ACME"]);
    assert_eq!(server.json("/healthz").await["ticks"], 3);
}
