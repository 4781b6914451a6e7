//! Tools that rustup and cargo bring: the WebAssembly target, clippy, Trunk, wasm-bindgen, cargo-deny.
//!
//! Each tool is kept by name and version in `~/.cache/crosswalk`. One of the right version that is on the search
//! path already is used as it is.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use crate::place::Place;
use crate::run;

/// A program from the crate registry.
pub struct Tool {
    /// The crate, and the folder in the cache.
    package: &'static str,
    /// The program to ask for its version.
    binary: &'static str,
    version: &'static str,
    /// How long it takes to compile on two cores.
    usual: &'static str,
}

/// Puts the page together. 0.22 wants a later Rust than ours.
pub const TRUNK: Tool =
    Tool { package: "trunk", binary: "trunk", version: "0.21.14", usual: "2 to 3 minutes" };

/// Makes the glue between the page and the module. Must be of the same version as the crate in Cargo.lock.
pub const WASM_BINDGEN: Tool =
    Tool { package: "wasm-bindgen-cli", binary: "wasm-bindgen", version: "0.2.129", usual: "1 minute" };

/// Checks licences and sources of the crates that we use.
pub const DENY: Tool =
    Tool { package: "cargo-deny", binary: "cargo-deny", version: "0.20.2", usual: "1 to 2 minutes" };

const TARGET: &str = "wasm32-unknown-unknown";

/// Settings that make tools compile in a quarter of the time. They are fast enough without optimisation.
const QUICK: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
];

/// Everything that building the page takes.
pub fn prepare_page(place: &Place) -> Result<(), String> {
    rust_target(place)?;
    install(place, &[&TRUNK, &WASM_BINDGEN])
}

/// The folders of our tools, to go on the search path of what needs them.
pub fn folders(place: &Place, tools: &[&Tool]) -> Vec<PathBuf> {
    tools.iter().filter_map(|tool| Some(tool.find(place)?.parent()?.to_path_buf())).collect()
}

/// Adds the WebAssembly target to the toolchain, where it is missing.
pub fn rust_target(place: &Place) -> Result<(), String> {
    let library = run::output(place.command("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    if library.is_some_and(|folder| PathBuf::from(folder).is_dir()) {
        return Ok(());
    }
    println!("Adding the target {TARGET} to the Rust toolchain (a few seconds, 20 MB)");
    run::run(place.command("rustup").args(["target", "add", TARGET]))
        .map_err(|why| format!("{why}\nWithout rustup, install Rust's standard library for {TARGET} by hand"))
}

/// Adds the components that read the source to the toolchain, where they are missing.
pub fn rust_components(place: &Place) -> Result<(), String> {
    let works = |command: &str| run::output(place.cargo().args([command, "--version"])).is_some();
    if works("fmt") && works("clippy") {
        return Ok(());
    }
    println!("Adding rustfmt and clippy to the Rust toolchain (a few seconds, 30 MB)");
    run::run(place.command("rustup").args(["component", "add", "rustfmt", "clippy"]))
        .map_err(|why| format!("{why}\nWithout rustup, install rustfmt and clippy of this Rust by hand"))
}

/// Installs the tools that are missing, in the cache.
pub fn install(place: &Place, tools: &[&Tool]) -> Result<(), String> {
    let missing: Vec<_> = tools.iter().filter(|tool| tool.find(place).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing in {}, once:", place.cache.display());
    for tool in &missing {
        println!("  {} {}, usually {} on two cores", tool.package, tool.version, tool.usual);
    }
    // One folder for all: the tools have many crates in common.
    let build = place.cache.join("build");
    fs::create_dir_all(&build).map_err(|why| format!("{}: {why}", build.display()))?;
    for tool in &missing {
        let started = Instant::now();
        run::run(&mut tool.install(place, &build))?;
        if tool.find(place).is_none() {
            return Err(format!(
                "{} was installed, but does not say that it is {}",
                tool.package, tool.version
            ));
        }
        println!("{} {} installed in {} s", tool.package, tool.version, started.elapsed().as_secs());
    }
    // Half a gigabyte that nobody needs any more. If it cannot be removed, it stays.
    let _ = fs::remove_dir_all(&build);
    Ok(())
}

impl Tool {
    /// The program, of the right version: from the search path or from the cache.
    pub fn find(&self, place: &Place) -> Option<PathBuf> {
        let kept =
            self.folder(place).join("bin").join(format!("{}{}", self.binary, std::env::consts::EXE_SUFFIX));
        let right = |program: &PathBuf| {
            run::output(Command::new(program).arg("--version"))
                .is_some_and(|words| words.split_whitespace().any(|word| word == self.version))
        };
        std::iter::once(kept).chain(place.on_path(self.binary)).filter(|file| file.is_file()).find(right)
    }

    fn folder(&self, place: &Place) -> PathBuf {
        place.cache.join(format!("{}-{}", self.binary, self.version))
    }

    fn install(&self, place: &Place, build: &PathBuf) -> Command {
        let mut command = place.cargo();
        command
            .args(["install", self.package, "--version", self.version, "--locked", "--no-default-features"])
            .arg("--root")
            .arg(self.folder(place))
            .arg("--target-dir")
            .arg(build)
            // Not in the repository: its settings are not the tool's.
            .current_dir(&place.cache)
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("CARGO_BUILD_TARGET")
            .envs(QUICK);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(file: &str) -> String {
        fs::read_to_string(Place::find().root.join(file)).unwrap()
    }

    #[test]
    fn trunk_is_the_one_that_the_page_asks_for() {
        let wanted = format!("trunk-version = \"={}\"", TRUNK.version);
        assert!(
            repository("Trunk.toml").lines().any(|line| line == wanted),
            "Trunk.toml does not say {wanted}"
        );
    }

    #[test]
    fn wasm_bindgen_equals_its_crate() {
        let wanted = format!("name = \"wasm-bindgen\"\nversion = \"{}\"\n", WASM_BINDGEN.version);
        assert!(repository("Cargo.lock").contains(&wanted), "Cargo.lock has another wasm-bindgen");
    }
}
