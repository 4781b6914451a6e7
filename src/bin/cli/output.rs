//! Standard output, standard error, and files that appear whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use crosswalk::bundle::OutFile;
use crosswalk::{Finding, Refusal};

use super::{Outcome, Stop};

/// Writes text to standard output.
pub(crate) fn print(text: &str) -> Result<Outcome, Stop> {
    print_bytes(text.as_bytes())
}

/// Writes bytes to standard output. A reader that went away is no failure.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<Outcome, Stop> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::System(format!("standard output: {e}")))
        }
        _ => Ok(Outcome::default()),
    }
}

/// Pretty JSON with a line end.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// Says something on standard error.
pub(crate) fn complain(message: &str) {
    let _ = writeln!(std::io::stderr(), "crosswalk: {message}");
}

/// Says why an input is refused.
pub(crate) fn refusal(refusal: &Refusal) {
    let place = match (refusal.line, refusal.column) {
        (0, _) => refusal.input.clone(),
        (line, column) => format!("{}:{line}:{column}", refusal.input),
    };
    complain(&format!("{place}: {}: {}\n  {}", refusal.code, refusal.message, refusal.hint));
}

/// Says what is good to know about something that was brought.
pub(crate) fn note(note: &Finding) {
    complain(&format!("{}: {}: {}", note.origin.input, note.code, note.message));
}

/// Files that appear all together or not at all: each is written beside its place and moved there at the end. Nothing is
/// overwritten unless `force` is set, and that is found out before anything appears.
pub(crate) struct Files<'f> {
    folder: &'f Path,
    force: bool,
    /// Where each is, and where it goes.
    ready: Vec<(PathBuf, PathBuf)>,
}

fn failed(path: &Path, e: &std::io::Error) -> Stop {
    Stop::System(format!("{}: {e}", path.display()))
}

impl<'f> Files<'f> {
    /// Files below a folder.
    pub(crate) fn below(folder: &'f Path, force: bool) -> Self {
        Self { folder, force, ready: Vec::new() }
    }

    /// Writes a file beside its place.
    pub(crate) fn add(&mut self, file: &OutFile) -> Result<(), Stop> {
        let path = file.name.split('/').fold(self.folder.to_owned(), |p, part| p.join(part));
        if !self.force && path.exists() {
            return Err(Stop::System(format!("{} exists; use --force to overwrite it", path.display())));
        }
        let parent = path.parent().unwrap_or(self.folder);
        std::fs::create_dir_all(parent).map_err(|e| failed(parent, &e))?;
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        let beside = parent.join(name);
        self.ready.push((beside.clone(), path.clone()));
        std::fs::write(&beside, &file.bytes).map_err(|e| failed(&path, &e))
    }

    /// Moves all files to their places.
    pub(crate) fn appear(mut self) -> Result<(), Stop> {
        for (beside, path) in &self.ready {
            std::fs::rename(beside, path).map_err(|e| failed(path, &e))?;
        }
        self.ready.clear();
        Ok(())
    }
}

impl Drop for Files<'_> {
    fn drop(&mut self) {
        for (beside, _) in &self.ready {
            let _ = std::fs::remove_file(beside);
        }
    }
}
