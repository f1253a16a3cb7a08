//! A warning: a finding that makes the reading of a file doubtful.

use std::fmt;

use strum::IntoStaticStr;

/// The kind of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum WarningCode {
    /// Rows of one symbol and moment have prices far apart: they may be several instruments.
    PricesFarApart,
    /// A column varies, and its name is not known.
    UnusedColumn,
    /// A price of zero or below lies beside prices far from it.
    ZeroPrice,
    /// Two neighbours differ by more than a factor of ten.
    PriceJump,
    /// The price moves more from row to row than prices do.
    ErraticPrice,
    /// Open, high, low and close agree by chance alone.
    ChanceBars,
    /// The times are not those of the date in the file's name.
    OtherDate,
    /// The first time is in 1970.
    #[strum(serialize = "year-1970")]
    Year1970,
    /// Sizes never fall: they may be a running total.
    RunningTotal,
    /// Many rows share a moment, which has no clock.
    LostClock,
    /// A comma may be before decimals or between thousands.
    DecimalMark,
    /// Sizes are as large as prices.
    PriceAsSize,
    /// A number may be a count since midnight, or the figures of a clock.
    ClockForm,
    /// Years of two figures may count from 1911.
    YearForm,
    /// Rows stand twice in the file.
    RepeatedRows,
    /// The bid is above the ask.
    CrossedQuotes,
    /// Clocks of the zone never show some of the times.
    SkippedHour,
}

impl WarningCode {
    /// The word for programs.
    pub fn label(self) -> &'static str {
        self.into()
    }
}

/// A finding that makes the reading of a file doubtful, with both readings and the flag that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub code: WarningCode,
    /// The finding, with the values.
    pub what: String,
    /// The first lines that show it.
    pub lines: Vec<u64>,
    /// The reading that plays.
    pub played: String,
    /// The other reading.
    pub other: String,
    /// The flag that decides; empty where there is none.
    pub flag: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, lines, played, other, flag, .. } = self;
        f.write_str(what)?;
        if !lines.is_empty() {
            let numbers: Vec<String> = lines.iter().map(u64::to_string).collect();
            write!(f, " (line{} {})", if lines.len() == 1 { "" } else { "s" }, numbers.join(", "))?;
        }
        write!(f, "; played: {played}; or else: {other}")?;
        if flag.is_empty() { Ok(()) } else { write!(f, " ({flag} decides it)") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warning_shows_both_readings_and_the_flag() {
        let warning = Warning {
            code: WarningCode::Year1970,
            what: "the first time is 1970-01-01".into(),
            lines: vec![2, 3],
            played: "seconds since 1970".into(),
            other: "something else".into(),
            flag: "--time-unit".into(),
        };
        let want = "the first time is 1970-01-01 (lines 2, 3); played: seconds since 1970; or else: something else \
                    (--time-unit decides it)";
        assert_eq!(warning.to_string(), want);
        assert_eq!(WarningCode::Year1970.label(), "year-1970");
        assert_eq!(WarningCode::PricesFarApart.label(), "prices-far-apart");
    }
}
