//! The compressors and decompressors of all sessions.
//!
//! A message is compressed or decompressed without an `.await`, so that no more of them exist than threads. A session
//! has none of its own: a compressor begins each message from the texts before it, if the client has these.

use bytes::Bytes;
use parking_lot::Mutex;
use zlib_rs::{Deflate, DeflateConfig, DeflateFlush, Inflate, InflateFlush, Status};

/// The end of each compressed message, which is not sent (RFC 7692, section 7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// The base-2 logarithm of the largest window.
const WINDOW_BITS: u8 = 15;
/// The effort, from 1 to 9.
const LEVEL: i32 = 6;
/// The compressors, and the decompressors, that are kept while nobody uses them. A compressor takes some 330 KiB.
const MAX_IDLE: usize = 4;
/// A message that compression does not shorten by one part in this many is sent as it is.
const LEAST_GAIN: usize = 8;
/// Bytes of a decompressed message that are made room for at first, for each byte of a compressed one.
const FIRST_RATIO: usize = 4;
/// Bytes of the shortest room for a decompressed message.
const FIRST_BYTES: usize = 256;

/// The reason for which a message cannot be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InflateFault {
    /// It is not deflated data.
    Invalid,
    /// It is longer than allowed.
    TooLong,
}

/// Compressors and decompressors that are not used at the moment.
#[derive(Default)]
pub struct Codec {
    deflates: Mutex<Vec<Deflate>>,
    inflates: Mutex<Vec<Inflate>>,
}

impl Codec {
    /// Compresses a message that may refer to `history`, the text of the messages before it. Returns `None` if it does
    /// not get shorter by much.
    pub fn deflate(&self, history: &[u8], message: &[u8]) -> Option<Bytes> {
        let taken = self.deflates.lock().pop();
        let mut deflate = taken.unwrap_or_else(|| {
            let window_bits = -i32::from(WINDOW_BITS);
            Deflate::new_with_config(DeflateConfig { level: LEVEL, window_bits, ..DeflateConfig::default() })
        });
        let deflated = deflate_with(&mut deflate, history, message);
        deflate.reset();
        keep(&self.deflates, deflate);
        deflated
    }

    /// Decompresses a message that refers to no other, into at most `max_bytes`.
    ///
    /// # Errors
    /// When it is not deflated data, or longer.
    pub fn inflate(&self, message: &[u8], max_bytes: usize) -> Result<Vec<u8>, InflateFault> {
        let taken = self.inflates.lock().pop();
        let mut inflate = taken.unwrap_or_else(|| Inflate::new(false, WINDOW_BITS));
        let inflated = inflate_with(&mut inflate, message, max_bytes);
        inflate.reset(false);
        keep(&self.inflates, inflate);
        inflated
    }
}

/// Keeps what was lent, unless there are enough.
fn keep<T>(idle: &Mutex<Vec<T>>, returned: T) {
    let mut idle = idle.lock();
    if idle.len() < MAX_IDLE {
        idle.push(returned);
    }
}

fn deflate_with(deflate: &mut Deflate, history: &[u8], message: &[u8]) -> Option<Bytes> {
    if !history.is_empty() {
        deflate.set_dictionary(history).ok()?;
    }
    let room = message.len() - message.len() / LEAST_GAIN + TAIL.len();
    let mut out = vec![0; room];
    deflate.compress(message, &mut out, DeflateFlush::SyncFlush).ok()?;
    let len = usize::try_from(deflate.total_out()).ok()?;
    // Where there is no room left, there may be more.
    let is_whole = deflate.total_in() == message.len() as u64 && len < room;
    let deflated = out[..len].strip_suffix(&TAIL).filter(|_| is_whole)?;
    Some(Bytes::copy_from_slice(deflated))
}

