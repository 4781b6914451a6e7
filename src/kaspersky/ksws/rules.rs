//! Exclusion rules. A rule with several objects becomes one item for each object, the first of which carries the leaves of the rule
//! itself; an element that is not known might narrow the rule, so such a rule is not written.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{
    APPLIES, Certainty, Component, DEFAULTS, Exclusion, Kind, Language, NodeId, PRODUCT, Part, PathMask,
    RULE_ELEMENTS, Reach, SHIPPED_OBJECTS, SUBFOLDERS, State, THREATS, Told, XmlDoc, finding, shipped, under,
    yes,
};

pub(super) struct Zone<'d> {
    pub(super) doc: &'d XmlDoc,
    pub(super) told: Told,
    /// Objects seen so far.
    pub(super) objects: usize,
    /// Rows of a clean export of the same version.
    pub(super) clean: Option<&'d BTreeSet<String>>,
    /// Objects that the product may have shipped.
    pub(super) shipped: usize,
    /// Objects of the whole list.
    pub(super) total: usize,
    /// Masks whose meaning depends on the answer about sub-folders.
    pub(super) folders: usize,
    /// Threat names of rules that are on.
    pub(super) threats: Vec<String>,
}

/// The exclusion rules of the trusted zone.
pub(super) fn rules(doc: &XmlDoc) -> Vec<NodeId> {
    let list = under(doc, &["Settings", "TrustedZone", "ExclutionRules"]);
    let is_element = |n: &NodeId| doc.name(*n).eq_ignore_ascii_case("element");
    list.map(|l| doc.children(l).filter(is_element).collect()).unwrap_or_default()
}

/// The objects of a rule.
pub(super) fn objects_of(doc: &XmlDoc, rule: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let list = doc.child(rule, "Objects");
    list.into_iter().flat_map(|l| doc.children(l)).filter(|n| doc.name(*n).eq_ignore_ascii_case("element"))
}

impl Zone<'_> {
    /// Whether the product may have shipped an object: it stands in the clean export, else among the first of the list.
    fn shipped(&self, rule: NodeId, object: NodeId) -> bool {
        match self.clean {
            Some(clean) => clean.contains(&shipped::row(self.doc, rule, object)),
            None => self.objects <= SHIPPED_OBJECTS,
        }
    }

    /// One rule: its own leaves, then one item for each object.
    pub(super) fn rule(&mut self, part: &mut Part<'_>, rule: NodeId) {
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
            (.., Some(true)) if !self.names(rule, &threats) => {
                incomplete("The list of threat names holds something that Crosswalk does not know")
            }
            (.., Some(true)) if self.told.threats != Some(true) => {
                self.remember(&threats);
                match self.told.threats {
                    None => State::Waits {
                        question: THREATS,
                        code: finding::WAITS,
                        reason: "How the rule's threat names are stored is inferred; compare them with the console".to_owned(),
                    },
                    _ => State::ByHand {
                        code: finding::NOT_ESTABLISHED,
                        reason: "The rule's threat names are not confirmed, so the rule is not written".to_owned(),
                    },
                }
            }
            (_, Some(false), Some(true)) if !components.is_empty() => State::Active,
            (_, Some(false), _) => {
                State::Inactive("UseObjects=no: the list of objects does not count".to_owned())
            }
            _ if components.is_empty() => State::Inactive("The rule applies to no component".to_owned()),
            _ => State::Active,
        };
        let description = doc.child(rule, "Description").map_or("", |d| doc.value(d).trim());
        let mut shared = own_leaves(doc, rule);
        let objects: Vec<NodeId> = objects_of(doc, rule).collect();
        if threats_on == Some(true) && self.told.threats == Some(true) {
            self.remember(&threats);
        }
        let mut state = state;
        if on("UseObjects") == Some(false) && state == State::Active && !objects.is_empty() {
            // The threat names count, the objects do not.
            let source = format!("Do not scan any file{}{}", threat_text(&threats), suffix(description));
            let leaves = part.claim(std::mem::take(&mut shared));
            let kind = Kind::Exclusion(Exclusion {
                path: None,
                names: Vec::new(),
                threats: threats.clone(),
                hashes: Vec::new(),
                processes: Vec::new(),
                reach: Reach::Components(components.clone()),
            });
            part.push(leaves, kind, State::Active, Certainty::Told, source);
            state = State::Inactive("UseObjects=no: the list of objects does not count".to_owned());
        }
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
                self.object((rule, object), &components, &threats, threats_on == Some(true), state.clone());
            part.push(leaves, kind, state, Certainty::Shown, format!("{source}{}", suffix(description)));
        }
    }

    fn object(
        &mut self,
        (rule, object): (NodeId, NodeId),
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
        let shipped = self.shipped(rule, object);
        let mark = match (shipped, self.clean) {
            (false, _) => String::new(),
            (true, Some(_)) => "; also in the clean export".to_owned(),
            (true, None) => format!("; row {} of the list, may be a shipped default", self.objects),
        };
        self.shipped += usize::from(shipped);
        let asked = self.clean.is_some() || self.total > SHIPPED_OBJECTS;
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
            State::Active if shipped && asked && self.told.defaults != Some(true) => {
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

    /// Keeps threat names for the question about them.
    fn remember(&mut self, threats: &[String]) {
        for threat in threats {
            if !self.threats.contains(threat) {
                self.threats.push(threat.clone());
            }
        }
    }

    /// Whether the list of threat names holds nothing but names.
    fn names(&self, rule: NodeId, threats: &[String]) -> bool {
        let list = self.doc.child(rule, "ThreatNameMasks");
        let plain = |n: NodeId| {
            self.doc.name(n).eq_ignore_ascii_case("element")
                && self.doc.children(n).next().is_none()
                && !self.doc.is_secret(n)
        };
        list.is_some_and(|l| self.doc.children(l).all(plain))
            && !threats.is_empty()
            && threats.iter().all(|t| !t.is_empty())
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

pub(super) fn incomplete(reason: &str) -> State {
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
