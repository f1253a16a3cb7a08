//! Counts the entries of a message without parsing it.
//!
//! Pure. A message may come in pieces of any size. The scanner keeps the first bytes of a message, which have its type
//! and times, and the last few bytes of each piece, where a needle may begin: a few hundred bytes for each connection.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::binary;
use super::message::{MessageKind, ScannedMessage};

/// The member that each entry of an update or snapshot has once. In a JSON string its quotes would be escaped.
const ENTRY: &[u8] = b"\"first_seq\":";
/// The first bytes of a message, which hold its type and time.
const HEAD: usize = 160;
/// The bytes kept of a piece: one less than the needle has, so they never hold a whole needle.
const TAIL: usize = ENTRY.len() - 1;

static ENTRIES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(ENTRY));

/// Scans the messages of one connection, piece by piece.
#[derive(Debug)]
pub struct Scanner {
    head: [u8; HEAD],
    head_len: u8,
    tail: [u8; TAIL],
    tail_len: u8,
    entries: u64,
    bytes: u64,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { head: [0; HEAD], head_len: 0, tail: [0; TAIL], tail_len: 0, entries: 0, bytes: 0 }
    }
}

impl Scanner {
    /// Takes the next piece of a message; returns the message with its last piece.
    pub fn push(&mut self, piece: &[u8], last: bool) -> Option<ScannedMessage> {
        if self.bytes == 0 {
            self.head_len = 0;
        }
        let (at, room) = (usize::from(self.head_len), HEAD - usize::from(self.head_len));
        let taken = room.min(piece.len());
        self.head[at..at + taken].copy_from_slice(&piece[..taken]);
        self.head_len += taken as u8;
        self.bytes += piece.len() as u64;
        // A binary message begins with its kind, which is never a brace.
        if self.head().first() == Some(&b'{') {
            self.count(piece, last);
        }
        if !last {
            return None;
        }
        let bytes = self.bytes;
        let message = match binary::head(self.head()) {
            Some(head) => ScannedMessage { kind: head.kind, ts_sent: Some(head.ts_sent), entries: head.entries, bytes },
            None => ScannedMessage {
                kind: kind(self.head()),
                ts_sent: number_after(self.head(), b"\"ts_sent\":"),
                entries: self.entries,
                bytes,
            },
        };
        (self.tail_len, self.entries, self.bytes) = (0, 0, 0);
        Some(message)
    }

    /// Returns the first bytes of the current message, or of the last one.
    pub fn head(&self) -> &[u8] {
        &self.head[..usize::from(self.head_len)]
    }

    fn count(&mut self, piece: &[u8], last: bool) {
        let kept = usize::from(self.tail_len);
        if kept > 0 {
            // Only a needle that crosses the cut fits here: either side is shorter than it.
            let mut seam = [0; 2 * TAIL];
            let ahead = piece.len().min(TAIL);
            seam[..kept].copy_from_slice(&self.tail[..kept]);
            seam[kept..kept + ahead].copy_from_slice(&piece[..ahead]);
            let seam_len = kept + ahead;
            self.entries += ENTRIES.find_iter(&seam[..seam_len]).count() as u64;
            if piece.len() < TAIL && !last {
                self.keep(&seam[seam_len.saturating_sub(TAIL)..seam_len]);
                return;
            }
        }
        self.entries += ENTRIES.find_iter(piece).count() as u64;
        if !last {
            self.keep(&piece[piece.len().saturating_sub(TAIL)..]);
        }
    }

    fn keep(&mut self, end: &[u8]) {
        self.tail[..end.len()].copy_from_slice(end);
        self.tail_len = end.len() as u8;
    }
}

fn kind(head: &[u8]) -> MessageKind {
    let needle = b"\"type\":\"";
    let Some(at) = memmem::find(head, needle) else { return MessageKind::Other };
    let label = &head[at + needle.len()..];
    match label.iter().position(|byte| *byte == b'"').map(|end| &label[..end]) {
        Some(b"update") => MessageKind::Update,
        Some(b"snapshot") => MessageKind::Snapshot,
        Some(b"error") => MessageKind::Error,
        _ => MessageKind::Other,
    }
}

fn number_after(head: &[u8], needle: &[u8]) -> Option<i64> {
    let rest = &head[memmem::find(head, needle)? + needle.len()..];
    let digits = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fixture(name: &str) -> Vec<u8> {
        let path = format!("{}/tests/fixtures/wire/{name}.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap().trim_end().as_bytes().to_vec()
    }

    fn scan(pieces: &[&[u8]]) -> ScannedMessage {
        let mut scanner = Scanner::default();
        // An earlier message must leave nothing behind.
        scanner.push(b"{\"type\":\"snapshot\",\"first_seq\":1,\"first_se", false);
        scanner.push(b"", true);
        let (last, before) = pieces.split_last().unwrap();
        assert!(before.iter().all(|piece| scanner.push(piece, false).is_none()));
        scanner.push(last, true).unwrap()
    }

    #[test]
    fn scanner_counts_each_json_message() {
        for (name, kind, entries) in [
            ("update", MessageKind::Update, 2),
            ("snapshot", MessageKind::Snapshot, 2),
            ("error", MessageKind::Error, 0),
            ("heartbeat", MessageKind::Other, 0),
            ("hello", MessageKind::Other, 0),
            ("bars_update", MessageKind::Other, 0),
        ] {
            let text = fixture(name);
            let message = scan(&[&text]);
            assert_eq!((message.kind, message.entries, message.bytes), (kind, entries, text.len() as u64), "{name}");
            assert_eq!(message.ts_sent.is_some(), name != "error", "{name}");
        }
        assert_eq!(scan(&[&fixture("update")]).ts_sent, Some(1_795_341_600_200_100));
    }

    #[test]
    fn scanner_counts_binary_messages() {
        for (name, kind, entries) in [
            ("update", MessageKind::Update, 2),
            ("snapshot", MessageKind::Snapshot, 2),
            ("heartbeat", MessageKind::Other, 0),
            ("bars_update", MessageKind::Other, 0),
        ] {
            let frame = crate::load::binary::tests::fixture(name);
            let bytes: Vec<&[u8]> = frame.chunks(1).collect();
            for pieces in [&[&frame[..]][..], &bytes] {
                let message = scan(pieces);
                assert_eq!(
                    (message.kind, message.entries, message.bytes),
                    (kind, entries, frame.len() as u64),
                    "{name}"
                );
                assert!(message.ts_sent.is_some_and(|ts| ts / 10_000_000 == 179_534_160), "{name}");
            }
        }
    }

    #[test]
    fn scanner_reads_single_bytes() {
        let text = fixture("update");
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(scan(&bytes), scan(&[&text]));
    }

    #[test]
    fn symbol_like_a_member_is_not_counted() {
        let text = br#"{"type":"update","ts_sent":5,"quotes":[{"symbol":"\"first_seq\":","first_seq":1,"seq":1}]}"#;
        assert_eq!(scan(&[text]).entries, 1);
    }

    proptest! {
        #[test]
        fn pieces_change_no_count(
            cuts in prop::collection::vec(0usize..60, 0..40),
            name in prop::sample::select(vec!["update", "snapshot"]),
        ) {
            let text = fixture(name);
            let mut pieces: Vec<&[u8]> = Vec::new();
            let mut rest = text.as_slice();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            prop_assert_eq!(scan(&pieces), scan(&[&text]));
        }
    }
}
