//! A question: two readings of a file that are equally likely.

use std::fmt;

/// Two readings of a file that are equally likely. A replay plays neither until a flag decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The choice, with the value that shows it.
    pub what: String,
    /// The readings; `--assume 1` takes the first.
    pub readings: [Alternative; 2],
}

/// One of two readings, and the flag that chooses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    pub what: String,
    pub flag: String,
}

/// An answer of people: the first of two readings, or the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    First,
    Second,
}

impl Answer {
    /// Parses the number of a reading.
    ///
    /// # Errors
    /// The values that are allowed instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "1" => Ok(Self::First),
            "2" => Ok(Self::Second),
            _ => Err("1 for the first reading, or 2 for the second".into()),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = &self.readings;
        write!(f, "{}: 1. {} ({}), or 2. {} ({})", self.what, first.what, first.flag, second.what, second.flag)
    }
}
