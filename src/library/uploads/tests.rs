//! Uploads on a real disk, and on one that fails.

use super::*;

const LIMITS: UploadLimits =
    UploadLimits { file_bytes: 100, files: 3, total_bytes: 150, timeout: Duration::from_secs(60) };

fn uploads() -> Uploads {
    Uploads::new(LIMITS, Box::new(TemporaryFolder::default()))
}

#[track_caller]
fn check<T: std::fmt::Debug>(result: Result<T, UploadError>, want: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(want), "{error}");
}

#[test]
fn pieces_make_a_file_in_their_order() {
    let (uploads, now) = (uploads(), Instant::now());
    let number = uploads.begin("../../etc/passwd", 6, now).unwrap();
    check(uploads.find(number), "0 of 6 bytes");
    assert_eq!(uploads.append(number, 0, b"abc", now).unwrap(), 3);
    check(uploads.append(number, 0, b"abc", now), "begins at 3");
    check(uploads.append(number, 6, b"f", now), "begins at 3");
    check(uploads.append(number, 3, b"defg", now), "only 3 bytes");
    check(uploads.append(number, 3, &vec![0; PIECE_BYTES + 1], now), "a piece may have");
    assert_eq!(uploads.append(number, 3, b"def", now).unwrap(), 6);
    assert_eq!(uploads.append(number, 6, b"", now).unwrap(), 6, "a client may ask how much has come");
    check(uploads.append(number, 6, b"g", now), "only 0 bytes");
    let (path, name, _lease) = uploads.find(number).unwrap();
    assert_eq!((std::fs::read(&path).unwrap(), name.as_str()), (b"abcdef".to_vec(), "../../etc/passwd"));
    assert_eq!(path.file_name().unwrap(), "1", "a name is never a path");
    assert!(uploads.list()[0].is_complete());
}

#[test]
fn sizes_are_reserved_when_a_file_begins() {
    let (uploads, now) = (uploads(), Instant::now());
    check(uploads.begin("", 1, now), "1 to 255 bytes");
    check(uploads.begin(&"x".repeat(256), 1, now), "1 to 255 bytes");
    check(uploads.begin("a", 0, now), "empty");
    check(uploads.begin("a", 101, now), "may have 100 bytes");
    check(uploads.begin("a", u64::MAX, now), "may have 100 bytes");
    let first = uploads.begin("a", 100, now).unwrap();
    check(uploads.begin("b", 51, now), "50 are free");
    uploads.begin("b", 49, now).unwrap();
    uploads.begin("c", 1, now).unwrap();
    check(uploads.begin("d", 1, now), "3 uploads already");
    uploads.remove(first).unwrap();
    assert_eq!(uploads.begin("d", 100, now).unwrap(), 4, "a number is not used again");
    check(uploads.remove(first), "no upload 1");
    check(uploads.append(first, 0, b"x", now), "no upload 1");
}

#[test]
fn idle_file_that_is_not_complete_goes() {
    let (uploads, now) = (uploads(), Instant::now());
    let later = |seconds| now + Duration::from_secs(seconds);
    let idle = uploads.begin("idle", 2, now).unwrap();
    let slow = uploads.begin("slow", 2, now).unwrap();
    let complete = uploads.begin("complete", 1, now).unwrap();
    uploads.append(complete, 0, b"x", now).unwrap();
    uploads.append(slow, 0, b"x", later(30)).unwrap();
    uploads.expire(later(59));
    assert_eq!(uploads.list().len(), 3);
    uploads.expire(later(60));
    assert_eq!(uploads.list().iter().map(|one| one.number).collect::<Vec<_>>(), [slow, complete]);
    check(uploads.append(idle, 0, b"x", later(61)), "no upload");
    // A new one takes the place of one that did not go on.
    uploads.begin("third", 2, later(61)).unwrap();
    uploads.begin("fourth", 2, later(100)).unwrap();
    assert!(uploads.list().iter().all(|one| one.number != slow));
}

#[test]
fn file_that_plays_is_not_removed() {
    let (uploads, now) = (uploads(), Instant::now());
    let number = uploads.begin("a", 1, now).unwrap();
    uploads.append(number, 0, b"x", now).unwrap();
    let (path, _, lease) = uploads.find(number).unwrap();
    check(uploads.remove(number), "playing");
    drop(lease);
    uploads.remove(number).unwrap();
    assert!(!path.exists());
}

#[test]
fn nothing_is_left_when_uploads_close() {
    let (uploads, now) = (uploads(), Instant::now());
    let number = uploads.begin("a", 1, now).unwrap();
    uploads.append(number, 0, b"x", now).unwrap();
    uploads.begin("b", 2, now).unwrap();
    let (path, ..) = uploads.find(number).unwrap();
    uploads.close();
    assert!(!path.parent().unwrap().exists());
    check(uploads.begin("c", 1, now), "no uploads");
    uploads.close();
}

#[test]
fn two_files_are_sent_at_once() {
    let limits = UploadLimits { file_bytes: 1 << 20, total_bytes: 4 << 20, ..LIMITS };
    let uploads = Uploads::new(limits, Box::new(TemporaryFolder::default()));
    let send = |byte: u8| {
        let number = uploads.begin("a", 1 << 20, Instant::now()).unwrap();
        for n in 0..1 << 10 {
            uploads.append(number, n << 10, &[byte; 1 << 10], Instant::now()).unwrap();
        }
        std::fs::read(uploads.find(number).unwrap().0).unwrap()
    };
    std::thread::scope(|scope| {
        let both = [1, 2].map(|byte| scope.spawn(move || (byte, send(byte))));
        for (byte, found) in both.map(|one| one.join().unwrap()) {
            assert!(found.len() == 1 << 20 && found.iter().all(|found| *found == byte));
        }
    });
}

/// A disk with room for a few bytes.
struct FullDisk(Arc<Mutex<(usize, Vec<u64>)>>);
struct FullFile(Arc<Mutex<(usize, Vec<u64>)>>);

impl Write for FullFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock();
        let written = bytes.len().min(state.0);
        state.0 -= written;
        if written == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(written) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl UploadDisk for FullDisk {
    fn create(&self, _: u64) -> io::Result<Box<dyn Write + Send>> {
        Ok(Box::new(FullFile(Arc::clone(&self.0))))
    }

    fn path_of(&self, _: u64) -> Option<PathBuf> {
        None
    }

    fn remove(&self, number: u64) {
        self.0.lock().1.push(number);
    }

    fn close(&self) {}
}

#[test]
fn upload_on_a_full_disk_is_told_and_removed() {
    let disk = Arc::new(Mutex::new((10, Vec::new())));
    let (uploads, now) = (Uploads::new(LIMITS, Box::new(FullDisk(Arc::clone(&disk)))), Instant::now());
    let number = uploads.begin("a", 20, now).unwrap();
    uploads.append(number, 0, &[0; 8], now).unwrap();
    check(uploads.append(number, 8, &[0; 8], now), "cannot be written, and was removed");
    assert_eq!((uploads.list(), &disk.lock().1), (vec![], &vec![number]));
    uploads.begin("b", 100, now).expect("its bytes are free again");
}
