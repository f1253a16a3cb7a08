//! The answers of people, by flags or in a `FILE.toml` beside a file. They come before detection.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use encoding_rs::Encoding;

use super::column_role::ColumnRole;
use super::file_kind::FileKind;
use super::question::Answer;
use crate::feed::replay::error::{Problem, ReplayError};
use crate::feed::replay::parse::number::DecimalMark;
use crate::feed::replay::parse::times::{self, DateOrder, TimeUnit, Zone};
use crate::flags::choice;
use crate::text;

/// All answers that people can give. `None` is detected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    pub columns: Option<ColumnNames>,
    pub tz: Option<Zone>,
    pub symbol: Option<String>,
    /// In days since 1970-01-01.
    pub date: Option<i64>,
    /// The decimal places by which prices are written too large.
    pub price_scale: Option<u8>,
    pub kind: Option<FileKind>,
    pub delimiter: Option<u8>,
    pub decimal_mark: Option<DecimalMark>,
    pub date_order: Option<DateOrder>,
    pub time_unit: Option<TimeUnit>,
    pub encoding: Option<&'static Encoding>,
    pub header: Option<bool>,
    /// A price of 0 is one, or means that there is none.
    pub zero_prices: Option<bool>,
    /// The answer where two readings are equally likely.
    pub assume: Option<Answer>,
    pub dates: Option<DateMeaning>,
}

/// The meaning of the dates of rows with a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DateMeaning {
    /// The day of the calendar.
    Calendar,
    /// The day of trading, to which the evening before belongs.
    Trading,
}

/// The roles of columns, in order or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnNames {
    /// A role for each column from the first on; `None` for a column that is skipped.
    InOrder(Vec<Option<ColumnRole>>),
    /// A role, and the name of its column or its number from 1.
    Named(Vec<(ColumnRole, String)>),
}

/// The keys of `FILE.toml`. They are the names of the flags.
pub const KEYS: [&str; 15] = [
    "columns",
    "tz",
    "symbol",
    "date",
    "price-scale",
    "kind",
    "delimiter",
    "decimal-mark",
    "date-order",
    "time-unit",
    "encoding",
    "header",
    "zero-prices",
    "dates",
    "assume",
];

impl Overrides {
    /// Sets an answer by the name of its flag.
    ///
    /// # Errors
    /// The values that are allowed instead.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "columns" => self.columns = Some(value.parse()?),
            "tz" => self.tz = Some(value.parse()?),
            "symbol" => self.symbol = Some(symbol(value)?),
            "date" => self.date = Some(date(value)?),
            "price-scale" => self.price_scale = Some(price_scale(value)?),
            "kind" => self.kind = Some(choice(value)?),
            "delimiter" => self.delimiter = Some(delimiter(value)?),
            "decimal-mark" => self.decimal_mark = Some(choice(value)?),
            "date-order" => self.date_order = Some(choice(value)?),
            "time-unit" => self.time_unit = Some(choice(value)?),
            "encoding" => self.encoding = Some(encoding(value)?),
            "header" => self.header = Some(yes_or_no(value)?),
            "zero-prices" => self.zero_prices = Some(yes_or_no(value)?),
            "dates" => self.dates = Some(choice(value)?),
            "assume" => self.assume = Some(Answer::parse(value)?),
            _ => return Err(format!("there is no `{key}`; there are {}", KEYS.join(", "))),
        }
        Ok(())
    }

    /// These answers, and those of `others` where these have none.
    pub fn or(self, others: Self) -> Self {
        Self {
            columns: self.columns.or(others.columns),
            tz: self.tz.or(others.tz),
            symbol: self.symbol.or(others.symbol),
            date: self.date.or(others.date),
            price_scale: self.price_scale.or(others.price_scale),
            kind: self.kind.or(others.kind),
            delimiter: self.delimiter.or(others.delimiter),
            decimal_mark: self.decimal_mark.or(others.decimal_mark),
            date_order: self.date_order.or(others.date_order),
            time_unit: self.time_unit.or(others.time_unit),
            encoding: self.encoding.or(others.encoding),
            header: self.header.or(others.header),
            zero_prices: self.zero_prices.or(others.zero_prices),
            dates: self.dates.or(others.dates),
            assume: self.assume.or(others.assume),
        }
    }

    /// Reads the `FILE.toml` beside a file; no answers where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or has a key or value that is not allowed.
    pub fn beside(file: &Path) -> Result<Self, ReplayError> {
        let path = sidecar(file);
        let text = match text::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(ReplayError::new(&path, Problem::Open(error))),
        };
        Self::of_toml(&text).map_err(|what| ReplayError::new(&path, Problem::Sidecar(what)))
    }

    fn of_toml(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let mut overrides = Self::default();
        for (key, value) in &table {
            let value = match value {
                toml::Value::Boolean(yes) => String::from(if *yes { "yes" } else { "no" }),
                toml::Value::String(text) => text.clone(),
                toml::Value::Array(list) => {
                    list.iter().map(|v| v.as_str().unwrap_or_default()).collect::<Vec<_>>().join(",")
                }
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Float(number) => number.to_string(),
                toml::Value::Datetime(time) => time.to_string(),
                toml::Value::Table(_) => return Err(format!("`{key}` is a table; it should be a value")),
            };
            overrides.set(key, &value).map_err(|error| format!("`{key}`: {error}"))?;
        }
        Ok(overrides)
    }
}

