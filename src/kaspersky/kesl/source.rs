//! Both spellings of an export as one: sections with keys. INI has them; JSON is flattened into them.
//!
//! How KESL lays out JSON is not known, so three spellings of a list are taken alike:
//!
//! ```text
//! {"ScanScope": [{"Path": "/"}]}
//! {"ScanScope": {"item_0000": {"Path": "/"}}}
//! {"ScanScope.item_0000": {"Path": "/"}}              all three: [ScanScope.item_0000] Path=/
//! ```
//!
//! `true` and `false` are `Yes` and `No`, `null` is an empty value; numbers stay as they are written.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::intake::ini::{IniDoc, IniKind};
use crate::intake::json::{JsonDoc, JsonKind, NodeId};

/// Leaves with their section, key and value. Leaf numbers are those of the document.
pub(super) trait Source {
    /// Number of leaves.
    fn count(&self) -> u32;
    /// What a leaf is.
    fn kind(&self, leaf: u32) -> IniKind;
    /// Path of its section; empty at the top.
    fn section(&self, leaf: u32) -> &str;
    /// Its key.
    fn key(&self, leaf: u32) -> &str;
    /// Its value, with a secret replaced.
    fn value(&self, leaf: u32) -> &str;
    /// Which of several leaves of the same path, 1-based.
    fn nth(&self, leaf: u32) -> u32;
    /// The header of a task that it stands under: 0 for none.
    fn block(&self, leaf: u32) -> u32;
    /// The names in those headers.
    fn blocks(&self) -> Vec<&str>;
}

impl Source for IniDoc {
    fn count(&self) -> u32 {
        self.leaf_count()
    }

    fn kind(&self, leaf: u32) -> IniKind {
        self.kind(leaf)
    }

    fn section(&self, leaf: u32) -> &str {
        self.section(leaf)
    }

    fn key(&self, leaf: u32) -> &str {
        self.key(leaf)
    }

    fn value(&self, leaf: u32) -> &str {
        self.leaf_value(leaf)
    }

    fn nth(&self, leaf: u32) -> u32 {
        self.nth(leaf)
    }

    fn block(&self, leaf: u32) -> u32 {
        self.block(leaf)
    }

    fn blocks(&self) -> Vec<&str> {
        self.blocks().collect()
    }
}

/// A leaf of a JSON document as INI says it.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// Index in the table of sections.
    section: u32,
    key: Key,
    nth: u32,
}

/// Where the text of a key stands.
#[derive(Clone, Copy, Debug)]
enum Key {
    /// An object or array without content has none.
    None,
    /// What stands behind the last dot of the node's key.
    OfNode,
    /// `item_0003`, in the table of texts.
    Item(u32),
}

/// A JSON document as sections with keys.
pub(super) struct Flat<'d> {
    doc: &'d JsonDoc,
    sections: Vec<String>,
    items: Vec<String>,
    rows: Vec<Row>,
}

impl<'d> Flat<'d> {
    /// Flattens a document.
    pub(super) fn new(doc: &'d JsonDoc) -> Self {
        let mut flat = Self { doc, sections: vec![String::new()], items: Vec::new(), rows: Vec::new() };
        flat.walk(doc.root(), 0);
        flat.number_repeats();
        flat
    }

    /// Depth is limited by the document.
    fn walk(&mut self, node: NodeId, section: u32) {
        for child in self.doc.children(node) {
            if self.doc.kind(child).is_container() && self.doc.children(child).next().is_some() {
                let path = self.joined(section, &self.name(child));
                self.sections.push(path);
                let below = self.sections.len() as u32 - 1;
                self.walk(child, below);
                continue;
            }
            let row = if self.doc.kind(child).is_container() {
                let path = self.joined(section, &self.name(child));
                self.sections.push(path);
                Row { section: self.sections.len() as u32 - 1, key: Key::None, nth: 1 }
            } else if let Some(position) = self.doc.position(child) {
                let item = position as usize;
                while self.items.len() <= item {
                    self.items.push(format!("item_{:04}", self.items.len()));
                }
                Row { section, key: Key::Item(position), nth: 1 }
            } else {
                let section = match self.doc.key(child).rsplit_once('.') {
                    Some((above, _)) => {
                        let path = self.joined(section, above);
                        self.sections.push(path);
                        self.sections.len() as u32 - 1
                    }
                    None => section,
                };
                Row { section, key: Key::OfNode, nth: 1 }
            };
            self.rows.push(row);
        }
        if self.rows.is_empty() && node == self.doc.root() {
            self.rows.push(Row { section: 0, key: Key::None, nth: 1 });
        }
    }

    fn name(&self, node: NodeId) -> String {
        match self.doc.position(node) {
            Some(position) => format!("item_{position:04}"),
            None => self.doc.key(node).to_owned(),
        }
    }

    fn joined(&self, section: u32, name: &str) -> String {
        let above = self.sections.get(section as usize).map_or("", String::as_str);
        if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") }
    }

    /// The three spellings of a list may say the same path twice.
    fn number_repeats(&mut self) {
        let mut seen: FxHashMap<u64, u32> = FxHashMap::default(); // lookups only
        let numbers: Vec<u32> = (0..self.count())
            .map(|leaf| {
                let parts = self.section(leaf).split('.').chain(self.key(leaf).split('.'));
                let path: Vec<&str> = parts.filter(|p| !p.is_empty()).collect();
                let n = seen.entry(FxBuildHasher.hash_one(path)).or_insert(0);
                *n += 1;
                *n
            })
            .collect();
        for (row, nth) in self.rows.iter_mut().zip(numbers) {
            row.nth = nth;
        }
    }

    fn row(&self, leaf: u32) -> Option<&Row> {
        self.rows.get(leaf as usize)
    }
}

impl Source for Flat<'_> {
    fn count(&self) -> u32 {
        self.rows.len() as u32
    }

    fn kind(&self, leaf: u32) -> IniKind {
        match self.row(leaf).map(|r| r.key) {
            Some(Key::OfNode | Key::Item(_)) => IniKind::Pair,
            _ => IniKind::EmptySection,
        }
    }

    fn section(&self, leaf: u32) -> &str {
        self.row(leaf).and_then(|r| self.sections.get(r.section as usize)).map_or("", String::as_str)
    }

    fn key(&self, leaf: u32) -> &str {
        match self.row(leaf).map(|r| r.key) {
            Some(Key::OfNode) => {
                let key = self.doc.key(self.doc.node_of(leaf));
                key.rsplit_once('.').map_or(key, |(_, last)| last)
            }
            Some(Key::Item(item)) => self.items.get(item as usize).map_or("", String::as_str),
            _ => "",
        }
    }

    fn value(&self, leaf: u32) -> &str {
        let node = self.doc.node_of(leaf);
        match (self.doc.kind(node), self.doc.value(node)) {
            (JsonKind::Bool, "true") => "Yes",
            (JsonKind::Bool, "false") => "No",
            (JsonKind::Null, _) => "",
            (_, value) => value,
        }
    }

    fn nth(&self, leaf: u32) -> u32 {
        self.row(leaf).map_or(1, |r| r.nth)
    }

    fn block(&self, _leaf: u32) -> u32 {
        0
    }

    fn blocks(&self) -> Vec<&str> {
        Vec::new()
    }
}
