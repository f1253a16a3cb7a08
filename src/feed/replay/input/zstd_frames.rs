//! The text of a zstd file, frame by frame.
//!
//! The last frame is incomplete where a recording was killed while it wrote, or is still being written. This is not the
//! same as a file without one whole frame ([`is_torn`]).
//!
//! A frame says how much of its text a reader must keep: its window. A small file can ask for gigabytes, so a window
//! above [`MAX_WINDOW_BYTES`] is refused.

use std::error::Error;
use std::fmt;
use std::io::{self, BufRead, Read};

use zstd::stream::read::Decoder;

/// The logarithm of the largest window, as the zstd tool has it without `--long` above 27.
const MAX_WINDOW_LOG: u32 = 27;
/// The largest window of a frame: the most memory that one reader takes for it.
pub const MAX_WINDOW_BYTES: u64 = 1 << MAX_WINDOW_LOG;

/// A reader of zstd frames.
pub struct ZstdFrames<R: BufRead> {
    /// `None` after the last frame.
    decoder: Option<Decoder<'static, R>>,
    /// The number of frames read to their end.
    whole: u64,
}

impl<R: BufRead> ZstdFrames<R> {
    /// Begins with the first frame.
    ///
    /// # Errors
    /// When the first frame has too large a window, or there is no memory for the decoder.
    pub fn new(packed: R) -> io::Result<Self> {
        Ok(Self { decoder: Some(decode(packed)?), whole: 0 })
    }

    /// Moves from a frame that has ended to the next one.
    fn next_frame(&mut self) -> io::Result<()> {
        if let Some(done) = self.decoder.take() {
            let mut packed = done.finish();
            self.whole += 1;
            if !packed.fill_buf()?.is_empty() {
                self.decoder = Some(decode(packed)?);
            }
        }
        Ok(())
    }
}

/// Begins with a frame.
fn decode<R: BufRead>(mut packed: R) -> io::Result<Decoder<'static, R>> {
    if let Some(needed) = window_bytes(packed.fill_buf()?).filter(|needed| *needed > MAX_WINDOW_BYTES) {
        return Err(io::Error::other(WindowTooLarge { needed }));
    }
    let mut decoder = Decoder::with_buffer(packed)?.single_frame();
    // For a head that lies across two reads.
    decoder.window_log_max(MAX_WINDOW_LOG)?;
    Ok(decoder)
}

/// Returns the window of a frame by its head (RFC 8878, section 3.1.1.1), if all of it is there.
fn window_bytes(head: &[u8]) -> Option<u64> {
    const MAGIC: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();
    let head = head.strip_prefix(&MAGIC)?;
    let (descriptor, rest) = head.split_first()?;
    let is_single_segment = descriptor & 0x20 != 0;
    if !is_single_segment {
        let window = u32::from(*rest.first()?);
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    // The window is all of the text, whose size is behind the number of a dictionary.
    let size = rest.get([0, 1, 2, 4][usize::from(descriptor & 3)]..)?;
    let number = |bytes: usize| Some(size.get(..bytes)?.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)));
    match descriptor >> 6 {
        0 => number(1),
        1 => Some(number(2)? + 256),
        2 => number(4),
        _ => number(8),
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            match decoder.read(into) {
                Ok(0) if into.is_empty() => return Ok(0),
                Ok(0) => self.next_frame()?,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && self.whole > 0 => {
                    return Err(io::Error::new(error.kind(), Torn));
                }
                read => return read,
            }
        }
        Ok(0)
    }
}

/// The data end within a frame, after at least one whole frame.
#[derive(Debug)]
struct Torn;

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the last zstd frame is incomplete")
    }
}

impl Error for Torn {}

/// Returns whether the data end within a frame, after at least one whole frame.
pub fn is_torn(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Torn>())
}

/// A frame asks for more memory than a reader takes.
#[derive(Debug)]
pub struct WindowTooLarge {
    pub needed: u64,
}

impl fmt::Display for WindowTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a zstd frame needs {} bytes of memory", self.needed)
    }
}

impl Error for WindowTooLarge {}

/// Returns the window of a frame that has too large a one.
pub fn too_large(error: &io::Error) -> Option<u64> {
    error.get_ref()?.downcast_ref::<WindowTooLarge>().map(|found| found.needed)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A frame whose window is `2^log` bytes, around few bytes of text.
    fn frame_with_window(log: u32) -> Vec<u8> {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(log).unwrap();
        encoder.write_all(b"text\n").unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn window_is_bounded_in_each_frame() {
        check(&frame_with_window(MAX_WINDOW_LOG), "text\n", None);
        let largest = frame_with_window(MAX_WINDOW_LOG + 1);
        let error = ZstdFrames::new(&largest[..]).err().expect("the first frame is refused");
        assert_eq!(too_large(&error), Some(2 * MAX_WINDOW_BYTES));
        let mut text = Vec::new();
        let both = [frame_with_window(10), largest.clone()].concat();
        let error = ZstdFrames::new(&both[..]).unwrap().read_to_end(&mut text).unwrap_err();
        assert_eq!((text.as_slice(), too_large(&error)), (&b"text\n"[..], Some(2 * MAX_WINDOW_BYTES)));
        // Also where the head comes in pieces.
        let pieces = io::BufReader::with_capacity(1, &largest[..]);
        let read = ZstdFrames::new(pieces).unwrap().read_to_end(&mut text);
        assert!(read.unwrap_err().to_string().contains("too much memory"));
    }

    #[test]
    fn window_of_a_whole_text_is_its_size() {
        for size in [5, 300, 70_000] {
            let frame = zstd::bulk::compress(&vec![b'x'; size], 1).unwrap();
            assert_eq!(window_bytes(&frame), Some(size as u64));
        }
        let huge = [&0xfd2f_b528_u32.to_le_bytes()[..], &[0xe0], &(1_u64 << 40).to_le_bytes()].concat();
        assert_eq!(window_bytes(&huge), Some(1 << 40));
        assert_eq!(window_bytes(&huge[..8]), None);
    }

    fn check(packed: &[u8], want: &str, torn: Option<bool>) {
        let mut text = Vec::new();
        let read = ZstdFrames::new(packed).unwrap().read_to_end(&mut text);
        assert_eq!(read.as_ref().err().map(is_torn), torn, "{read:?}");
        assert_eq!(String::from_utf8(text).unwrap(), want);
    }

    #[test]
    fn torn_frame_ends_the_text_with_an_error() {
        let frame = |text: &str| zstd::bulk::compress(text.as_bytes(), 3).unwrap();
        let both = [frame("one\n"), frame("two\n")].concat();
        check(&both, "one\ntwo\n", None);
        // The text of the torn frame may end anywhere within a line.
        check(&both[..both.len() - 1], "one\ntwo", Some(true));
        check(&both[..frame("one\n").len() + 3], "one\n", Some(true));
        check(&frame("one\n")[..8], "", Some(false));
        check(&[frame(""), frame("two\n")].concat(), "two\n", None);
    }
}
