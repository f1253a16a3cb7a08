//! From paths to entries: folders and patterns are searched, archives are listed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::archive;
use super::csv_name::may_be_csv;
use super::entry::Entry;
use crate::feed::replay::error::{Problem, ReplayError};
use crate::text::kind_of;

/// Finds the entries that paths name: a file itself, the CSV files of a folder or an archive, the files that match a
/// pattern.
///
/// # Errors
/// When a path leads nowhere, or to more than `max_files`.
pub fn expand(paths: &[PathBuf], max_files: usize) -> Result<Vec<Entry>, ReplayError> {
    if paths.is_empty() {
        return Err(ReplayError::new(Path::new(""), Problem::NoFiles));
    }
    let mut files = Vec::new();
    for path in paths {
        let room = max_files.saturating_sub(files.len());
        let found = files_of(path, room).map_err(|problem| ReplayError::new(path, problem))?;
        files.extend(found);
    }
    let mut entries = Vec::new();
    for file in files {
        match archive::members(&file, max_files.saturating_sub(entries.len())) {
            Ok(found) => entries.extend(found),
            Err(problem @ Problem::TooManyFiles { .. }) => return Err(ReplayError::new(&file, problem)),
            // A broken archive is reported when it is read, so that the other files are looked at, too.
            Err(_) => entries.push(Entry::file(&file)),
        }
    }
    Ok(entries)
}

fn files_of(path: &Path, room: usize) -> Result<Vec<PathBuf>, Problem> {
    let mut found = match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => files_in(path)?,
        Ok(meta) if meta.is_file() => return Ok(vec![path.to_owned()]),
        Ok(meta) => return Err(Problem::NotAFile { kind: kind_of(meta.file_type()).unwrap_or("something else") }),
        Err(_) if is_pattern(path) => files_like(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing(path)),
        Err(error) => return Err(Problem::Open(error)),
    };
    found.sort_unstable();
    if found.len() > room {
        return Err(Problem::TooManyFiles { found: found.len() });
    }
    Ok(found)
}

/// A link may be there although its file is not.
fn missing(path: &Path) -> Problem {
    match fs::read_link(path) {
        Ok(to) => Problem::BrokenLink { to: to.to_string_lossy().into_owned() },
        Err(_) => Problem::Missing,
    }
}

fn is_pattern(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(['*', '?', '[']))
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).map_err(Problem::Open)? {
        let path = file.map_err(Problem::Open)?.path();
        if path.is_file() && may_be_csv(&path.to_string_lossy()) {
            found.push(path);
        }
    }
    if found.is_empty() { Err(Problem::EmptyFolder) } else { Ok(found) }
}

fn files_like(pattern: &Path) -> Result<Vec<PathBuf>, Problem> {
    let text = pattern.to_str().unwrap_or_default();
    let paths = glob::glob(text).map_err(|error| Problem::Pattern(error.to_string()))?;
    let found: Vec<_> = paths.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    if found.is_empty() { Err(Problem::NoMatch) } else { Ok(found) }
}