fn inflate_with(inflate: &mut Inflate, message: &[u8], max_bytes: usize) -> Result<Vec<u8>, InflateFault> {
    let first = FIRST_BYTES.max(FIRST_RATIO * message.len()).min(max_bytes + 1);
    let (mut out, mut len) = (vec![0; first], 0);
    for mut input in [message, &TAIL] {
        // Where there is no room left, there may be more.
        while !input.is_empty() || len == out.len() {
            if len > max_bytes {
                return Err(InflateFault::TooLong);
            }
            if len == out.len() {
                out.resize((2 * len).min(max_bytes + 1), 0);
            }
            let (read, wrote) = (inflate.total_in(), inflate.total_out());
            let status = inflate.decompress(input, &mut out[len..], InflateFlush::NoFlush);
            let (read, wrote) = ((inflate.total_in() - read) as usize, (inflate.total_out() - wrote) as usize);
            match status {
                // A last block may be followed by others (RFC 7692, section 7.2.3.4).
                Ok(Status::StreamEnd) => inflate.reset(false),
                Ok(_) if read == 0 && wrote == 0 => break,
                Ok(_) => {}
                Err(_) => return Err(InflateFault::Invalid),
            }
            (input, len) = (&input[read..], len + wrote);
        }
    }
    if len > max_bytes {
        return Err(InflateFault::TooLong);
    }
    out.truncate(len);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
    use proptest::prelude::*;

    use super::*;

    const MAX_BYTES: usize = 64 * 1024;

    /// Compresses as a client does, with another implementation.
    fn client_deflate(message: &[u8]) -> Vec<u8> {
        let mut compress = Compress::new(Compression::default(), false);
        let mut out = Vec::with_capacity(2 * message.len() + 100);
        compress.compress_vec(message, &mut out, FlushCompress::Sync).unwrap();
        out.strip_suffix(&TAIL).expect("a flushed block").to_vec()
    }

    /// A client's decompressor, of another implementation, which keeps its window from message to message.
    struct Client(Decompress);

    impl Client {
        fn inflate(&mut self, message: &[u8]) -> Vec<u8> {
            let mut out = Vec::with_capacity(MAX_BYTES + 1);
            let whole = [message, &TAIL].concat();
            self.0.decompress_vec(&whole, &mut out, FlushDecompress::Sync).unwrap();
            out
        }
    }

    /// A text that is alike in many places, as messages are.
    fn text() -> impl Strategy<Value = String> {
        let parts = prop::sample::select(vec!["\"bid\":", "\"ask\":", "101.5", "{", "},", "AAPL", "\u{20ac}", "7"]);
        proptest::collection::vec(parts, 0..2_000).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn client_reads_what_the_server_compresses(texts in proptest::collection::vec(text(), 1..5)) {
            let (codec, mut client) = (Codec::default(), Client(Decompress::new(false)));
            let mut history = String::new();
            for text in texts {
                if let Some(deflated) = codec.deflate(history.as_bytes(), text.as_bytes()) {
                    prop_assert!(deflated.len() <= text.len());
                    prop_assert_eq!(client.inflate(&deflated), text.as_bytes());
                    history.push_str(&text);
                }
            }
        }

        #[test]
        fn server_reads_what_a_client_compresses(bytes in prop_oneof![
            text().prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..5_000),
        ]) {
            let (codec, deflated) = (Codec::default(), client_deflate(&bytes));
            let len = bytes.len();
            prop_assert_eq!(codec.inflate(&deflated, MAX_BYTES), Ok(bytes.clone()));
            prop_assert_eq!(codec.inflate(&deflated, len), Ok(bytes));
            if let Some(less) = len.checked_sub(1) {
                prop_assert_eq!(codec.inflate(&deflated, less), Err(InflateFault::TooLong));
            }
        }

        #[test]
        fn any_bytes_are_read_within_the_limit(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
            if let Ok(out) = Codec::default().inflate(&bytes, 1_000) {
                prop_assert!(out.len() <= 1_000);
            }
        }
    }

    #[test]
    fn bomb_is_not_unpacked() {
        let bomb = client_deflate(&vec![0; 64 << 20]);
        assert!(bomb.len() < MAX_BYTES + 10);
        let codec = Codec::default();
        assert_eq!(codec.inflate(&bomb, MAX_BYTES), Err(InflateFault::TooLong));
        assert_eq!(codec.inflate(&client_deflate(b"next"), MAX_BYTES), Ok(b"next".to_vec()), "nothing is left of it");
    }

    #[test]
    fn last_block_may_be_followed_by_others() {
        // The examples of RFC 7692, section 7.2.3.
        let codec = Codec::default();
        for message in [
            &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..],
            &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
            &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
        ] {
            assert_eq!(codec.inflate(message, 5), Ok(b"Hello".to_vec()), "{message:x?}");
        }
        let twice = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
        assert_eq!(codec.inflate(&twice, 10), Ok(b"HelloHello".to_vec()));
        assert_eq!(codec.inflate(&[0], 5), Ok(Vec::new()));
    }

    #[test]
    fn data_that_is_not_deflated_is_invalid() {
        for message in [&b"\xff\xff\xff"[..], b"{\"type\":\"clock\"}", &[0x07]] {
            assert_eq!(Codec::default().inflate(message, 100), Err(InflateFault::Invalid), "{message:x?}");
        }
    }

    #[test]
    fn messages_that_get_no_shorter_are_not_compressed() {
        let mut state = 1_u64;
        let mut xorshift = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        let random: Vec<u8> = std::iter::repeat_with(&mut xorshift).take(1_000).collect();
        for message in [&b""[..], b"{}", &random] {
            assert_eq!(Codec::default().deflate(&[], message), None, "{} bytes", message.len());
        }
    }
}
