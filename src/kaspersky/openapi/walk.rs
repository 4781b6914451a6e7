//! The way through an answer. Containers and values come wrapped, and unwrapping is mechanical:
//!
//! | written | is |
//! |---|---|
//! | `{"type":"params","value":{…}}` | the object inside |
//! | `{"type":"long","value":5}`, also float, double, datetime, date, binary | the value |
//! | `{"KLPRSS_Val":V,"KLPRSS_Mnd":B,…}` | V, locked or not |
//!
//! Each value is a row that takes what it was wrapped in with it; a container that was wrapped is a row, too. So every leaf
//! of an answer stands in one row.

use std::ops::Range;

use super::{SHAPE, product};
use crate::intake::json::{JsonDoc, JsonKind, NodeId};
use crate::policy::Certainty;

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Says something about a policy, a profile or the file.
    Context,
    /// A setting.
    Setting,
}

/// A row in the making.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) leaves: Vec<Range<u32>>,
    pub(super) what: What,
    pub(super) text: String,
    pub(super) certainty: Certainty,
    /// The profile that it stands in.
    pub(super) profile: Option<String>,
}

/// What an answer says about a policy, as far as it matters.
#[derive(Debug, Default)]
pub(super) struct PolicyFacts {
    pub(super) product: String,
    pub(super) active: Option<bool>,
    /// It may take settings from a policy above.
    pub(super) inherits: bool,
}

/// Attributes of a policy that have a plain word. The others are shown by their key.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("KLPOL_ID", "number"),
    ("KLPOL_DN", "name"),
    ("KLPOL_PRODUCT", "product"),
    ("KLPOL_VERSION", "version of the policy's format, not of the product"),
    ("KLPOL_ACTIVE", "active"),
    ("KLPOL_GROUP_NAME", "group"),
    ("KLPOL_PROFILES_NUM", "number of profiles"),
    ("KLPOL_CREATED", "created"),
    ("KLPOL_MODIFIED", "changed"),
    ("EXPRESSION", "condition"),
    ("KLSSPOL_PRF_ENABLED", "switched on"),
    ("KLSSPOL_PRF_PROTECTED", "protected"),
];

/// Attributes by which a profile is known.
const OF_PROFILE: [&str; 3] = ["EXPRESSION", "KLSSPOL_PRF_ENABLED", "KLSSPOL_PRF_PROTECTED"];

/// Types of a value that is written as an object.
pub(super) const TYPES: [&str; 7] = ["params", "long", "float", "double", "datetime", "date", "binary"];

/// Whether a setting is locked.
#[derive(Clone, Debug, Default)]
struct Lock {
    own: Option<bool>,
    above: bool,
    by: String,
}

impl Lock {
    fn of(doc: &JsonDoc, wrapper: NodeId) -> Self {
        let mut lock = Self::default();
        for child in doc.children(wrapper) {
            match doc.key(child) {
                "KLPRSS_Mnd" => lock.own = flag(doc, child),
                "KLPRSS_ValLck" => lock.above = flag(doc, child) == Some(true),
                "KLPRSS_ValLckPolicy" => lock.by = format!(" by the policy {}", doc.value(child)),
                "KLPRSS_ValLckGroup" if lock.by.is_empty() => {
                    lock.by = format!(" by the group {}", doc.value(child));
                }
                _ => {}
            }
        }
        lock
    }

    fn words(&self) -> String {
        match (self.own, self.above) {
            (_, true) => format!(" (locked from above{})", self.by),
            (Some(true), _) => " (locked)".to_owned(),
            (Some(false), _) => " (not locked)".to_owned(),
            (None, _) => String::new(),
        }
    }
}

