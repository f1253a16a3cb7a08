//! Faults of rows and symbols: the kinds 3, 4, 6, 9, 14 and 15.

use crate::feed::replay::tests::generated::market::{DAY, Event, Kind};
use crate::feed::replay::tests::generated::names::Field;
use crate::feed::replay::tests::generated::rng::Rng;
use crate::feed::replay::tests::generated::sheet::{Column, Needs, Sheet, Wanted};
use crate::feed::replay::tests::generated::times::TimeStyle;
use crate::market::Decimal;

fn english(kind: Option<Kind>) -> Needs {
    Needs { kind, header: Some(true), is_plain: true, is_english: true, ..Needs::default() }
}

/// One symbol whose instruments another column tells apart.
pub fn several_instruments(rng: &mut Rng) -> Sheet {
    const PARTS: [(&str, [&str; 3]); 8] = [
        ("expiry", ["2026-09-26", "2026-10-30", "2026-11-27"]),
        ("strike", ["22400", "22500", "22600"]),
        ("option_type", ["CE", "PE", "FUT"]),
        ("contract_month", ["202607", "202608", "202609"]),
        ("series", ["EQ", "N2", "BE"]),
        ("exchange", ["NYSE", "LSE", "XETRA"]),
        ("currency", ["USD", "GBP", "EUR"]),
        ("market", ["spot", "future", "swap"]),
    ];
    let kind = rng.pick(&[Kind::Bars, Kind::Trades]);
    let instruments = rng.within(2, 3) as usize;
    let mut sheet = Sheet::any(rng, Needs { instruments: Some(instruments), ..english(Some(kind)) });
    let (name, parts) = rng.pick(&PARTS);
    sheet.symbols = (0..instruments).map(|n| format!("ACME {}", parts[n])).collect();
    let of = |event: &Event| event.instrument;
    let cells: Vec<String> = sheet.events.iter().map(|event| parts[of(event)].to_owned()).collect();
    if let Some(column) = sheet.column(Field::Symbol) {
        column.cells = vec!["ACME".into(); cells.len()];
    }
    let at = sheet.columns.iter().position(|column| column.field == Some(Field::Symbol)).unwrap_or(0) + 1;
    sheet.add_other(at, name, cells);
    sheet.features.push(name.into());
    sheet
}

/// Trades, bids, asks and cancelled trades in one column of prices.
pub fn kinds_of_rows(rng: &mut Rng) -> Sheet {
    let words = rng.pick(&[
        ("type", ["TRADE", "BID", "ASK"]),
        ("EventType", ["TRADE", "QUOTE BID", "QUOTE ASK"]),
        ("event", ["trade", "bid", "ask"]),
    ]);
    let needs = Needs { instruments: Some(1), ..english(Some(Kind::Trades)) };
    let mut sheet = Sheet::any(rng, needs);
    let time = TimeStyle::any(rng, false);
    sheet.time = time;
    let mut written = Vec::new();
    let mut kinds = Vec::new();
    for event in &sheet.events {
        let ts = event.ts - event.ts.rem_euclid(time.resolution);
        let at = |price: Decimal| Event { ts, price, ..event.clone() };
        written.extend([at(event.bid), at(event.ask), at(event.price)]);
        kinds.extend([1, 2, 0].map(|n: usize| words.1[n].to_owned()));
    }
    sheet.has_sizes = true;
    sheet.events = written;
    sheet.fill(rng);
    sheet.columns.retain(|column| column.field != Some(Field::Side));
    let at = rng.within(1, 2) as usize;
    sheet.columns.insert(at, Column { field: None, name: words.0.into(), cells: kinds });
    let mut n = 0;
    sheet.events.retain(|_| {
        n += 1;
        n % 3 == 0
    });
    sheet.kind = Kind::Both;
    sheet.wanted = Wanted::Events;
    sheet.features.push(words.0.into());
    // Quotes are one-sided changes: only the trades are compared.
    sheet.kind = Kind::Trades;
    sheet.features.push("rows of kinds".into());
    sheet
}

/// Wide tables with tickers that are words, and symbols in the dress of spreadsheets.
pub fn symbols(rng: &mut Rng) -> Sheet {
    const TICKERS: [&str; 16] = [
        "C", "V", "T", "LOW", "OPEN", "HI", "COST", "KEY", "EUR", "GBP", "JPY", "USD", "2887C", "0050", "AAPL", "MSFT",
    ];
    if rng.chance(30) {
        let mut sheet = Sheet::any(rng, Needs { instruments: Some(2), ..english(None) });
        sheet.symbols = vec!["0050".into(), "2330".into()];
        sheet.fill(rng);
        if rng.chance(60) {
            let dressed = |cell: &String| format!("=\"\"{cell}\"\"");
            if let Some(column) = sheet.column(Field::Symbol) {
                column.cells = column.cells.iter().map(|cell| format!("\"{}\"", dressed(cell))).collect();
            }
            sheet.features.push("=\"0050\"".into());
        }
        return sheet;
    }
    let time = TimeStyle::any(rng, true);
    let count = rng.within(3, 5) as usize;
    let needs = Needs { time: Some(time), instruments: Some(count), ..english(Some(Kind::Bars)) };
    let mut sheet = Sheet::any(rng, needs);
    let mut tickers = TICKERS.to_vec();
    rng.shuffle(&mut tickers);
    sheet.symbols = tickers.iter().take(count).map(ToString::to_string).collect();
    sheet.features.push(sheet.symbols.join("+"));
    if rng.chance(70) {
        wide_closes(&mut sheet)
    } else {
        two_headers(&mut sheet)
    }
    sheet
}

