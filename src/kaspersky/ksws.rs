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

use std::ops::Range;

use super::{Part, Read, finding as note, machine};
use crate::finding::{self, Severity};
use crate::intake::xml::{NodeId, XmlDoc};
use crate::intake::{Document, Reading};
use crate::mask::{Language, Machine};
use crate::options::Answers;
use crate::policy::{Certainty, Component, Exclusion, Kind, Meaning, PathMask, Reach, State};

/// Which product wrote the file.
pub const PRODUCT: &str = "ksws.product";
/// Whether folder masks take the folders below.
pub const SUBFOLDERS: &str = "ksws.subfolders";
/// What to do with rows that may be shipped defaults.
pub const DEFAULTS: &str = "ksws.defaults";

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
    };
    product_info(&mut part, doc, product.as_deref());
    let mut zone = Zone { doc, told, objects: 0, total: 0, folders: 0 };
    let rules = zone.rules();
    zone.total = rules.iter().map(|r| zone.objects_of(*r).count()).sum();
    for rule in &rules {
        zone.rule(&mut part, *rule);
    }
    questions(&mut part, &zone, product, subfolders, defaults);
    about_machine.ask(&mut part);
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
    let processes = under(doc, &["Settings", "TrustedZone", "TrustedProcesses"]).map(|n| doc.leaves_of(n));
    let attacks = under(doc, &["RealTimeProtectionTasks", "NetworkAttackBlocker"]).map(|n| doc.leaves_of(n));
    let inside = |range: &Option<Range<u32>>, leaf: u32| range.as_ref().is_some_and(|r| r.contains(&leaf));
    part.finish(|leaf| {
        if doc.leaf_value(leaf).trim().is_empty() {
            None
        } else if inside(&processes, leaf) {
            Some("Trusted process, content not established")
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

struct Zone<'d> {
    doc: &'d XmlDoc,
    told: Told,
    /// Objects seen so far.
    objects: usize,
    /// Objects of the whole list.
    total: usize,
    /// Masks whose meaning depends on the answer about sub-folders.
    folders: usize,
}

impl<'d> Zone<'d> {
    fn rules(&self) -> Vec<NodeId> {
        let list = under(self.doc, &["Settings", "TrustedZone", "ExclutionRules"]);
        let is_element = |n: &NodeId| self.doc.name(*n).eq_ignore_ascii_case("element");
        list.map(|l| self.doc.children(l).filter(is_element).collect()).unwrap_or_default()
    }

    fn objects_of(&self, rule: NodeId) -> impl Iterator<Item = NodeId> + use<'d> {
        let doc = self.doc;
        let list = doc.child(rule, "Objects");
        list.into_iter()
            .flat_map(|l| doc.children(l))
            .filter(|n| doc.name(*n).eq_ignore_ascii_case("element"))
    }

    /// One rule: its own leaves, then one item for each object.
    fn rule(&mut self, part: &mut Part<'_>, rule: NodeId) {
        let doc = self.doc;
        let on = |name: &str| yes(doc, doc.child(rule, name));
        let mut components = Vec::new();
        let mut problem = None;
        for child in doc.children(rule) {
            let name = doc.name(child);
            if let Some((_, component)) = APPLIES.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(name)) {
                match yes(doc, Some(child)) {
                    Some(true) => components.push(*component),
                    Some(false) => {}
                    None => problem = Some(format!("{name} is neither yes nor no")),
                }
            } else if !RULE_ELEMENTS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                problem = Some(format!(
                    "The rule has an element that Crosswalk does not know and that may narrow it: {name}"
                ));
            }
            if doc.is_secret(child) && !name.eq_ignore_ascii_case("Description") {
                problem = Some(format!("The value of {name} looks like a secret and was not read"));
            }
        }
        if doc.leaves_of(rule).any(|leaf| !doc.leaf_is_element(leaf)) {
            problem = Some(
                "The rule has an attribute or loose text that Crosswalk does not know and that may narrow it"
                    .to_owned(),
            );
        }
        let mut listed = doc.child(rule, "Objects").into_iter().flat_map(|l| doc.children(l));
        if listed.any(|n| !doc.name(n).eq_ignore_ascii_case("element")) {
            problem = Some("The list of objects holds something that Crosswalk does not know".to_owned());
        }
        if let Some(again) = repeated(doc, rule) {
            problem = Some(format!("The element {again} stands twice in the rule"));
        }
        components.sort_unstable();
        let threats = self.threats(rule);
        let threats_on = on("UseThreatNameMasks");
        let state = match (on("Enabled"), on("UseObjects"), threats_on) {
            (Some(false), ..) => State::Inactive("Enabled=no: the rule is switched off".to_owned()),
            (None, ..) => incomplete("Enabled is missing or neither yes nor no"),
            _ if problem.is_some() => incomplete(problem.as_deref().unwrap_or("")),
            (_, None, _) => incomplete("UseObjects is missing or neither yes nor no"),
            (.., None) => incomplete("UseThreatNameMasks is missing or neither yes nor no"),
            (.., Some(true)) => State::ByHand {
                code: finding::NOT_ESTABLISHED,
                reason: "How the rule's threat names are stored is inferred, so the rule is not written"
                    .to_owned(),
            },
            (_, Some(false), _) => {
                State::Inactive("UseObjects=no: the list of objects does not count".to_owned())
            }
            _ if components.is_empty() => State::Inactive("The rule applies to no component".to_owned()),
            _ => State::Active,
        };
        let description = doc.child(rule, "Description").map_or("", |d| doc.value(d).trim());
        let mut shared = own_leaves(doc, rule);
        let objects: Vec<NodeId> = self.objects_of(rule).collect();
        if objects.is_empty() {
            let source =
                format!("Exclusion rule without objects{}{}", threat_text(&threats), suffix(description));
            let leaves = part.claim(std::iter::once(doc.leaves_of(rule)));
            let kind = Kind::Exclusion(Exclusion {
                path: None,
                names: Vec::new(),
                threats,
                hashes: Vec::new(),
                processes: Vec::new(),
                reach: Reach::Components(components),
            });
            return part.push(leaves, kind, state, Certainty::Shown, source);
        }
        for object in objects {
            self.objects += 1;
            let mut ranges = std::mem::take(&mut shared);
            ranges.push(doc.leaves_of(object));
            let leaves = part.claim(ranges);
            let (kind, state, source) =
                self.object(object, &components, &threats, threats_on == Some(true), state.clone());
            part.push(leaves, kind, state, Certainty::Shown, format!("{source}{}", suffix(description)));
        }
    }

    fn object(
        &mut self,
        object: NodeId,
        components: &[Component],
        threats: &[String],
        narrowed: bool,
        state: State,
    ) -> (Kind, State, String) {
        let doc = self.doc;
        let kind_number = doc.child(object, "Type").map_or("", |n| doc.value(n).trim());
        let path_node = doc.child(object, "Path");
        let path = path_node.map_or("", |n| doc.value(n));
        let applies: Vec<&str> = components.iter().map(|c| word(*c)).collect();
        let shipped = self.objects <= SHIPPED_OBJECTS;
        let mark = if shipped {
            format!("; row {} of the list, may be a shipped default", self.objects)
        } else {
            String::new()
        };
        let source = format!(
            "Do not scan {path} ({}){}{mark}",
            if applies.is_empty() { "no component".to_owned() } else { applies.join(", ") },
            if narrowed { threat_text(threats) } else { String::new() },
        );
        let unknown = doc.children(object).find(|c| {
            !["__VersionInfo", "Type", "Path"].iter().any(|known| known.eq_ignore_ascii_case(doc.name(*c)))
        });
        let twice = repeated(doc, object).is_some();
        let state = match state {
            State::Active if kind_number != "4" => {
                let reason = format!("What an object of type {kind_number} is, is not established");
                return (Kind::Inventory, State::ByHand { code: finding::NOT_ESTABLISHED, reason }, source);
            }
            State::Active if unknown.is_some() || twice => {
                incomplete("The object has an element that Crosswalk does not know and that may narrow it")
            }
            State::Active if path_node.is_none_or(|n| doc.is_secret(n)) => {
                incomplete("The path is missing or looks like a secret")
            }
            State::Active if path.trim() != path || path.is_empty() => {
                incomplete("The path is empty or has blanks around it")
            }
            State::Active if !self.told.product => State::Waits {
                question: PRODUCT,
                code: finding::WAITS,
                reason: "Which product wrote the file decides how the mask is read".to_owned(),
            },
            State::Active if shipped && self.total > SHIPPED_OBJECTS && self.told.defaults != Some(true) => {
                if self.told.defaults == Some(false) {
                    State::Inactive(
                        "Left out by your answer: it may be a row that the product shipped".to_owned(),
                    )
                } else {
                    State::Waits {
                        question: DEFAULTS,
                        code: finding::WAITS_DEFAULT,
                        reason: format!(
                            "Row {} of the list may be one that the product shipped",
                            self.objects
                        ),
                    }
                }
            }
            State::Active if path.ends_with(['\\', '/']) && self.told.subfolders.is_none() => {
                self.folders += 1;
                State::Waits {
                    question: SUBFOLDERS,
                    code: finding::WAITS,
                    reason: "Whether the folder's sub-folders are meant is not in the file; the vendor's two texts disagree".to_owned(),
                }
            }
            other => other,
        };
        let mask = PathMask {
            language: Language::Ksws,
            text: path.to_owned(),
            subfolders: self.told.subfolders,
            machine: self.told.machine,
        };
        let threats = if narrowed { threats.to_vec() } else { Vec::new() };
        let reach = Reach::Components(components.to_vec());
        let exclusion = Exclusion {
            path: Some(mask),
            names: Vec::new(),
            threats,
            hashes: Vec::new(),
            processes: Vec::new(),
            reach,
        };
        (Kind::Exclusion(exclusion), state, source)
    }

    fn threats(&self, rule: NodeId) -> Vec<String> {
        let list = self.doc.child(rule, "ThreatNameMasks");
        list.map(|l| self.doc.children(l).map(|c| self.doc.value(c).trim().to_owned()).collect())
            .unwrap_or_default()
    }
}

