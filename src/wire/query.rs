//! What a client may ask for over HTTP.

use serde::Deserialize;

use super::inbound::Refusal;
use crate::market::Interval;

/// Bars of each symbol when the query does not say how many.
const DEFAULT_BARS: usize = 300;

/// The query of `GET /api/v1/bars`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarsQuery {
    /// Each once, in the order given.
    pub symbols: Vec<String>,
    pub interval: Interval,
    pub limit: usize,
}

/// Reads the part after the `?`.
///
/// # Errors
/// When something is missing or is not what it should be.
pub fn parse_bars_query(query: &str) -> Result<BarsQuery, Refusal> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: String,
        interval: String,
        limit: Option<usize>,
    }
    let Ok(raw) = serde_urlencoded::from_str::<Raw>(query) else {
        return Err(Refusal::bad_query("`symbols` and `interval` are needed, and `limit` is a whole number"));
    };
    let Ok(interval) = raw.interval.parse() else {
        return Err(Refusal::bad_query("the intervals are 1s 5s 15s 1m 5m 15m 1h 1d"));
    };
    let mut symbols: Vec<String> = Vec::new();
    for symbol in raw.symbols.split(',') {
        if !symbols.iter().any(|known| known == symbol) {
            symbols.push(symbol.to_owned());
        }
    }
    Ok(BarsQuery { symbols, interval, limit: raw.limit.unwrap_or(DEFAULT_BARS) })
}

/// The query of `GET /api/v1/quotes`: the symbols, or `None` for all.
///
/// # Errors
/// When the query cannot be read.
pub fn parse_quotes_query(query: &str) -> Result<Option<Vec<String>>, Refusal> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: Option<String>,
    }
    let raw: Raw = serde_urlencoded::from_str(query)
        .map_err(|_| Refusal::bad_query("the query is not as in /api/v1/quotes?symbols=AAPL,IBM"))?;
    Ok(raw.symbols.map(|symbols| symbols.split(',').map(String::from).collect()))
}

/// The query of `GET /events`: the `subscribe` message that it stands for, and its symbols.
///
/// # Errors
/// When the query cannot be read.
pub fn parse_events_query(query: &str) -> Result<(String, Vec<String>), Refusal> {
    #[derive(Deserialize)]
    struct Raw {
        symbols: Option<String>,
        rate: Option<f64>,
    }
    let raw: Raw = serde_urlencoded::from_str(query)
        .map_err(|_| Refusal::bad_query("the query is not as in /events?symbols=AAPL,IBM&rate=2"))?;
    let symbols: Vec<String> = raw.symbols.as_deref().unwrap_or("*").split(',').map(String::from).collect();
    let mut message = serde_json::json!({ "type": "subscribe", "channel": "quotes", "symbols": symbols });
    if let Some(rate) = raw.rate {
        message["rate"] = rate.into();
    }
    Ok((message.to_string(), symbols))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_named_once_and_the_rest_has_defaults() {
        let query = parse_bars_query("symbols=B,A%26C,B&interval=1m").unwrap();
        assert_eq!(query, BarsQuery { symbols: vec!["B".into(), "A&C".into()], interval: Interval::M1, limit: 300 });
    }

    #[test]
    fn a_query_for_events_stands_for_a_message() {
        for (query, want) in [
            ("", r#"{"channel":"quotes","symbols":["*"],"type":"subscribe"}"#),
            ("symbols=A,%22&rate=2.5", r#"{"channel":"quotes","rate":2.5,"symbols":["A","\""],"type":"subscribe"}"#),
        ] {
            assert_eq!(parse_events_query(query).unwrap().0, want);
        }
        assert_eq!(parse_events_query("rate=fast").unwrap_err().code, "bad_query");
        assert_eq!(parse_quotes_query("symbols=A,B").unwrap(), Some(vec!["A".into(), "B".into()]));
        assert_eq!(parse_quotes_query("").unwrap(), None);
    }

    #[test]
    fn what_is_missing_or_wrong_is_told() {
        for query in ["", "symbols=A", "interval=1m", "symbols=A&interval=2m", "symbols=A&interval=1m&limit=-1"] {
            assert_eq!(parse_bars_query(query).unwrap_err().code, "bad_query", "{query}");
        }
    }
}
