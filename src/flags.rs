//! Value parsers of flags, for every command alike: times, whole numbers and choices.
//!
//! Not here: values that only one part knows. They are parsed beside that part's flags.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;

/// Returns a parser of times within `range`, such as `500ms`, `30s`, `2m` or `1h 30m`.
pub fn time(range: RangeInclusive<Duration>) -> impl Fn(&str) -> Result<Duration, String> + Clone + Send + Sync {
    move |text| {
        let time = humantime::parse_duration(text)
            .map_err(|_| "write a number and a unit, such as 500ms, 30s, 2m or 1h 30m".to_owned())?;
        if range.contains(&time) { Ok(time) } else { Err(format!("a time from {}", in_words(&range))) }
    }
}

/// Returns a parser of whole numbers within `range`.
pub fn whole_number<N>(range: RangeInclusive<N>) -> impl Fn(&str) -> Result<N, String> + Clone + Send + Sync
where
    N: FromStr + PartialOrd + Display + Clone + Send + Sync,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
    }
}

/// Parses one of the values of `T`, in upper or lower case.
///
/// # Errors
/// Returns the list of the values that are allowed.
pub fn choice<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, true).map_err(|_| {
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
        match names.split_last() {
            Some((last, [first, others @ ..])) => {
                let others: String = others.iter().map(|name| format!(", {name}")).collect();
                format!("{first}{others} or {last}")
            }
            _ => names.concat(),
        }
    })
}

fn in_words(range: &RangeInclusive<Duration>) -> String {
    let [least, most] = [range.start(), range.end()].map(|time| humantime::format_duration(*time));
    format!("{least} to {most}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_a_range() {
        let parse = time(Duration::from_millis(1)..=Duration::from_secs(86_400));
        for (text, want) in [
            ("500ms", Duration::from_millis(500)),
            ("0.5s", Duration::from_millis(500)),
            ("30s", Duration::from_secs(30)),
            ("1h 30m", Duration::from_secs(5_400)),
            ("1h30m", Duration::from_secs(5_400)),
            ("1day", Duration::from_secs(86_400)),
        ] {
            assert_eq!(parse(text), Ok(want), "{text}");
        }
        for (text, expected) in [
            ("", "such as 500ms"),
            ("30", "such as 500ms"),
            ("-1s", "such as 500ms"),
            ("soon", "such as 500ms"),
            ("0s", "from 1ms to 1day"),
            ("25h", "from 1ms to 1day"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn whole_numbers_have_a_range() {
        let parse = whole_number(1..=9_u32);
        assert_eq!(parse("9"), Ok(9));
        for text in ["", "0", "10", "-1", "1.5", "99999999999"] {
            assert_eq!(parse(text), Err("a whole number from 1 to 9".into()), "{text}");
        }
    }

    #[test]
    fn choices_are_listed_in_the_error() {
        #[derive(Clone, Debug, PartialEq, ValueEnum)]
        enum Unit {
            S,
            Ms,
            #[value(skip)]
            Minutes,
            Us,
        }
        assert_eq!(choice("MS"), Ok(Unit::Ms));
        assert_eq!(choice::<Unit>("minutes"), Err("s, ms or us".into()));
        assert_ne!(Unit::Minutes, Unit::S);
    }
}