/// `FILE.toml` for `FILE`.
fn sidecar(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".toml");
    PathBuf::from(name)
}

impl FromStr for ColumnNames {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let role = |word: &str| {
            let word = word.trim();
            ColumnRole::from_label(word).ok_or_else(|| format!("`{word}` is none of {}", ColumnRole::labels()))
        };
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        if parts.iter().any(|part| part.contains('=')) {
            let mut named = Vec::new();
            for part in parts {
                let (word, column) = part.split_once('=').ok_or_else(|| format!("`{part}` is not ROLE=COLUMN"))?;
                let role = role(word)?;
                // Several columns name an instrument together.
                let columns = if role == ColumnRole::Instrument { column.split('+').collect() } else { vec![column] };
                named.extend(columns.into_iter().map(|column| (role, column.trim().to_owned())));
            }
            return Ok(Self::Named(named));
        }
        let in_order = parts.iter().map(|part| if matches!(*part, "" | "-") { Ok(None) } else { role(part).map(Some) });
        in_order.collect::<Result<_, String>>().map(Self::InOrder)
    }
}

/// Parses a date into days since 1970-01-01.
///
/// # Errors
/// The values that are allowed instead.
pub fn date(text: &str) -> Result<i64, String> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let mut next = || parts.next().flatten();
    let day = (|| times::days(next()?, next()?, next()?))();
    day.ok_or_else(|| "a date such as 2024-01-31".into())
}

/// Parses a symbol.
///
/// # Errors
/// The values that are allowed instead.
pub fn symbol(text: &str) -> Result<String, String> {
    super::symbol::parse(text)
}

/// Parses a power of ten into decimal places: 10000 for prices written 10,000 times too large, or 1e-9 as vendors
/// write it.
///
/// # Errors
/// The values that are allowed instead.
pub fn price_scale(text: &str) -> Result<u8, String> {
    let power = text.parse::<f64>().ok().filter(|f| *f > 0.0).map(|factor| factor.log10().abs());
    let places = power.filter(|power| (power - power.round()).abs() < 1e-9 && *power <= 12.0);
    places.map(|power| power.round() as u8).ok_or_else(|| "a power of ten such as 1, 10000 or 1e-9".into())
}

/// Parses a delimiter.
///
/// # Errors
/// The values that are allowed instead.
pub fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "\\t" | "tab" | "TAB" | "\t" => Ok(b'\t'),
        "space" | "blank" => Ok(b' '),
        _ if text.len() == 1 && !text.starts_with(['"', '\n', '\r']) => Ok(text.as_bytes()[0]),
        _ => Err("one character, or tab or space".into()),
    }
}

