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

use super::groups::is_item;
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
    /// The node's key from this byte on.
    OfNode(u32),
    /// `AreaMask.item_0003`, in the table of numbered keys.
    Numbered(u32),
}

/// A JSON document as sections with keys.
pub(super) struct Flat<'d> {
    doc: &'d JsonDoc,
    sections: Vec<String>,
    numbered: Vec<String>,
    places: FxHashMap<String, u32>, // lookups only
    rows: Vec<Row>,
}

/// An object or array on the way down; its section is made when something stands in it.
struct Level<'n> {
    above: u32,
    name: &'n str,
    own: Option<u32>,
}

impl<'d> Flat<'d> {
    /// Flattens a document.
    pub(super) fn new(doc: &'d JsonDoc) -> Self {
        let mut flat = Self {
            doc,
            sections: vec![String::new()],
            numbered: Vec::new(),
            places: FxHashMap::default(), // lookups only
            rows: Vec::with_capacity(doc.leaf_count() as usize),
        };
        flat.walk(doc.root(), Level { above: 0, name: "", own: Some(0) });
        flat.places = FxHashMap::default(); // lookups only
        flat.number_repeats();
        flat
    }

    /// Depth is limited by the document.
    fn walk(&mut self, node: NodeId, mut level: Level<'_>) {
        let doc = self.doc;
        for child in doc.children(node) {
            let position = doc.position(child).map(|n| format!("item_{n:04}"));
            let name = position.as_deref().unwrap_or_else(|| doc.key(child));
            if doc.kind(child).is_container() {
                let above = self.own(&mut level);
                if doc.children(child).next().is_some() {
                    self.walk(child, Level { above, name, own: None });
                } else {
                    let section = self.section_below(above, name);
                    self.rows.push(Row { section, key: Key::None, nth: 1 });
                }
                continue;
            }
            // One name of a list of plain values, which INI writes into one key with its number.
            let row = if is_item(name) && level.own != Some(0) && !is_item(level.name) {
                let key = self.number(&format!("{}.{name}", level.name));
                Row { section: level.above, key: Key::Numbered(key), nth: 1 }
            } else if position.is_some() {
                let key = self.number(name);
                Row { section: self.own(&mut level), key: Key::Numbered(key), nth: 1 }
            } else {
                let start = start_of_key(name);
                let above = self.own(&mut level);
                let section = match name.get(..start.saturating_sub(1)) {
                    Some(path) if !path.is_empty() => self.section_below(above, path),
                    _ => above,
                };
                Row { section, key: Key::OfNode(start as u32), nth: 1 }
            };
            self.rows.push(row);
        }
        if self.rows.is_empty() && node == doc.root() {
            self.rows.push(Row { section: 0, key: Key::None, nth: 1 });
        }
    }

    fn own(&mut self, level: &mut Level<'_>) -> u32 {
        match level.own {
            Some(own) => own,
            None => {
                let own = self.section_below(level.above, level.name);
                level.own = Some(own);
                own
            }
        }
    }

    fn section_below(&mut self, section: u32, name: &str) -> u32 {
        let above = self.sections.get(section as usize).map_or("", String::as_str);
        let path = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        // Keys that hold whole paths stand one after the other.
        if self.sections.last() != Some(&path) {
            self.sections.push(path);
        }
        self.sections.len() as u32 - 1
    }

    fn number(&mut self, key: &str) -> u32 {
        if let Some(place) = self.places.get(key) {
            return *place;
        }
        let place = self.numbered.len() as u32;
        self.numbered.push(key.to_owned());
        self.places.insert(key.to_owned(), place);
        place
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

/// Where the key begins in `[path.]key` or `[path.]key.item_0000`.
fn start_of_key(name: &str) -> usize {
    let Some((path, last)) = name.rsplit_once('.') else { return 0 };
    match path.rsplit_once('.') {
        Some((above, _)) if is_item(last) => above.len() + 1,
        None if is_item(last) => 0,
        _ => path.len() + 1,
    }
}

impl Source for Flat<'_> {
    fn count(&self) -> u32 {
        self.rows.len() as u32
    }

    fn kind(&self, leaf: u32) -> IniKind {
        match self.row(leaf).map(|r| r.key) {
            Some(Key::OfNode(_) | Key::Numbered(_)) => IniKind::Pair,
            _ => IniKind::EmptySection,
        }
    }

    fn section(&self, leaf: u32) -> &str {
        self.row(leaf).and_then(|r| self.sections.get(r.section as usize)).map_or("", String::as_str)
    }

    fn key(&self, leaf: u32) -> &str {
        match self.row(leaf).map(|r| r.key) {
            Some(Key::OfNode(start)) => {
                self.doc.key(self.doc.node_of(leaf)).get(start as usize..).unwrap_or("")
            }
            Some(Key::Numbered(place)) => self.numbered.get(place as usize).map_or("", String::as_str),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::unwatched;

    fn flat(text: &str) -> Vec<String> {
        let doc = JsonDoc::parse(text.to_owned(), &mut unwatched).unwrap();
        let flat = Flat::new(&doc);
        assert_eq!(flat.count(), doc.leaf_count());
        let line = |leaf| {
            let value = match flat.kind(leaf) {
                IniKind::Pair => format!("{}={}", flat.key(leaf), flat.value(leaf)),
                _ => "empty".to_owned(),
            };
            let nth = if flat.nth(leaf) > 1 { format!(" #{}", flat.nth(leaf)) } else { String::new() };
            format!("[{}] {value}{nth}", flat.section(leaf))
        };
        (0..flat.count()).map(line).collect()
    }

    #[test]
    fn three_spellings_of_lists_are_one() {
        let expected = ["[S.item_0000] P=/", "[S.item_0000] M.item_0000=*", "[S.item_0000] M.item_0001=?"];
        for text in [
            r#"{"S": [{"P": "/", "M": ["*", "?"]}]}"#,
            r#"{"S": {"item_0000": {"P": "/", "M": {"item_0000": "*", "item_0001": "?"}}}}"#,
            r#"{"S.item_0000": {"P": "/", "M.item_0000": "*", "M.item_0001": "?"}}"#,
            r#"{"S.item_0000.P": "/", "S.item_0000.M.item_0000": "*", "S": [{"M": {"item_0001": "?"}}]}"#,
        ] {
            assert_eq!(flat(text), expected, "{text}");
        }
    }

    #[test]
    fn values_empty_lists_and_repeats() {
        assert_eq!(
            flat(
                r#"{"A": {"on": true, "off": false, "none": null, "n": 1.50, "l": [], "o": {}}, "A.on": "Yes", "E": [[7]]}"#
            ),
            [
                "[A] on=Yes",
                "[A] off=No",
                "[A] none=",
                "[A] n=1.50",
                "[A.l] empty",
                "[A.o] empty",
                "[A] on=Yes #2",
                "[E.item_0000] item_0000=7",
            ]
        );
        assert_eq!(flat("{}"), ["[] empty"]);
        assert_eq!(flat(r#"[1, {"a": 2}]"#), ["[] item_0000=1", "[item_0001] a=2"]);
    }
}
