//! From an entry to its text: unpacks gzip, zstd and zip, decodes, and turns away what is no CSV.
//!
//! What a file is, is told by its first bytes and never by its extension.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Encoding, UTF_8};
use flate2::bufread::{DeflateDecoder, MultiGzDecoder};

use super::encoding;
use super::entry::{self, Entry};
use super::error::Problem;
use super::frames::{self, Frames};
use super::lines::{Lines, Place};
use super::magic;
use super::seen;

/// How many bytes are read at a time.
const BUFFER_BYTES: usize = 128 * 1024;
/// How many bytes of the unpacked text are looked at to tell its encoding.
const HEAD_BYTES: usize = 256 * 1024;

/// The decoded text of a file.
pub type Text = Box<dyn Read + Send>;

/// How the bytes of a file are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
    Zip,
}

impl Compression {
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
        }
    }
}

/// How the bytes of an entry become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    pub compression: Compression,
    pub encoding: &'static Encoding,
    /// Bytes of the text that are the file's bytes: reading can begin anywhere in it.
    pub plain_bytes: Option<u64>,
}

/// Tells the form of an entry.
///
/// # Errors
/// When it cannot be read, or is no CSV text.
pub fn form(entry: &Entry, known: Option<&'static Encoding>) -> Result<Form, Problem> {
    let (mut unpacked, compression) = unpack(entry)?;
    let mut head = Vec::new();
    let read = unpacked.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head);
    if head.is_empty() {
        // Damage farther on is told when reading comes to it, with its line.
        read.map_err(|e| read_problem(e, 0))?;
    }
    if entry.member.is_none() && head.starts_with(&magic::ZIP) {
        return Err(entry::archive_problem(&entry.path));
    }
    magic::check_bytes(&head)?;
    let encoding = known.unwrap_or_else(|| encoding::detect(&head));
    let is_all = head.len() < HEAD_BYTES;
    let text = encoding::decode_head(&head, encoding).map_err(|e| read_problem(e, 0))?;
    magic::check_text(&text, is_all)?;
    let plain = compression == Compression::None && encoding == UTF_8;
    Ok(Form { compression, encoding, plain_bytes: plain.then(|| entry.packed_bytes()) })
}

/// Opens an entry for reading line by line from `place` on.
///
/// # Errors
/// When it cannot be read up to there.
pub fn open_at(entry: &Entry, form: Form, place: Place, max_line_bytes: usize) -> Result<Lines<Text>, Problem> {
    if form.plain_bytes.is_some() && entry.member.is_none() {
        let file = entry.open(place.offset).map_err(open_problem)?;
        return Ok(Lines::at(place, Box::new(file), max_line_bytes));
    }
    let mut text = encoding::decode(unpack(entry)?.0, form.encoding);
    let skipped = io::copy(&mut text.by_ref().take(place.offset), &mut io::sink());
    skipped.map_err(|e| read_problem(e, place.lines))?;
    Ok(Lines::at(place, text, max_line_bytes))
}

/// The problem that a failed read is, `line` lines into the file.
pub fn read_problem(source: io::Error, line: u64) -> Problem {
    if let Some(changed) = seen::changed(&source) {
        return Problem::Changed(changed);
    }
    match source.kind() {
        io::ErrorKind::UnexpectedEof if frames::is_torn(&source) => Problem::Torn { line },
        io::ErrorKind::UnexpectedEof => Problem::PackedEndsEarly { line },
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
            Problem::PackedDamaged { line, source }
        }
        _ => Problem::Read { line, source },
    }
}

fn unpack(entry: &Entry) -> Result<(Text, Compression), Problem> {
    let at = entry.member.as_ref().map_or(0, |member| member.start);
    let file = entry.open(at).map_err(open_problem)?;
    if let Some(member) = &entry.member {
        let packed = BufReader::with_capacity(BUFFER_BYTES, file.take(member.packed));
        let text: Text = if member.is_deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
        return Ok((text, Compression::Zip));
    }
    let mut raw = BufReader::with_capacity(BUFFER_BYTES, file);
    let head = raw.fill_buf().map_err(|e| read_problem(e, 0))?;
    if head.starts_with(magic::GZIP) {
        Ok((Box::new(MultiGzDecoder::new(raw)), Compression::Gzip))
    } else if head.starts_with(magic::ZSTD) {
        let frames = Frames::new(raw).map_err(|e| read_problem(e, 0))?;
        Ok((Box::new(frames), Compression::Zstd))
    } else {
        Ok((Box::new(raw), Compression::None))
    }
}

fn open_problem(error: io::Error) -> Problem {
    match seen::changed(&error) {
        Some(changed) => Problem::Changed(changed),
        None if error.kind() == io::ErrorKind::NotFound => Problem::Missing,
        None => Problem::Open(error),
    }
}
