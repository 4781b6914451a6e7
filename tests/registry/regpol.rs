//! The package `regpol` (PyPI, MIT) as a reader of `Registry.pol`: somebody else's code.
//!
//! `cargo xtask setup` and `cargo xtask test` put it, by version and hash, into the cache folder; `CROSSWALK_REGPOL` names
//! another folder that holds it. Without Python or the package the tests say that they were skipped; with
//! `CROSSWALK_JUDGES=required` they fail.
//!
//! It divides a record at each `;`, and looks for that byte by byte: a name with `;`, or with a character from U+3B00 to U+3BFF
//! before a NUL or a character U+xx00, is more than it can read.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;

use super::{Data, Value, Values};

/// Version that the repository asks for.
pub const VERSION: &str = "0.1.2";

/// The reader.
pub struct Regpol(PathBuf);

/// The reader; `None` when it is missing and nobody demands it.
pub fn regpol() -> Option<Regpol> {
    let named = std::env::var_os("CROSSWALK_REGPOL").map(PathBuf::from);
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let cache = || absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let folder = named.or_else(|| Some(cache()?.join(format!("crosswalk/regpol-{VERSION}"))));
    let found = folder.filter(|folder| {
        folder.join(format!("regpol-{VERSION}.dist-info")).is_dir()
            && Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success())
    });
    let required = std::env::var("CROSSWALK_JUDGES").is_ok_and(|wish| wish == "required");
    let help = format!("python3 and its package regpol {VERSION} are needed: cargo xtask setup");
    assert!(found.is_some() || !required, "CROSSWALK_JUDGES=required, but {help}");
    if found.is_none() {
        println!("skipped: {help}");
    }
    found.map(Regpol)
}

impl Regpol {
    /// What it reads from each of these files.
    pub fn read(&self, files: &[Vec<u8>]) -> Vec<Values> {
        let folder = tempfile::tempdir().unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/registry/read_pol.py");
        let mut answers = Vec::new();
        // So many names fit into one command line.
        for (at, some) in files.chunks(200).enumerate() {
            let mut python = Command::new("python3");
            python.arg(script).env("PYTHONPATH", &self.0).env("PYTHONDONTWRITEBYTECODE", "1");
            for (n, bytes) in some.iter().enumerate() {
                let path = folder.path().join(format!("{at}-{n}.pol"));
                std::fs::write(&path, bytes).unwrap();
                python.arg(path);
            }
            let output = python.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let text = String::from_utf8(output.stdout).unwrap();
            answers.extend(text.lines().map(|line| values(&serde_json::from_str(line).unwrap())));
        }
        assert_eq!(answers.len(), files.len());
        answers
    }
}

fn values(answer: &Json) -> Values {
    if let Some(why) = answer["error"].as_str() {
        return Err(why.to_owned());
    }
    answer["values"].as_array().unwrap().iter().map(value).collect()
}

fn value(read: &Json) -> Result<Value, String> {
    let text = |at: usize| {
        let text = read[at].as_str().ok_or("no text")?;
        text.strip_suffix('\0').ok_or_else(|| format!("{text:?} has no NUL at its end"))
    };
    let hex = read[4].as_str().unwrap();
    let data: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    if read[3].as_u64() != Some(data.len() as u64) {
        return Err("the size is not that of the data".to_owned());
    }
    let data = match (read[2].as_u64(), data.as_slice()) {
        (Some(4), [a, b, c, d]) => Data::Dword(u32::from_le_bytes([*a, *b, *c, *d])),
        (Some(1), data) if data.len().is_multiple_of(2) => {
            let units: Vec<u16> = data.chunks(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
            let text = String::from_utf16(&units).map_err(|_| "half a surrogate pair")?;
            Data::Text(text.strip_suffix('\0').ok_or("no NUL at the end")?.to_owned())
        }
        (kind, data) => return Err(format!("type {kind:?} with {} bytes", data.len())),
    };
    Ok(Value::new(text(0)?, text(1)?, data))
}
