//! The report: the ledger with its inputs, files and findings, in the form that `report.json` states. HTML and CSV are
//! rendered from this same value.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use sha2::{Digest, Sha256};

use crate::convert::Conversion;
use crate::finding::Finding;
use crate::intake::{Document, InputInfo, Reading, hex};
use crate::ledger::{Fate, Row, Written};
use crate::policy::Policy;

/// Everything a report says.
pub struct Report<'a> {
    /// The inputs.
    pub inputs: &'a [InputInfo],
    /// Target id, name and grade.
    pub target: Target,
    /// Vendor files.
    pub files: Vec<FileInfo<'a>>,
    /// How many rows have each fate.
    pub totals: [usize; 12],
    /// The ledger.
    pub rows: &'a [Row],
    /// Findings.
    pub findings: &'a [Finding],
    documents: Vec<&'a Document>,
}

/// The target in a report.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Target {
    /// `product/route`.
    pub id: &'static str,
    /// In plain words.
    pub name: &'static str,
    /// How well it is proven.
    pub grade: &'static str,
}

/// A vendor file in a report.
#[derive(Clone, Debug, Serialize)]
pub struct FileInfo<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its size.
    pub bytes: usize,
    /// Its SHA-256.
    pub sha256: String,
    /// How it is imported, one sentence.
    pub import: &'static str,
}

impl<'a> Report<'a> {
    /// The report of a conversion. `readings` are the inputs of the policy, in its order.
    pub fn new(readings: &[&'a Reading], policy: &'a Policy, conversion: &'a Conversion) -> Self {
        let info = conversion.route.info();
        let files = conversion.artefacts.iter().map(|a| FileInfo {
            name: Cow::Borrowed(&a.name),
            bytes: a.bytes.len(),
            sha256: hex(&Sha256::digest(&a.bytes)),
            import: "The steps are in IMPORT.txt",
        });
        Self {
            inputs: &policy.inputs,
            target: Target { id: info.id, name: info.name, grade: info.grade },
            files: files.collect(),
            totals: conversion.totals(),
            rows: &conversion.rows,
            findings: &conversion.findings,
            documents: readings.iter().map(|r| &r.document).collect(),
        }
    }

    /// Name of a row's input.
    pub fn input_name(&self, row: &Row) -> &str {
        self.inputs.get(row.input).map_or("", |i| i.name.as_str())
    }

    /// Line of a row's first leaf.
    pub fn line(&self, row: &Row) -> u32 {
        let document = self.documents.get(row.input);
        document.zip(row.leaves.first()).map_or(0, |(d, leaf)| d.leaf_line(leaf))
    }

    /// `report.json`, one row a line.
    pub fn json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.rows.len() * 512 + 4096);
        out.extend_from_slice(b"{\n");
        let tool = ToolInfo { name: crate::TOOL, version: crate::VERSION };
        field(&mut out, "tool", &tool);
        list(&mut out, "inputs", self.inputs.iter());
        field(&mut out, "target", &self.target);
        list(&mut out, "files", self.files.iter());
        field(&mut out, "totals", &Totals(self.totals));
        list(&mut out, "settings", self.rows.iter().map(|row| Setting { report: self, row }));
        list(&mut out, "findings", self.findings.iter());
        // The last field has no comma behind it.
        if out.ends_with(b",\n") {
            out.truncate(out.len() - 2);
        }
        out.extend_from_slice(b"\n}\n");
        out
    }
}

#[derive(Serialize)]
struct ToolInfo {
    name: &'static str,
    version: &'static str,
}

fn field(out: &mut Vec<u8>, name: &str, value: &impl Serialize) {
    out.extend_from_slice(format!("\"{name}\":").as_bytes());
    // Writing to memory cannot fail, and no value here has a key that is not a string.
    let _ = serde_json::to_writer(&mut *out, value);
    out.extend_from_slice(b",\n");
}

fn list(out: &mut Vec<u8>, name: &str, values: impl Iterator<Item = impl Serialize>) {
    out.extend_from_slice(format!("\"{name}\":[").as_bytes());
    let mut any = false;
    for value in values {
        out.extend_from_slice(if any { b",\n" } else { b"\n" });
        let _ = serde_json::to_writer(&mut *out, &value);
        any = true;
    }
    out.extend_from_slice(if any { b"\n],\n" } else { b"],\n" });
}

struct Totals([usize; 12]);

impl Serialize for Totals {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(12))?;
        for (fate, count) in Fate::ALL.iter().zip(self.0) {
            map.serialize_entry(fate.word(), &count)?;
        }
        map.end()
    }
}

struct Setting<'r, 'a> {
    report: &'r Report<'a>,
    row: &'r Row,
}

#[derive(Serialize)]
struct SettingForm<'r> {
    id: &'r str,
    origin: Origin<'r>,
    kind: &'static str,
    source: &'r str,
    fate: Fate,
    code: &'static str,
    reason: &'r str,
    example: Option<&'r str>,
    decision: Option<&'static str>,
    written: &'r [Written],
}

#[derive(Serialize)]
struct Origin<'r> {
    input: &'r str,
    line: u32,
    leaves: LeafPaths<'r>,
}

impl Serialize for Setting<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let row = self.row;
        SettingForm {
            id: &row.id,
            origin: Origin {
                input: self.report.input_name(row),
                line: self.report.line(row),
                leaves: LeafPaths { document: self.report.documents.get(row.input).copied(), row },
            },
            kind: row.kind,
            source: &row.source,
            fate: row.fate,
            code: row.code,
            reason: &row.reason,
            example: row.example.as_deref(),
            decision: row.decision,
            written: &row.written,
        }
        .serialize(to)
    }
}

struct LeafPaths<'r> {
    document: Option<&'r Document>,
    row: &'r Row,
}

impl Serialize for LeafPaths<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut seq = to.serialize_seq(Some(self.row.leaves.len()))?;
        let mut path = String::with_capacity(128);
        if let Some(document) = self.document {
            for leaf in self.row.leaves.iter() {
                path.clear();
                document.leaf_path(leaf, &mut path);
                seq.serialize_element(&path)?;
            }
        }
        seq.end()
    }
}
