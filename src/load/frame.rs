//! Reads and writes WebSocket frames as a client (RFC 6455, section 5).
//!
//! Pure. A frame may come in pieces of any size; the payload of a message is passed on as it comes and never collected.
//!
//! Not here: the content of messages. Text is not checked to be UTF-8.

/// The longest payload of a control frame (RFC 6455, section 5.5).
const MAX_CONTROL: u64 = 125;

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;

/// The opcodes of the frames that a client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    Text = 1,
    Close = 8,
    Pong = 10,
}

/// An event in the bytes from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameEvent<'a> {
    /// The next piece of a message, perhaps empty; `last` ends the message.
    Data {
        bytes: &'a [u8],
        last: bool,
    },
    Ping(Vec<u8>),
    Pong,
    /// The close code; 1005 if the frame has none (RFC 6455, section 7.1.5).
    Close(u16),
}

/// A violation of the WebSocket protocol by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("a frame with reserved bits, but no extension was negotiated")]
    Reserved,
    #[error("a masked frame from the server")]
    Masked,
    #[error("a frame with the unknown opcode {0}")]
    Opcode(u8),
    #[error("a fragmented control frame, or one longer than 125 bytes")]
    Control,
    #[error("a message inside another message, or a continuation of none")]
    Order,
}

/// Reads frames from pieces of bytes.
#[derive(Debug, Default)]
pub struct FrameReader {
    header: [u8; 10],
    have: u8,
    /// Payload bytes of the frame that are still to come; the header is complete while `in_payload`.
    left: u64,
    in_payload: bool,
    in_message: bool,
    control: Vec<u8>,
}

impl FrameReader {
    /// Takes the next event off the front of `input`; `None` if more bytes are needed.
    ///
    /// # Errors
    /// Returns an error if the server violated the protocol; the connection cannot be used any more.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<FrameEvent<'a>>, FrameError> {
        while !self.in_payload {
            let Some((byte, rest)) = input.split_first() else { return Ok(None) };
            self.header[usize::from(self.have)] = *byte;
            self.have += 1;
            *input = rest;
            self.begin_payload()?;
        }
        let count = usize::try_from(self.left).unwrap_or(usize::MAX).min(input.len());
        if count == 0 && self.left > 0 {
            return Ok(None);
        }
        let (bytes, rest) = input.split_at(count);
        *input = rest;
        self.left -= count as u64;
        let (fin, opcode) = (self.header[0] & FIN != 0, self.header[0] & 0x0f);
        let ended = self.left == 0;
        if ended {
            self.in_payload = false;
            self.have = 0;
        }
        if opcode < 8 {
            let last = ended && fin;
            self.in_message = !last;
            return Ok(Some(FrameEvent::Data { bytes, last }));
        }
        self.control.extend_from_slice(bytes);
        Ok(if ended { Some(self.control_event(opcode)) } else { None })
    }

    /// Begins the payload if the header is complete.
    fn begin_payload(&mut self) -> Result<(), FrameError> {
        let header = &self.header[..usize::from(self.have)];
        let [first, second, extended @ ..] = header else { return Ok(()) };
        let opcode = first & 0x0f;
        let left = match (second & !MASKED, extended.len()) {
            (126, 2) | (127, 8) => extended.iter().fold(0, |length, byte| length << 8 | u64::from(*byte)),
            (126 | 127, _) => return Ok(()),
            (short, _) => u64::from(short),
        };
        if first & RESERVED != 0 {
            return Err(FrameError::Reserved);
        }
        if second & MASKED != 0 {
            return Err(FrameError::Masked);
        }
        match opcode {
            0 if !self.in_message => return Err(FrameError::Order),
            1 | 2 if self.in_message => return Err(FrameError::Order),
            0..=2 => {}
            8..=10 if first & FIN == 0 || left > MAX_CONTROL => return Err(FrameError::Control),
            8..=10 => {}
            _ => return Err(FrameError::Opcode(opcode)),
        }
        self.left = left;
        self.in_payload = true;
        Ok(())
    }

    fn control_event<'a>(&mut self, opcode: u8) -> FrameEvent<'a> {
        let payload = std::mem::take(&mut self.control);
        match (opcode, payload.as_slice()) {
            (9, _) => FrameEvent::Ping(payload),
            (8, [high, low, ..]) => FrameEvent::Close(u16::from_be_bytes([*high, *low])),
            (8, _) => FrameEvent::Close(1005),
            _ => FrameEvent::Pong,
        }
    }
}

