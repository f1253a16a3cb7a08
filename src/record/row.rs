//! Ticks as lines of CSV. Pure.
//!
//! Each tick is one line, with all digits that its instrument has. The side is the last column: a line that was cut off
//! lacks a column and is rejected by a reader, or has lost only the side.

use std::fmt::Write as _;

use chrono::DateTime;

use crate::market::{Instrument, Quote, Tick, TickKind, Timestamp, Trade};

/// The names of the columns.
pub const HEADER: &str = "time,symbol,price,size,bid,ask,bid_size,ask_size,side\n";

/// Writes lines, and keeps the second of the last line, which most ticks share.
#[derive(Debug, Default)]
pub struct RowWriter {
    second: Option<i64>,
    /// The date and time of that second, up to the point before the nanoseconds.
    text: String,
}

impl RowWriter {
    /// Appends the line of a tick to `out`. A change of a book has none.
    pub fn push(&mut self, out: &mut String, instrument: &Instrument, tick: &Tick) {
        if tick.is_book_edit() {
            return;
        }
        self.push_time(out, tick.ts);
        push_symbol(out, &instrument.symbol);
        match tick.kind {
            TickKind::Trade(trade) => push_trade(out, instrument, trade),
            TickKind::Quote(quote) => push_quote(out, instrument, quote),
            TickKind::Book(_) => {}
        }
        out.push('\n');
    }

    fn push_time(&mut self, out: &mut String, ts: Timestamp) {
        const SECOND: i64 = 1_000_000_000;
        let second = ts.0.div_euclid(SECOND);
        if self.second != Some(second) {
            self.second = Some(second);
            self.text.clear();
            let time = DateTime::from_timestamp(second, 0).unwrap_or_default();
            write(&mut self.text, format_args!("{}.", time.format("%Y-%m-%dT%H:%M:%S")));
        }
        out.push_str(&self.text);
        write(out, format_args!("{:09}Z,", ts.0.rem_euclid(SECOND)));
    }
}

fn write(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("invariant: writing to a String cannot fail");
}

fn push_symbol(out: &mut String, symbol: &str) {
    if symbol.contains([',', '"', '\n', '\r']) {
        out.push('"');
        out.push_str(&symbol.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(symbol);
    }
}

fn push_trade(out: &mut String, instrument: &Instrument, trade: Trade) {
    let size = instrument.size_increment.size(trade.size).shorten(0);
    let side = trade.side.map_or("", |side| side.label());
    write(out, format_args!(",{},{size},,,,,{side}", instrument.price(trade.price)));
}

/// Writes a quote. If both sides are empty their prices are 0, as a line without a price cannot be read.
fn push_quote(out: &mut String, instrument: &Instrument, quote: Quote) {
    if quote.bid.is_none() && quote.ask.is_none() {
        out.push_str(",,,0,0,0,0,");
        return;
    }
    out.push_str(",,,");
    for price in [quote.bid, quote.ask] {
        if let Some(price) = price {
            write(out, format_args!("{}", instrument.price(price)));
        }
        out.push(',');
    }
    for (price, size) in [(quote.bid, quote.bid_size), (quote.ask, quote.ask_size)] {
        if price.is_some() {
            write(out, format_args!("{}", instrument.size_increment.size(size).shorten(0)));
        }
        out.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{InstrumentId, Price, Side, Size, sample};

    #[test]
    fn tick_of_any_kind_is_one_line_with_all_columns() {
        let instrument = Instrument { symbol: "A,\"B\"".into(), ..sample::instrument("") };
        let mut rows = RowWriter::default();
        let mut check = |ns: i64, kind, want: &str| {
            let mut out = String::new();
            rows.push(&mut out, &instrument, &Tick { instrument: InstrumentId(0), ts: Timestamp(ns), kind });
            assert_eq!(out, format!("{want}\n"));
            assert_eq!(out.replace("\"A,\"\"B\"\"\"", "").matches(',').count(), HEADER.matches(',').count());
        };
        let trade = |side| TickKind::Trade(Trade { price: Price(22_730), size: Size(100), side });
        check(
            1_500_000_000_000_000_007,
            trade(Some(Side::Buy)),
            "2017-07-14T02:40:00.000000007Z,\"A,\"\"B\"\"\",227.30,100,,,,,buy",
        );
        check(-1, trade(None), "1969-12-31T23:59:59.999999999Z,\"A,\"\"B\"\"\",227.30,100,,,,,");
        let quote = |bid: Option<i64>, ask: Option<i64>| {
            let (bid, ask) = (bid.map(Price), ask.map(Price));
            TickKind::Quote(Quote { bid, ask, bid_size: Size(1), ask_size: Size(2) })
        };
        check(0, quote(Some(100), Some(-5)), "1970-01-01T00:00:00.000000000Z,\"A,\"\"B\"\"\",,,1.00,-0.05,1,2,");
        check(0, quote(None, Some(5)), "1970-01-01T00:00:00.000000000Z,\"A,\"\"B\"\"\",,,,0.05,,2,");
        check(0, quote(None, None), "1970-01-01T00:00:00.000000000Z,\"A,\"\"B\"\"\",,,0,0,0,0,");
    }
}
