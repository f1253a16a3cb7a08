//! The request for another feed.

use super::status::Speed;

/// A request to play other feeds instead of the present one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadRequest {
    /// The ids of the feeds, such as `simulation` or `library/trades.csv`. Several files play on one clock.
    pub feeds: Vec<String>,
    /// Answers about the form of the files: the names of flags, with hyphens, and their values.
    pub settings: Vec<(String, String)>,
    /// The speed; `None` takes the one that the source proposes.
    pub speed: Option<Speed>,
    /// Waits before the first tick.
    pub paused: bool,
}
