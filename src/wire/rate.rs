//! The rate of a subscription: a number of updates per second, or each tick.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::ApiError;
use super::json::serialize_f64;

/// The highest rate that a client may request: a higher one is a mistake.
const MAX_RATE: f64 = 1_000_000.0;
/// The name of [`Rate::Every`] on the wire.
const EVERY: &str = "every";

/// The rate of a subscription.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// Updates per second, finite and not negative; 0 for none.
    PerSecond(f64),
    /// Each tick by itself.
    Every,
}

impl Rate {
    /// Reads the member `rate`.
    ///
    /// # Errors
    /// If it is neither a number in range nor `"every"`.
    pub fn from_json(value: &Value) -> Result<Self, ApiError> {
        match (value.as_f64(), value.as_str()) {
            (Some(rate), _) => Self::per_second(rate),
            (None, Some(EVERY)) => Ok(Self::Every),
            _ => Err(bad_rate("`rate` is neither a number nor \"every\"")),
        }
    }

    /// Reads the member `rate` of a query.
    ///
    /// # Errors
    /// If it is neither a number in range nor `every`.
    pub fn from_query(text: &str) -> Result<Self, ApiError> {
        match text.parse() {
            Ok(rate) => Self::per_second(rate),
            Err(_) if text == EVERY => Ok(Self::Every),
            Err(_) => Err(bad_rate("`rate` is neither a number nor every")),
        }
    }

    fn per_second(rate: f64) -> Result<Self, ApiError> {
        if (0.0..=MAX_RATE).contains(&rate) {
            Ok(Self::PerSecond(rate))
        } else {
            Err(bad_rate("`rate` is out of range"))
        }
    }
}

fn bad_rate(message: &str) -> ApiError {
    ApiError::bad_message(message, "send updates per second from 0 (none) up, or \"every\" for each tick by itself")
}

impl From<f64> for Rate {
    fn from(rate: f64) -> Self {
        Self::PerSecond(rate)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::PerSecond(rate) => serialize_f64(rate, serializer),
            Self::Every => serializer.serialize_str(EVERY),
        }
    }
}
