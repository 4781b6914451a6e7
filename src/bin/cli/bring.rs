//! What the arguments name: files, folders with all below them, ZIP archives with all in them. Each file is read by
//! itself and gets the customer that [`crosswalk::intake::batch`] says.

use std::io::Read;
use std::path::{Path, PathBuf};

use crosswalk::intake::archive::{Archive, Piece, is_zip};
use crosswalk::intake::batch::{Brought, customers, leftover};
use crosswalk::watch::unwatched;
use crosswalk::{Finding, Reading, Refusal, finding, read, text};

use super::{Stop, output};

/// One input that was read.
pub(crate) struct Input {
    /// Whose it is; empty for a file by itself.
    pub(crate) customer: String,
    pub(crate) reading: Reading,
}

/// Everything that was brought.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) inputs: Vec<Input>,
    pub(crate) refused: Vec<Refusal>,
    /// A folder or an archive was among the arguments.
    pub(crate) containers: bool,
    /// Root and path of each input, as long as customers are not known.
    paths: Vec<(usize, String)>,
}

impl Batch {
    /// The inputs of each customer, in the order in which the customers appear.
    pub(crate) fn by_customer(&self) -> Vec<(&str, Vec<&Reading>)> {
        let mut groups: Vec<(&str, Vec<&Reading>)> = Vec::new();
        for input in &self.inputs {
            match groups.iter_mut().find(|(customer, _)| *customer == input.customer) {
                Some((_, readings)) => readings.push(&input.reading),
                None => groups.push((&input.customer, vec![&input.reading])),
            }
        }
        groups
    }

    fn refuse(&mut self, refusal: Refusal) {
        output::refusal(&refusal);
        self.refused.push(refusal);
    }

    /// Reads one file, or what an archive holds.
    fn take(&mut self, root: usize, path: &str, bytes: &[u8]) {
        if !is_zip(bytes) {
            return self.read(root, path, bytes);
        }
        self.containers = true;
        match Archive::open(path, bytes) {
            Ok(archive) => {
                for piece in archive {
                    match piece {
                        Piece::File { path: inner, bytes } => {
                            self.read(root, &format!("{path}/{inner}"), &bytes)
                        }
                        Piece::Refused(refusal) => self.refuse(refusal),
                        Piece::Left(note) => output::note(&note),
                    }
                }
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    fn read(&mut self, root: usize, path: &str, bytes: &[u8]) {
        match read(path, bytes, &mut unwatched) {
            Ok(reading) => {
                self.inputs.push(Input { customer: String::new(), reading });
                self.paths.push((root, path.to_owned()));
            }
            Err(mut refusal) => {
                // In a batch, a name alone does not say which file it is.
                if path.contains('/') {
                    refusal.input = text::owned(path);
                }
                self.refuse(refusal);
            }
        }
    }

    /// Everything below a folder, in order of the names. Links are not followed.
    fn folder(&mut self, root: usize, folder: &Path, path: &str) -> Result<(), Stop> {
        let failed = |e: std::io::Error| Stop::System(format!("{}: {e}", folder.display()));
        let mut entries =
            std::fs::read_dir(folder).and_then(|all| all.collect::<Result<Vec<_>, _>>()).map_err(failed)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let inner = format!("{path}/{name}");
            let kind = entry.file_type().map_err(failed)?;
            if let Some(what) = leftover(&name) {
                output::note(&left_out(&inner, what));
            } else if kind.is_dir() {
                self.folder(root, &entry.path(), &inner)?;
            } else if kind.is_file() {
                let bytes = bytes_of(&entry.path())?;
                self.take(root, &inner, &bytes);
            } else {
                let mut refusal = Refusal::new(
                    finding::NOT_A_FILE,
                    "This is a link or a device, no file; links in folders are not followed",
                    "Name the file itself",
                );
                refusal.input = text::owned(inner);
                self.refuse(refusal);
            }
        }
        Ok(())
    }
}

/// Reads everything that the arguments name, in their order. Refusals and notes are said on standard error.
pub(crate) fn bring(files: &[PathBuf]) -> Result<Batch, Stop> {
    let mut batch = Batch::default();
    for (root, path) in files.iter().enumerate() {
        if path == Path::new("-") {
            let bytes = standard_input()?;
            batch.take(root, "stdin", &bytes);
        } else if path.is_dir() {
            batch.containers = true;
            batch.folder(root, path, &folder_name(path))?;
        } else {
            let bytes = bytes_of(path)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            batch.take(root, &name, &bytes);
        }
    }
    if batch.inputs.is_empty() && batch.refused.is_empty() {
        output::complain("no file was found; name the exports, their folder, or a ZIP of them");
    }
    let brought: Vec<Brought<'_>> =
        batch.paths.iter().map(|(root, path)| Brought { root: *root, path }).collect();
    for (input, customer) in batch.inputs.iter_mut().zip(customers(&brought)) {
        input.customer = customer;
    }
    // Names are made different among the inputs of one customer: nobody's name depends on another's files.
    let mut names: Vec<String> = batch.inputs.iter().map(|i| i.customer.clone()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let own = batch.inputs.iter_mut().filter(|i| i.customer == name);
        crosswalk::bundle::name_inputs(own.map(|i| &mut i.reading));
    }
    Ok(batch)
}

/// The name of a folder, also of `.` and `..`.
fn folder_name(path: &Path) -> String {
    let whole = path.file_name().map(PathBuf::from).or_else(|| {
        let whole = path.canonicalize().ok()?;
        whole.file_name().map(PathBuf::from)
    });
    whole.map_or_else(|| "folder".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn standard_input() -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|e| Stop::System(format!("standard input: {e}")))?;
    Ok(bytes)
}

pub(crate) fn bytes_of(path: &Path) -> Result<Vec<u8>, Stop> {
    std::fs::read(path).map_err(|e| Stop::System(format!("{}: {e}", path.display())))
}

/// A note about a file that is left out.
fn left_out(path: &str, what: &str) -> Finding {
    Finding {
        code: finding::LEFT_OUT,
        severity: finding::Severity::Info,
        origin: finding::Place { input: text::owned(path), line: 0 },
        message: format!("Not read: {what}"),
        hint: String::new(),
    }
}
