//! The folder of uploads: temporary, and of this program alone.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use parking_lot::Mutex;
use tempfile::TempDir;

/// The begin of the folder's name, in the folder for temporary files.
const PREFIX: &str = "tickcast-uploads-";

/// Keeps the bytes of uploads.
pub trait UploadDisk: Send + Sync {
    /// Begins an empty file.
    ///
    /// # Errors
    /// When it cannot be made.
    fn create(&self, number: u64) -> io::Result<Box<dyn Write + Send>>;

    /// The path of a file.
    fn path_of(&self, number: u64) -> Option<PathBuf>;

    /// Removes a file.
    fn remove(&self, number: u64);

    /// Removes everything.
    fn close(&self);
}

/// A temporary folder, made for the first upload.
#[derive(Default)]
pub struct TemporaryFolder(Mutex<Option<TempDir>>);

/// Makes a folder that only the user who runs the program can read.
fn private_folder() -> io::Result<TempDir> {
    let mut folder = tempfile::Builder::new();
    folder.prefix(PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        folder.permissions(fs::Permissions::from_mode(0o700));
    }
    folder.tempdir()
}

impl UploadDisk for TemporaryFolder {
    fn create(&self, number: u64) -> io::Result<Box<dyn Write + Send>> {
        let mut folder = self.0.lock();
        let folder = match &mut *folder {
            Some(folder) => folder,
            none => none.insert(private_folder()?),
        };
        Ok(Box::new(File::create_new(folder.path().join(number.to_string()))?))
    }

    fn path_of(&self, number: u64) -> Option<PathBuf> {
        self.0.lock().as_ref().map(|folder| folder.path().join(number.to_string()))
    }

    fn remove(&self, number: u64) {
        let removed = self.path_of(number).map_or(Ok(()), fs::remove_file);
        if let Err(error) = removed {
            tracing::warn!(number, "an upload could not be removed: {error}");
        }
    }

    fn close(&self) {
        let removed = self.0.lock().take().map_or(Ok(()), TempDir::close);
        if let Err(error) = removed {
            tracing::warn!("the folder of uploads could not be removed: {error}");
        }
    }
}
