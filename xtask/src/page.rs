//! Building the page with Trunk.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::place::Place;
use crate::run;
use crate::tools::{self, TRUNK, WASM_BINDGEN};

/// Trunk's word for the page as it is published. Without it the page is built faster, and is slow.
pub const PUBLISHED: &[&str] = &["--release"];

/// Cargo's profile for the published page; www/index.html names it to Trunk.
pub const PROFILE: &str = "page";

/// Builds the page in `dist/`.
pub fn build(place: &Place, profile: &[&str]) -> Result<(), String> {
    tools::prepare_page(place)?;
    println!("Building the page; the first time that usually takes a minute on two cores.");
    run::run(trunk(place, "build").args(profile))
}

/// Trunk, with its tools on the search path.
pub fn trunk(place: &Place, command: &str) -> Command {
    let mut trunk = place.command("trunk");
    trunk.arg(command);
    if crates_are_here(place) {
        trunk.arg("--offline");
    }
    trunk
        .env("PATH", place.path_with(tools::folders(place, &[&TRUNK, &WASM_BINDGEN])))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", same_bytes_everywhere(place))
        // For the flags above cargo would build everything again after a plain `trunk build`, and the other way.
        .env("CARGO_TARGET_DIR", place.target.join("site"))
        // Trunk reads it as true or false only.
        .env_remove("NO_COLOR");
    trunk
}

/// Whether cargo has all crates already and need not ask the registry.
fn crates_are_here(place: &Place) -> bool {
    run::output(place.cargo().args(["fetch", "--locked", "--offline", "--quiet"])).is_some()
}

/// The compiler writes the paths of crates into the module, for panic messages. Without the builder's own folders
/// the module tells nothing about the builder, and has the same size wherever it is built.
fn same_bytes_everywhere(place: &Place) -> String {
    let home = |name: &str| env::var_os(name).map(PathBuf::from);
    let cargo =
        home("CARGO_HOME").or_else(|| Some(home("HOME").or_else(|| home("USERPROFILE"))?.join(".cargo")));
    let crates = cargo.map(|cargo| format!("--remap-path-prefix={}=/cargo", cargo.display()));
    let root = format!("--remap-path-prefix={}=/crosswalk", place.root.display());
    // The flags are separated by spaces: a path with a space cannot be said, and is left as it is.
    crates.into_iter().chain([root]).filter(|flag| !flag.contains(' ')).collect::<Vec<_>>().join(" ")
}
