//! The feeds that a server can change to: the simulation, the files of its start, and the files of a folder,
//! and uploaded files.
//!
//! A feed has an id, by which clients name it: `simulation`, `start`, `library/NAME` or `upload/NUMBER`. No id is a
//! path.
//!
//! Not here: how a file is read (`feed::replay`), and who may change the feed (`server`).

mod folder;
mod uploads;

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;

pub use self::folder::{Folder, ListedFile};
pub use self::uploads::{ListedUpload, PIECE_BYTES, TemporaryFolder, UploadError, UploadLimits, Uploads};

/// The id of the simulated market.
pub const SIMULATION: &str = "simulation";
/// The id of the files that the program was started with.
pub const START: &str = "start";
/// The begin of the ids of the folder's files.
const LIBRARY: &str = "library/";
/// The begin of the ids of uploads.
const UPLOAD: &str = "upload/";

/// The default of the files that are listed.
pub const DEFAULT_MAX_FILES: usize = 1_000;

/// The reason why the feed of a server stays as it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedFeed {
    pub reason: String,
    pub remedy: String,
}

/// The feeds of a server. Cheap to clone.
#[derive(Clone, Default)]
pub struct Library(Arc<LibraryParts>);

/// The parts of a library.
#[derive(Default)]
pub struct LibraryParts {
    /// The name of the simulated market, for people.
    pub simulation: String,
    /// The names of the files of the start, where there are some.
    pub start: Option<String>,
    pub folder: Option<Folder>,
    /// `None` where the server takes none.
    pub uploads: Option<Uploads>,
    pub fixed: Option<FixedFeed>,
}

/// A file to play.
pub struct FeedFile {
    pub path: PathBuf,
    /// The name for people.
    pub name: String,
    /// Keeps the file as long as it plays.
    pub lease: Option<Box<dyn Any + Send>>,
}

/// The reason why a file is not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindError {
    Unknown,
    /// The text says how much is missing.
    Incomplete(String),
}

/// Reads the number of an upload, as [`Library::upload_id`] writes it.
fn number_of(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

impl Library {
    pub fn new(parts: LibraryParts) -> Self {
        Self(Arc::new(parts))
    }

    /// The name of the simulated market.
    pub fn simulation(&self) -> &str {
        &self.0.simulation
    }

    /// The names of the files of the start.
    pub fn start(&self) -> Option<&str> {
        self.0.start.as_deref()
    }

    /// The reason why the feed cannot be changed.
    pub fn fixed(&self) -> Option<&FixedFeed> {
        self.0.fixed.as_ref()
    }

    /// Lists the files of the folder. Reads it, so it takes time.
    pub fn files(&self) -> Vec<ListedFile> {
        self.0.folder.as_ref().map(Folder::files).unwrap_or_default()
    }

    /// The id of a file of the folder.
    pub fn id_of(file: &ListedFile) -> String {
        [LIBRARY, &file.name].concat()
    }

    /// The files that were sent; `None` where the server takes none.
    pub fn uploads(&self) -> Option<&Uploads> {
        self.0.uploads.as_ref()
    }

    /// The id of an upload.
    pub fn upload_id(number: u64) -> String {
        format!("{UPLOAD}{number}")
    }

    /// Finds the file with an id.
    ///
    /// # Errors
    /// When there is none, or it is not complete.
    pub fn find(&self, id: &str) -> Result<FeedFile, FindError> {
        if let Some(number) = id.strip_prefix(UPLOAD).and_then(number_of) {
            let found = self.uploads().ok_or(FindError::Unknown)?.find(number);
            let (path, name, lease) = found.map_err(|error| match error {
                UploadError::Incomplete { .. } => FindError::Incomplete(error.to_string()),
                _ => FindError::Unknown,
            })?;
            return Ok(FeedFile { path, name, lease: Some(Box::new(lease)) });
        }
        let name = id.strip_prefix(LIBRARY).ok_or(FindError::Unknown)?;
        let path = self.0.folder.as_ref().and_then(|folder| folder.path_of(name)).ok_or(FindError::Unknown)?;
        Ok(FeedFile { path, name: name.to_owned(), lease: None })
    }

    /// Removes all uploads, and takes no more.
    pub fn close(&self) {
        self.0.uploads.iter().for_each(Uploads::close);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn id_leads_to_one_file_or_to_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), "a").unwrap();
        let parts = LibraryParts {
            folder: Some(Folder::open(folder.path(), 9).unwrap()),
            uploads: Some(Uploads::new(UploadLimits::default(), Box::new(TemporaryFolder::default()))),
            ..LibraryParts::default()
        };
        let library = Library::new(parts);
        let uploads = library.uploads().unwrap();
        for bytes in [1, 2] {
            let number = uploads.begin("b.csv", bytes, Instant::now()).unwrap();
            uploads.append(number, 0, b"x", Instant::now()).unwrap();
        }
        assert_eq!(library.find("library/a.csv").ok().unwrap().name, "a.csv");
        assert_eq!(library.find("upload/1").ok().unwrap().name, "b.csv");
        assert!(matches!(library.find("upload/2"), Err(FindError::Incomplete(why)) if why.contains("1 of 2 bytes")));
        let unknown = ["", "a.csv", "simulation", "start", "library/", "library/b.csv", "upload/", "upload/3"];
        let not_written_so = ["upload/01", "upload/+1", "upload/1/", "upload/ 1", "UPLOAD/1", "upload/a.csv"];
        for id in unknown.into_iter().chain(not_written_so) {
            assert!(matches!(library.find(id), Err(FindError::Unknown)), "{id}");
        }
        library.close();
        assert!(matches!(library.find("upload/1"), Err(FindError::Unknown)));
    }

    #[test]
    fn library_of_nothing_finds_nothing() {
        let library = Library::default();
        assert!(library.files().is_empty() && library.uploads().is_none());
        assert!(["library/a", "upload/1"].into_iter().all(|id| library.find(id).is_err()));
    }
}
