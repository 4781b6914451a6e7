//! XML text to a flat tree, refused whole when it is not well-formed: a half-read policy is worse than none.
//!
//! A leaf is an element without child elements, an attribute (namespace declarations are none), or a run of text beside
//! child elements. Its path is slashed, with 1-based positions among siblings of the same name:
//! `/KAV-WSEE-Settings[1]/Settings[1]/TrustedZone[1]/TrustedProcesses[1]`, `/propertiesmap[1]/key[2]/@name`.
//!
//! | file | what |
//! |---|---|
//! | this one | the tree: nodes in document order, leaves, paths, values |
//! | `builder` | the way there: events of quick-xml, and the rules it does not check |
//! | `rules` | what XML 1.0 says about characters, names, references, the declaration |

mod builder;
mod rules;

use std::ops::Range;

use super::decode::{Lines, slice};
use super::secret;
use crate::finding::{self, Refusal};
use crate::watch::Watch;
use builder::{Builder, Built};

/// Deepest nesting that is read.
pub const MAX_DEPTH: usize = 256;
/// Longest path to a leaf, as the names of the elements around it, in bytes. Each leaf's path stands in the report: few
/// bytes of input must not become many there.
pub const MAX_PATH: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NodeKind {
    Element,
    Attribute,
    /// Text beside child elements.
    Text,
}

/// A node in document order. Children of a node are the nodes between it and `end`.
#[derive(Clone, Copy, Debug)]
struct Node {
    kind: NodeKind,
    secret: bool,
    /// The text needed unescaping and stands in `cooked` at `start`.
    cooked: bool,
    name: u32,
    /// Position among siblings of the same name, 1-based.
    nth: u32,
    parent: u32,
    /// First node after this subtree.
    end: u32,
    /// Byte offsets of the content.
    start: u32,
    stop: u32,
    /// Byte offset of the tag, or of the text itself: it gives the line.
    at: u32,
    /// Number of leaves before this node.
    leaf: u32,
}

/// A well-formed document.
#[derive(Debug)]
pub struct XmlDoc {
    text: String,
    nodes: Vec<Node>,
    names: Vec<Name>,
    cooked: Vec<String>,
    /// Node of each leaf.
    leaves: Vec<u32>,
    lines: Lines,
    /// Comments and processing instructions: no settings, but counted.
    pub asides: usize,
}

/// A place in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeId(u32);

/// A name as it stands in the document, and where its local part begins.
#[derive(Debug)]
struct Name {
    text: String,
    local: usize,
    secret: bool,
}

/// The name under which text runs are listed.
const TEXT_NAME: &str = "text()";

impl XmlDoc {
    /// Parses and checks a document.
    pub fn parse(text: String, watch: &mut Watch) -> Result<Self, Refusal> {
        if u32::try_from(text.len()).is_err() {
            return Err(Refusal::new(
                finding::TOO_LARGE,
                "The text is too large",
                "Export one policy or list at a time",
            ));
        }
        let Built { nodes, names, cooked, asides } = Builder::build(&text, watch)?;
        let mut doc =
            Self { lines: Lines::new(&text), text, nodes, names, cooked, leaves: Vec::new(), asides };
        doc.number_leaves();
        Ok(doc)
    }

    fn number_leaves(&mut self) {
        let mut leaves = Vec::with_capacity(self.nodes.len() / 2);
        let flags: Vec<bool> = (0..self.nodes.len() as u32).map(|i| self.is_leaf(i)).collect();
        for (index, (node, leaf)) in self.nodes.iter_mut().zip(flags).enumerate() {
            node.leaf = leaves.len() as u32;
            if leaf {
                leaves.push(index as u32);
            }
        }
        self.leaves = leaves;
    }

    fn is_leaf(&self, index: u32) -> bool {
        let Some(node) = self.node(index) else { return false };
        node.kind != NodeKind::Element || {
            let mut next = index + 1;
            while next < node.end && self.node(next).is_some_and(|n| n.kind == NodeKind::Attribute) {
                next += 1;
            }
            next >= node.end
        }
    }

    fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    /// The root element.
    pub const fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// Local name of a node.
    pub fn name(&self, id: NodeId) -> &str {
        let name = self.node(id.0).and_then(|n| self.names.get(n.name as usize));
        name.map_or("", |n| n.text.get(n.local..).unwrap_or(""))
    }

