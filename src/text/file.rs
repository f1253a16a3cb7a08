//! Small files that people write: settings, tokens, scripts, certificates.

use std::fs::{self, File, FileType};
use std::io::{self, Read as _};
use std::path::Path;

/// The largest file that is read. It is far above all that people write, so it has no flag.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// Reads a text file whole.
///
/// # Errors
/// As [`read_bytes`], and when it is not UTF-8.
pub fn read(path: &Path) -> io::Result<String> {
    String::from_utf8(read_bytes(path)?).map_err(|error| {
        let why = format!("it is not UTF-8 text from byte {} on", error.utf8_error().valid_up_to());
        io::Error::new(io::ErrorKind::InvalidData, why)
    })
}

/// Reads a file whole.
///
/// # Errors
/// When it cannot be read, is a pipe or a device, which may never end, or is larger than [`MAX_FILE_BYTES`].
pub fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    read_small(path).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => io::Error::new(error.kind(), with_remedy(&error)),
        _ => error,
    })
}

/// The text of an error of a file, with what to do about it.
pub fn with_remedy(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => format!("{error}; allow the user who runs tickcast to read it"),
        _ => error.to_string(),
    }
}

fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let facts = fs::metadata(path)?;
    if let Some(kind) = kind_of(facts.file_type()) {
        let why = format!("it is {kind}, not a file: save the text to a file first");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let mut bytes = Vec::new();
    if facts.len() <= MAX_FILE_BYTES {
        File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if facts.len().max(bytes.len() as u64) > MAX_FILE_BYTES {
        let why = format!("it is larger than the {MAX_FILE_BYTES} bytes of such a file: is it the right one?");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// The words for what a path leads to; `None` for a file.
pub fn kind_of(found: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if found.is_fifo() {
            return Some("a pipe");
        }
        if found.is_socket() {
            return Some("a socket");
        }
        if found.is_char_device() || found.is_block_device() {
            return Some("a device");
        }
    }
    match (found.is_file(), found.is_dir()) {
        (true, _) => None,
        (_, true) => Some("a folder"),
        _ => Some("something else"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &Path, want: &str) {
        let got = read(path).unwrap_or_else(|error| error.to_string());
        assert!(got.starts_with(want), "{got}");
    }

    #[test]
    fn text_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        for (text, want) in
            [(b"a = 1\n".to_vec(), "a = 1\n"), (vec![b'a', 0xff], "it is not UTF-8 text from byte 1 on")]
        {
            fs::write(&path, text).unwrap();
            check(&path, want);
        }
        File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
        check(&path, "it is larger than the 1048576 bytes of such a file");
        check(folder.path(), "it is a folder, not a file");
        assert_eq!(read(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn forbidden_file_is_an_error_with_a_remedy() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        fs::write(&path, "a = 1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        if File::open(&path).is_ok() {
            eprintln!("skipped: this user may read every file");
            return;
        }
        check(&path, "Permission denied (os error 13); allow the user who runs tickcast to read it");
    }

    #[test]
    fn permission_has_a_remedy_and_other_errors_have_none() {
        let text = |kind: io::ErrorKind| with_remedy(&kind.into());
        assert_eq!(
            text(io::ErrorKind::PermissionDenied),
            "permission denied; allow the user who runs tickcast to read it"
        );
        assert_eq!(text(io::ErrorKind::NotFound), "entity not found");
    }

    #[cfg(unix)]
    #[test]
    fn pipe_and_device_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        check(&pipe, "it is a pipe, not a file: save the text to a file first");
        check(Path::new("/dev/zero"), "it is a device, not a file");
    }
}
