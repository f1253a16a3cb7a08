//! The compression of one session's messages.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use clap::ValueEnum;
use tokio_tungstenite::tungstenite::Message as WsMessage;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

use super::codec::Codec;
use super::negotiation::DeflateParams;
use crate::wire::{EncodedMessage, SharedText};

/// A shorter message of a session alone is not compressed.
const LEAST_BYTES: usize = 128;
/// The most bytes that a session keeps of the last message of its own, for the next one to refer to.
pub const OWN_HISTORY_BYTES: usize = 2 * 1024;

/// The messages that are compressed for WebSocket clients that offer `permessage-deflate`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Compression {
    /// No messages
    Nothing,
    /// Messages in JSON that many sessions share, once for all of them
    #[default]
    Shared,
    /// All long messages in JSON
    All,
}

/// The message for the socket, compressed if the client has negotiated it and the message is worth it.
pub fn outgoing(compressor: Option<&mut Compressor>, message: &EncodedMessage) -> WsMessage {
    let compressed = compressor.and_then(|compressor| compressor.compress(message));
    compressed.unwrap_or_else(|| match message {
        EncodedMessage::Text(text) => WsMessage::Text(text.clone()),
        EncodedMessage::Shared(shared) => WsMessage::Text(shared.text().clone()),
        EncodedMessage::Binary(bytes) => WsMessage::Binary(bytes.clone()),
    })
}

/// A frame with a compressed text.
fn into_frame(compressed: Bytes) -> WsMessage {
    let header = FrameHeader { rsv1: true, opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
    WsMessage::Frame(Frame::from_payload(header, compressed))
}

/// The compression of a session whose client has negotiated it.
pub struct Compressor {
    codec: Arc<Codec>,
    params: DeflateParams,
    compression: Compression,
    /// The last message that was compressed, if it was a shared one.
    last: Option<Weak<SharedText>>,
    /// Shared messages in a row, each of which follows the one before, up to the last one.
    run: usize,
    /// The end of the last message that was compressed, if it was not a shared one.
    own: Vec<u8>,
}

impl Compressor {
    pub const fn new(codec: Arc<Codec>, params: DeflateParams, compression: Compression) -> Self {
        Self { codec, params, compression, last: None, run: 0, own: Vec::new() }
    }

    /// Compresses the next message of the session; `None` if it is sent as it is.
    fn compress(&mut self, message: &EncodedMessage) -> Option<WsMessage> {
        match message {
            EncodedMessage::Shared(shared) => self.compress_shared(shared).map(into_frame),
            EncodedMessage::Text(text) => self.compress_text(text),
            EncodedMessage::Binary(_) => None,
        }
    }

    /// Compresses a text of this session alone; `None` if it is sent as it is.
    pub fn compress_text(&mut self, text: &str) -> Option<WsMessage> {
        let is_wanted = self.compression == Compression::All;
        is_wanted.then(|| self.compress_own(text.as_bytes())).flatten().map(into_frame)
    }

    fn compress_shared(&mut self, shared: &Arc<SharedText>) -> Option<Bytes> {
        let window = self.params.window();
        let follows = !self.params.is_alone && self.last.as_ref().is_some_and(|last| shared.follows(last));
        let run = if follows { self.run } else { 0 };
        // The largest window never holds a longer distance. Others must hold all that may be referred to.
        let fits = |bytes| self.params.window_bits.is_none() || bytes <= window;
        let compressed = if run > 0 && run >= shared.history_len() && fits(shared.window_len()) {
            shared.following(|history, text| self.codec.deflate(history, text))?
        } else if fits(shared.text().len()) {
            shared.alone(|text| self.codec.deflate(&[], text))?
        } else {
            return None;
        };
        (self.last, self.run, self.own) = (Some(Arc::downgrade(shared)), run + 1, Vec::new());
        Some(compressed)
    }

    fn compress_own(&mut self, text: &[u8]) -> Option<Bytes> {
        let window = self.params.window();
        let fits = self.params.window_bits.is_none() || self.own.len() + text.len() <= window;
        if text.len() < LEAST_BYTES || !fits {
            return None;
        }
        let compressed = self.codec.deflate(&self.own, text)?;
        (self.last, self.run) = (None, 0);
        if !self.params.is_alone {
            self.own.clear();
            self.own.extend_from_slice(&text[text.len().saturating_sub(OWN_HISTORY_BYTES)..]);
        }
        Some(compressed)
    }
}
