//! Compares what plays with what is right, and whether a difference comes with a warning.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::market::{DAY, Event, Kind, SECOND};
use super::sheet::{Sheet, Wanted};
use crate::feed::TickSource;
use crate::feed::replay::parse::number;
use crate::feed::replay::{FileReport, ReplayConfig, open};
use crate::market::{Decimal, TickKind};

/// The result of reading a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    Refused(String),
    /// Wrong, with a warning or an assumption about it.
    Warned(Fault),
    /// Wrong, in silence.
    Silent(Fault, String),
}

/// The part of an event that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Kind,
    Rows,
    Time,
    Price,
    Size,
    Symbol,
    /// Plays though it has no prices.
    Plays,
}

/// A trade, a quote or a bar as numbers that can be compared.
type Played = (i64, String, Vec<Decimal>, Vec<Decimal>);

/// Reads a table, and judges the reading.
pub fn judge(sheet: &Sheet) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(&sheet.file);
    fs::write(&path, sheet.text()).unwrap();
    let config = ReplayConfig { overrides: sheet.overrides.clone(), ..ReplayConfig::default() };
    let mut replay = match open(&[path], &config) {
        Err(error) => return Verdict::Refused(error.problem.to_string()),
        Ok(replay) => replay,
    };
    let report = replay.report()[0].clone();
    let instruments = replay.info().instruments.clone();
    let ticks: Vec<_> = std::iter::from_fn(|| replay.next_tick().unwrap()).collect();
    let (mut trades, mut quotes): (Vec<Played>, Vec<Played>) = (Vec::new(), Vec::new());
    for tick in &ticks {
        let instrument = &instruments[tick.instrument.index()];
        let decimal = |text: String| number::parse(&text, number::DecimalMark::Point).unwrap();
        let price = |p| decimal(instrument.price_increment.price(p).to_string());
        let size = |s| decimal(instrument.size_increment.size(s).to_string());
        let symbol = instrument.symbol.clone();
        match tick.kind {
            TickKind::Trade(trade) => {
                trades.push((tick.ts.0, symbol, vec![price(trade.price)], vec![size(trade.size)]))
            }
            TickKind::Quote(quote) => {
                let prices = [quote.bid, quote.ask].into_iter().map(|side| side.map_or(Decimal::new(0, 0), price));
                quotes.push((tick.ts.0, symbol, prices.collect(), vec![size(quote.bid_size), size(quote.ask_size)]));
            }
            TickKind::Book(_) => {}
        }
    }
    if instruments.iter().any(|instrument| instrument.synthesised_from.is_some()) {
        trades = bars(&trades);
    }
    verdict(sheet, &report, &trades, &quotes)
}

/// Puts the four trades of each bar together again.
fn bars(trades: &[Played]) -> Vec<Played> {
    let mut by_symbol: BTreeMap<&str, Vec<&Played>> = BTreeMap::new();
    trades.iter().for_each(|trade| by_symbol.entry(&trade.1).or_default().push(trade));
    let bar = |four: &[&Played]| {
        let prices: Vec<Decimal> = four.iter().map(|trade| trade.2[0]).collect();
        let high = prices.iter().copied().max_by(|a, b| number::compare(*a, *b)).unwrap();
        let low = prices.iter().copied().min_by(|a, b| number::compare(*a, *b)).unwrap();
        let volume = four.iter().map(|trade| trade.3[0]).fold(Decimal::new(0, 0), add);
        let prices = vec![prices[0], high, low, prices[prices.len() - 1]];
        (four[0].0, four[0].1.clone(), prices, vec![volume])
    };
    by_symbol.values().flat_map(|trades| trades.chunks(4).map(bar)).collect()
}

fn add(a: Decimal, b: Decimal) -> Decimal {
    let decimals = a.decimals.max(b.decimals);
    let scaled = |d: Decimal| d.mantissa * 10i64.pow(u32::from(decimals - d.decimals));
    Decimal::new(scaled(a) + scaled(b), decimals)
}