    fn name_of(&self, node: &Node) -> &str {
        self.names.get(node.name as usize).map_or("", |n| n.text.as_str())
    }

    /// Child elements in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(id.0).map_or(0, |n| n.end);
        let mut next = id.0 + 1;
        std::iter::from_fn(move || {
            while next < end {
                let node = self.node(next)?;
                let this = next;
                next = node.end.max(this + 1);
                if node.kind == NodeKind::Element {
                    return Some(NodeId(this));
                }
            }
            None
        })
    }

    /// The first child element of that local name, compared without case.
    pub fn child(&self, id: NodeId, name: &str) -> Option<NodeId> {
        self.children(id).find(|c| self.name(*c).eq_ignore_ascii_case(name))
    }

    /// Value of an attribute of that local name, compared without case; a secret is its marker.
    pub fn attribute(&self, id: NodeId, name: &str) -> Option<&str> {
        let end = self.node(id.0)?.end;
        let attributes =
            (id.0 + 1..end).map_while(|i| self.node(i).filter(|n| n.kind == NodeKind::Attribute));
        let found =
            attributes.zip(id.0 + 1..).find(|(n, _)| local(self.name_of(n)).eq_ignore_ascii_case(name));
        found.map(|(_, at)| self.value(NodeId(at)))
    }

    /// Position of a node among its siblings of the same name, 1-based.
    pub fn nth(&self, id: NodeId) -> u32 {
        self.node(id.0).map_or(0, |n| n.nth)
    }

    /// Text of a node, with a secret replaced by its marker.
    pub fn value(&self, id: NodeId) -> &str {
        match self.node(id.0) {
            Some(node) if node.secret => secret::MARKER,
            Some(node) => self.raw(node),
            None => "",
        }
    }

    fn raw(&self, node: &Node) -> &str {
        if node.cooked {
            self.cooked.get(node.start as usize).map_or("", String::as_str)
        } else {
            slice(&self.text, node.start, node.stop)
        }
    }

    /// Whether a node's value was withheld.
    pub fn is_secret(&self, id: NodeId) -> bool {
        self.node(id.0).is_some_and(|n| n.secret)
    }

    /// The leaves of a subtree.
    pub fn leaves_of(&self, id: NodeId) -> Range<u32> {
        let Some(node) = self.node(id.0) else { return 0..0 };
        let end = self.node(node.end).map_or(self.leaves.len() as u32, |n| n.leaf);
        node.leaf..end
    }

    /// Number of leaves.
    pub fn leaf_count(&self) -> u32 {
        self.leaves.len() as u32
    }

    fn leaf_node(&self, leaf: u32) -> Option<&Node> {
        self.leaves.get(leaf as usize).and_then(|i| self.node(*i))
    }

    /// Whether a leaf is an element, and neither an attribute nor text beside elements.
    pub fn leaf_is_element(&self, leaf: u32) -> bool {
        self.leaf_node(leaf).is_some_and(|n| n.kind == NodeKind::Element)
    }

    /// Line of a leaf.
    pub fn leaf_line(&self, leaf: u32) -> u32 {
        self.lines.of(self.leaf_node(leaf).map_or(0, |n| n.at))
    }

    /// Value of a leaf, with a secret replaced.
    pub fn leaf_value(&self, leaf: u32) -> &str {
        match self.leaf_node(leaf) {
            Some(node) if node.secret => secret::MARKER,
            Some(node) => self.raw(node),
            None => "",
        }
    }

    /// Whether a leaf's value was withheld.
    pub fn leaf_is_secret(&self, leaf: u32) -> bool {
        self.leaf_node(leaf).is_some_and(|n| n.secret)
    }

    /// Path of a leaf, as it stands in the report.
    pub fn leaf_path(&self, leaf: u32, out: &mut String) {
        let mut chain = Vec::with_capacity(8);
        let mut at = self.leaves.get(leaf as usize).copied();
        while let Some(node) = at.and_then(|i| self.node(i)) {
            chain.push(node);
            at = (node.parent != u32::MAX).then_some(node.parent);
        }
        for node in chain.iter().rev() {
            out.push('/');
            match node.kind {
                NodeKind::Attribute => {
                    out.push('@');
                    out.push_str(self.name_of(node));
                }
                _ => {
                    out.push_str(self.name_of(node));
                    out.push('[');
                    let _ = std::fmt::Write::write_fmt(out, format_args!("{}", node.nth));
                    out.push(']');
                }
            }
        }
    }

    /// Short name of a leaf for people: the last parts of its path.
    pub fn leaf_name(&self, leaf: u32) -> String {
        let mut path = String::new();
        self.leaf_path(leaf, &mut path);
        let parts: Vec<&str> = path.rsplitn(4, '/').collect();
        let (Some(a), Some(b)) = (parts.first(), parts.get(1)) else { return path };
        if b.is_empty() { (*a).to_owned() } else { format!("{b}/{a}") }
    }

    /// The text, for a sanitised copy only.
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, l)| l)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::unwatched;

    fn refused(text: &str) -> (&'static str, u32, u32, String) {
        let r = XmlDoc::parse(text.to_owned(), &mut unwatched).unwrap_err();
        (r.code, r.line, r.column, r.message)
    }

    fn leaves(text: &str) -> Vec<(String, String, u32)> {
        let doc = XmlDoc::parse(text.to_owned(), &mut unwatched).unwrap();
        (0..doc.leaf_count())
            .map(|leaf| {
                let mut path = String::new();
                doc.leaf_path(leaf, &mut path);
                (path, doc.leaf_value(leaf).to_owned(), doc.leaf_line(leaf))
            })
            .collect()
    }

    #[test]
    fn ill_formed_documents_are_refused_with_line_and_column() {
        for (text, line, column) in [
            ("<a>\n <b>", 2, 5),
            ("<a>\n <b></b>", 2, 9),
            ("<a/>\n<b/>", 2, 1),
            ("<a/>\n x", 2, 2),
            ("x<a/>", 1, 1),
            ("<a>\n</b>", 2, 1),
            ("<a>&nbsp;</a>", 1, 4),
            ("<a b='&x;'/>", 1, 1),
            ("<a b='1' b='2'/>", 1, 1),
            ("<a b='<'/>", 1, 1),
            ("<a>]]></a>", 1, 4),
            ("<a>&#1;</a>", 1, 4),
            ("<a/><?xml version='1.0'?>", 1, 5),
            ("<!-- only a comment -->", 1, 24),
            ("<a/>&amp;", 1, 5),
            ("<1/>", 1, 1),
        ] {
            let (code, l, c, message) = refused(text);
            assert_eq!((code, l, c), (finding::ILL_FORMED, line, column), "{text} {message}");
        }
        assert_eq!(refused("<a").0, finding::ILL_FORMED);
        assert_eq!(refused("<a b=\"").0, finding::ILL_FORMED);
        assert_eq!(refused("<!DOCTYPE a><a/>").0, finding::DOCTYPE);
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |n: usize| "<a>".repeat(n) + &"</a>".repeat(n);
        assert!(XmlDoc::parse(nested(256), &mut unwatched).is_ok());
        assert_eq!(refused(&nested(257)).0, finding::TOO_DEEP);
        assert_eq!(refused(&nested(257)).2, 769);
    }

    #[test]
    fn leaves_are_elements_attributes_and_mixed_text() {
        let text = "<?xml version='1.0'?>\n<r xmlns='urn:x' id='7'>\n <e/>\n <e n='a'>x &amp; y</e>\n <f> <![CDATA[<z>]]></f>\n tail<g></g></r>";
        let expected = [
            ("/r[1]/@id", "7", 2),
            ("/r[1]/e[1]", "", 3),
            ("/r[1]/e[2]", "x & y", 4),
            ("/r[1]/e[2]/@n", "a", 4),
            ("/r[1]/f[1]", " <z>", 5),
            ("/r[1]/text()[1]", "\n tail", 5),
            ("/r[1]/g[1]", "", 6),
        ];
        let expected: Vec<_> =
            expected.iter().map(|(p, v, l)| ((*p).to_owned(), (*v).to_owned(), *l)).collect();
        assert_eq!(leaves(text), expected);
    }

    #[test]
    fn a_comment_inside_text_does_not_split_a_value() {
        assert_eq!(leaves("<a>one<!-- x -->two</a>"), [("/a[1]".into(), "onetwo".into(), 1)]);
    }

    #[test]
    fn secrets_are_not_read() {
        let text = "<r><Password>Word1</Password><t name='ProxyPass'>Word2</t><u><Token><v>Word3</v></Token></u><d>x /password=Word4</d><PasswordProtection>yes</PasswordProtection></r>";
        let all = format!("{:?}", leaves(text));
        assert!(!all.contains("Word"), "{all}");
        assert!(all.contains("yes"));
    }
}