/// Parses the name of an encoding.
///
/// # Errors
/// The values that are allowed instead.
pub fn encoding(text: &str) -> Result<&'static Encoding, String> {
    /// Windows code pages that the standard names otherwise.
    const CODE_PAGES: [(&str, &Encoding); 11] = [
        ("cp932", encoding_rs::SHIFT_JIS),
        ("ms932", encoding_rs::SHIFT_JIS),
        ("cp936", encoding_rs::GBK),
        ("ms936", encoding_rs::GBK),
        ("cp949", encoding_rs::EUC_KR),
        ("ms949", encoding_rs::EUC_KR),
        ("uhc", encoding_rs::EUC_KR),
        ("cp950", encoding_rs::BIG5),
        ("ms950", encoding_rs::BIG5),
        ("cp874", encoding_rs::WINDOWS_874),
        ("cp65001", encoding_rs::UTF_8),
    ];
    let code_page = || CODE_PAGES.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, one)| *one);
    let known = Encoding::for_label(text.as_bytes()).or_else(code_page);
    known.ok_or_else(|| "an encoding such as utf-8, utf-16le, gbk, shift_jis or cp949".into())
}

/// Parses yes or no.
///
/// # Errors
/// The values that are allowed instead.
pub fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("yes or no".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sidecar_sets_what_flags_set() {
        let sidecar = Overrides::of_toml(
            "tz = \"America/New_York\"\nprice-scale = 10000\nheader = false\ncolumns = [\"time\", \"-\", \"price\"]",
        )
        .unwrap();
        assert_eq!(sidecar.price_scale, Some(4));
        assert_eq!(sidecar.header, Some(false));
        let columns = ColumnNames::InOrder(vec![Some(ColumnRole::Time), None, Some(ColumnRole::Price)]);
        assert_eq!(sidecar.columns, Some(columns));
        assert_eq!(sidecar.tz.unwrap().to_string(), "America/New_York");
        let flags = Overrides { price_scale: Some(0), ..Overrides::default() };
        assert_eq!(flags.or(sidecar).price_scale, Some(0), "flags come before the sidecar");
    }

    #[test]
    fn error_names_the_values_allowed() {
        for (text, expected) in [
            ("zone = \"UTC\"", "there is no `zone`"),
            ("tz = \"Mars\"", "America/New_York"),
            ("price-scale = 7", "a power of ten"),
            ("columns = \"time,prize\"", "`prize` is none of time, clock"),
            ("kind = \"bars\"", "ohlcv, trades, quotes or book"),
            ("date = \"2024-02-30\"", "a date such as"),
            ("symbol = \"\\u001b[2J\"", "text without control characters"),
        ] {
            let error = Overrides::of_toml(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn encoding_has_the_names_of_windows() {
        for (name, want) in [("cp932", "Shift_JIS"), ("CP936", "GBK"), ("cp949", "EUC-KR"), ("cp950", "Big5")] {
            assert_eq!(encoding(name).map(Encoding::name), Ok(want));
        }
        assert_eq!(encoding("cp1251").map(Encoding::name), Ok("windows-1251"));
        assert!(encoding("cp0").unwrap_err().contains("cp949"));
    }

    #[test]
    fn columns_are_named_by_name_or_number() {
        let named: ColumnNames = "price=close_price, time=1".parse().unwrap();
        let want = [(ColumnRole::Price, "close_price".to_owned()), (ColumnRole::Time, "1".to_owned())];
        assert_eq!(named, ColumnNames::Named(want.to_vec()));
        let composed: ColumnNames = "instrument=ticker + expiry+3,price=last".parse().unwrap();
        let part = |column: &str| (ColumnRole::Instrument, column.to_owned());
        let want = [part("ticker"), part("expiry"), part("3"), (ColumnRole::Price, "last".to_owned())];
        assert_eq!(composed, ColumnNames::Named(want.to_vec()));
    }
}
