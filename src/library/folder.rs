//! The files of a folder, by their names relative to it.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

/// Files and folders that are looked at for each file that may be listed.
const LOOKS: usize = 16;

/// The folder of a library. What lies outside is not reached by any name.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Without links.
    root: PathBuf,
    max_files: usize,
}

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// The path relative to the folder, with slashes.
    pub name: String,
    pub bytes: u64,
    pub modified: SystemTime,
}

impl Folder {
    /// Opens the folder at `path`, of which at most `max_files` files are listed.
    ///
    /// # Errors
    /// When it is not there, or not a folder.
    pub fn open(path: &Path, max_files: usize) -> io::Result<Self> {
        let root = path.canonicalize()?;
        if !root.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        Ok(Self { root, max_files })
    }

    /// Lists files in the order of their names, those near the root first. A part that cannot be read is left out.
    pub fn files(&self) -> Vec<ListedFile> {
        let (mut files, mut folders) = (Vec::new(), VecDeque::from([String::new()]));
        let mut looks = self.max_files.saturating_mul(LOOKS);
        while let Some(folder) = folders.pop_front() {
            let Ok(entries) = fs::read_dir(self.root.join(&folder)) else { continue };
            let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).take(looks);
            let mut names: Vec<_> = names.map(|name| [folder.as_str(), &name].concat()).collect();
            looks -= names.len();
            names.sort_unstable();
            for name in names.into_iter().filter(|name| is_allowed(name)) {
                let path = self.root.join(&name);
                if fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
                    folders.push_back(name + "/");
                } else if let Some(file) = self.listed(name) {
                    files.push(file);
                }
                if files.len() == self.max_files {
                    return files;
                }
            }
        }
        files
    }

    fn listed(&self, name: String) -> Option<ListedFile> {
        let found = fs::metadata(self.path_of(&name)?).ok()?;
        let modified = found.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        Some(ListedFile { name, bytes: found.len(), modified })
    }

    /// Returns the path of the file with this name; `None` for what is no file, or lies outside of the folder.
    pub fn path_of(&self, name: &str) -> Option<PathBuf> {
        if !is_allowed(name) {
            return None;
        }
        // A link may lead out of the folder.
        let path = self.root.join(name).canonicalize().ok()?;
        (path.starts_with(&self.root) && path.is_file()).then_some(path)
    }
}

/// Reports whether a name stays below the folder and is neither hidden nor that of a file with settings.
fn is_allowed(name: &str) -> bool {
    let is_plain = |part: Component<'_>| match part {
        Component::Normal(part) => !part.to_string_lossy().starts_with('.'),
        _ => false,
    };
    let is_settings = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    !name.is_empty() && !name.contains('\\') && !is_settings && Path::new(name).components().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(max_files: usize) -> (tempfile::TempDir, Folder) {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("library");
        fs::create_dir_all(root.join("deep/deeper")).unwrap();
        for name in ["b.csv", "a.csv", "a.csv.toml", ".hidden.csv", "deep/c.csv", "deep/deeper/d.csv"] {
            fs::write(root.join(name), name).unwrap();
        }
        fs::write(outer.path().join("secret.csv"), "secret").unwrap();
        let opened = Folder::open(&root, max_files).unwrap();
        (outer, opened)
    }

    fn names(folder: &Folder) -> Vec<String> {
        folder.files().into_iter().map(|file| file.name).collect()
    }

    #[test]
    fn files_are_listed_by_name_up_to_their_number() {
        let (_outer, all) = folder(10);
        assert_eq!(names(&all), ["a.csv", "b.csv", "deep/c.csv", "deep/deeper/d.csv"]);
        assert_eq!(all.files()[3].bytes, 17);
        let (_outer, few) = folder(3);
        assert_eq!(names(&few), ["a.csv", "b.csv", "deep/c.csv"]);
    }

    #[test]
    fn name_leads_to_no_file_outside_of_the_folder() {
        let (outer, folder) = folder(10);
        assert!(folder.path_of("a.csv").is_some() && folder.path_of("deep/deeper/d.csv").is_some());
        let secret = outer.path().join("secret.csv");
        for name in [
            "",
            ".",
            "deep",
            "../secret.csv",
            "deep/../../secret.csv",
            "./a.csv",
            "deep/../a.csv",
            secret.to_str().unwrap(),
            "..\\secret.csv",
            ".hidden.csv",
            "a.csv.toml",
            "a.csv\0",
            "no.csv",
            &"x/".repeat(5_000),
        ] {
            assert_eq!(folder.path_of(name), None, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn link_is_followed_only_within_the_folder() {
        use std::os::unix::fs::symlink;
        let (outer, folder) = folder(20);
        let root = outer.path().join("library");
        symlink(outer.path().join("secret.csv"), root.join("out.csv")).unwrap();
        symlink(root.join("b.csv"), root.join("in.csv")).unwrap();
        symlink(outer.path(), root.join("up")).unwrap();
        symlink(&root, root.join("loop")).unwrap();
        assert_eq!(names(&folder), ["a.csv", "b.csv", "in.csv", "deep/c.csv", "deep/deeper/d.csv"]);
        for name in ["out.csv", "up/secret.csv", "loop/../../secret.csv"] {
            assert_eq!(folder.path_of(name), None, "{name}");
        }
    }

    #[test]
    fn folder_that_is_missing_or_a_file_is_an_error() {
        let (outer, _) = folder(1);
        assert!(Folder::open(&outer.path().join("none"), 1).is_err());
        assert!(Folder::open(&outer.path().join("secret.csv"), 1).is_err());
    }
}
