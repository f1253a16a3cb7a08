//! The feeds that a server can change to: the simulation, the files of its start, and the files of a folder.
//!
//! A feed has an id, by which clients name it: `simulation`, `start`, or `library/NAME`. No id is a path.
//!
//! Not here: how a file is read (`feed::replay`), and who may change the feed (`server`).

mod folder;

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;

pub use self::folder::{Folder, ListedFile};

/// The id of the simulated market.
pub const SIMULATION: &str = "simulation";
/// The id of the files that the program was started with.
pub const START: &str = "start";
/// The begin of the ids of the folder's files.
const LIBRARY: &str = "library/";

/// The default of the files that are listed.
pub const DEFAULT_MAX_FILES: usize = 1_000;

/// The reason why the feed of a server stays as it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    pub reason: String,
    pub remedy: String,
}

/// The feeds of a server. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Library(Arc<Parts>);

/// The parts of a library.
#[derive(Debug, Default)]
pub struct Parts {
    /// The name of the simulated market, for people.
    pub simulation: String,
    /// The names of the files of the start, where there are some.
    pub start: Option<String>,
    pub folder: Option<Folder>,
    pub fixed: Option<Fixed>,
}

/// A file to play.
pub struct FeedFile {
    pub path: PathBuf,
    /// The name for people.
    pub name: String,
    /// Keeps the file as long as it plays.
    pub lease: Option<Box<dyn Any + Send>>,
}

impl Library {
    pub fn new(parts: Parts) -> Self {
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
    pub fn fixed(&self) -> Option<&Fixed> {
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

    /// Finds the file with an id.
    pub fn find(&self, id: &str) -> Option<FeedFile> {
        let name = id.strip_prefix(LIBRARY)?;
        let path = self.0.folder.as_ref()?.path_of(name)?;
        Some(FeedFile { path, name: name.to_owned(), lease: None })
    }
}
