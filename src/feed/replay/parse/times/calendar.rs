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

/// A day since 1970-01-01 as `2024-03-01`; empty where the calendar has none.
pub fn date_text(day: i64) -> String {
    let date =
        i32::try_from(day).ok().and_then(|day| NaiveDate::from_num_days_from_ce_opt(day.checked_add(EPOCH_DAY)?));
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// The month of a name, in the languages of market data.
pub fn month_of(name: &str) -> Option<i64> {
    /// The first letters of months. Where two fit, the longer one counts.
    const NAMES: [(i64, &str); 12] = [
        (1, "jan ene gen sty oca янв січ led tam ian ιαν"),
        (2, "feb fev fév lut şub фев лют úno uno hel φεβ"),
        (3, "mar mär mrz mrt már бер мар bře bre maa μαρ"),
        (4, "apr avr abr kwi nis ápr апр кві dub huh απρ"),
        (5, "may mai maj mag mei máj май мая тра kvě kve tou μαϊ μαΐ μαι"),
        (6, "jun juin giu cze haz jún июн юни чер čvn červen cerven kes iun ιουν"),
        (7, "jul juil lug lip tem júl июл юли лип čvc červene cervene hei iul ιουλ"),
        (8, "aug aoû aou ago sie ağu авг сер srp agu agt elo αυγ"),
        (9, "sep set wrz eyl sze сен вер zář zar syy σεπ"),
        (10, "oct okt ott out paź paz eki окт жов říj rij lok οκτ"),
        (11, "nov lis kas ноя ное лис marras noi νοε"),
        (12, "dec dez déc dic gru ara дек гру pros des jou δεκ"),
    ];
    /// `septiembre` is a month, a longer word is none.
    const MAX_CHARS: usize = 12;
    let name = name.to_lowercase();
    if name.chars().count() > MAX_CHARS {
        return None;
    }
    let begins = NAMES.iter().flat_map(|(month, list)| list.split(' ').map(move |begin| (*month, begin)));
    let fitting = begins.filter(|(_, begin)| name.starts_with(begin));
    fitting.max_by_key(|(_, begin)| begin.len()).map(|(month, _)| month)
}