/// Appends one whole frame, masked as the protocol demands of a client.
pub fn push_frame(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8], mask: [u8; 4]) {
    out.push(FIN | opcode as u8);
    match payload.len() {
        short @ 0..=125 => out.push(MASKED | short as u8),
        medium @ 126..=0xffff => {
            out.push(MASKED | 126);
            out.extend_from_slice(&(medium as u16).to_be_bytes());
        }
        long => {
            out.push(MASKED | 127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&mask);
    out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns a frame as a server sends it.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        push_frame(&mut out, Opcode::Text, payload, [0; 4]);
        let head = out.len() - payload.len() - 4;
        out.drain(head..head + 4);
        out[0] = first;
        out[1] &= !MASKED;
        out
    }

    /// Returns the messages, and the other events as text.
    fn read(pieces: &[&[u8]]) -> Result<(Vec<Vec<u8>>, Vec<String>), FrameError> {
        let (mut frames, mut messages, mut others, mut open) =
            (FrameReader::default(), Vec::new(), Vec::new(), Vec::new());
        for mut piece in pieces.iter().copied() {
            while let Some(event) = frames.next(&mut piece)? {
                match event {
                    FrameEvent::Data { bytes, last } => {
                        open.extend_from_slice(bytes);
                        if last {
                            messages.push(std::mem::take(&mut open));
                        }
                    }
                    other => others.push(format!("{other:?}")),
                }
            }
            assert!(piece.is_empty(), "all bytes are read");
        }
        Ok((messages, others))
    }

    #[test]
    fn reader_returns_each_kind_of_frame() {
        let long = vec![b'x'; 70_000];
        for (bytes, messages, others) in [
            (frame(0x81, b"hi"), vec![b"hi".to_vec()], vec![]),
            (frame(0x81, b""), vec![vec![]], vec![]),
            (frame(0x82, &long[..126]), vec![long[..126].to_vec()], vec![]),
            (frame(0x81, &long), vec![long.clone()], vec![]),
            (frame(0x89, b"a"), vec![], vec!["Ping([97])"]),
            (frame(0x89, b""), vec![], vec!["Ping([])"]),
            (frame(0x8a, b"a"), vec![], vec!["Pong"]),
            (frame(0x88, b"\x03\xf5too_slow"), vec![], vec!["Close(1013)"]),
            (frame(0x88, b""), vec![], vec!["Close(1005)"]),
            (
                [frame(0x01, b"a"), frame(0x89, b""), frame(0x00, b""), frame(0x80, b"b")].concat(),
                vec![b"ab".to_vec()],
                vec!["Ping([])"],
            ),
        ] {
            let read = read(&[&bytes]).unwrap();
            assert_eq!(read, (messages, others.into_iter().map(String::from).collect()));
        }
    }

    #[test]
    fn protocol_violations_are_errors() {
        for (bytes, want) in [
            (frame(0xc1, b""), FrameError::Reserved),
            (frame(0x83, b""), FrameError::Opcode(3)),
            (frame(0x8b, b""), FrameError::Opcode(11)),
            (frame(0x80, b""), FrameError::Order),
            ([frame(0x01, b"a"), frame(0x81, b"b")].concat(), FrameError::Order),
            (frame(0x09, b""), FrameError::Control),
            (frame(0x89, &[0; 126]), FrameError::Control),
            (vec![0x81, 0x80], FrameError::Masked),
        ] {
            assert_eq!(read(&[&bytes]).unwrap_err(), want, "{bytes:?}");
        }
    }

    #[test]
    fn sent_frames_are_masked() {
        let mut out = Vec::new();
        push_frame(&mut out, Opcode::Text, b"Hello", [0x37, 0xfa, 0x21, 0x3d]);
        // The example of RFC 6455, section 5.7.
        assert_eq!(out, [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
    }

    proptest! {
        #[test]
        fn pieces_change_no_event(
            payloads in prop::collection::vec((0usize..300, any::<bool>()), 1..8),
            cuts in prop::collection::vec(1usize..90, 1..60),
        ) {
            let mut bytes = Vec::new();
            for (length, ping) in &payloads {
                bytes.extend(if *ping { frame(0x89, &vec![7; length % 125]) } else { frame(0x81, &vec![9; *length]) });
            }
            let mut pieces: Vec<&[u8]> = Vec::new();
            let mut rest = bytes.as_slice();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            pieces.push(rest);
            prop_assert_eq!(read(&pieces), read(&[&bytes]));
        }

        #[test]
        fn reader_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&[&bytes]);
        }
    }
}
