//! Fetches the chart library and the typeface with npm, as `web/package-lock.json` locks it, into `OUT_DIR`.
//!
//! The source tree stays clean. npm runs only when the lock file has changed or a file is missing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What is taken from `node_modules`, and its name below `/lib/`.
const TAKEN: [(&str, &str); 4] = [
    ("lightweight-charts/dist/lightweight-charts.standalone.production.mjs", "lightweight-charts.mjs"),
    ("lightweight-charts/LICENSE", "lightweight-charts.LICENSE"),
    ("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2", "inter.woff2"),
    ("@fontsource-variable/inter/LICENSE", "inter.LICENSE"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web");
    let web = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("web");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    if let Err(reason) = provide(&web, &out.join("npm"), &out.join("npm-assets")) {
        println!("cargo::error=the chart library and the typeface could not be fetched: {reason}");
        println!(
            "cargo::error=install Node.js 20 or newer with npm (Debian: apt-get install nodejs npm), check that npm reaches its registry, and build again"
        );
    }
}

fn provide(web: &Path, npm: &Path, assets: &Path) -> Result<(), String> {
    let lock = read(&web.join("package-lock.json"))?;
    let stamp = npm.join("installed-lock.json");
    let complete = TAKEN.iter().all(|(_, name)| assets.join(name).exists());
    if complete && fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    create(npm)?;
    create(assets)?;
    for name in ["package.json", "package-lock.json"] {
        copy(&web.join(name), &npm.join(name))?;
    }
    install(npm)?;
    for (from, name) in TAKEN {
        copy(&npm.join("node_modules").join(from), &assets.join(name))?;
    }
    fs::write(&stamp, lock).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn install(npm: &Path) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let arguments = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
    let output = Command::new(program).args(arguments).current_dir(npm).output();
    let output = output.map_err(|error| format!("npm could not be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let is_error = |line: &&str| line.starts_with("npm error") || line.starts_with("npm ERR!");
    let mut said: Vec<&str> = text.lines().filter(is_error).take(4).collect();
    if said.is_empty() {
        said = text.lines().rev().take(4).collect();
        said.reverse();
    }
    Err(format!("npm ci ended with {}: {}", output.status, said.join("; ")))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn create(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(|_| ()).map_err(|error| format!("{}: {error}", from.display()))
}
