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

/// Writes all files below a folder. Each is written beside its place and moved there; nothing is overwritten unless
/// `force` is set, and that is found out before anything is written.
pub(crate) fn write_all(folder: &Path, files: &[OutFile], force: bool) -> Result<(), Stop> {
    let path_of =
        |file: &OutFile| -> PathBuf { file.name.split('/').fold(folder.to_owned(), |p, part| p.join(part)) };
    if !force && let Some(there) = files.iter().map(path_of).find(|p| p.exists()) {
        return Err(Stop::System(format!("{} exists; use --force to overwrite it", there.display())));
    }
    let failed = |path: &Path, e: std::io::Error| Stop::System(format!("{}: {e}", path.display()));
    let mut ready: Vec<(PathBuf, PathBuf)> = Vec::new();
    let result = (|| {
        for file in files {
            let path = path_of(file);
            let parent = path.parent().unwrap_or(folder);
            std::fs::create_dir_all(parent).map_err(|e| failed(parent, e))?;
            let mut name = std::ffi::OsString::from(".");
            name.push(path.file_name().unwrap_or_default());
            name.push(format!(".{}.part", std::process::id()));
            let beside = parent.join(name);
            ready.push((beside.clone(), path.clone()));
            std::fs::write(&beside, &file.bytes).map_err(|e| failed(&path, e))?;
        }
        for (beside, path) in &ready {
            std::fs::rename(beside, path).map_err(|e| failed(path, e))?;
        }
        Ok(())
    })();
    if result.is_err() {
        for (beside, _) in &ready {
            let _ = std::fs::remove_file(beside);
        }
    }
    result
}
