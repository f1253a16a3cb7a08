//! Probes among a session's messages, and their answers. When they are due is for the window to say (`read_window.rs`).

use futures_util::{Sink, SinkExt, Stream};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Error as WsError, Message as WsMessage};

use super::session::{Flow, Session};
use crate::wire::{AcknowledgeSet, EncodedMessage, JsonMessage, Probe, Text};

impl<S> Session<'_, S>
where
    S: Stream<Item = Result<WsMessage, WsError>> + Sink<WsMessage, Error = WsError> + Unpin,
{
    /// Takes a pong that answers a probe. Returns whether the message was one.
    pub(super) fn is_pong(&mut self, message: &Option<Result<WsMessage, WsError>>) -> bool {
        self.liveness.on_received();
        let Some(Ok(WsMessage::Pong(payload))) = message else { return false };
        let Some(number) = number_of(payload) else { return false };
        let round_trip = self.window.on_answer(number, Instant::now());
        round_trip.inspect(|round_trip| self.metrics.read(*round_trip)).is_some()
    }

    /// Takes the acknowledgement of all messages up to `number`. The server asked for it, so it costs the client nothing.
    pub(super) fn on_ack(&mut self, number: u32) -> Flow {
        let (is_new, round_trip) = self.window.on_ack(number, Instant::now());
        if let Some(round_trip) = round_trip {
            self.metrics.read(round_trip);
        }
        if is_new {
            self.rate_limiter.give_back();
        }
        Flow::Continue(())
    }

    /// Sends a probe if one is due.
    pub(super) async fn probe(&mut self, now: Instant) -> Result<(), WsError> {
        if self.outbox.acknowledges() {
            return self.ask_for_ack(now).await;
        }
        if !self.window.is_probe_due(now) || !self.reads() {
            return Ok(());
        }
        let number = self.window.probe(now);
        self.socket.feed(WsMessage::Ping(number.to_string().into())).await
    }

    /// Asks a program that acknowledges for more acknowledgements, for fewer, or for one now.
    async fn ask_for_ack(&mut self, now: Instant) -> Result<(), WsError> {
        if !self.reads() {
            return Ok(());
        }
        if let Some(every) = self.window.change_acknowledged() {
            let text = AcknowledgeSet::change(every).to_text();
            self.window.on_sent(text.len(), false, now);
            self.send(text).await?;
        }
        if self.window.is_probe_due(now) {
            let text = Probe { number: self.window.next_number() }.to_text();
            self.window.on_probe_sent(text.len(), now);
            self.send(text).await?;
        }
        Ok(())
    }

    async fn send(&mut self, text: Text) -> Result<(), WsError> {
        let message = self.encode(&EncodedMessage::Text(text));
        self.socket.feed(message).await
    }
}

/// The number in the answer to a probe.
fn number_of(payload: &[u8]) -> Option<u32> {
    std::str::from_utf8(payload).ok()?.parse().ok()
}