/// Rows of the instruments side by side.
fn times_of(sheet: &Sheet) -> Vec<i64> {
    sheet
        .events
        .chunks(sheet.symbols.len())
        .filter(|row| row.len() == sheet.symbols.len())
        .map(|row| row[0].ts)
        .collect()
}

fn wide_closes(sheet: &mut Sheet) {
    let times = times_of(sheet);
    let count = sheet.symbols.len();
    sheet.events.truncate(times.len() * count);
    sheet.has_sizes = false;
    sheet.columns = sheet
        .time
        .columns(&times)
        .into_iter()
        .map(|(field, cells)| Column { field: Some(field), name: "Date".into(), cells })
        .collect();
    for (n, symbol) in sheet.symbols.clone().into_iter().enumerate() {
        let cells = sheet.events.iter().skip(n).step_by(count).map(|event| event.bar[3].to_string()).collect();
        sheet.columns.push(Column { field: None, name: symbol, cells });
    }
    sheet.events.iter_mut().for_each(|event| event.bar = [event.bar[3]; 4]);
    sheet.names_symbols = true;
    sheet.features.push("wide".into());
}

/// The tables of pandas: a line of fields, a line of symbols, a line with the name of the index.
fn two_headers(sheet: &mut Sheet) {
    wide_closes(sheet);
    let symbols = sheet.symbols.clone();
    let fields = vec!["Close"; symbols.len()].join(",");
    sheet.header = Some(vec![
        format!("Price,{fields}"),
        format!("Ticker,{}", symbols.join(",")),
        format!("Date{}", ",".repeat(symbols.len())),
    ]);
    sheet.features.push("two headers".into());
}

/// Rows that occur twice.
pub fn repeats(rng: &mut Rng) -> Sheet {
    let kind = rng.pick(&[Kind::Bars, Kind::Trades]);
    let mut sheet = Sheet::any(rng, Needs { instruments: Some(1), ..english(Some(kind)) });
    let text = sheet.text();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let count = rng.within(2, 5) as usize;
    sheet.between = lines.iter().take(count).map(|line| (usize::MAX, (*line).to_owned())).collect();
    if kind == Kind::Trades {
        // A block of trades of an id each, written twice.
        let ids = (0..sheet.events.len()).map(|n| (90_001 + n).to_string()).collect();
        sheet.between.clear();
        sheet.add_other(0, "trade_id", ids);
        let text = sheet.text();
        sheet.between = text.lines().skip(1).take(count).map(|line| (usize::MAX, line.to_owned())).collect();
    }
    sheet.wanted = Wanted::Repeats;
    sheet
}

/// Lines that are damaged, and tables that are no market data.
pub fn damage(rng: &mut Rng) -> Sheet {
    let mut sheet = Sheet::any(rng, english(Some(Kind::Trades)));
    if rng.chance(60) {
        sheet.between.push((4, "\0\0\0\0\0\0\0\0".into()));
        sheet.features.push("NUL bytes".into());
        return sheet;
    }
    let rows = sheet.events.len();
    let dates: Vec<i64> = (0..rows as i64).map(|n| (18_000 + 7 * n) * DAY).collect();
    let time = TimeStyle::any(rng, true);
    sheet.columns.clear();
    for (field, cells) in time.columns(&dates) {
        sheet.columns.push(Column { field: Some(field), name: "ValidStart".into(), cells });
    }
    let words = ["CA", "TX", "NY"];
    sheet.add_other(0, "StateAbbreviation", (0..rows).map(|n| words[n % 3].to_owned()).collect());
    for name in ["None", "D0", "D1", "D2"] {
        let cells = (0..rows).map(|_| Decimal::new(rng.within(0, 10_000), 2).to_string()).collect();
        sheet.add_other(9, name, cells);
    }
    sheet.wanted = Wanted::Refusal;
    sheet.features.push("no market".into());
    sheet
}

/// Without a header: date, clock, the price of a trade, bid, ask, size.
pub fn quotes_behind_a_trade(rng: &mut Rng) -> Sheet {
    let time = TimeStyle::any(rng, false);
    let needs = Needs { header: Some(false), instruments: Some(1), time: Some(time), ..english(Some(Kind::Both)) };
    let mut sheet = Sheet::any(rng, needs);
    sheet.names_symbols = false;
    sheet.has_sizes = false;
    sheet.fill(rng);
    let price = sheet.columns.iter().position(|column| column.field == Some(Field::Price));
    if let Some(price) = price {
        let column = sheet.columns.remove(price);
        let at = sheet.time.columns(&[0]).len();
        sheet.columns.insert(at, column);
    }
    let sizes = sheet.events.iter().map(|event| event.size.to_string()).collect();
    sheet.add(rng, Field::Size, sizes);
    sheet
}
