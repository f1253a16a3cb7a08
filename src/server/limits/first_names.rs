//! The names that were seen before, so that only the first request of each is reported loudly.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;

/// Names that are remembered. Clients choose them, so their number is limited; no further name counts as new.
const MAX_NAMES: usize = 64;

/// Remembers names. Cheap to clone; all clones share them.
#[derive(Clone, Debug, Default)]
pub struct FirstNames {
    seen: Arc<Mutex<HashSet<String>>>,
}

impl FirstNames {
    /// Remembers `name`, and returns whether it is new.
    pub fn is_first(&self, name: &str) -> bool {
        let mut seen = self.seen.lock();
        seen.len() < MAX_NAMES && !seen.contains(name) && seen.insert(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_first_once_and_within_the_limit() {
        let names = FirstNames::default();
        assert!(names.is_first("a") && names.clone().is_first("b"));
        assert!(!names.is_first("a"));
        let new = (0..1_000).filter(|number| names.is_first(&number.to_string())).count();
        assert_eq!(new, MAX_NAMES - 2);
    }
}
