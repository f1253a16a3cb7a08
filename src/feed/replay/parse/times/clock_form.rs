//! The forms of a clock in a column of its own, which no single cell tells: `101` is a minute past midnight or past one.

use super::{DateOrder, ParsedTime};
use super::{NANOS_PER_DAY, NANOS_PER_SECOND, TimeUnit, Zone, clock, digits, epoch, iso, text, zone};

/// The form of a column of clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockForm {
    /// Marks between hours and minutes, or any clock that a cell tells by itself.
    #[default]
    Marked,
    /// The figures of hours and minutes, without leading zeros where they are lost.
    Minutes,
    /// The figures of hours, minutes, seconds and so many decimals of these, without leading zeros where they are lost.
    Seconds { decimals: u8 },
    /// Hours alone.
    Hours,
    /// A count since midnight.
    Count(TimeUnit),
    /// A share of the day, as spreadsheets write clocks.
    ShareOfDay,
    /// A clock behind a date that means nothing, such as 1899-12-30.
    BehindDate,
}

impl ClockForm {
    /// Parses a cell into nanoseconds since midnight, and the zone behind it where it names one.
    pub fn parse(self, cell: &str) -> Option<(i64, Option<Zone>)> {
        match self {
            Self::Marked => {
                let (nanos, rest) = clock::parse(cell)?;
                Some((nanos, zone::parse(rest)?))
            }
            Self::BehindDate => {
                let time = iso::parse(cell).or_else(|| text::parse(cell, DateOrder::Mdy));
                let time = time.or_else(|| text::parse(cell, DateOrder::Dmy));
                time.map(|ParsedTime { ts, .. }| (ts.0.rem_euclid(NANOS_PER_DAY), None))
            }
            Self::Count(unit) => epoch::parse_since_midnight(cell, unit).map(|time| (time.ts.0, None)),
            Self::ShareOfDay => epoch::parse_share_of_day(cell).map(|nanos| (nanos, None)),
            Self::Hours => Self::whole(cell).and_then(|hours| of_parts(hours, 0, 0, 0)),
            Self::Minutes => {
                let figures = Self::whole(cell)?;
                of_parts(figures / 100, figures % 100, 0, 0)
            }
            Self::Seconds { decimals } => {
                let (figures, fraction) = Self::figures(cell, decimals)?;
                of_parts(figures / 10_000, figures / 100 % 100, figures % 100, fraction)
            }
        }
    }

    /// Figures without decimals. Tables with blanks write `.0` behind whole numbers.
    fn whole(cell: &str) -> Option<i64> {
        Self::figures(cell, 0).filter(|(_, fraction)| *fraction == 0).map(|(figures, _)| figures)
    }

    /// The figures up to the second, and nanoseconds: of the last `decimals` figures, or of decimals behind a point.
    fn figures(cell: &str, decimals: u8) -> Option<(i64, i64)> {
        let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
        if whole.is_empty() || whole.len() > 18 || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = digits(whole.as_bytes())?;
        let places = u32::from(decimals);
        let behind = digits(fraction.as_bytes())? * 10i64.pow(9 - u32::try_from(fraction.len()).ok()?);
        let scale = 10i64.pow(places);
        let nanos = number % scale * 10i64.pow(9 - places);
        (decimals == 0 || behind == 0).then_some((number / scale, nanos + behind))
    }
}

/// The nanoseconds since midnight of the parts of a clock. 24:00 is the end of the day.
fn of_parts(hours: i64, minutes: i64, seconds: i64, nanos: i64) -> Option<(i64, Option<Zone>)> {
    let all = ((hours * 60 + minutes) * 60 + seconds) * NANOS_PER_SECOND + nanos;
    (minutes < 60 && seconds < 60 && all <= NANOS_PER_DAY).then_some((all, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: ClockForm, cell: &str, want: Option<&str>) {
        let got = form.parse(cell).map(|(nanos, _)| nanos);
        let want = want.map(|clock| clock::parse(clock).expect("the wanted clock").0);
        assert_eq!(got, want, "{cell} as {form:?}");
    }

    #[test]
    fn column_tells_the_figures_of_a_clock() {
        check(ClockForm::Minutes, "930", Some("09:30"));
        check(ClockForm::Minutes, "0930", Some("09:30"));
        check(ClockForm::Minutes, "5", Some("00:05"));
        check(ClockForm::Minutes, "2400", Some("24:00"));
        check(ClockForm::Minutes, "2401", None);
        check(ClockForm::Minutes, "1060", None);
        check(ClockForm::Seconds { decimals: 0 }, "93000", Some("09:30"));
        check(ClockForm::Seconds { decimals: 0 }, "101", Some("00:01:01"));
        check(ClockForm::Seconds { decimals: 0 }, "93000.0", Some("09:30"));
        check(ClockForm::Seconds { decimals: 2 }, "9300012", Some("09:30:00.12"));
        check(ClockForm::Seconds { decimals: 3 }, "93000417", Some("09:30:00.417"));
        check(ClockForm::Seconds { decimals: 9 }, "093000125840000", Some("09:30:00.12584"));
        check(ClockForm::Seconds { decimals: 9 }, "93000417837000", Some("09:30:00.417837"));
        check(ClockForm::Seconds { decimals: 9 }, "0", Some("00:00"));
        check(ClockForm::Hours, "9", Some("09:00"));
        check(ClockForm::Hours, "25", None);
        check(ClockForm::Hours, "17.25", None);
        check(ClockForm::Count(TimeUnit::Millis), "34200015", Some("09:30:00.015"));
        check(ClockForm::ShareOfDay, "0.395833333333333", Some("09:30"));
        check(ClockForm::ShareOfDay, "0.3958", Some("09:29:57"));
        check(ClockForm::BehindDate, "1899-12-30 09:30:00", Some("09:30"));
        check(ClockForm::BehindDate, "12/30/1899 9:30", Some("09:30"));
        check(ClockForm::Marked, "9:30", Some("09:30"));
    }
}
