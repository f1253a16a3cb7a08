//! A message that many sessions share, with its compressed forms, each of which is made when the first session takes it.
//!
//! A client keeps the last compressed messages as text, and the next one may refer to them (RFC 7692, section 7.2.3.2).
//! Sessions of one cache get the same messages one after the other, so they share one compressed form all the same: a
//! message refers to the shared messages before it, and a session takes that form if its client has got all of these.
//! Other sessions take the form that refers to none.

use std::sync::{Arc, OnceLock, Weak};

use bytes::Bytes;

use super::Text;

/// The most messages that a message refers to.
const HISTORY_MESSAGES: usize = 16;
/// The most bytes of their texts, but for one message.
pub const HISTORY_BYTES: usize = 8 * 1024;

/// A message that many sessions share.
#[derive(Debug, Default)]
pub struct SharedText {
    text: Text,
    /// The message before it.
    previous: Option<Weak<Self>>,
    /// The texts before it, the oldest first.
    history: Vec<Text>,
    alone: OnceLock<Option<Bytes>>,
    following: OnceLock<Option<Bytes>>,
}

impl PartialEq for SharedText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for SharedText {}

impl SharedText {
    /// A message after `previous`. It refers to that only if sessions have taken it compressed.
    pub fn new(text: Text, previous: Option<&Arc<Self>>) -> Arc<Self> {
        let mut this = Self { text, ..Self::default() };
        if let Some(previous) = previous.filter(|previous| previous.is_compressed()) {
            this.previous = Some(Arc::downgrade(previous));
            let texts = previous.history.iter().chain([&previous.text]);
            let mut left = HISTORY_BYTES.saturating_sub(previous.text.len());
            let fits = |text: &&Text| {
                left = left.saturating_sub(text.len());
                left > 0
            };
            let older = texts.clone().rev().skip(1).take(HISTORY_MESSAGES - 1).take_while(fits).count();
            this.history = texts.skip(previous.history.len() - older).cloned().collect();
        }
        Arc::new(this)
    }

    pub const fn text(&self) -> &Text {
        &self.text
    }

    /// Returns whether this is the message after `other`.
    pub fn follows(&self, other: &Weak<Self>) -> bool {
        self.previous.as_ref().is_some_and(|previous| previous.ptr_eq(other))
    }

    /// The number of messages that it refers to.
    pub const fn history_len(&self) -> usize {
        self.history.len()
    }

    /// The bytes of the messages that it refers to, and its own.
    pub fn window_len(&self) -> usize {
        self.history.iter().map(|text| text.len()).sum::<usize>() + self.text.len()
    }

    /// The form that refers to no message, or `None` where `compress` found it not worth while. `compress` is called
    /// with the text.
    pub fn alone(&self, compress: impl FnOnce(&[u8]) -> Option<Bytes>) -> Option<Bytes> {
        self.alone.get_or_init(|| compress(self.text.as_bytes())).clone()
    }

    /// The form that refers to the messages before it; as [`alone`](Self::alone), but that `compress` is called with
    /// their texts first.
    pub fn following(&self, compress: impl FnOnce(&[u8], &[u8]) -> Option<Bytes>) -> Option<Bytes> {
        let history = || self.history.iter().map(|text| text.as_bytes()).collect::<Vec<_>>().concat();
        self.following.get_or_init(|| compress(&history(), self.text.as_bytes())).clone()
    }

    fn is_compressed(&self) -> bool {
        [&self.alone, &self.following].into_iter().any(|form| form.get().is_some_and(Option::is_some))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message whose compressed form some session has taken.
    fn taken(text: &str, previous: Option<&Arc<SharedText>>) -> Arc<SharedText> {
        let shared = SharedText::new(text.to_owned().into(), previous);
        shared.alone(|text| Some(Bytes::copy_from_slice(text)));
        shared
    }

    fn history(shared: &SharedText) -> String {
        let mut whole = Vec::new();
        shared.following(|history, text| {
            whole = history.to_vec();
            Some(Bytes::copy_from_slice(text))
        });
        String::from_utf8(whole).unwrap()
    }

    #[test]
    fn each_form_is_made_once() {
        let first = taken("first", None);
        let again = first.alone(|_| panic!("it is made already"));
        assert_eq!(again.as_deref(), Some(&b"first"[..]));
        let second = SharedText::new("second".into(), Some(&first));
        assert_eq!((history(&second).as_str(), second.window_len()), ("first", "firstsecond".len()));
        assert!(second.following(|_, _| panic!("it is made already")).is_some());
        assert!(second.follows(&Arc::downgrade(&first)) && !first.follows(&Arc::downgrade(&second)));
    }

    #[test]
    fn history_begins_when_a_compressed_form_is_taken() {
        let first = SharedText::new("first".into(), None);
        let second = SharedText::new("second".into(), Some(&first));
        assert!(!second.follows(&Arc::downgrade(&first)), "nobody compresses");
        first.alone(|_| None);
        let third = SharedText::new("third".into(), Some(&first));
        assert!(!third.follows(&Arc::downgrade(&first)), "it was sent as it is");
        assert_eq!((second.history_len(), third.history_len()), (0, 0));
    }

    #[test]
    fn history_is_limited_in_messages_and_bytes() {
        let mut last = taken("0", None);
        for n in 1..40 {
            last = taken(&n.to_string(), Some(&last));
            assert_eq!(last.history_len(), HISTORY_MESSAGES.min(n));
        }
        assert_eq!(history(&last), (23..39).map(|n| n.to_string()).collect::<String>());
        let long = taken(&"x".repeat(HISTORY_BYTES), Some(&last));
        let next = taken(&"y".repeat(HISTORY_BYTES / 2), Some(&long));
        assert_eq!(history(&next), long.text().as_str(), "the last one in any case");
        let after = taken("z", Some(&next));
        assert_eq!((after.history_len(), history(&after).len()), (1, HISTORY_BYTES / 2));
        assert_eq!(history(&taken("!", Some(&after))).len(), HISTORY_BYTES / 2 + 1);
    }
}
