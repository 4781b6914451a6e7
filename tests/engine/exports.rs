//! Exports of KESL with the exclusions that a test wants, and what the converter makes of them for clamd.

use crosswalk::ledger::Row;
use crosswalk::options::Options;
use crosswalk::watch::unwatched;
use crosswalk::{Conversion, convert, finding, interpret, read, vendor};

/// The tasks that an exclusion stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    Everywhere,
    RealTime,
    Scans,
    OneScan,
}

/// An exclusion of KESL: a path with masks for file names inside it, or such masks alone, which stand for the whole
/// system.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Empty for masks alone.
    pub path: String,
    pub masks: Vec<String>,
    pub stands: Stands,
}

impl Rule {
    pub fn new(path: String, masks: &[&str], stands: Stands) -> Self {
        Self { path, masks: masks.iter().map(|m| (*m).to_owned()).collect(), stands }
    }
}

/// Sections of the three tasks that scan files, and the exclusions that stand in each.
const TASKS: [(&str, &str, &str, &[Stands]); 3] = [
    ("MonitoringTask.item_0000", "File_Threat_Protection", "OAS", &[Stands::Everywhere, Stands::RealTime]),
    (
        "OnDemandTask.item_0000",
        "Scan_My_Computer",
        "ODS",
        &[Stands::Everywhere, Stands::Scans, Stands::OneScan],
    ),
    ("OnDemandTask.item_0001", "Weekly scan", "ODS", &[Stands::Everywhere, Stands::Scans]),
];

/// A value in the quotes that it needs.
fn quoted(value: &str) -> String {
    let quote = value.trim() != value || value.starts_with('"') || value.ends_with('"');
    if quote { format!("\"{value}\"") } else { value.to_owned() }
}

/// A full export, and which rule each of its exclusions is.
pub fn export(rules: &[Rule]) -> (String, Vec<usize>) {
    let mut text = "Version=11.1.0.3013\n\n[AppSettings]\nUseKSN=No\n".to_owned();
    let mut order = Vec::new();
    for (section, name, kind, stand) in TASKS {
        text.push_str(&format!(
            "\n[{section}]\nTaskName={name}\nTaskType={kind}\nActive=Yes\n\n[{section}.Settings]\n"
        ));
        let here = || rules.iter().enumerate().filter(|(_, r)| stand.contains(&r.stands));
        let alone: Vec<(usize, &String)> = here()
            .filter(|(_, r)| r.path.is_empty())
            .flat_map(|(i, r)| r.masks.iter().map(move |m| (i, m)))
            .collect();
        let switch = if alone.is_empty() { "No" } else { "Yes" };
        text.push_str(&format!("ScanArchived=Yes\nUseExcludeMasks={switch}\n"));
        for (nth, (index, mask)) in alone.into_iter().enumerate() {
            order.push(index);
            text.push_str(&format!("ExcludeMasks.item_{nth:04}={}\n", quoted(mask)));
        }
        let here = here().filter(|(_, r)| !r.path.is_empty());
        for (nth, (index, rule)) in here.enumerate() {
            order.push(index);
            let path = quoted(&rule.path);
            text.push_str(&format!("\n[{section}.Settings.ExcludedFromScanScope.item_{nth:04}]\n"));
            text.push_str(&format!("AreaDesc=Rule {index}\nUseScanArea=Yes\nPath={path}\n"));
            let all = ["*".to_owned()];
            let masks = if rule.masks.is_empty() { &all } else { rule.masks.as_slice() };
            for (nth, mask) in masks.iter().enumerate() {
                text.push_str(&format!("AreaMask.item_{nth:04}={}\n", quoted(mask)));
            }
        }
    }
    (text, order)
}

/// An export as it was converted.
pub struct Converted {
    pub conversion: Conversion,
    pub fragment: Vec<u8>,
    /// Option and value.
    pub entries: Vec<(&'static str, String)>,
    /// The rule of each row.
    pub order: Vec<usize>,
}

impl Converted {
    /// The rows of a rule, one for each task that it stands in; of masks alone, one for each mask.
    pub fn rows(&self, rule: usize) -> Vec<&Row> {
        let rows = self.conversion.rows.iter().filter(|r| r.kind == "exclusion");
        rows.zip(&self.order).filter(|(_, i)| **i == rule).map(|(r, _)| r).collect()
    }

    /// Whether a line for scans was written because of the rule.
    pub fn in_scans(&self, rule: usize) -> bool {
        self.rows(rule).iter().any(|r| r.written.iter().any(|w| w.entry.starts_with("ExcludePath ")))
    }
}

/// Decisions that let every looser row through.
pub const ALL_CODES: [&str; 5] = [
    finding::FOLDERS_TOO,
    finding::REALTIME_TO_ALL,
    finding::ONDEMAND_TO_ALL,
    finding::REALTIME_MASK_TO_ALL,
    finding::ONDEMAND_MASK_TO_ALL,
];

/// From the bytes of an export to the fragment, through the public front door.
pub fn converted(rules: &[Rule], accept: &[&str]) -> Converted {
    let (text, order) = export(rules);
    let reading = read("export.ini", text.as_bytes(), &mut unwatched).unwrap();
    let options = Options { accept: accept.iter().map(|c| (*c).to_owned()).collect(), ..Options::default() };
    let policy = interpret(&[&reading], &options.answers);
    let conversion = convert(&policy, vendor::find("clamav/conf").unwrap(), &options);
    let exclusions = conversion.rows.iter().filter(|r| r.kind == "exclusion").count();
    assert_eq!(exclusions, order.len(), "one row for each exclusion of the export");
    assert!(conversion.artefacts.len() <= 1);
    let fragment = conversion.artefacts.first().map_or_else(Vec::new, |a| a.bytes.clone());
    let entries = conversion.entries().map(|e| (e.list, e.value.clone())).collect();
    Converted { conversion, fragment, entries, order }
}