fn verdict(sheet: &Sheet, report: &FileReport, trades: &[Played], quotes: &[Played]) -> Verdict {
    if sheet.wanted == Wanted::Refusal {
        return warned_or_silent(sheet, report, Fault::Plays, format!("plays as {}", report.kind.code()));
    }
    if sheet.wanted == Wanted::Repeats {
        let is_warned =
            !report.warnings.is_empty() || report.rows_rejected > 0 || mentions(report, &["twice", "repeat", "again"]);
        let fault = || Verdict::Silent(Fault::Rows, "repeated rows are not warned".into());
        return if is_warned { Verdict::Right } else { fault() };
    }
    let wanted = |with: fn(&Event) -> (Vec<Decimal>, Vec<Decimal>)| -> Vec<Played> {
        let one = |event: &Event| {
            let (prices, sizes) = with(event);
            (event.ts, sheet.symbols[event.instrument].clone(), prices, sizes)
        };
        sheet.events.iter().map(one).filter(|one| one.2.iter().any(|price| price.mantissa != 0)).collect()
    };
    let of_trades = wanted(|e| (vec![e.price], vec![e.size]));
    let of_quotes = wanted(|e| (vec![e.bid, e.ask], vec![e.bid_size, e.ask_size]));
    let of_bars = wanted(|e| (e.bar.to_vec(), vec![e.size]));
    let differences = match sheet.kind {
        Kind::Trades => compare(sheet, &of_trades, trades).or_else(|| {
            (!quotes.is_empty() && !sheet.features.iter().any(|one| one == "rows of kinds")).then(|| extra("quotes"))
        }),
        Kind::Quotes => compare(sheet, &of_quotes, quotes).or_else(|| (!trades.is_empty()).then(|| extra("trades"))),
        Kind::Both => compare(sheet, &of_trades, trades).or_else(|| {
            let without_sizes = Sheet { has_sizes: sheet.has_sizes && sheet.has_header, ..sheet.clone() };
            compare(&without_sizes, &of_quotes, quotes)
        }),
        Kind::Bars => compare(sheet, &of_bars, trades),
    };
    match differences {
        None => Verdict::Right,
        Some((fault, what)) => warned_or_silent(sheet, report, fault, what),
    }
}

fn extra(what: &str) -> (Fault, String) {
    (Fault::Kind, format!("plays {what}, too"))
}

/// The first difference between what is right and what plays.
fn compare(sheet: &Sheet, wanted: &[Played], played: &[Played]) -> Option<(Fault, String)> {
    if played.is_empty() && !wanted.is_empty() {
        return Some((Fault::Kind, "none of this kind play".into()));
    }
    let sorted = |list: &[Played]| {
        let mut list = list.to_vec();
        // Rows of one time have no order where the file is not in time order.
        list.sort_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| key(&a.2).cmp(&key(&b.2))).then_with(|| key(&a.3).cmp(&key(&b.3)))
        });
        list
    };
    let (wanted, played) = (sorted(wanted), sorted(played));
    if wanted.len() != played.len() {
        return Some((Fault::Rows, format!("{} events and not {}", played.len(), wanted.len())));
    }
    let pairs = || wanted.iter().zip(&played);
    if let Some((want, got)) = pairs().find(|(want, got)| want.0 != got.0) {
        return Some((Fault::Time, format!("{} and not {}", at(got.0), at(want.0))));
    }
    if let Some((want, got)) = pairs().find(|(want, got)| key(&want.2) != key(&got.2)) {
        return Some((Fault::Price, format!("{:?} and not {:?}", texts(&got.2), texts(&want.2))));
    }
    if sheet.has_sizes
        && let Some((want, got)) = pairs().find(|(want, got)| key(&want.3) != key(&got.3))
    {
        return Some((Fault::Size, format!("{:?} and not {:?}", texts(&got.3), texts(&want.3))));
    }
    let names: BTreeSet<(&str, &str)> = pairs().map(|(want, got)| (want.1.as_str(), got.1.as_str())).collect();
    let count = |of: fn(&(&str, &str)) -> String| names.iter().map(of).collect::<BTreeSet<_>>().len();
    let is_one_to_one = count(|n| n.0.into()) == names.len() && count(|n| n.1.into()) == names.len();
    let are_equal = !sheet.names_symbols || names.iter().all(|(want, got)| want == got || want.contains(' '));
    (!is_one_to_one || !are_equal).then(|| (Fault::Symbol, format!("(right, played) {names:?}")))
}

