//! Days and months.

use chrono::{Datelike as _, NaiveDate};

/// 1970-01-01 in days since the first day of the year 1.
const EPOCH_DAY: i32 = 719_163;

/// Days since 1970-01-01; `None` where there is no such day.
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let (month, day) = (u32::try_from(month).ok()?, u32::try_from(day).ok()?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(i64::from(date.num_days_from_ce() - EPOCH_DAY))
}

/// The month of a name, in the languages of market data.
pub fn month_of(name: &str) -> Option<i64> {
    /// The first letters of months. Where two fit, the longer one comes first.
    const NAMES: [(i64, &[&str]); 12] = [
        (1, &["jan", "ene", "gen", "sty", "oca"]),
        (2, &["feb", "fev", "fév", "lut", "şub"]),
        (3, &["mar", "mär", "mrz", "mrt"]),
        (4, &["apr", "avr", "abr", "kwi", "nis"]),
        (5, &["may", "mai", "maj", "mag", "mei"]),
        (6, &["juin", "jun", "giu", "cze", "haz"]),
        (7, &["juil", "jul", "lug", "lip", "tem"]),
        (8, &["aug", "aoû", "aou", "ago", "sie", "ağu"]),
        (9, &["sep", "set", "wrz", "eyl"]),
        (10, &["oct", "okt", "ott", "out", "paź", "paz", "eki"]),
        (11, &["nov", "lis", "kas"]),
        (12, &["dec", "dez", "déc", "dic", "gru", "ara"]),
    ];
    /// `septiembre` is a month, a longer word is none.
    const MAX_BYTES: usize = 12;
    let name = name.to_lowercase();
    if name.len() > MAX_BYTES {
        return None;
    }
    NAMES.iter().find(|(_, begins)| begins.iter().any(|begin| name.starts_with(begin))).map(|(month, _)| *month)
}
