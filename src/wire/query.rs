//! The queries of the HTTP addresses.

use std::collections::HashSet;

use serde::Deserialize;

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

/// The symbols of a comma-separated list, without duplicates, in its order.
fn split(symbols: &str, max: usize) -> Result<Vec<String>, ApiError> {
    if symbols.split(',').count() > max {
        return Err(ApiError::bad_query(format!("one request may name at most {max} symbols")));
    }
    let mut seen = HashSet::new();
    Ok(symbols.split(',').filter(|symbol| seen.insert(*symbol)).map(String::from).collect())
}

/// Reads the query of `GET /api/v1/bars`.
///
/// # Errors
/// If a member is missing or wrong.
pub fn parse_bars_query(query: &str, max_symbols: usize) -> Result<BarsQuery, ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: String,
        interval: String,
        limit: Option<usize>,
    }
    let Ok(raw) = serde_urlencoded::from_str::<Raw>(query) else {
        return Err(ApiError::bad_query("the query needs `symbols` and `interval`; `limit` is a whole number"));
    };
    let Ok(interval) = raw.interval.parse() else {
        return Err(ApiError::bad_query("the intervals are 1s 5s 15s 1m 5m 15m 1h 1d"));
    };
    let symbols = split(&raw.symbols, max_symbols)?;
    Ok(BarsQuery { symbols, interval, limit: raw.limit.unwrap_or(DEFAULT_BARS) })
}

/// Reads the query of `GET /api/v1/depth`: the symbols.
///
/// # Errors
/// If they are missing, or too many.
pub fn parse_depth_query(query: &str, max_symbols: usize) -> Result<Vec<String>, ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: String,
    }
    let raw: Raw = serde_urlencoded::from_str(query)
        .map_err(|_| ApiError::bad_query("the query needs `symbols`, as in /api/v1/depth?symbols=AAPL,IBM"))?;
    split(&raw.symbols, max_symbols)
}

/// Reads the query of `GET /api/v1/quotes`: the symbols, or `None` for all.
///
/// # Errors
/// If the query cannot be read.
pub fn parse_quotes_query(query: &str, max_symbols: usize) -> Result<Option<Vec<String>>, ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: Option<String>,
    }
    let raw: Raw = serde_urlencoded::from_str(query).map_err(|_| {
        ApiError::bad_query("the query cannot be read; send one such as /api/v1/quotes?symbols=AAPL,IBM")
    })?;
    raw.symbols.map(|symbols| split(&symbols, max_symbols)).transpose()
}

/// Reads the query of `GET /api/v1/news`: the maximum number of headlines.
///
/// # Errors
/// If the query cannot be read.
pub fn parse_news_query(query: &str) -> Result<u64, ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        limit: Option<u64>,
    }
    let raw: Raw = serde_urlencoded::from_str(query)
        .map_err(|_| ApiError::bad_query("`limit` is not a whole number, as in /api/v1/news?limit=50"))?;
    Ok(raw.limit.unwrap_or(DEFAULT_HEADLINES))
}

/// Reads the query of `GET /events`: the `subscribe` message with the same meaning, and its symbols.
///
/// # Errors
/// If the query cannot be read.
pub fn parse_events_query(query: &str, max_symbols: usize) -> Result<(String, Vec<String>), ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: Option<String>,
        rate: Option<String>,
    }
    let raw: Raw = serde_urlencoded::from_str(query).map_err(|_| {
        ApiError::bad_query("the query cannot be read; send one such as /events?symbols=AAPL,IBM&rate=2")
    })?;
    let symbols = split(raw.symbols.as_deref().unwrap_or("*"), max_symbols)?;
    let mut message = serde_json::json!({ "type": "subscribe", "channel": "quotes", "symbols": symbols });
    if let Some(rate) = &raw.rate {
        message["rate"] = match Rate::from_query(rate)? {
            Rate::PerSecond(rate) => rate.into(),
            Rate::Every => rate.as_str().into(),
        };
    }
    Ok((message.to_string(), symbols))
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
        ] {
            assert_eq!(parse_bars_query(query, 3).unwrap_err().code, ErrorCode::BadQuery, "{query}");
        }
    }
}
