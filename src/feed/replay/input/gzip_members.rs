//! Gzip members, one after the other, and zeros behind them.
//!
//! Tapes and block devices pad a file with zeros, and so do some uploads. `gzip` reads such a file as whole, and so does
//! this. Anything else behind a member is damage.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// A reader of the text of gzip members.
pub struct GzipMembers<R> {
    /// `None` behind the last member.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzipMembers<R> {
    /// Begins at the first member.
    pub fn new(packed: R) -> Self {
        Self { member: Some(GzDecoder::new(packed)) }
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let n = member.read(into)?;
            if n > 0 || into.is_empty() {
                return Ok(n);
            }
            let packed = self.member.take().map(GzDecoder::into_inner);
            self.member = packed.map(next_member).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// Skips zeros. Returns the member behind them; `None` at the end of the file.
fn next_member<R: BufRead>(mut packed: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        let ahead = packed.fill_buf()?;
        let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
        if ahead.is_empty() {
            return Ok(None);
        }
        let is_member = zeros < ahead.len();
        packed.consume(zeros);
        if is_member {
            return Ok(Some(GzDecoder::new(packed)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[track_caller]
    fn check(parts: &[&[u8]], want: Option<&str>) {
        let packed = parts.concat();
        let mut text = String::new();
        let read = GzipMembers::new(io::BufReader::with_capacity(7, packed.as_slice())).read_to_string(&mut text);
        assert_eq!(read.ok().map(|_| text.as_str()), want);
    }

    #[test]
    fn zeros_behind_a_member_are_padding() {
        let (a, b) = (packed("a,b\n"), packed("1,2\n"));
        check(&[&a], Some("a,b\n"));
        check(&[&a, &b], Some("a,b\n1,2\n"));
        check(&[&a, &[0; 500]], Some("a,b\n"));
        check(&[&a, &[0; 12], &b, &[0; 3]], Some("a,b\n1,2\n"));
        check(&[&a, b"more"], None);
        check(&[&a, &b[..b.len() - 4]], None);
        check(&[&a, &[0; 5], b"x"], None);
    }
}
