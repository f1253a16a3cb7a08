//! The members of zip archives.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::csv_name::may_be_csv;
use super::entry::{Entry, Member};
use super::fingerprint::Fingerprint;
use super::signatures;
use crate::feed::replay::error::Problem;

/// The problem of an archive without a member to read.
pub fn problem_of(path: &Path) -> Problem {
    members(path, usize::MAX).err().unwrap_or_else(|| Problem::Zip("it has changed".into()))
}

/// Lists the CSV members of an archive. A file that is no archive is its own only member.
///
/// # Errors
/// When the archive cannot be read, or has none or more than `max_members`.
pub fn members(path: &Path, max_members: usize) -> Result<Vec<Entry>, Problem> {
    let mut file = File::open(path).map_err(Problem::Open)?;
    let mut head = [0; 4];
    let is_zip = file.read_exact(&mut head).is_ok() && head == signatures::ZIP;
    if !is_zip {
        return Ok(vec![Entry::file(path)]);
    }
    file.seek(SeekFrom::Start(0)).map_err(Problem::Open)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(problem)?;
    if archive.index_for_name("[Content_Types].xml").is_some() {
        return Err(Problem::NotCsv { found: "a spreadsheet", remedy: signatures::SPREADSHEET });
    }
    if archive.index_for_name("content.xml").is_some() && archive.index_for_name("mimetype").is_some() {
        return Err(Problem::NotCsv { found: "an OpenDocument file", remedy: signatures::SPREADSHEET });
    }
    if !archive.is_empty() && archive.file_names().all(|name| name.is_ok_and(|name| name.ends_with(".npy"))) {
        return Err(Problem::NotCsv { found: "NumPy arrays (npz)", remedy: signatures::NUMPY });
    }
    let fingerprint = Fingerprint::of(path).ok();
    let mut found = Vec::new();
    for index in 0..archive.len() {
        if let Some(member) = member(&mut archive, index)? {
            found.push(Entry::member(path, member, fingerprint.clone()));
        }
        if found.len() > max_members {
            return Err(Problem::TooManyFiles { found: archive.len() });
        }
    }
    if found.is_empty() { Err(Problem::Zip("there is no CSV file in it".into())) } else { Ok(found) }
}

/// A member, where its name is that of a CSV file.
fn member(archive: &mut ZipArchive<BufReader<File>>, index: usize) -> Result<Option<Member>, Problem> {
    let member = archive.by_index_raw(index).map_err(problem)?;
    let name = member.name().map_err(problem)?.into_owned();
    if member.is_dir() || name.contains("__MACOSX") || !may_be_csv(&name) {
        return Ok(None);
    }
    let is_deflated = match member.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        other => return Err(Problem::Zip(format!("{name} is packed by {other}"))),
    };
    if member.encrypted() {
        return Err(Problem::Zip(format!("{name} is encrypted")));
    }
    let start = member.data_start().ok_or_else(|| Problem::Zip(format!("{name} has no data")))?;
    Ok(Some(Member { name, start, packed: member.compressed_size(), is_deflated }))
}

fn problem(error: ZipError) -> Problem {
    Problem::Zip(error.to_string())
}
