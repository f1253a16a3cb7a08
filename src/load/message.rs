//! The facts about a message that every client counts.

/// The kinds of messages that the load generator tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    Update,
    Snapshot,
    Error,
    Other,
}

/// A message as it was scanned, at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScannedMessage {
    pub kind: MessageKind,
    /// The server's clock when it sent the message, in microseconds since 1970.
    pub ts_sent: Option<i64>,
    /// Quotes in an update or snapshot.
    pub entries: u64,
    pub bytes: u64,
}
