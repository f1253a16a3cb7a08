//! From an entry to its text: unpacks gzip, zstd and zip, decodes, and rejects files that are not CSV.
//!
//! The first bytes tell the form of a file, and never its extension.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Encoding, UTF_8};
use flate2::bufread::DeflateDecoder;
use strum::IntoStaticStr;

use super::entry::Entry;
use super::fingerprint::change_of;
use super::gzip_members::GzipMembers;
use super::lines::{LineLimits, Lines, TextPosition};
use super::time_limit::{Text, over_time};
use super::zstd_frames::{self, ZstdFrames};
use super::{archive, encoding, signatures};
use crate::feed::replay::error::Problem;

/// The bytes read at a time of the beginning of a file.
const HEAD_BUFFER_BYTES: usize = 128 * 1024;
/// The bytes of unpacked text that tell its encoding.
const HEAD_BYTES: usize = 256 * 1024;

/// The packing of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Compression {
    None,
    Gzip,
    Zstd,
    Zip,
}

impl Compression {
    /// The word for people and programs.
    pub fn label(self) -> &'static str {
        self.into()
    }
}

/// The form in which the bytes of an entry hold its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextFormat {
    pub compression: Compression,
    pub encoding: &'static Encoding,
    /// The size of the text, where its bytes are those of the file: reading can begin anywhere in it.
    pub seekable_bytes: Option<u64>,
}

/// Detects the form of an entry. `known` is the encoding that people give.
///
/// # Errors
/// When it cannot be read, or is not CSV text.
pub fn text_format(entry: &Entry, known: Option<&'static Encoding>) -> Result<TextFormat, Problem> {
    let (mut unpacked, compression) = unpack(entry, HEAD_BUFFER_BYTES)?;
    let mut head = Vec::new();
    let read = unpacked.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head);
    if head.is_empty() {
        // Damage farther on is reported when reading comes to it, with its line.
        read.map_err(|e| read_problem(e, 0))?;
    }
    if entry.member.is_none() && head.starts_with(&signatures::ZIP) {
        return Err(archive::problem_of(&entry.path));
    }
    signatures::check_bytes(&head)?;
    let encoding = known.unwrap_or_else(|| encoding::detect(&head));
    let is_all = head.len() < HEAD_BYTES;
    let text = encoding::decode_head(&head, encoding).map_err(|e| read_problem(e, 0))?;
    signatures::check_text(&text, is_all)?;
    let is_seekable = compression == Compression::None && encoding == UTF_8;
    Ok(TextFormat { compression, encoding, seekable_bytes: is_seekable.then(|| entry.packed_bytes()) })
}

/// Opens an entry for reading by lines, from a position on.
///
/// # Errors
/// When it cannot be read up to there.
pub fn open_at(
    entry: &Entry,
    format: TextFormat,
    position: TextPosition,
    limits: LineLimits,
) -> Result<Lines<Text>, Problem> {
    if format.seekable_bytes.is_some() && entry.member.is_none() {
        let file = entry.open(position.offset).map_err(open_problem)?;
        return Ok(Lines::at(position, entry.limited(Box::new(file)), limits));
    }
    let mut text = encoding::decode(unpack(entry, limits.buffer_bytes)?.0, format.encoding);
    let skipped = io::copy(&mut text.by_ref().take(position.offset), &mut io::sink());
    skipped.map_err(|e| read_problem(e, position.lines))?;
    Ok(Lines::at(position, text, limits))
}

/// The problem of a failed read, `line` lines into the file.
pub fn read_problem(reason: io::Error, line: u64) -> Problem {
    if let Some(change) = change_of(&reason) {
        return Problem::Changed(change);
    }
    if let Some(over) = over_time(&reason) {
        return Problem::OverTime(over);
    }
    if let Some(needed) = zstd_frames::too_large(&reason) {
        return Problem::WindowTooLarge { line, needed, limit: zstd_frames::MAX_WINDOW_BYTES };
    }
    match reason.kind() {
        io::ErrorKind::UnexpectedEof if zstd_frames::is_torn(&reason) => Problem::Torn { line },
        io::ErrorKind::UnexpectedEof => Problem::PackedEndsEarly { line },
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
            Problem::PackedDamaged { line, reason }
        }
        _ => Problem::Read { line, reason },
    }
}

fn unpack(entry: &Entry, buffer_bytes: usize) -> Result<(Text, Compression), Problem> {
    let (text, compression) = unpack_all(entry, buffer_bytes)?;
    Ok((entry.limited(text), compression))
}

fn unpack_all(entry: &Entry, buffer_bytes: usize) -> Result<(Text, Compression), Problem> {
    let at = entry.member.as_ref().map_or(0, |member| member.start);
    let file = entry.open(at).map_err(open_problem)?;
    if let Some(member) = &entry.member {
        let packed = BufReader::with_capacity(buffer_bytes, file.take(member.packed));
        let text: Text = if member.is_deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
        return Ok((text, Compression::Zip));
    }
    let mut raw = BufReader::with_capacity(buffer_bytes, file);
    let head = raw.fill_buf().map_err(|e| read_problem(e, 0))?;
    if head.starts_with(signatures::GZIP) {
        Ok((Box::new(GzipMembers::new(raw)), Compression::Gzip))
    } else if head.starts_with(signatures::ZSTD) {
        let frames = ZstdFrames::new(raw).map_err(|e| read_problem(e, 0))?;
        Ok((Box::new(frames), Compression::Zstd))
    } else {
        Ok((Box::new(raw), Compression::None))
    }
}

fn open_problem(error: io::Error) -> Problem {
    match change_of(&error) {
        Some(change) => Problem::Changed(change),
        None if error.kind() == io::ErrorKind::NotFound => Problem::Missing,
        None => Problem::Open(error),
    }
}
