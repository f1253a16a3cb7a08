//! Errors of the feed, of commands, and of uploads.

use std::time::Duration;

use super::{ApiError, ErrorCode, echo};
use crate::control::CommandError;

/// Errors of the feed.
impl ApiError {
    pub fn feed_gone() -> Self {
        Self::new(ErrorCode::FeedGone, "the feed has stopped", "restart the server")
    }

    /// Something panicked.
    pub fn bug() -> Self {
        Self::new(ErrorCode::Bug, "the server has a bug", "please report the message in the log of the server")
    }

    /// The feed plays, and has sent nothing for `silence`.
    pub fn feed_stalled(silence: Duration) -> Self {
        let message = format!("the feed plays, and has sent nothing for {} s", silence.as_secs());
        Self::new(ErrorCode::FeedStalled, message, "see the log, or restart the server; --stall-after sets the time")
    }

    pub fn unknown_feed(id: &str) -> Self {
        let remedy = "GET /api/v1/feeds lists the feeds";
        Self::new(ErrorCode::UnknownFeed, format!("there is no feed {}", echo(id)), remedy)
    }

    /// A file that cannot be played. The problem names file and remedy.
    pub fn not_playable(problem: String) -> Self {
        let remedy = "the feed before it plays on; see what the message proposes, and send the load again";
        Self::new(ErrorCode::NotPlayable, problem, remedy)
    }

    /// A request that the feed, or the server, cannot follow as things are.
    pub fn not_possible(message: &str, remedy: &str) -> Self {
        Self::new(ErrorCode::NotPossible, message, remedy)
    }
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::UnknownSymbol(symbol) => Self::unknown_symbol(&symbol),
            CommandError::NotSeekable => {
                Self::not_possible("this feed cannot seek", "play files: tickcast replay FILE")
            }
            CommandError::NoEnd => Self::not_possible("the end of this recording is not known", "seek by `time`"),
            CommandError::Seeking => Self::not_possible("a seek is under way", "wait for its answer"),
            CommandError::NothingFound { ticks } => {
                let message = format!("the step found nothing in {ticks} ticks, and the feed is paused behind them");
                Self::not_possible(&message, "step again, or raise --max-step-ticks")
            }
            CommandError::NoGaps => Self::not_possible(
                "the simulated market never rests, so it has no gaps",
                "step to an event, bar or move",
            ),
            CommandError::NoScenarios => {
                Self::not_possible("this feed has no scenarios", "play the simulated market: tickcast without a file")
            }
            CommandError::BadScenario(message) => Self::bad_scenario(message),
            CommandError::Loading => {
                Self::not_possible("another feed is being opened", "send the load again when that one is answered")
            }
            CommandError::NotLoadable { reason, remedy } => Self::not_possible(&reason, &remedy),
            CommandError::UnknownFeed(id) => Self::unknown_feed(&id),
            CommandError::BadLoad(reason) => Self::bad_message(
                reason,
                "GET /api/v1/feeds lists the feeds; the settings are the reading flags of `tickcast replay --help`",
            ),
            CommandError::NotPlayable(problem) => Self::not_playable(problem),
            CommandError::Fault(fault) => Self::new(ErrorCode::FeedFault, fault, "see the log of the server"),
        }
    }
}

/// Errors of uploads.
impl ApiError {
    pub fn no_upload(number: u64) -> Self {
        Self::unknown_feed(&format!("upload/{number}"))
    }

    pub fn wrong_offset(expected: u64) -> Self {
        let message = format!("the next piece of this upload begins at {expected}");
        Self::new(ErrorCode::WrongOffset, message, format!("send it with offset={expected}"))
    }

    pub fn too_large(message: String, remedy: &str) -> Self {
        Self::new(ErrorCode::TooLarge, message, remedy)
    }

    pub fn uploads_full(message: String) -> Self {
        let remedy = "remove an upload, or start the server with higher --uploads and --upload-total-bytes";
        Self::new(ErrorCode::UploadsFull, message, remedy)
    }

    pub fn not_written(message: String) -> Self {
        let remedy = "make room on the disk of the server, or give it another folder in TMPDIR";
        Self::new(ErrorCode::NotWritten, message, remedy)
    }
}
