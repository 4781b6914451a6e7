//! `KAV-WSEE-Settings`: Kaspersky Security for Windows Server, Embedded Systems Security, KICS for Nodes
//! (reference: kaspersky-windows, section 6).
//!
//! ```xml
//! <KAV-WSEE-Settings><Settings><TrustedZone><ExclutionRules>
//!   <element>
//!     <Enabled>yes</Enabled> <UseObjects>yes</UseObjects>
//!     <Objects><element><Type>4</Type><Path>D:\Data\*.mdf</Path></element></Objects>
//!     <UseThreatNameMasks>no</UseThreatNameMasks> <ThreatNameMasks/>
//!     <ApplyForFileMonitor>yes</ApplyForFileMonitor> …
//!   </element>
//! ```
//!
//! Paths are CONFIRMED, the set of elements is SHOWN. Names are compared without case and name space. A rule with several
//! objects becomes one item for each object, the first of which carries the leaves of the rule itself. Which product
//! wrote the file, and how "apply to subfolders" is stored, the bytes do not tell: both are questions. A rule with an
//! element of its own that is not known is not written, since it might narrow the rule.

mod network;
mod processes;
mod rules;

use std::ops::Range;

use super::{Part, Read, finding as note, machine};
use crate::finding::{self, Severity};
use crate::intake::xml::{NodeId, XmlDoc};
use crate::intake::{Document, Reading};
use crate::mask::{Language, Machine};
use crate::options::Answers;
use crate::policy::{Certainty, Component, Exclusion, Kind, Meaning, PathMask, Reach, State};
use rules::{Zone, incomplete};

/// Which product wrote the file.
pub const PRODUCT: &str = "ksws.product";
/// Whether folder masks take the folders below.
pub const SUBFOLDERS: &str = "ksws.subfolders";
/// What to do with rows that may be shipped defaults.
pub const DEFAULTS: &str = "ksws.defaults";

/// Whether the threat names are those that the console shows.
pub const THREATS: &str = "ksws.threats";
/// Whether the addresses are those that the console shows as excluded.
pub const ADDRESSES: &str = "ksws.addresses";

/// A public script that reads such exports takes the rows after this position; the number depends on the version.
const SHIPPED_OBJECTS: usize = 171;

/// Products of the family: answer, name.
const PRODUCTS: &[(&str, &str)] = &[
    ("ksws", "Kaspersky Security for Windows Server 10 or 11"),
    ("kess", "Kaspersky Embedded Systems Security"),
    ("kics", "Kaspersky Industrial CyberSecurity for Nodes"),
];

/// Elements of a rule that are understood.
const RULE_ELEMENTS: &[&str] = &[
    "__VersionInfo",
    "Enabled",
    "UseObjects",
    "UseThreatNameMasks",
    "Objects",
    "ThreatNameMasks",
    "Description",
];

/// Usage scope: tag, component. Tag to user-interface name is INFERRED from the name.
const APPLIES: &[(&str, Component)] = &[
    ("ApplyForFileMonitor", Component::OnAccess),
    ("ApplyForOnDemandScan", Component::OnDemand),
    ("ApplyForScriptChecker", Component::Script),
    ("ApplyForNetAppMonitor", Component::NetworkStorage),
    ("ApplyForICAPScanner", Component::Icap),
];

struct Told {
    machine: Machine,
    product: bool,
    subfolders: Option<bool>,
    /// Convert rows that may be shipped defaults; `None` = not answered.
    defaults: Option<bool>,
    /// Threat names were compared with the console; `None` = not answered.
    threats: Option<bool>,
}

/// Reads the settings or trusted zone of the family.
pub(super) fn read(reading: &Reading, answers: &Answers) -> Read {
    let Document::Xml(doc) = &reading.document else { return Read::default() };
    let mut part = Part::new(reading);
    let pick = |key: &str, options: &[&str]| part.answer(answers, key, options);
    let product = pick(PRODUCT, &["ksws", "kess", "kics"]);
    let subfolders = pick(SUBFOLDERS, &["yes", "no"]);
    let defaults = pick(DEFAULTS, &["convert", "leave"]);
    let about_machine = machine::told(&part, answers);
    let told = Told {
        machine: about_machine.machine,
        product: product.is_some(),
        subfolders: subfolders.as_deref().map(|a| a == "yes"),
        defaults: defaults.as_deref().map(|a| a == "convert"),
        threats: pick(THREATS, &["yes", "no"]).map(|a| a == "yes"),
    };
    product_info(&mut part, doc, product.as_deref());
    let mut zone = Zone { doc, told, objects: 0, total: 0, folders: 0, threats: Vec::new() };
    let rules = zone.rules();
    zone.total = rules.iter().map(|r| zone.objects_of(*r).count()).sum();
    for rule in &rules {
        zone.rule(&mut part, *rule);
    }
    questions(&mut part, &zone, product, subfolders, defaults);
    threat_question(&mut part, &zone);
    about_machine.ask(&mut part);
    network::read(&mut part, doc, answers);
    processes::read(&mut part, doc);
    trusted_zone_switches(&mut part, doc);
    let known = rules.len();
    part.read.findings.push(note(
        reading,
        finding::PARTIAL_LIST,
        Severity::Info,
        0,
        format!("Exclusion rules in the file: {known}. Rules set by a policy of Security Center may not be among them"),
        "Compare the number with the console",
    ));
    if doc.asides > 0 {
        part.read.findings.push(note(
            reading,
            finding::COMMENTS,
            Severity::Info,
            0,
            format!("Comments and processing instructions in the file: {}", doc.asides),
            "They are no settings and are not read",
        ));
    }
    let attacks = under(doc, &["RealTimeProtectionTasks", "NetworkAttackBlocker"]).map(|n| doc.leaves_of(n));
    let inside = |range: &Option<Range<u32>>, leaf: u32| range.as_ref().is_some_and(|r| r.contains(&leaf));
    part.finish(|leaf| {
        if doc.leaf_value(leaf).trim().is_empty() {
            None
        } else if inside(&attacks, leaf) {
            Some("Network attack blocker, content not established")
        } else {
            None
        }
    })
}

