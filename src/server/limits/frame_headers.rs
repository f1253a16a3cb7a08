//! The headers of a client's frames, read byte by byte.

/// The most bytes in a header: two, eight of a long length, and four of the mask (RFC 6455, section 5.2).
const MAX_HEADER: usize = 14;
const MASKED: u8 = 0x80;

/// Follows the headers of frames.
#[derive(Debug, Default)]
pub struct FrameHeaders {
    header: [u8; MAX_HEADER],
    header_len: usize,
    /// Bytes of the present frame that are still to come.
    payload_left: u64,
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// The flags and the opcode.
    pub first: u8,
    /// The length of the payload.
    pub payload: u64,
}

impl FrameHeaders {
    /// Returns whether the next byte is the first one of a frame.
    pub const fn is_at_frame(&self) -> bool {
        self.payload_left == 0 && self.header_len == 0
    }

    /// Reads up to the end of a header or payload. Returns the number of bytes that were read, and the header if it is
    /// whole now.
    pub fn read(&mut self, bytes: &[u8]) -> (usize, Option<FrameHeader>) {
        if self.payload_left > 0 {
            let len = bytes.len().min(usize::try_from(self.payload_left).unwrap_or(usize::MAX));
            self.payload_left -= len as u64;
            return (len, None);
        }
        for (at, byte) in bytes.iter().enumerate() {
            self.header[self.header_len] = *byte;
            self.header_len += 1;
            if let Some(payload) = self.payload() {
                (self.header_len, self.payload_left) = (0, payload);
                return (at + 1, Some(FrameHeader { first: self.header[0], payload }));
            }
        }
        (bytes.len(), None)
    }

    /// The length of the payload, when the header is whole.
    fn payload(&self) -> Option<u64> {
        let second = *self.header[..self.header_len].get(1)?;
        let length_bytes = match second & !MASKED {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask_bytes = if second & MASKED == 0 { 0 } else { 4 };
        if self.header_len < 2 + length_bytes + mask_bytes {
            return None;
        }
        let long = self.header[2..2 + length_bytes].iter().fold(0, |length, byte| (length << 8) | u64::from(*byte));
        Some(if length_bytes == 0 { u64::from(second & !MASKED) } else { long })
    }
}
