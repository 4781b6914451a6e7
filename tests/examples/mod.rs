//! The examples of the rules, where they lie beside the project. Where they are missing the tests say so and pass.

use super::common::shared;
use super::oracle::{LANGUAGES, Verdict};

/// A line of the examples, with its setting as flags.
pub struct Example {
    pub language: String,
    pub mask: String,
    pub flags: Vec<&'static str>,
    /// The one reading that the line speaks of; `None`: both.
    pub wide: Option<bool>,
    pub path: String,
    pub verdict: Verdict,
    pub at: usize,
}

/// The examples of the languages that are judged here.
pub fn all() -> Vec<Example> {
    let Some(folder) = shared("conformance") else { return Vec::new() };
    let text = std::fs::read_to_string(folder.join("mask-examples.tsv")).unwrap();
    let mut out = Vec::new();
    for (n, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [language, mask, setting, path, verdict, certainty] = cells[..] else { panic!("line {}", n + 1) };
        if !LANGUAGES.iter().any(|(id, _)| *id == language) {
            continue;
        }
        let (flags, reading): (&[&str], _) = match setting {
            "sub-folders off" => (&["no-subfolders"], None),
            "sub-folders on" => (&["subfolders"], None),
            "older reading" => (&[], Some(true)),
            s if s.starts_with("newer reading") => (&["no-subfolders"], Some(false)),
            "process" => (&["process"], None),
            "folder" if language == "sentinelone" => (&["folder"], None),
            "subfolders" => (&["subfolders"], None),
            s if s.starts_with("file") && language == "sentinelone" => (&["file"], None),
            _ => (&[], None),
        };
        // A variable stays as it is written.
        let path = match mask.split('\\').next() {
            Some("%ALLUSERSPROFILE%") => path.replacen(r"C:\ProgramData", "%ALLUSERSPROFILE%", 1),
            Some("%PROGRAMFILES%") => path.replacen(r"c:\Program Files", "%PROGRAMFILES%", 1),
            _ => path.to_owned(),
        };
        let proven = matches!(certainty, "C" | "D");
        out.push(Example {
            language: language.to_owned(),
            mask: mask.to_owned(),
            flags: flags.to_vec(),
            wide: reading.or_else(|| (!proven).then_some(false)),
            path,
            verdict: match verdict {
                "yes" => Verdict::Yes,
                "no" => Verdict::No,
                "invalid" => Verdict::Invalid,
                other => panic!("line {}: {other}", n + 1),
            },
            at: n + 1,
        });
    }
    assert!(out.len() > 100, "{} examples", out.len());
    out
}