fn under(doc: &XmlDoc, path: &[&str]) -> Option<NodeId> {
    path.iter().try_fold(doc.root(), |at, name| doc.child(at, name))
}

fn yes(doc: &XmlDoc, node: Option<NodeId>) -> Option<bool> {
    match doc.value(node?).trim() {
        v if v.eq_ignore_ascii_case("yes") => Some(true),
        v if v.eq_ignore_ascii_case("no") => Some(false),
        _ => None,
    }
}

fn product_info(part: &mut Part<'_>, doc: &XmlDoc, product: Option<&str>) {
    let known = PRODUCTS.iter().find(|(key, _)| Some(*key) == product);
    part.read.product = known.map_or_else(
        || "Kaspersky server or embedded product, not told which".to_owned(),
        |(_, label)| (*label).to_owned(),
    );
    let Some(info) = doc.child(doc.root(), "ProductInfo") else { return };
    if let Some(version) = doc.child(info, "ProductVersion") {
        doc.value(version).trim().clone_into(&mut part.read.version);
    }
    for child in doc.children(info) {
        let leaves = part.claim([doc.leaves_of(child)]);
        part.push(
            leaves,
            Kind::Context,
            State::Active,
            Certainty::Shown,
            format!("{} = {}", doc.name(child), doc.value(child).trim()),
        );
    }
}

/// Asks whether the threat names are read as they are meant.
fn threat_question(part: &mut Part<'_>, zone: &Zone<'_>) {
    if zone.threats.is_empty() {
        return;
    }
    let some: Vec<&str> = zone.threats.iter().take(3).map(String::as_str).collect();
    let more = if zone.threats.len() > 3 { " …" } else { "" };
    let text = format!(
        "Does the console show these names as detected objects of the rules: {}{more}?",
        some.join(", ")
    );
    let answer = zone.told.threats.map(|yes| if yes { "yes" } else { "no" }.to_owned());
    part.ask(
        THREATS,
        &text,
        "How threat names are stored in this file is inferred. Open one rule in the console and compare",
        &[("yes", "Yes, these are the names"), ("no", "No, or I cannot tell: the rules stay with a person")],
        answer,
    );
}

/// Switches of the trusted zone beside the rules.
fn trusted_zone_switches(part: &mut Part<'_>, doc: &XmlDoc) {
    let Some(zone) = under(doc, &["Settings", "TrustedZone"]) else { return };
    for child in doc.children(zone) {
        let name = doc.name(child);
        let value = doc.value(child).trim();
        let (kind, source) = if name.eq_ignore_ascii_case("__VersionInfo") {
            (Kind::Context, "Structure version of the trusted zone".to_owned())
        } else if name.eq_ignore_ascii_case("TrustedProcessesEnabled") {
            let on = yes(doc, Some(child)).unwrap_or(true);
            (
                Kind::Setting { task: None, meaning: Meaning::ListSwitch(on) },
                format!("Trusted processes are used: {value}"),
            )
        } else if name.eq_ignore_ascii_case("TrustAllBackupReadOperations") {
            (
                Kind::Setting { task: None, meaning: Meaning::Other },
                format!("Read operations of backup programs are not scanned: {value}"),
            )
        } else if value.is_empty() && doc.children(child).next().is_none() {
            (Kind::Context, format!("{name} is empty"))
        } else {
            continue;
        };
        let leaves = part.claim([doc.leaves_of(child)]);
        part.push(leaves, kind, State::Active, Certainty::Shown, source);
    }
}

fn questions(
    part: &mut Part<'_>,
    zone: &Zone<'_>,
    product: Option<String>,
    subfolders: Option<String>,
    defaults: Option<String>,
) {
    if zone.total == 0 {
        return;
    }
    part.ask(
        PRODUCT,
        "Which product wrote this file?",
        "Three products share this file form. The title of the console you exported from says which one it was",
        PRODUCTS,
        product,
    );
    let folders = zone.folders > 0 || subfolders.is_some();
    if folders || zone.doc.text().contains('*') {
        part.ask(
            SUBFOLDERS,
            "Do the exclusions take the folders below, too?",
            "Open one exclusion in the console and look for \"Apply also to subfolders\" (or \"Use in subfolders\"). The file does not hold it",
            &[
                ("yes", "Yes, sub-folders are excluded, too"),
                ("no", "No, only the folder itself"),
            ],
            subfolders,
        );
    }
    if zone.total > SHIPPED_OBJECTS {
        let text =
            format!("The list has {} objects. Shall the first {SHIPPED_OBJECTS} be converted?", zone.total);
        part.ask(
            DEFAULTS,
            &text,
            "The product ships about 171 rows of its own, and they come first. Compare with a clean export of the same version if you can",
            &[
                ("leave", "Leave them out: they are the product's own rows"),
                ("convert", "Convert them, too: they are in use here"),
            ],
            defaults,
        );
        let reading = part.reading;
        part.read.findings.push(note(
            reading,
            finding::MAYBE_DEFAULTS,
            Severity::Warning,
            0,
            format!("The first {SHIPPED_OBJECTS} of {} objects may be defaults that the product shipped; the number depends on its version", zone.total),
            "Compare with a clean export of the same version, then answer the question",
        ));
    }
}
