//! A limit on the time that a file takes before it plays. A small packed file may hold more text than anybody can wait
//! for.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::feed::replay::error::OverTime;

/// The decoded text of a file.
pub type Text = Box<dyn Read + Send>;

/// A limit on the time of reading, until it is lifted. Cheap to clone; all clones are one limit.
#[derive(Clone, Debug)]
pub struct TimeLimit(Arc<State>);

#[derive(Debug)]
struct State {
    ends: Instant,
    over: OverTime,
    is_lifted: AtomicBool,
}

/// Text that is read within a limit.
struct LimitedText {
    text: Text,
    limit: TimeLimit,
}

impl TimeLimit {
    /// A limit from now on, which `flag` sets.
    pub fn begin(limit: Duration, flag: &'static str) -> Self {
        let now = Instant::now();
        // A time that the clock cannot hold never comes.
        let ends = now.checked_add(limit).unwrap_or_else(|| now + Duration::from_secs(86_400));
        Self(Arc::new(State { ends, over: OverTime { limit, flag }, is_lifted: AtomicBool::new(false) }))
    }

    /// Lets the file be read for ever, as it plays now.
    pub fn lift(&self) {
        self.0.is_lifted.store(true, Ordering::Relaxed);
    }

    /// Limits the reading of a text.
    pub fn of(&self, text: Text) -> Text {
        Box::new(LimitedText { text, limit: self.clone() })
    }
}

/// Two limits are equal when they are one.
impl PartialEq for TimeLimit {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for TimeLimit {}

impl Read for LimitedText {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let State { ends, over, is_lifted } = &*self.limit.0;
        if !is_lifted.load(Ordering::Relaxed) && Instant::now() >= *ends {
            return Err(io::Error::new(io::ErrorKind::TimedOut, *over));
        }
        self.text.read(into)
    }
}

/// The time that has passed, if that is why a read failed.
pub fn over_time(error: &io::Error) -> Option<OverTime> {
    error.get_ref()?.downcast_ref().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_until_the_time_is_over_or_lifted() {
        let read = |limit: &TimeLimit| limit.of(Box::new(&b"abc"[..])).read(&mut [0; 2]);
        let long = TimeLimit::begin(Duration::from_secs(3_600), "--load-timeout");
        assert_eq!(read(&long).unwrap(), 2);
        let over = TimeLimit::begin(Duration::ZERO, "--load-timeout");
        let error = over_time(&read(&over).unwrap_err()).unwrap().to_string();
        assert!(error.contains("longer than 0s") && error.contains("raise --load-timeout"), "{error}");
        over.lift();
        assert_eq!(read(&over).unwrap(), 2);
    }
}
