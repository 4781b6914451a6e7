//! Where things are: the repository, cargo's output, the tools that the commands keep for themselves.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directories that every command works with, all absolute.
pub struct Place {
    /// The repository.
    pub root: PathBuf,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
    /// Tools, by name and version. Not under `target/`: every fresh clone would build them again.
    pub cache: PathBuf,
}

impl Place {
    /// Reads the environment that cargo gives to `cargo run`.
    pub fn find() -> Self {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        let cache = filled("XDG_CACHE_HOME")
            .or_else(|| filled("HOME").or_else(|| filled("USERPROFILE")).map(|home| home.join(".cache")))
            .unwrap_or_else(|| root.join("target"));
        Self { target: root.join(target), cache: cache.join("crosswalk"), root }
    }

    /// The built page.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A command that runs in the repository.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// The cargo that runs this program.
    pub fn cargo(&self) -> Command {
        self.command(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
    }

    /// The file `name` on the search path.
    pub fn on_path(&self, name: &str) -> Option<PathBuf> {
        let path = env::var_os("PATH")?;
        // Daemons live in sbin, which is not on everyone's path.
        let sbin = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        env::split_paths(&path).chain(sbin).map(|folder| folder.join(&file)).find(|file| file.is_file())
    }

    /// The search path with `first` before everything else and cargo's own folder at the end.
    pub fn path_with(&self, first: Vec<PathBuf>) -> OsString {
        let path = env::var_os("PATH").unwrap_or_default();
        let cargo = env::var_os("CARGO").and_then(|cargo| Some(Path::new(&cargo).parent()?.to_path_buf()));
        let all = first.into_iter().chain(env::split_paths(&path)).chain(cargo);
        env::join_paths(all).unwrap_or(path)
    }
}

/// A variable that holds an absolute path.
fn filled(name: &str) -> Option<PathBuf> {
    env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}
