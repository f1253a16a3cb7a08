//! Faults of times: the kinds 1, 7, 8, 10 and 16.

use crate::feed::replay::Overrides;
use crate::feed::replay::tests::generated::market::{DAY, Kind, SECOND};
use crate::feed::replay::tests::generated::rng::Rng;
use crate::feed::replay::tests::generated::sheet::{Needs, Sheet};
use crate::feed::replay::tests::generated::times::TimeStyle;

const HOUR: i64 = 3_600 * SECOND;

fn plain(time: TimeStyle) -> Needs {
    Needs { time: Some(time), is_plain: true, is_english: true, ..Needs::default() }
}

pub fn lost_clock(rng: &mut Rng) -> Sheet {
    let time = TimeStyle::odd(rng, 1);
    // Hours, minutes and milliseconds are nothing without their names.
    let needs_names = matches!(time.name, "hour+minute" | "millis-apart");
    let header = if needs_names || rng.chance(60) { Some(true) } else { Some(false) };
    let kind = Some(rng_kind(rng));
    Sheet::any(rng, Needs { header, kind, ..plain(time) })
}

fn rng_kind(rng: &mut Rng) -> Kind {
    rng.pick(&[Kind::Bars, Kind::Trades, Kind::Quotes])
}

pub fn odd_times(rng: &mut Rng) -> Sheet {
    let time = TimeStyle::odd(rng, 7);
    let kind = if time.resolution == DAY { Kind::Bars } else { rng_kind(rng) };
    let header = Some(rng.chance(70));
    let mut sheet = Sheet::any(rng, Needs { kind: Some(kind), header, ..plain(time) });
    if time.name == "sas" && rng.chance(40) {
        // A row beyond 2262 costs itself alone.
        let last = sheet.events[sheet.events.len() - 1].ts;
        let year = chrono::DateTime::from_timestamp_nanos(last).format("%Y").to_string();
        let far = sheet.text().lines().last().unwrap_or_default().replacen(&year, "9999", 1);
        sheet.between.push((3, far));
        sheet.features.push("year 9999".into());
    }
    sheet
}

pub fn several_times(rng: &mut Rng) -> Sheet {
    let needs = Needs { is_english: true, is_plain: true, header: Some(true), ..Needs::default() };
    let mut sheet = Sheet::any(rng, needs);
    let times: Vec<i64> = sheet.events.iter().map(|event| event.ts).collect();
    let milli = SECOND / 1_000;
    let variant = rng.below(5);
    let (name, cells): (&str, Vec<String>) = match variant {
        0 => ("id", (0..times.len()).map(|n| (1_600_000_000_000 + n as i64 * 7).to_string()).collect()),
        1 => ("expiry", times.iter().map(|_| "2031-12-19".to_owned()).collect()),
        2 => ("close_time", times.iter().map(|ts| ((ts + 60 * SECOND) / milli - 1).to_string()).collect()),
        3 => ("local_timestamp", times.iter().map(|ts| ((ts + 250 * milli) / milli).to_string()).collect()),
        _ => (
            "funding_timestamp",
            times.iter().map(|ts| ((ts / (8 * HOUR) + 1) * 8 * HOUR / milli).to_string()).collect(),
        ),
    };
    let at = if rng.chance(50) { 0 } else { 9 };
    sheet.add_other(at, name, cells);
    sheet.features.push(name.into());
    sheet
}

/// Local times of New York in the night in which an hour comes twice.
pub fn doubled_hour(rng: &mut Rng) -> Sheet {
    let time = TimeStyle::any(rng, false);
    let needs = Needs { kind: Some(Kind::Trades), header: Some(true), instruments: Some(1), ..plain(time) };
    let mut sheet = Sheet::any(rng, needs);
    // 2024-11-03T06:00:00Z is two o'clock in summer, and one o'clock again.
    let turn = 1_730_613_600 * SECOND;
    let step = (10 * 60 * SECOND).max(time.resolution);
    for (n, event) in (0..).zip(&mut sheet.events) {
        event.ts = turn - 4 * step + n * step;
    }
    let local = |ts: i64| if ts < turn { ts - 4 * HOUR } else { ts - 5 * HOUR };
    let written = sheet.events.clone();
    sheet.events.iter_mut().for_each(|event| event.ts = local(event.ts));
    sheet.fill(rng);
    sheet.events = written;
    sheet.overrides = Overrides { tz: Some("America/New_York".parse().unwrap()), ..Overrides::default() };
    // Times that name their zone are not local ones.
    if matches!(time.name, "iso-z" | "iso-offset") || time.name.starts_with("epoch") {
        sheet.events.iter_mut().for_each(|event| event.ts = local(event.ts));
    }
    sheet
}

pub fn zones_and_intervals(rng: &mut Rng) -> Sheet {
    let time = TimeStyle::any(rng, false);
    let mut sheet = Sheet::any(rng, Needs { header: Some(true), ..plain(time) });
    let names_zone = matches!(time.name, "iso-z" | "iso-offset") || time.name.starts_with("epoch");
    if names_zone || sheet.time.columns(&[0]).len() > 1 {
        return sheet;
    }
    let (suffix, hours) = rng.pick(&[(" (UTC+8)", 8), (" (+08:00)", 8), (" (UTC)", 0), (" (GMT)", 0), (" (IST)", 0)]);
    let nanos = if suffix == " (IST)" { 11 * HOUR / 2 } else { hours * HOUR };
    if let Some(column) = sheet.columns.first_mut() {
        column.name = format!("{}{suffix}", column.name.trim());
    }
    sheet.events.iter_mut().for_each(|event| event.ts -= nanos);
    sheet.features.push(suffix.trim().into());
    sheet
}
