//! Panics: faults of the program, which are logged and counted.
//!
//! Not here: their consequence. A panic in a session ends that session alone; without feed or publisher the program
//! ends.

use std::any::Any;
use std::backtrace::Backtrace;
use std::collections::BTreeSet;
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

static PANICS: AtomicU64 = AtomicU64::new(0);

/// The places of the code that have panicked. It has at most as many entries as the code has places.
static PLACES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Logs and counts each panic of the process from now on, instead of printing it. Only the first panic of each place
/// has a backtrace, so that a client who causes the same one again and again cannot fill the log.
pub fn watch_panics() {
    panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        let at = panic.location().map(|at| format!("{}:{}:{}", short_path(at.file()), at.line(), at.column()));
        let at = at.unwrap_or_default();
        let thread = std::thread::current().name().unwrap_or("?").to_owned();
        let text = text_of(panic.payload());
        if PLACES.lock().insert(at.clone()) {
            let backtrace = short_paths(&Backtrace::capture().to_string());
            tracing::error!(%at, thread, panic = text, %backtrace, "tickcast has panicked; please report this");
        } else {
            tracing::error!(%at, thread, panic = text, "tickcast has panicked at the same place again");
        }
    }));
}

/// The text that `panic!` was given: a literal or a formatted string.
fn text_of(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Shortens the paths of a backtrace, in which a line with a path begins with `at`.
fn short_paths(backtrace: &str) -> String {
    let short = |line: &str| match line.split_once("at ") {
        Some((indent, path)) if indent.trim().is_empty() => format!("{indent}at {}\n", short_path(path)),
        _ => format!("{line}\n"),
    };
    backtrace.lines().map(short).collect()
}

/// Leaves out the folders of the machine that built the program, as `--remap-path-prefix` does.
fn short_path(path: &str) -> String {
    let path = path.replace('\\', "/");
    let below = |folder: &str| path.split_once(folder).map(|(_, rest)| rest);
    // A registry or a checkout has one more folder, with a hash in its name.
    let dependency = below("/registry/src/").or_else(|| below("/git/checkouts/")).and_then(|rest| rest.split_once('/'));
    let own = || path.rfind("/src/").map(|at| &path[at + 1..]);
    let short = match (dependency, path.find("/library/")) {
        (Some((_, rest)), _) => rest,
        (None, Some(at)) => &path[at + 1..],
        // Within this project.
        (None, None) if !path.starts_with(['/', '.']) && !path.contains(":/") => &path,
        (None, None) => own().or_else(|| path.rsplit('/').next()).unwrap_or_default(),
    };
    short.to_owned()
}

/// The number of panics since the start.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_leaves_out_the_build_machine() {
        for (path, expected) in [
            (
                "/root/.cargo/registry/src/index.crates.io-1949cf/http-1.5.0/src/uri/path.rs:71:18",
                "http-1.5.0/src/uri/path.rs:71:18",
            ),
            (
                "C:\\Users\\ann\\.cargo\\registry\\src\\index.crates.io-1949cf\\http-1.5.0\\src\\lib.rs",
                "http-1.5.0/src/lib.rs",
            ),
            ("/home/ann/.cargo/git/checkouts/warp-77/0d1/src/lib.rs", "0d1/src/lib.rs"),
            ("/rustc/59807616e1/library/core/src/panicking.rs:80:14", "library/core/src/panicking.rs:80:14"),
            ("/home/ann/src/tickcast/src/server/mod.rs:9:1", "src/server/mod.rs:9:1"),
            ("./src/server/mod.rs:9:1", "src/server/mod.rs:9:1"),
            ("src/server/mod.rs:9:1", "src/server/mod.rs:9:1"),
            ("tests/it/main.rs:9:1", "tests/it/main.rs:9:1"),
            ("C:/ann/tickcast/src/main.rs", "src/main.rs"),
            ("/build/x/clone3.S:81", "clone3.S:81"),
        ] {
            assert_eq!(short_path(path), expected, "{path}");
        }
    }

    #[test]
    fn backtrace_keeps_its_lines_and_names() {
        let backtrace =
            "   0: tickcast::server::at home\n             at /tmp/build/src/server/mod.rs:9:1\n   1: main\n";
        let expected = "   0: tickcast::server::at home\n             at src/server/mod.rs:9:1\n   1: main\n";
        assert_eq!(short_paths(backtrace), expected);
    }
}