fn flag(doc: &JsonDoc, node: NodeId) -> Option<bool> {
    match doc.value(node) {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A walk over a document, and what it found.
pub(super) struct Walk<'d> {
    doc: &'d JsonDoc,
    /// Where the walk is, in words for people.
    path: String,
    what: What,
    profile: Option<String>,
    pub(super) rows: Vec<Row>,
    /// Lists among the settings outside of profiles, in document order, with their names: arrays of texts, and arrays of
    /// objects that all have the same keys.
    pub(super) lists: Vec<(NodeId, String)>,
    pub(super) policies: Vec<PolicyFacts>,
    /// Values whose keys are names of profiles.
    pub(super) profile_names: Vec<NodeId>,
    /// Whether a setting was met.
    pub(super) settings: bool,
    /// Policies whose profiles the collector could not read.
    pub(super) profiles_missing: u32,
}

impl<'d> Walk<'d> {
    /// Walks over a whole document: a collection, an answer, or a value without its envelope.
    pub(super) fn over(doc: &'d JsonDoc) -> Self {
        let mut walk = Self {
            doc,
            path: String::new(),
            what: What::Setting,
            profile: None,
            rows: Vec::new(),
            lists: Vec::new(),
            policies: Vec::new(),
            profile_names: Vec::new(),
            settings: false,
            profiles_missing: 0,
        };
        let root = doc.root();
        if let Some(mark) = doc.child(root, crate::collector::MARK) {
            walk.context(vec![doc.leaves_of(mark)], "Written by the collector, layout ", mark);
            if let Some(policies) = doc.child(root, "policies") {
                let several = doc.children(policies).count() > 1;
                doc.children(policies).for_each(|policy| walk.collected(policy, several));
            }
        } else {
            walk.answer(root, Vec::new());
        }
        walk
    }

    /// A policy as the collector writes it.
    fn collected(&mut self, policy: NodeId, several: bool) {
        let doc = self.doc;
        let number = doc.child(policy, "id").map_or("", |id| doc.value(id));
        self.path = if several { format!("Policy {number}") } else { String::new() };
        for part in doc.children(policy) {
            match doc.key(part) {
                "id" => self.context(vec![doc.leaves_of(part)], "Collected policy ", part),
                "data" | "profile_list" => self.answer(part, Vec::new()),
                "names" => self.answer(part, Vec::new()),
                "sections" => self.sections(part),
                "profiles" => doc.children(part).for_each(|profile| self.collected_profile(profile)),
                "profiles_missing" => {
                    self.profiles_missing += 1;
                    self.context(
                        vec![doc.leaves_of(part)],
                        "The collector could not read the profiles: ",
                        part,
                    );
                }
                _ => {}
            }
        }
        self.path.clear();
    }

    fn collected_profile(&mut self, profile: NodeId) {
        let doc = self.doc;
        let named = doc.child(profile, "name");
        let name = named.map_or("", |n| doc.value(n)).to_owned();
        if let Some(named) = named {
            self.context(vec![doc.leaves_of(named)], "Collected profile ", named);
        }
        let length = self.enter(&format!("Profile {name}"));
        self.profile = Some(name);
        for part in doc.children(profile) {
            match doc.key(part) {
                "names" => self.answer(part, Vec::new()),
                "sections" => self.sections(part),
                _ => {}
            }
        }
        self.profile = None;
        self.path.truncate(length);
    }

    fn sections(&mut self, sections: NodeId) {
        let doc = self.doc;
        for section in doc.children(sections) {
            let named = doc.child(section, "name");
            if let Some(named) = named {
                self.context(vec![doc.leaves_of(named)], "Section ", named);
            }
            let length = self.enter(named.map_or("", |n| doc.value(n)));
            if let Some(answer) = doc.child(section, "answer") {
                self.answer(answer, Vec::new());
            }
            self.path.truncate(length);
        }
    }

    /// `{"PxgRetVal": …}`, or what stands in it.
    fn answer(&mut self, node: NodeId, mut structure: Vec<Range<u32>>) {
        let doc = self.doc;
        let value = doc.child(node, "PxgRetVal").unwrap_or(node);
        let inner = match self.unwrapped(value, &mut structure) {
            Inner::Value(_) => return self.setting(value, Vec::new(), &Lock::default()),
            Inner::Node(inner) => inner,
        };
        match doc.kind(inner) {
            JsonKind::Array => {
                let elements: Vec<NodeId> = doc.children(inner).collect();
                if !elements.is_empty() && elements.iter().all(|e| doc.kind(*e) == JsonKind::String) {
                    for element in elements {
                        self.context(vec![doc.leaves_of(element)], "Has the section ", element);
                    }
                } else if elements.is_empty() {
                    structure.push(doc.leaves_of(inner));
                    self.row(structure, What::Context, "The answer holds nothing".to_owned());
                } else {
                    elements.into_iter().for_each(|element| self.answer(element, Vec::new()));
                }
            }
            JsonKind::Object if self.has_key(inner, |key| key.starts_with("KLPOL_")) => {
                self.policy(inner, structure);
            }
            JsonKind::Object if self.is_profile_list(inner) => self.profile_list(inner, structure),
            JsonKind::Object if doc.children(inner).next().is_some() => {
                if !structure.is_empty() {
                    let text = if self.path.is_empty() { "Settings".to_owned() } else { self.path.clone() };
                    self.row(structure, What::Context, text);
                }
                for child in doc.children(inner) {
                    let length = self.enter(doc.key(child));
                    self.setting(child, Vec::new(), &Lock::default());
                    self.path.truncate(length);
                }
            }
            _ => self.setting(inner, structure, &Lock::default()),
        }
    }

    fn has_key(&self, object: NodeId, wanted: impl Fn(&str) -> bool) -> bool {
        self.doc.children(object).any(|child| wanted(self.doc.key(child)))
    }

    /// Whether every value is an object that has an attribute of a profile.
    fn is_profile_list(&self, object: NodeId) -> bool {
        let mut children = self.doc.children(object).peekable();
        children.peek().is_some()
            && children.all(|child| match self.unwrapped(child, &mut Vec::new()) {
                Inner::Node(inner) => self.has_key(inner, |key| OF_PROFILE.contains(&key)),
                Inner::Value(_) => false,
            })
    }

    /// Attributes of a policy.
    fn policy(&mut self, object: NodeId, structure: Vec<Range<u32>>) {
        let doc = self.doc;
        let mut facts = PolicyFacts::default();
        let mut number = "";
        for child in doc.children(object) {
            match doc.key(child) {
                "KLPOL_ID" => number = doc.value(child),
                "KLPOL_PRODUCT" => facts.product = doc.value(child).to_owned(),
                "KLPOL_ACTIVE" => facts.active = flag(doc, child),
                "KLPOL_ACCEPT_PARENT" | "KLPOL_INHERITED" => {
                    facts.inherits |= flag(doc, child) == Some(true);
                }
                _ => {}
            }
        }
        self.policies.push(facts);
        self.attributes(object, structure, &format!("Policy {number}"));
    }

    fn profile_list(&mut self, object: NodeId, structure: Vec<Range<u32>>) {
        let doc = self.doc;
        if !structure.is_empty() {
            self.row(structure, What::Context, "Profiles".to_owned());
        }
        for child in doc.children(object) {
            self.profile_names.push(child);
            let mut structure = Vec::new();
            if let Inner::Node(inner) = self.unwrapped(child, &mut structure) {
                self.attributes(inner, structure, &format!("Profile {}", doc.key(child)));
            }
        }
    }

    /// A row for each attribute; the first takes what the object was wrapped in.
    fn attributes(&mut self, object: NodeId, mut structure: Vec<Range<u32>>, of: &str) {
        let doc = self.doc;
        let before = (self.what, std::mem::take(&mut self.path));
        self.what = What::Context;
        for child in doc.children(object) {
            let key = doc.key(child);
            let word = ATTRIBUTES.iter().find(|(known, _)| *known == key);
            self.path =
                word.map_or_else(|| format!("{of}: {key}"), |(_, word)| format!("{of}: {word} ({key})"));
            self.setting(child, std::mem::take(&mut structure), &Lock::default());
            if key == "KLPOL_PRODUCT"
                && product(doc.value(child)) != doc.value(child)
                && let Some(row) = self.rows.last_mut()
            {
                row.text = format!("{}: {}", row.text, product(doc.value(child)));
            }
        }
        (self.what, self.path) = before;
    }

    /// A value or what stands below it. `structure` are the leaves that it was wrapped in so far.
    fn setting(&mut self, node: NodeId, mut structure: Vec<Range<u32>>, lock: &Lock) {
        let doc = self.doc;
        let inner = match self.unwrapped(node, &mut structure) {
            Inner::Value(value) => {
                structure.push(doc.leaves_of(value));
                return self.leaf(structure, value, lock);
            }
            Inner::Node(inner) => inner,
        };
        let wrapped = self.has_key(inner, |key| key == "KLPRSS_Val");
        match doc.kind(inner) {
            JsonKind::Object if wrapped => {
                let lock = Lock::of(doc, inner);
                let ours = |child: &NodeId| doc.key(*child).starts_with("KLPRSS_");
                let value = doc.child(inner, "KLPRSS_Val");
                structure.extend(
                    doc.children(inner).filter(|c| ours(c) && Some(*c) != value).map(|c| doc.leaves_of(c)),
                );
                if let Some(value) = value {
                    self.setting(value, structure, &lock);
                }
                for child in doc.children(inner).filter(|c| !ours(c)) {
                    let length = self.enter(doc.key(child));
                    self.setting(child, Vec::new(), &Lock::default());
                    self.path.truncate(length);
                }
            }
            JsonKind::Object | JsonKind::Array if doc.children(inner).next().is_some() => {
                self.container(inner, structure, lock);
            }
            _ => {
                structure.push(doc.leaves_of(inner));
                self.leaf(structure, inner, lock);
            }
        }
    }

    fn container(&mut self, node: NodeId, structure: Vec<Range<u32>>, lock: &Lock) {
        let doc = self.doc;
        let array = doc.kind(node) == JsonKind::Array;
        if self.what == What::Setting && self.profile.is_none() && array && self.is_list(node) {
            self.lists.push((node, self.path.clone()));
        }
        if !structure.is_empty() {
            let (count, what) = (doc.children(node).count(), self.what);
            let unit = match (array, count) {
                (true, 1) => "entry",
                (true, _) => "entries",
                (false, 1) => "part",
                (false, _) => "parts",
            };
            self.row(structure, what, format!("{}: {count} {unit}{}", self.path, lock.words()));
        }
        for child in doc.children(node) {
            let length = match doc.position(child) {
                Some(at) => {
                    let length = self.path.len();
                    self.path.push_str(&format!(" [{at}]"));
                    length
                }
                None => self.enter(doc.key(child)),
            };
            self.setting(child, Vec::new(), lock);
            self.path.truncate(length);
        }
    }

    fn leaf(&mut self, leaves: Vec<Range<u32>>, value: NodeId, lock: &Lock) {
        let doc = self.doc;
        let shown = match doc.value(value) {
            "" if doc.kind(value).is_container() => "(nothing)",
            "" => "(empty)",
            shown => shown,
        };
        let text = format!("{} = {shown}{}", self.path, lock.words());
        self.settings |= self.what == What::Setting;
        self.row(leaves, self.what, text);
    }

    fn context(&mut self, leaves: Vec<Range<u32>>, words: &str, value: NodeId) {
        let within = if self.path.is_empty() { String::new() } else { format!("{}: ", self.path) };
        self.row(leaves, What::Context, format!("{within}{words}{}", self.doc.value(value)));
    }

    fn row(&mut self, leaves: Vec<Range<u32>>, what: What, text: String) {
        self.rows.push(Row { leaves, what, text, certainty: SHAPE, profile: self.profile.clone() });
    }

    /// Goes one step down; gives back how long the path was.
    fn enter(&mut self, name: &str) -> usize {
        let length = self.path.len();
        if length > 0 {
            self.path.push_str(" / ");
        }
        self.path.push_str(name);
        length
    }

    /// Takes off `{"type":…,"value":…}`; the leaf that says the type goes into `structure`.
    fn unwrapped(&self, node: NodeId, structure: &mut Vec<Range<u32>>) -> Inner {
        let doc = self.doc;
        if doc.kind(node) != JsonKind::Object || doc.children(node).take(3).count() != 2 {
            return Inner::Node(node);
        }
        let (Some(kind), Some(value)) = (doc.child(node, "type"), doc.child(node, "value")) else {
            return Inner::Node(node);
        };
        // Where a name tells of a secret, the word of the type is withheld with the rest.
        let word = doc.value(kind);
        if !TYPES.contains(&word) && !doc.is_secret(kind) {
            return Inner::Node(node);
        }
        structure.push(doc.leaves_of(kind));
        let nested = doc.kind(value).is_container();
        if nested { Inner::Node(value) } else { Inner::Value(value) }
    }

    /// Whether an array has rows: texts, or objects that all have the same keys.
    fn is_list(&self, array: NodeId) -> bool {
        let doc = self.doc;
        let entries = || doc.children(array).filter(|e| doc.kind(*e) != JsonKind::Null);
        if entries().next().is_none() {
            return false;
        }
        let keys = |entry: NodeId| match self.unwrapped(entry, &mut Vec::new()) {
            Inner::Node(inner) if doc.kind(inner) == JsonKind::Object => {
                let mut keys: Vec<&str> = doc.children(inner).map(|c| doc.key(c)).collect();
                keys.sort_unstable();
                (!keys.is_empty()).then_some(keys)
            }
            _ => None,
        };
        if entries().all(|e| doc.kind(e) == JsonKind::String) {
            return true;
        }
        let mut all = entries().map(keys);
        let first = all.next().flatten();
        first.is_some() && all.all(|keys| keys == first)
    }
}

/// What is left when the wrapping is off.
#[derive(Clone, Copy, Debug)]
enum Inner {
    /// A scalar that stood in a typed object.
    Value(NodeId),
    /// Anything else.
    Node(NodeId),
}