/// Exact numbers in a form that can be compared.
fn key(numbers: &[Decimal]) -> Vec<i128> {
    let scaled = |d: &Decimal| i128::from(d.mantissa) * 10i128.pow(u32::from(15 - d.decimals.min(15)));
    numbers.iter().map(scaled).collect()
}

fn texts(numbers: &[Decimal]) -> Vec<String> {
    numbers.iter().map(ToString::to_string).collect()
}

fn at(ts: i64) -> String {
    chrono::DateTime::from_timestamp_nanos(ts).to_rfc3339()
}

fn mentions(report: &FileReport, words: &[&str]) -> bool {
    let said =
        || report.warnings.iter().map(ToString::to_string).chain(report.assumptions.iter().map(ToString::to_string));
    said().any(|text| words.iter().any(|word| text.to_lowercase().contains(word)))
}

/// A warning, an assumption or a count of rejected rows touches what is wrong.
fn warned_or_silent(sheet: &Sheet, report: &FileReport, fault: Fault, what: String) -> Verdict {
    let flags = || report.assumptions.iter().map(|one| one.flag);
    let codes = || report.warnings.iter().map(|one| one.code.label());
    let has_code = |words: &[&str]| codes().any(|code| words.iter().any(|word| code.contains(word)));
    let has_flag = |list: &[&str]| flags().any(|flag| list.contains(&flag));
    // Several instruments as one make wrong times, prices and counts of bars, too.
    let is_parted = has_code(&["far-apart"]) && fault != Fault::Size;
    let names_symbol = sheet.symbols.iter().any(|one| mentions(report, &[&format!("`{}`", one.to_lowercase())]));
    let touches = match fault {
        Fault::Time => {
            let hours = what.split_once(" and not ").and_then(|(a, b)| Some(shift(a)?.saturating_sub(shift(b)?)));
            let is_zone =
                hours.is_some_and(|nanos| nanos.unsigned_abs() < DAY.unsigned_abs() && nanos % (900 * SECOND) == 0);
            has_code(&["clock", "date", "1970", "time", "zone", "hour", "year"])
                || has_flag(&["--date", "--date-order", "--time-unit"])
                || is_zone && has_flag(&["--tz"])
        }
        Fault::Price => {
            has_code(&["price", "bars", "quotes", "unused", "decimal", "size"])
                || has_flag(&["--price-scale", "--kind"])
                || mentions(report, &["bars open at their close", "there is also", "cannot be used"])
        }
        Fault::Size => {
            has_code(&["total", "size", "volume", "unused", "decimal"]) || mentions(report, &["volume", "size"])
        }
        Fault::Symbol => has_code(&["far-apart", "symbol", "instrument", "price-jump", "unused"]),
        Fault::Rows => {
            report.rows_rejected > 0
                || has_code(&["repeat", "row", "far-apart", "zero", "unused", "clock"])
                || names_symbol
        }
        Fault::Kind => has_code(&["kind", "row", "quotes", "unused", "as-size"]) || has_flag(&["--kind"]),
        Fault::Plays => !report.warnings.is_empty(),
    };
    if is_parted || touches { Verdict::Warned(fault) } else { Verdict::Silent(fault, what) }
}

fn shift(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt()
}
