//! Days of the proleptic Gregorian calendar.

/// Days since 1970-01-01; `None` where there is no such day.
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=last).contains(&day).then(|| days_from_civil(year, month, day))
}

/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The month that a name begins, in the languages of market-data files.
pub fn month_of(name: &str) -> Option<i64> {
    /// Beginnings that tell a month; the longer of two that fit comes first.
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
    /// `mayo` and `septiembre` are months, `marketable` is none.
    const LONGEST: usize = 12;
    let name = name.to_lowercase();
    if name.len() > LONGEST {
        return None;
    }
    NAMES.iter().find(|(_, begins)| begins.iter().any(|begin| name.starts_with(begin))).map(|(month, _)| *month)
}
