//! What a user takes away: vendor files, import steps, and the report in three forms. Both doors call the same
//! functions, so the page's files and the command line's are the same to the byte.

mod csv;
mod html;
pub mod report;
mod sanitise;
mod zip;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::convert::Conversion;
use crate::intake::Reading;
use crate::policy::Policy;
use crate::vendor::existing;
pub use sanitise::sanitised;
pub use zip::zip;

/// A file with its path inside the output, `/` between folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// Path.
    pub name: String,
    /// Bytes.
    pub bytes: Vec<u8>,
}

/// Name of the file with the import steps.
pub const STEPS: &str = "IMPORT.txt";

/// All files of one conversion: vendor files, [`STEPS`], `report.json`, `report.html`, `report.csv`, and
/// [`existing::FILE`] where something was given to compare.
pub fn files(readings: &[&Reading], policy: &Policy, conversion: &Conversion) -> Vec<OutFile> {
    let report = report::Report::new(readings, policy, conversion);
    let mut out: Vec<OutFile> = conversion
        .artefacts
        .iter()
        .map(|a| OutFile { name: a.name.to_string(), bytes: a.bytes.clone() })
        .collect();
    out.push(OutFile { name: STEPS.to_owned(), bytes: steps(conversion).into_bytes() });
    out.push(OutFile { name: "report.json".to_owned(), bytes: report.json() });
    out.push(OutFile { name: "report.html".to_owned(), bytes: html::render(&report).into_bytes() });
    out.push(OutFile { name: "report.csv".to_owned(), bytes: csv::render(&report).into_bytes() });
    if !conversion.compared.is_empty() {
        let bytes = csv::comparison(&conversion.compared).into_bytes();
        out.push(OutFile { name: existing::FILE.to_owned(), bytes });
    }
    out
}

fn steps(conversion: &Conversion) -> String {
    let info = conversion.route.info();
    let mut text = format!("{}\n\n", info.name);
    if conversion.artefacts.is_empty() {
        text.push_str("No vendor file was written. report.html says why.\n\n");
    } else {
        for (n, step) in info.steps.iter().enumerate() {
            text.push_str(&format!("{}. {step}\n", n + 1));
        }
        text.push_str(&format!("\nHow well this is proven: {}\n", info.grade));
    }
    text.push_str("\nCrosswalk is not affiliated with any vendor named here.\n");
    text
}

/// The output for one input (or one merged policy) and one route.
pub struct Part {
    /// Name of the input.
    pub input: String,
    /// Target id.
    pub target: &'static str,
    /// Its files.
    pub files: Vec<OutFile>,
}

/// Arranges the output where nobody tells customers apart: [`forest`] with none.
pub fn tree(parts: Vec<Part>, single: bool) -> Vec<OutFile> {
    forest(parts.into_iter().map(|part| (String::new(), part)).collect(), single)
}

/// Arranges the output. `single` (one input was given and there is one part): its files at the top. Otherwise
/// `<input>/<product>-<route>/`, below `<customer>/` where there is one, and `index.json`.
///
/// Customers are those of [`crate::intake::batch::customers`]: folder names, each different from the others and from
/// those of inputs without a customer.
pub fn forest(parts: Vec<(String, Part)>, single: bool) -> Vec<OutFile> {
    if single {
        return parts.into_iter().flat_map(|(_, p)| p.files).collect();
    }
    let mut forest = Forest::default();
    let mut out = Vec::new();
    for (customer, part) in parts {
        out.extend(forest.place(&customer, part));
    }
    out.push(forest.index());
    out
}

/// The same part by part, for a door that writes each as soon as it is made: forty customers need the memory of one.
#[derive(Debug, Default)]
pub struct Forest {
    index: Vec<serde_json::Value>,
}

impl Forest {
    /// The files of a part at their places.
    pub fn place(&mut self, customer: &str, part: Part) -> Vec<OutFile> {
        let below = if customer.is_empty() { String::new() } else { format!("{customer}/") };
        let folder = format!("{below}{}/{}", part.input, part.target.replace('/', "-"));
        let names: Vec<String> = part.files.iter().map(|f| format!("{folder}/{}", f.name)).collect();
        self.index.push(json!({"customer": customer, "input": part.input, "target": part.target, "folder": folder, "files": names}));
        part.files.into_iter().zip(names).map(|(f, name)| OutFile { name, ..f }).collect()
    }

    /// `index.json`.
    pub fn index(self) -> OutFile {
        let index = json!({"tool": {"name": crate::TOOL, "version": crate::VERSION}, "parts": self.index});
        let mut bytes = serde_json::to_vec_pretty(&index).unwrap_or_default();
        bytes.push(b'\n');
        OutFile { name: "index.json".to_owned(), bytes }
    }
}

/// Gives inputs of the same name different ones, in order.
pub fn name_inputs<'r>(readings: impl Iterator<Item = &'r mut Reading>) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    // How often a name came: where a batch has a thousand files of one name, the search begins behind those taken.
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for reading in readings {
        let plain = reading.input.name.clone();
        let time = times.entry(plain.clone()).or_insert(0);
        while !taken.insert(reading.input.name.clone()) {
            *time += 1;
            reading.input.name = format!("{plain} ({})", *time + 1);
        }
    }
}
