//! Columns with a part of the time: minutes beside an hour, milliseconds beside a clock.

use super::profile::Profile;
use crate::feed::replay::parse::times::TimeUnit;
use crate::feed::replay::schema::layout::{MAX_TIME_PARTS, TimePart};

/// The nanoseconds of a unit, and the words for it in names.
const UNITS: [(i64, &str); 5] = [
    (60_000_000_000, "minute minutes min mins mm minuto minuut minuten мин минута 分 分钟"),
    (1_000_000_000, "second seconds sec secs ss segundo sekunde sekunden seconde сек секунда 秒"),
    (
        1_000_000,
        "ms msec msecs milli millis millisec millisecs millisecond milliseconds milisegundos millisekunden мс 毫秒",
    ),
    (1_000, "us usec usecs micro micros microsec microsecond microseconds мкс 微秒"),
    (1, "ns nsec nsecs nano nanos nanosec nanosecond nanoseconds нс 纳秒"),
];
/// Other words that may stand beside a unit.
const BESIDE: &str = "update updated exchange exch time trade last event tick date timestamp datetime action market of in the \
                      day since midnight local quote clock part fraction 修改 更新 最后 成交 时间";

/// The nanoseconds of the unit that a name says, where it says nothing else.
pub fn unit_of(name: &str) -> Option<i64> {
    let mut found = None;
    for word in words(name) {
        let unit = UNITS.iter().find(|(_, list)| list.split_ascii_whitespace().any(|one| one == word));
        match unit {
            Some((nanos, _)) if found.is_none() => found = Some(*nanos),
            None if BESIDE.split_ascii_whitespace().any(|one| one == word) => {}
            _ => return None,
        }
    }
    found
}

/// The unit in which a column of this name counts from midnight.
pub fn clock_unit_of(name: &str) -> Option<TimeUnit> {
    let nanos = unit_of(name)?;
    TimeUnit::OF_CLOCKS.into_iter().find(|unit| unit.nanos() == nanos)
}

/// The words of a name in lower case, split at marks and before capitals. The phrases of Chinese names are split too.
fn words(name: &str) -> Vec<String> {
    const PHRASES: [&str; 8] = ["毫秒", "微秒", "纳秒", "秒", "修改", "更新", "最后", "时间"];
    let name = PHRASES.iter().fold(name.to_owned(), |name, phrase| {
        let is_part = *phrase == "秒" && ["毫秒", "微秒", "纳秒"].iter().any(|unit| name.contains(unit));
        if is_part { name } else { name.replace(phrase, &format!(" {phrase} ")) }
    });
    let mut words = vec![String::new()];
    let mut was_small = false;
    for c in name.chars() {
        if !c.is_alphabetic() || was_small && c.is_uppercase() {
            words.push(String::new());
        }
        was_small = c.is_lowercase();
        if c.is_alphabetic() {
            words.last_mut().expect("invariant: there is a word").extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Finds the parts finer than `finest`, the nanoseconds that the clock tells apart: each in a column that is named for
/// it, or that people name, and whose numbers fit.
pub fn find(
    names: &[String],
    profiles: &[Profile],
    taken: &[usize],
    finest: i64,
) -> [Option<TimePart>; MAX_TIME_PARTS] {
    let mut parts = [None; MAX_TIME_PARTS];
    let mut finest = finest;
    let mut count = 0;
    let columns: Vec<(usize, i64)> =
        (0..profiles.len()).filter_map(|n| Some((n, column_unit(names, &profiles[n], n)?))).collect();
    for (nanos, _) in UNITS {
        let fits = |(n, unit): &&(usize, i64)| {
            let profile = &profiles[*n];
            let is_whole = profile.are_integers() && profile.are_most(profile.numeric) && profile.min() >= 0.0;
            *unit == nanos
                && nanos < finest
                && !taken.contains(n)
                && is_whole
                && profile.max() * (nanos as f64) < finest as f64
        };
        if count < MAX_TIME_PARTS
            && let Some((column, _)) = columns.iter().find(fits)
        {
            parts[count] = Some(TimePart { column: *column, nanos });
            count += 1;
            finest = nanos;
        }
    }
    parts
}

/// The unit of a column: by its name or, where people say that it is a part of the clock, by its largest number.
fn column_unit(names: &[String], profile: &Profile, n: usize) -> Option<i64> {
    if profile.name != CLOCK_PART {
        return unit_of(&profile.name);
    }
    let by_size = || match profile.max() {
        ..1e3 => 1_000_000,
        ..1e6 => 1_000,
        _ => 1,
    };
    Some(names.get(n).and_then(|name| unit_of(name)).unwrap_or_else(by_size))
}

/// The largest number of a part of a clock in milliseconds or more.
pub const LARGEST_PART: f64 = 1_000.0;
/// The label of the role that people give to such a column.
pub const CLOCK_PART: &str = "clock_part";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_tells_the_unit_of_a_part() {
        let check = |name: &str, want: Option<i64>| assert_eq!(unit_of(name), want, "{name}");
        check("UpdateMillisec", Some(1_000_000));
        check("Milliseconds", Some(1_000_000));
        check("ms_of_day", Some(1_000_000));
        check("最后修改毫秒", Some(1_000_000));
        check("usec", Some(1_000));
        check("Minute", Some(60_000_000_000));
        check("latency_ms", None);
        check("volume", None);
        check("min price", None);
    }
}
