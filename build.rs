//! Builds the embedded page: npm installs the locked packages, and `web/build.js` bundles the sources with them.
//!
//! All output goes to `OUT_DIR`, so the source tree stays clean. npm runs only when the lock file has changed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web");
    let web = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("web");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    if let Err(reason) = install(&web, &out.join("npm")) {
        println!("cargo::error=the npm packages of the page could not be installed: {reason}");
        println!("cargo::error=install Node.js 20 or newer with npm (Debian: apt-get install nodejs npm)");
        println!("cargo::error=then check that npm can reach its registry, and build again");
    } else if let Err(reason) = bundle(&web, &out.join("npm"), &out.join("page")) {
        println!("cargo::error=the page could not be bundled: {reason}");
    }
}

/// Installs the locked packages into `npm`, unless they are there.
fn install(web: &Path, npm: &Path) -> Result<(), String> {
    let lock = read(&web.join("package-lock.json"))?;
    let stamp = npm.join("installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    fs::create_dir_all(npm).map_err(|error| format!("{}: {error}", npm.display()))?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(web.join(name), npm.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    // No install scripts: esbuild's program comes as a package of its own.
    run(Command::new(program)
        .args(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(npm))?;
    fs::write(&stamp, lock).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// Bundles the page into `page`.
fn bundle(web: &Path, npm: &Path, page: &Path) -> Result<(), String> {
    run(Command::new("node").arg(web.join("build.js")).args([npm, page]))
}

/// Runs a command; the error has its last lines of output.
fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{program} could not be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let is_error = |line: &&str| line.contains("npm error") || line.contains("npm ERR!") || line.contains("ERROR");
    let mut lines: Vec<&str> = text.lines().filter(is_error).take(4).collect();
    if lines.is_empty() {
        lines = text.lines().rev().filter(|line| !line.trim().is_empty()).take(4).collect();
        lines.reverse();
    }
    Err(format!("{program} ended with {}: {}", output.status, lines.join("; ")))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
