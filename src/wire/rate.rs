//! How often a client wants to hear: a number of updates a second, or each tick.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::errors::ApiError;
use super::number::serialize_f64;

/// Rates above this are as good as a typing error.
const MAX_RATE: f64 = 1_000_000.0;
const EVERY: &str = "every";

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// Updates per second, finite and not negative; 0 is to hear nothing.
    PerSecond(f64),
    /// Each tick by itself.
    Every,
}

impl Rate {
    /// Reads the member `rate`.
    ///
    /// # Errors
    /// When it is no number from 0 up, or beyond reason.
    pub fn from_json(value: &Value) -> Result<Self, ApiError> {
        match (value.as_f64(), value.as_str()) {
            (Some(rate), _) => Self::per_second(rate),
            (None, Some(EVERY)) => Ok(Self::Every),
            _ => Err(refusal("`rate` is neither a number nor \"every\"")),
        }
    }

    /// Reads the part of a query.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn from_query(text: &str) -> Result<Self, ApiError> {
        match text.parse() {
            Ok(rate) => Self::per_second(rate),
            Err(_) if text == EVERY => Ok(Self::Every),
            Err(_) => Err(refusal("`rate` is neither a number nor every")),
        }
    }

    fn per_second(rate: f64) -> Result<Self, ApiError> {
        if (0.0..=MAX_RATE).contains(&rate) {
            Ok(Self::PerSecond(rate))
        } else {
            Err(refusal("`rate` is out of range"))
        }
    }
}

fn refusal(message: &str) -> ApiError {
    ApiError::bad_message(message, "say updates per second from 0 (none) up, or \"every\" for each tick by itself")
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
