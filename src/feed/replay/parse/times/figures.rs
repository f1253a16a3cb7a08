//! Dates of figures alone that are no dates by themselves: years, months, years of two digits.

use strum::IntoStaticStr;

use super::{ParsedTime, calendar, digits, join, text};

/// The parts of a date in figures without marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum DateFigures {
    Yyyy,
    Yyyymm,
    Yymmdd,
    Ddmmyy,
    Ddmmyyyy,
    Mmddyyyy,
    /// The name of the month and a year of two figures, as spreadsheets shorten it: `Jan-24`.
    #[strum(serialize = "mon-yy")]
    MonYy,
    /// Years of the Republic of China, which began in 1912.
    #[strum(serialize = "roc")]
    Roc,
}

impl DateFigures {
    /// All forms, the preferred of equals first.
    pub const ALL: [Self; 7] =
        [Self::Yyyy, Self::Yyyymm, Self::Yymmdd, Self::Ddmmyy, Self::Roc, Self::Ddmmyyyy, Self::Mmddyyyy];

    /// The word for people and programs.
    pub fn label(self) -> &'static str {
        self.into()
    }

    /// The number of figures.
    const fn length(self) -> usize {
        match self {
            Self::Yyyy => 4,
            Self::MonYy => 0,
            Self::Yyyymm | Self::Yymmdd | Self::Ddmmyy => 6,
            Self::Roc => 7,
            Self::Ddmmyyyy | Self::Mmddyyyy => 8,
        }
    }

    /// Parses a cell. A leading zero may be lost, and `.0` stands behind where a table had blanks.
    pub fn parse(self, cell: &str) -> Option<ParsedTime> {
        if self == Self::MonYy {
            return month_and_year(cell);
        }
        let cell = cell.strip_suffix(".0").unwrap_or(cell);
        let may_be_short = !matches!(self, Self::Yyyy | Self::Yyyymm | Self::Roc);
        if cell.len() != self.length() && !(may_be_short && cell.len() + 1 == self.length()) {
            return None;
        }
        let number = digits(cell.as_bytes())?;
        let (high, middle, low) = (number / 10_000, number / 100 % 100, number % 100);
        let days = match self {
            Self::MonYy => None,
            Self::Yyyy => full_year(number).and_then(|year| calendar::days(year, 1, 1)),
            Self::Yyyymm => full_year(number / 100).and_then(|year| calendar::days(year, low, 1)),
            Self::Yymmdd => calendar::days(text::full_year(high, 2), middle, low),
            Self::Ddmmyy => calendar::days(text::full_year(low, 2), middle, high),
            Self::Roc => calendar::days(text::of_republic(high), middle, low),
            Self::Ddmmyyyy => full_year(number % 10_000)
                .and_then(|year| calendar::days(year, number / 10_000 % 100, number / 1_000_000)),
            Self::Mmddyyyy => full_year(number % 10_000)
                .and_then(|year| calendar::days(year, number / 1_000_000, number / 10_000 % 100)),
        };
        join(days?, None, None)
    }
}

/// Parses the name of a month and a year of two figures.
fn month_and_year(cell: &str) -> Option<ParsedTime> {
    let (month, year) = cell.split_once(['-', ' ', '/', '.'])?;
    let year = year.trim_start_matches([' ', '\'']);
    let is_name = (3..=12).contains(&month.chars().count()) && month.chars().all(char::is_alphabetic);
    let year = Some(year).filter(|year| year.len() == 2 && is_name).and_then(|year| digits(year.as_bytes()))?;
    join(calendar::days(text::full_year(year, 2), calendar::month_of(month)?, 1)?, None, None)
}

fn full_year(year: i64) -> Option<i64> {
    text::YEARS.contains(&year).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_tells_the_figures_of_a_date() {
        let check = |figures: DateFigures, cell: &str, want: Option<(i64, i64, i64)>| {
            let got = figures.parse(cell).map(|time| time.ts.0 / super::super::NANOS_PER_DAY);
            assert_eq!(got, want.and_then(|(y, m, d)| calendar::days(y, m, d)), "{cell} as {figures:?}");
        };
        check(DateFigures::Yyyy, "1833", Some((1833, 1, 1)));
        check(DateFigures::Yyyy, "2024.0", Some((2024, 1, 1)));
        check(DateFigures::Yyyy, "1402", None);
        check(DateFigures::Yyyymm, "202402", Some((2024, 2, 1)));
        check(DateFigures::Yyyymm, "202413", None);
        check(DateFigures::Yymmdd, "240229", Some((2024, 2, 29)));
        check(DateFigures::Yymmdd, "50103", Some((2005, 1, 3)));
        check(DateFigures::Ddmmyy, "290224", Some((2024, 2, 29)));
        check(DateFigures::Roc, "1130102", Some((2024, 1, 2)));
        check(DateFigures::Ddmmyyyy, "2012024", Some((2024, 1, 2)));
        check(DateFigures::MonYy, "Jan-24", Some((2024, 1, 1)));
        check(DateFigures::MonYy, "Dec '99", Some((1999, 12, 1)));
        check(DateFigures::MonYy, "24-Jan", None);
        check(DateFigures::Mmddyyyy, "01022024", Some((2024, 1, 2)));
    }
}
