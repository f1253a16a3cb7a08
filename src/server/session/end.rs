//! The ways in which a session ends.

use std::io::ErrorKind;
use std::time::Duration;

use strum::{EnumIter, IntoEnumIterator as _, IntoStaticStr};
use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::server::ops::Metrics;

/// Time to write the last message of a connection.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The way in which a session ended. No variant is an error of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SessionEnd {
    /// The client closed the connection, or vanished.
    Left,
    /// The client broke the WebSocket protocol.
    #[strum(serialize = "protocol_error")]
    BadProtocol,
    /// The client sent a text that is not UTF-8.
    #[strum(serialize = "invalid_utf8")]
    BadText,
    /// The client sent a message above the limit.
    MessageTooLarge,
    /// The client sent messages faster than the limit.
    TooManyMessages,
    /// The client took no byte for the stall timeout.
    TooSlow,
    /// The client needs more memory than is left for sessions.
    NoMemory,
    /// The client did not answer a ping.
    NoPong,
    /// The server stops.
    #[strum(serialize = "server_stopping")]
    Stopped,
}

/// RFC 6455, section 7.4.2: 4000 to 4999 are for private use; the last digits follow HTTP's 408.
const NO_PONG: u16 = 4408;

impl SessionEnd {
    /// The reason in the close frame and in the metrics.
    pub fn reason(self) -> &'static str {
        self.into()
    }

    /// The end of a session whose socket failed with `error`.
    pub fn of(error: &WsError) -> Self {
        match error {
            WsError::Io(error) if error.kind() == ErrorKind::TimedOut => Self::TooSlow,
            WsError::Io(error) if error.kind() == ErrorKind::OutOfMemory => Self::NoMemory,
            // The client sent compressed data that cannot be decompressed.
            WsError::Io(error) if error.kind() == ErrorKind::InvalidData => Self::BadProtocol,
            WsError::Capacity(_) => Self::MessageTooLarge,
            WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Left,
            WsError::Utf8(_) => Self::BadText,
            WsError::Protocol(_) | WsError::AttackAttempt => Self::BadProtocol,
            _ => Self::Left,
        }
    }

    /// The code of the close frame; `None` where the client ends the session.
    pub const fn close_code(self) -> Option<CloseCode> {
        Some(match self {
            Self::Left => return None,
            Self::BadProtocol => CloseCode::Protocol,
            // RFC 6455, section 8.1.
            Self::BadText => CloseCode::Invalid,
            Self::MessageTooLarge => CloseCode::Size,
            Self::TooManyMessages => CloseCode::Policy,
            Self::TooSlow | Self::NoMemory => CloseCode::Again,
            Self::NoPong => CloseCode::Library(NO_PONG),
            Self::Stopped => CloseCode::Away,
        })
    }

    /// Counts a session that ended so.
    pub fn count(self, metrics: &Metrics) {
        metrics.session_ended(self.reason(), self.close_code().map(u16::from));
        if self == Self::TooSlow {
            metrics.ended_by_stall();
        }
    }
}

/// Shows each way to end in the metrics from the start.
pub fn show_ends(metrics: &Metrics) {
    SessionEnd::iter().for_each(|end| metrics.show_session_end(end.reason(), end.close_code().map(u16::from)));
}
