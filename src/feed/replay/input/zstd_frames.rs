//! The text of a zstd file, frame by frame.
//!
//! The last frame is incomplete where a recording was killed while it wrote, or is still being written. This is not the
//! same as a file without one whole frame ([`is_torn`]).

use std::error::Error;
use std::fmt;
use std::io::{self, BufRead, Read};

use zstd::stream::read::Decoder;

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
    /// When there is no memory for the decoder.
    pub fn new(packed: R) -> io::Result<Self> {
        Ok(Self { decoder: Some(Decoder::with_buffer(packed)?.single_frame()), whole: 0 })
    }

    /// Moves from a frame that has ended to the next one.
    fn next_frame(&mut self) -> io::Result<()> {
        if let Some(done) = self.decoder.take() {
            let mut packed = done.finish();
            self.whole += 1;
            if !packed.fill_buf()?.is_empty() {
                self.decoder = Some(Decoder::with_buffer(packed)?.single_frame());
            }
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

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
