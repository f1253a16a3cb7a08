//! The queries of the HTTP addresses.

use std::collections::HashSet;
use std::str::FromStr;

use super::{ApiError, Rate};
use crate::market::Interval;

/// Bars of each symbol if the query has no `limit`.
const DEFAULT_BARS: usize = 300;
/// Headlines if the query has no `limit`.
const DEFAULT_HEADLINES: u64 = 50;

/// The query of `GET /api/v1/bars`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarsQuery {
    /// Without duplicates, in the order of the query.
    pub symbols: Vec<String>,
    pub interval: Interval,
    pub limit: usize,
}

/// The members of a query. Unknown ones are ignored.
struct Members(Vec<(String, String)>);

impl Members {
    fn read(query: &str) -> Option<Self> {
        serde_urlencoded::from_str(query).ok().map(Self)
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// The only value of a member; `Err` if there are several, or if it is no `T`.
    fn one<T: FromStr>(&self, name: &str) -> Result<Option<T>, ()> {
        let mut values = self.all(name);
        let value = values.next().map(str::parse).transpose().map_err(|_| ())?;
        if values.next().is_some() { Err(()) } else { Ok(value) }
    }

    /// The symbols without duplicates, in the order of the query: those of each list `symbols`, which commas separate,
    /// and each `symbol`, which may have commas itself. `None` if the query names none.
    fn symbols(&self, max: usize) -> Result<Option<Vec<String>>, ApiError> {
        let lists = self.all("symbols").flat_map(|list| list.split(','));
        let named: Vec<_> = lists.chain(self.all("symbol")).collect();
        if named.len() > max {
            return Err(ApiError::bad_query(format!("one request may name at most {max} symbols")));
        }
        let mut seen = HashSet::new();
        let symbols: Vec<_> = named.into_iter().filter(|symbol| seen.insert(*symbol)).map(String::from).collect();
        Ok((!symbols.is_empty()).then_some(symbols))
    }
}

/// Reads the query of `GET /api/v1/bars`.
///
/// # Errors
/// If a member is missing or wrong.
pub fn parse_bars_query(query: &str, max_symbols: usize) -> Result<BarsQuery, ApiError> {
    let bad = || ApiError::bad_query("the query needs `symbols` and `interval`; `limit` is a whole number");
    let members = Members::read(query).ok_or_else(bad)?;
    let limit = members.one("limit").map_err(|()| bad())?;
    let interval: String = members.one("interval").map_err(|()| bad())?.ok_or_else(bad)?;
    let symbols = members.symbols(max_symbols)?.ok_or_else(bad)?;
    let Ok(interval) = interval.parse() else {
        return Err(ApiError::bad_query("the intervals are 1s 5s 15s 1m 5m 15m 1h 1d"));
    };
    Ok(BarsQuery { symbols, interval, limit: limit.unwrap_or(DEFAULT_BARS) })
}

/// Reads the query of `GET /api/v1/depth`: the symbols.
///
/// # Errors
/// If they are missing, or too many.
pub fn parse_depth_query(query: &str, max_symbols: usize) -> Result<Vec<String>, ApiError> {
    let bad = || ApiError::bad_query("the query needs `symbols`, as in /api/v1/depth?symbols=AAPL,IBM");
    Members::read(query).ok_or_else(bad)?.symbols(max_symbols)?.ok_or_else(bad)
}

/// Reads the query of `GET /api/v1/quotes`: the symbols, or `None` for all.
///
/// # Errors
/// If the query cannot be read.
pub fn parse_quotes_query(query: &str, max_symbols: usize) -> Result<Option<Vec<String>>, ApiError> {
    let members = Members::read(query).ok_or_else(|| {
        ApiError::bad_query("the query cannot be read; send one such as /api/v1/quotes?symbols=AAPL,IBM")
    });
    members?.symbols(max_symbols)
}

/// Reads the query of `GET /api/v1/news`: the maximum number of headlines.
///
/// # Errors
/// If the query cannot be read.
pub fn parse_news_query(query: &str) -> Result<u64, ApiError> {
    let limit = Members::read(query).ok_or(()).and_then(|members| members.one("limit"));
    let limit =
        limit.map_err(|()| ApiError::bad_query("`limit` is not a whole number, as in /api/v1/news?limit=50"))?;
    Ok(limit.unwrap_or(DEFAULT_HEADLINES))
}

/// Reads the query of `GET /events`: the `subscribe` message with the same meaning, and its symbols.
///
/// # Errors
/// If the query cannot be read.
pub fn parse_events_query(query: &str, max_symbols: usize) -> Result<(String, Vec<String>), ApiError> {
    let bad = || ApiError::bad_query("the query cannot be read; send one such as /events?symbols=AAPL,IBM&rate=2");
    let members = Members::read(query).ok_or_else(bad)?;
    let rate: Option<String> = members.one("rate").map_err(|()| bad())?;
    let symbols = members.symbols(max_symbols)?.unwrap_or_else(|| vec!["*".into()]);
    let mut message = serde_json::json!({ "type": "subscribe", "channel": "quotes", "symbols": symbols });
    if let Some(rate) = &rate {
        message["rate"] = match Rate::from_query(rate)? {
            Rate::PerSecond(rate) => rate.into(),
            Rate::Every => rate.as_str().into(),
        };
    }
    Ok((message.to_string(), symbols))
}

/// Reads the query of `PUT /api/v1/uploads/N`: the offset of the piece.
///
/// # Errors
/// If it is missing or wrong.
pub fn parse_upload_query(query: &str) -> Result<u64, ApiError> {
    let offset = Members::read(query).and_then(|members| members.one("offset").ok()?);
    offset.ok_or_else(|| ApiError::bad_query("`offset` is not the number of the piece's first byte"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ErrorCode;

    #[test]
    fn bars_query_drops_duplicates_and_has_defaults() {
        let query = parse_bars_query("symbols=B,A%26C,B&interval=1m", 3).unwrap();
        assert_eq!(query, BarsQuery { symbols: vec!["B".into(), "A&C".into()], interval: Interval::M1, limit: 300 });
    }

    #[test]
    fn symbol_with_a_comma_can_be_named() {
        let want = ["A", "B,C", "D&E"];
        let query = "symbol=B%2CC&symbols=A&symbol=D%26E&symbol=A";
        assert_eq!(parse_bars_query(&format!("{query}&interval=1m"), 4).unwrap().symbols, want);
        assert_eq!(parse_depth_query(query, 4).unwrap(), want);
        assert_eq!(parse_quotes_query(query, 4).unwrap().unwrap(), want);
        assert_eq!(parse_events_query(query, 4).unwrap().1, want);
        assert_eq!(parse_quotes_query(query, 3).unwrap_err().code, ErrorCode::BadQuery);
    }

    #[test]
    fn events_query_becomes_a_subscribe_message() {
        for (query, want) in [
            ("", r#"{"channel":"quotes","symbols":["*"],"type":"subscribe"}"#),
            ("rate=every", r#"{"channel":"quotes","rate":"every","symbols":["*"],"type":"subscribe"}"#),
            ("symbols=A,%22&rate=2.5", r#"{"channel":"quotes","rate":2.5,"symbols":["A","\""],"type":"subscribe"}"#),
        ] {
            assert_eq!(parse_events_query(query, 3).unwrap().0, want);
        }
        assert_eq!(parse_events_query("symbols=A,B,C,D", 3).unwrap_err().code, ErrorCode::BadQuery);
        for query in ["rate=fast", "rate=-1", "rate=1e7", "rate=NaN", "rate=inf"] {
            assert_eq!(parse_events_query(query, 3).unwrap_err().code, ErrorCode::BadMessage);
        }
        assert_eq!(parse_quotes_query("symbols=A,B,A", 3).unwrap(), Some(vec!["A".into(), "B".into()]));
        assert_eq!(parse_quotes_query("", 3).unwrap(), None);
        assert_eq!(parse_depth_query("symbols=A,B,A", 3).unwrap(), ["A", "B"]);
        assert_eq!(parse_depth_query("", 3).unwrap_err().code, ErrorCode::BadQuery);
        assert_eq!((parse_news_query("limit=7").unwrap(), parse_news_query("").unwrap()), (7, 50));
        assert_eq!(parse_news_query("limit=-7").unwrap_err().code, ErrorCode::BadQuery);
    }

    #[test]
    fn bars_query_with_a_fault_is_rejected() {
        for query in [
            "",
            "symbols=A",
            "interval=1m",
            "symbols=A&interval=2m",
            "symbols=A&interval=1m&limit=-1",
            "symbols=A,B,C,D&interval=1m",
            "symbols=A&interval=1m&interval=5m",
        ] {
            assert_eq!(parse_bars_query(query, 3).unwrap_err().code, ErrorCode::BadQuery, "{query}");
        }
    }
}