/// Name of a child element that stands twice. Names that differ only in case are the same name.
fn repeated(doc: &XmlDoc, node: NodeId) -> Option<&str> {
    let names: Vec<&str> = doc.children(node).map(|c| doc.name(c)).collect();
    let again = |(at, name): (usize, &&str)| {
        names
            .get(..at)
            .unwrap_or_default()
            .iter()
            .any(|n| n.len() == name.len() && n.eq_ignore_ascii_case(name))
    };
    names.iter().enumerate().find(|(at, name)| again((*at, name))).map(|(_, name)| *name)
}

fn incomplete(reason: &str) -> State {
    State::ByHand { code: finding::RULE_INCOMPLETE, reason: reason.to_owned() }
}

fn threat_text(threats: &[String]) -> String {
    if threats.is_empty() { String::new() } else { format!(", only threats {}", threats.join(" ")) }
}

fn suffix(description: &str) -> String {
    if description.is_empty() { String::new() } else { format!(": {description}") }
}

const fn word(component: Component) -> &'static str {
    match component {
        Component::OnAccess => "real-time",
        Component::OnDemand => "on-demand",
        Component::Script => "scripts",
        Component::NetworkStorage => "network storage",
        Component::Icap => "ICAP",
        _ => "other",
    }
}

/// The leaves of a rule that belong to none of its objects.
fn own_leaves(doc: &XmlDoc, rule: NodeId) -> Vec<Range<u32>> {
    let all = doc.leaves_of(rule);
    let Some(list) = doc.child(rule, "Objects").filter(|l| doc.children(*l).next().is_some()) else {
        return vec![all];
    };
    let mut ranges = Vec::new();
    let mut at = all.start;
    for object in doc.children(list).filter(|n| doc.name(*n).eq_ignore_ascii_case("element")) {
        let range = doc.leaves_of(object);
        ranges.push(at..range.start);
        at = range.end;
    }
    ranges.push(at..all.end);
    ranges
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
