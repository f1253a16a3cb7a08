//! What a client may ask for over HTTP.

use serde::Deserialize;

use std::collections::HashSet;

use super::errors::ApiError;
use super::rate::Rate;
use crate::market::Interval;

/// Bars of each symbol when the query does not say how many.
const DEFAULT_BARS: usize = 300;
/// Headlines in an answer when the query does not say how many.
const DEFAULT_STORIES: u64 = 50;

/// The query of `GET /api/v1/bars`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarsQuery {
    /// Each once, in the order given.
    pub symbols: Vec<String>,
    pub interval: Interval,
    pub limit: usize,
}

/// The symbols of a list with commas, each once, in the order given.
fn split(symbols: &str, max: usize) -> Result<Vec<String>, ApiError> {
    if symbols.split(',').count() > max {
        return Err(ApiError::bad_query(format!("one request may name {max} symbols")));
    }
    let mut seen = HashSet::new();
    Ok(symbols.split(',').filter(|symbol| seen.insert(*symbol)).map(String::from).collect())
}

/// Reads the part after the `?`.
///
/// # Errors
/// When something is missing or is not what it should be.
pub fn parse_bars_query(query: &str, max_symbols: usize) -> Result<BarsQuery, ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: String,
        interval: String,
        limit: Option<usize>,
    }
    let Ok(raw) = serde_urlencoded::from_str::<Raw>(query) else {
        return Err(ApiError::bad_query("`symbols` and `interval` are needed, and `limit` is a whole number"));
    };
    let Ok(interval) = raw.interval.parse() else {
        return Err(ApiError::bad_query("the intervals are 1s 5s 15s 1m 5m 15m 1h 1d"));
    };
    let symbols = split(&raw.symbols, max_symbols)?;
    Ok(BarsQuery { symbols, interval, limit: raw.limit.unwrap_or(DEFAULT_BARS) })
}

/// The query of `GET /api/v1/depth`: the symbols.
///
/// # Errors
/// When they are missing, or are too many.
pub fn parse_depth_query(query: &str, max_symbols: usize) -> Result<Vec<String>, ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: String,
    }
    let raw: Raw = serde_urlencoded::from_str(query)
        .map_err(|_| ApiError::bad_query("`symbols` are needed, as in /api/v1/depth?symbols=AAPL,IBM"))?;
    split(&raw.symbols, max_symbols)
}

/// The query of `GET /api/v1/quotes`: the symbols, or `None` for all.
///
/// # Errors
/// When the query cannot be read.
pub fn parse_quotes_query(query: &str, max_symbols: usize) -> Result<Option<Vec<String>>, ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: Option<String>,
    }
    let raw: Raw = serde_urlencoded::from_str(query)
        .map_err(|_| ApiError::bad_query("the query is not as in /api/v1/quotes?symbols=AAPL,IBM"))?;
    raw.symbols.map(|symbols| split(&symbols, max_symbols)).transpose()
}

/// The query of `GET /api/v1/news`: how many headlines at most.
///
/// # Errors
/// When the query cannot be read.
pub fn parse_news_query(query: &str) -> Result<u64, ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        limit: Option<u64>,
    }
    let raw: Raw = serde_urlencoded::from_str(query)
        .map_err(|_| ApiError::bad_query("`limit` is no whole number, as in /api/v1/news?limit=50"))?;
    Ok(raw.limit.unwrap_or(DEFAULT_STORIES))
}

/// The query of `GET /events`: the `subscribe` message that it stands for, and its symbols.
///
/// # Errors
/// When the query cannot be read.
pub fn parse_events_query(query: &str, max_symbols: usize) -> Result<(String, Vec<String>), ApiError> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: Option<String>,
        rate: Option<String>,
    }
    let raw: Raw = serde_urlencoded::from_str(query)
        .map_err(|_| ApiError::bad_query("the query is not as in /events?symbols=AAPL,IBM&rate=2"))?;
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
    fn symbols_are_named_once_and_the_rest_has_defaults() {
        let query = parse_bars_query("symbols=B,A%26C,B&interval=1m", 3).unwrap();
        assert_eq!(query, BarsQuery { symbols: vec!["B".into(), "A&C".into()], interval: Interval::M1, limit: 300 });
    }

    #[test]
    fn a_query_for_events_stands_for_a_message() {
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
    fn what_is_missing_or_wrong_is_told() {
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
