//! JSON text to a flat tree, refused whole when RFC 8259 does not allow it: a half-read policy is worse than none.
//!
//! A leaf is a string, number, `true`, `false` or `null`, or an object or array that holds nothing. Its path is dotted,
//! with 0-based positions in arrays: `PxgRetVal.0.KLPOL_DN`. In a key `.`, `\` and `#` stand behind a `\`; a key that
//! stands twice in an object gets `#2`. Numbers stay as they are written.
//!
//! | file | what |
//! |---|---|
//! | this one | the tree: nodes in document order, leaves, paths, values |
//! | `builder` | the way there: tokens of struson, repeated keys, secrets |

mod builder;

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::decode::{Lines, slice};
use super::secret;
use crate::finding::{self, Refusal};
use crate::watch::Watch;
use builder::{Builder, Built};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number, as it is written.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`
    Null,
}

impl JsonKind {
    /// Whether values stand in it.
    pub const fn is_container(self) -> bool {
        matches!(self, Self::Object | Self::Array)
    }
}

/// A value in document order. What stands in an object or array are the nodes between it and its end.
#[derive(Clone, Copy, Debug)]
struct Node {
    kind: JsonKind,
    secret: bool,
    key_is: KeyIs,
    /// The string held escapes and stands in `cooked` at `end`.
    cooked: bool,
    /// Byte offsets of the key; its place among the cooked ones; or the position in an array.
    key: u32,
    key_stop: u32,
    /// Byte offsets of the value, quotation marks included.
    at: u32,
    stop: u32,
    parent: u32,
    /// First node after this subtree.
    end: u32,
    /// Number of leaves before this node.
    leaf: u32,
}

/// How a node is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyIs {
    /// The outermost value has no name.
    None,
    /// By its position in an array.
    Position,
    /// As it is written in the text.
    Text,
    /// By a key that held escapes.
    Cooked,
    /// By a key that is itself a secret.
    Secret,
}

/// Strings that needed unescaping, in one piece.
#[derive(Debug, Default)]
struct Cooked {
    text: String,
    ends: Vec<u32>,
}

impl Cooked {
    fn push(&mut self, text: &str) -> u32 {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        self.ends.len() as u32 - 1
    }

    fn get(&self, place: u32) -> &str {
        let end = self.ends.get(place as usize).copied().unwrap_or(0);
        let start = place.checked_sub(1).and_then(|p| self.ends.get(p as usize)).copied().unwrap_or(0);
        slice(&self.text, start, end)
    }
}

/// A well-formed document.
#[derive(Debug)]
pub struct JsonDoc {
    text: String,
    nodes: Vec<Node>,
    cooked: Cooked,
    /// Node of each leaf.
    leaves: Vec<u32>,
    /// Which of several of the same key a node is, for the second and later ones.
    repeats: FxHashMap<u32, u32>, // lookups only
    lines: Lines,
}

/// A value in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeId(u32);

/// A value as it stands in the text, for a sanitised copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) node: NodeId,
    pub(crate) kind: JsonKind,
    /// Byte offsets of the whole value, quotation marks included.
    pub(crate) span: Range<usize>,
    /// The key in front of it is a secret.
    pub(crate) secret_key: bool,
}

impl JsonDoc {
    /// Parses and checks a document.
    ///
    /// # Errors
    ///
    /// The text is no JSON, is nested more than 256 levels deep, or the watch said stop.
    pub fn parse(text: String, watch: &mut Watch) -> Result<Self, Refusal> {
        if u32::try_from(text.len()).is_err() {
            return Err(Refusal::new(
                finding::TOO_LARGE,
                "The text is too large",
                "Export one policy or list at a time",
            ));
        }
        let Built { nodes, cooked, repeats } = Builder::build(&text, watch)?;
        let mut doc = Self { lines: Lines::new(&text), text, nodes, cooked, leaves: Vec::new(), repeats };
        doc.number_leaves();
        Ok(doc)
    }

    fn number_leaves(&mut self) {
        let mut leaves = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter_mut().enumerate() {
            node.leaf = leaves.len() as u32;
            if !node.kind.is_container() || node.end == index as u32 + 1 {
                leaves.push(index as u32);
            }
        }
        leaves.shrink_to_fit();
        self.leaves = leaves;
    }

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    fn end(&self, id: NodeId) -> u32 {
        self.node(id).map_or(0, |n| if n.kind.is_container() { n.end } else { id.0 + 1 })
    }

    /// The outermost value.
    pub const fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// What a value is.
    pub fn kind(&self, id: NodeId) -> JsonKind {
        self.node(id).map_or(JsonKind::Null, |n| n.kind)
    }

    /// The values in an object or array, in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.end(id);
        let mut next = id.0 + 1;
        std::iter::from_fn(move || {
            let this = NodeId(next);
            (next < end).then(|| {
                next = self.end(this).max(next + 1);
                this
            })
        })
    }

    /// The key of a value in an object; empty in an array.
    pub fn key(&self, id: NodeId) -> &str {
        self.node(id).map_or("", |n| match n.key_is {
            KeyIs::None | KeyIs::Position => "",
            KeyIs::Text => slice(&self.text, n.key, n.key_stop),
            KeyIs::Cooked => self.cooked.get(n.key),
            KeyIs::Secret => secret::MARKER,
        })
    }

    /// The position of a value in an array, 0-based.
    pub fn position(&self, id: NodeId) -> Option<u32> {
        self.node(id).filter(|n| n.key_is == KeyIs::Position).map(|n| n.key)
    }

    /// The first value of that key.
    pub fn child(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.children(id)
            .find(|c| self.node(*c).is_some_and(|n| n.key_is != KeyIs::Position) && self.key(*c) == key)
    }

    /// Which of several values of the same key in its object, 1-based.
    pub fn nth(&self, id: NodeId) -> u32 {
        self.repeats.get(&id.0).copied().unwrap_or(1)
    }

    /// A string without its quotation marks and escapes, a number, `true`, `false` or `null` as written, with a secret
    /// replaced by its marker. Empty for objects and arrays.
    pub fn value(&self, id: NodeId) -> &str {
        match self.node(id) {
            Some(node) if node.secret => secret::MARKER,
            Some(node) => raw(&self.text, &self.cooked, node),
            None => "",
        }
    }

    /// Whether a value was withheld.
    pub fn is_secret(&self, id: NodeId) -> bool {
        self.node(id).is_some_and(|n| n.secret)
    }

    /// The leaves of a subtree.
    pub fn leaves_of(&self, id: NodeId) -> Range<u32> {
        let Some(node) = self.node(id) else { return 0..0 };
        let end = self.node(NodeId(self.end(id))).map_or(self.leaves.len() as u32, |n| n.leaf);
        node.leaf..end
    }

    /// Number of leaves.
    pub fn leaf_count(&self) -> u32 {
        self.leaves.len() as u32
    }

    /// The value that a leaf is.
    pub fn node_of(&self, leaf: u32) -> NodeId {
        NodeId(self.leaves.get(leaf as usize).copied().unwrap_or(u32::MAX))
    }

    /// Line on which the value of a leaf begins.
    pub fn leaf_line(&self, leaf: u32) -> u32 {
        self.lines.of(self.node(self.node_of(leaf)).map_or(0, |n| n.at))
    }

    /// Value of a leaf, with a secret replaced.
    pub fn leaf_value(&self, leaf: u32) -> &str {
        self.value(self.node_of(leaf))
    }

    /// Whether a leaf's value was withheld.
    pub fn leaf_is_secret(&self, leaf: u32) -> bool {
        self.is_secret(self.node_of(leaf))
    }

    /// Path of a leaf, as it stands in the report.
    pub fn leaf_path(&self, leaf: u32, out: &mut String) {
        let chain = self.chain(leaf);
        let mut parts = chain.iter().rev();
        if let Some(first) = parts.next() {
            self.step(*first, out);
        }
        for part in parts {
            out.push('.');
            self.step(*part, out);
        }
    }

    /// Short name of a leaf for people: the last parts of its path.
    pub fn leaf_name(&self, leaf: u32) -> String {
        let chain = self.chain(leaf);
        let mut out = String::new();
        if let Some(above) = chain.get(1) {
            self.step(*above, &mut out);
            out.push('.');
        }
        if let Some(own) = chain.first() {
            self.step(*own, &mut out);
        }
        out
    }

    /// The nodes from a leaf up to below the outermost value.
    fn chain(&self, leaf: u32) -> Vec<NodeId> {
        let mut chain = Vec::with_capacity(8);
        let mut at = self.node_of(leaf);
        while let Some(node) = self.node(at) {
            if node.parent != u32::MAX || chain.is_empty() {
                chain.push(at);
            }
            at = NodeId(node.parent);
        }
        chain
    }

    fn step(&self, id: NodeId, out: &mut String) {
        let Some(node) = self.node(id) else { return };
        match node.key_is {
            KeyIs::None => out.push('$'),
            KeyIs::Position => {
                let _ = std::fmt::Write::write_fmt(out, format_args!("{}", node.key));
            }
            _ => {
                for c in self.key(id).chars() {
                    match c {
                        '.' | '\\' | '#' => out.extend(['\\', c]),
                        c if c.is_control() => {
                            let _ = std::fmt::Write::write_fmt(out, format_args!("\\u{:04x}", c as u32));
                        }
                        c => out.push(c),
                    }
                }
            }
        }
        let nth = self.nth(id);
        if nth > 1 {
            let _ = std::fmt::Write::write_fmt(out, format_args!("#{nth}"));
        }
    }

    /// Every value with its place in the text, in document order, for a sanitised copy only.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = Token> + '_ {
        self.nodes.iter().enumerate().map(|(index, node)| Token {
            node: NodeId(index as u32),
            kind: node.kind,
            span: node.at as usize..node.stop as usize,
            secret_key: node.key_is == KeyIs::Secret,
        })
    }

    /// A value with what is secret in it, for a sanitised copy only.
    pub(crate) fn unmasked(&self, id: NodeId) -> &str {
        self.node(id).map_or("", |node| raw(&self.text, &self.cooked, node))
    }

    /// The text, for a sanitised copy only.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The content of a scalar.
fn raw<'d>(text: &'d str, cooked: &'d Cooked, node: &Node) -> &'d str {
    match node.kind {
        JsonKind::Object | JsonKind::Array => "",
        JsonKind::String if node.cooked => cooked.get(node.end),
        JsonKind::String => slice(text, node.at + 1, node.stop.saturating_sub(1)),
        _ => slice(text, node.at, node.stop),
    }
}

#[cfg(test)]
mod tests;
