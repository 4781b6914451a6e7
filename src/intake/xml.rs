//! XML text to a flat tree, refused whole when it is not well-formed: a half-read policy is worse than none.
//!
//! quick-xml finds tags and quotes; it does not mind a document that stops early, has two roots, or text around the
//! root, so those rules are checked here, together with: no document type, at most 256 levels, only the five
//! predefined entities and character references, no repeated attribute, only characters that XML 1.0 allows.
//!
//! A leaf is an element without child elements, an attribute (namespace declarations are none), or a run of text beside
//! child elements. Its path is slashed, with 1-based positions among siblings of the same name:
//! `/KAV-WSEE-Settings[1]/Settings[1]/TrustedZone[1]/TrustedProcesses[1]`, `/propertiesmap[1]/key[2]/@name`.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use rustc_hash::FxHashMap;

use super::decode::{Lines, position, slice};
use super::secret;
use crate::finding::{self, Refusal};
use crate::watch::{Progress, Watch};

/// Deepest nesting that is read.
pub const MAX_DEPTH: usize = 256;

/// How many events pass between two looks at the watch.
const WATCH_EVERY: usize = 1 << 14;

const ILL_HINT: &str = "The file may have been cut off or edited by hand; export it again";

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

/// One level that is being read.
struct Open {
    node: u32,
    /// Names of the children so far with their counts.
    counts: Counts,
    has_children: bool,
    text: TextRun,
}

/// Text of the element that is being read, in pieces.
#[derive(Default)]
struct TextRun {
    start: u32,
    stop: u32,
    pieces: u32,
    cooked: Option<String>,
}

/// Children of one element by name: a short list, with a map when there are many different names.
#[derive(Default)]
struct Counts {
    few: Vec<(u32, u32)>,
    many: FxHashMap<u32, u32>, // lookups only
}

impl Counts {
    fn next(&mut self, name: u32) -> u32 {
        if let Some((_, n)) = self.few.iter_mut().rev().find(|(known, _)| *known == name) {
            *n += 1;
            return *n;
        }
        if self.few.len() < 24 {
            self.few.push((name, 1));
            return 1;
        }
        let n = self.many.entry(name).or_insert(0);
        *n += 1;
        *n
    }
}

/// A name as it stands in the document, and where its local part begins.
#[derive(Debug)]
struct Name {
    text: String,
    local: usize,
    secret: bool,
}

struct Builder<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    names: Vec<Name>,
    ids: FxHashMap<&'t str, u32>, // lookups only
    cooked: Vec<String>,
    open: Vec<Open>,
    asides: usize,
    root_seen: bool,
    /// The text holds a byte that begins a character XML forbids, so every piece must be looked at.
    look_at_chars: bool,
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
        let (nodes, names, cooked, asides) = {
            let mut builder = Builder {
                text: &text,
                nodes: Vec::with_capacity(text.len() / 40),
                names: Vec::new(),
                ids: FxHashMap::default(), // lookups only
                cooked: Vec::new(),
                open: Vec::new(),
                asides: 0,
                root_seen: false,
                look_at_chars: memchr::memchr2(0x0C, 0xEF, text.as_bytes()).is_some(),
            };
            builder.run(watch)?;
            (builder.nodes, builder.names, builder.cooked, builder.asides)
        };
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

impl<'t> Builder<'t> {
    fn run(&mut self, watch: &mut Watch) -> Result<(), Refusal> {
        let mut reader = Reader::from_str(self.text);
        let mut events = 0usize;
        loop {
            let at = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.quick_xml(&error, reader.error_position() as usize)),
            };
            match event {
                Event::Start(tag) => self.start(&tag, at)?,
                Event::Empty(tag) => {
                    self.start(&tag, at)?;
                    self.end(reader.buffer_position() as usize);
                }
                Event::End(_) => self.end(at),
                Event::Text(text) => self.text(text.into_inner(), at)?,
                Event::CData(data) => self.cdata(data.into_inner(), at)?,
                Event::GeneralRef(reference) => {
                    let c = resolve(&reference).ok_or_else(|| self.ill(at, "this entity is not known"))?;
                    self.cooked_text(&c.to_string(), at)?;
                }
                Event::Comment(comment) => {
                    let text: &str = &comment;
                    if text.contains("--") || text.ends_with('-') || first_bad_char(text).is_some() {
                        return Err(self.ill(at, "a comment holds -- or a character that is not allowed"));
                    }
                    self.asides += 1;
                }
                Event::PI(instruction) => {
                    let text: &str = &instruction;
                    let target = text.split([' ', '\t', '\r', '\n']).next().unwrap_or("");
                    if !valid_name(target) || first_bad_char(text).is_some() {
                        return Err(self.ill(at, "a processing instruction has no proper name"));
                    }
                    self.asides += 1;
                }
                Event::Decl(declaration) => {
                    if at != 0 {
                        return Err(self.ill(at, "an XML declaration stands in the middle of the file"));
                    }
                    if !valid_declaration(&declaration) {
                        return Err(self.ill(at, "the XML declaration is malformed"));
                    }
                }
                Event::DocType(_) => {
                    return Err(self.refusal(
                        finding::DOCTYPE,
                        at,
                        "The XML has a document type declaration; no export has one, and it could pull in other files",
                        "Export the file again; do not convert a file that somebody added a DOCTYPE to",
                    ));
                }
                Event::Eof => break,
            }
            events += 1;
            if events.is_multiple_of(WATCH_EVERY)
                && watch(Progress { done: at, total: self.text.len() }) == ControlFlow::Break(())
            {
                return Err(Refusal::new(
                    finding::CANCELLED,
                    "Reading was cancelled",
                    "Start again when you are ready",
                ));
            }
        }
        if !self.open.is_empty() {
            return Err(self.ill(self.text.len(), "the file ends inside an element: it was cut off"));
        }
        if !self.root_seen {
            return Err(self.ill(self.text.len(), "there is no element in it"));
        }
        Ok(())
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), Refusal> {
        if self.open.is_empty() && self.root_seen {
            return Err(self.ill(at, "a second root element begins here"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(self.refusal(
                finding::TOO_DEEP,
                at,
                format!("The XML is nested more than {MAX_DEPTH} levels deep"),
                "No Kaspersky export is so deep; export the file again",
            ));
        }
        self.root_seen = true;
        let raw_name = tag.name();
        let name_text: &str = raw_name.as_ref();
        let Some(name) = self.intern(at + 1, name_text) else {
            return Err(self.ill(at, "an element has no proper name"));
        };
        self.flush_text();
        let (parent, nth, parent_secret) = match self.open.last_mut() {
            Some(open) => {
                open.has_children = true;
                let secret = self.nodes.get(open.node as usize).is_some_and(|n| n.secret);
                (open.node, open.counts.next(name), secret)
            }
            None => (u32::MAX, 1, false),
        };
        let index = self.nodes.len() as u32;
        let secret = parent_secret || self.names.get(name as usize).is_some_and(|n| n.secret);
        self.nodes.push(Node {
            kind: NodeKind::Element,
            secret,
            cooked: false,
            name,
            nth,
            parent,
            end: index + 1,
            start: at as u32,
            stop: at as u32,
            at: at as u32,
            leaf: 0,
        });
        if tag.attributes_raw().bytes().any(|b| !b.is_ascii_whitespace()) {
            self.attributes(tag, index, at)?;
        }
        self.open.push(Open {
            node: index,
            counts: Counts::default(),
            has_children: false,
            text: TextRun::default(),
        });
        Ok(())
    }

    fn attributes(&mut self, tag: &BytesStart<'_>, element: u32, at: usize) -> Result<(), Refusal> {
        if !attributes_are_apart(tag.attributes_raw()) {
            return Err(self.ill(at, "an attribute is malformed"));
        }
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|e| self.ill(at, format!("an attribute is malformed: {e}")))?;
            let key: &str = attribute.key.as_ref();
            let raw = attribute.value.as_ref();
            if raw.contains('<') || !valid_name(key) {
                return Err(self.ill(at, "an attribute is malformed"));
            }
            let value = quick_xml::escape::unescape(raw)
                .map_err(|_| self.ill(at, "an attribute holds an entity that is not known"))?;
            if let Some(bad) = value.chars().find(|c| !xml_char(*c)) {
                return Err(self.ill(at, format!("the character U+{:04X} is not allowed in XML", bad as u32)));
            }
            if key == "xmlns" || key.starts_with("xmlns:") {
                continue;
            }
            // In typed trees the attribute `name` names the value that stands in the element.
            let names_secret = local(key).eq_ignore_ascii_case("name") && secret::key_is_secret(&value);
            let own_secret = secret::key_is_secret(key) || secret::value_is_secret(&value);
            let name = self.intern_owned(key);
            let index = self.nodes.len() as u32;
            let owner_secret = match self.nodes.get_mut(element as usize) {
                Some(owner) => {
                    let before = owner.secret;
                    owner.secret |= names_secret;
                    owner.end = index + 1;
                    before
                }
                None => false,
            };
            let place = self.cooked.len() as u32;
            self.cooked.push(value.into_owned());
            self.nodes.push(Node {
                kind: NodeKind::Attribute,
                secret: own_secret || owner_secret,
                cooked: true,
                name,
                nth: 1,
                parent: element,
                end: index + 1,
                start: place,
                stop: place,
                at: at as u32,
                leaf: 0,
            });
        }
        Ok(())
    }

    fn end(&mut self, _at: usize) {
        let Some(mut open) = self.open.pop() else { return };
        let run = std::mem::take(&mut open.text);
        if open.has_children {
            self.text_node(open.node, &mut open.counts, run);
        } else {
            let (value_start, value_stop, cooked) = self.settle(run);
            if let Some(node) = self.nodes.get_mut(open.node as usize) {
                if let Some(place) = cooked {
                    node.cooked = true;
                    node.start = place;
                } else if value_stop > value_start {
                    node.start = value_start;
                    node.stop = value_stop;
                }
            }
            self.mark_if_secret(open.node);
        }
        let end = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(open.node as usize) {
            node.end = end;
        }
    }

    fn mark_if_secret(&mut self, index: u32) {
        let Some(node) = self.nodes.get(index as usize).copied() else { return };
        if node.secret {
            // An empty element and a plain switch under a telling name hold nothing to hide.
            let value = self.raw(&node).trim();
            let harmless = value.is_empty()
                || ["yes", "no", "true", "false", "0", "1"].iter().any(|w| value.eq_ignore_ascii_case(w));
            if harmless && let Some(node) = self.nodes.get_mut(index as usize) {
                node.secret = false;
            }
        } else if secret::value_is_secret(self.raw(&node))
            && let Some(node) = self.nodes.get_mut(index as usize)
        {
            node.secret = true;
        }
    }

    fn raw(&self, node: &Node) -> &str {
        if node.cooked {
            self.cooked.get(node.start as usize).map_or("", String::as_str)
        } else {
            slice(self.text, node.start, node.stop)
        }
    }

    /// Where the text of a run stands: offsets, or a place among the cooked ones.
    fn settle(&mut self, run: TextRun) -> (u32, u32, Option<u32>) {
        match run.cooked {
            Some(text) => {
                let place = self.cooked.len() as u32;
                self.cooked.push(text);
                (0, 0, Some(place))
            }
            None => (run.start, run.stop, None),
        }
    }

    /// Text before a child element belongs to the parent: it becomes a node of its own unless it is blank.
    fn flush_text(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        let run = std::mem::take(&mut open.text);
        if run.pieces == 0 {
            return;
        }
        let node = open.node;
        let mut counts = std::mem::take(&mut open.counts);
        self.text_node(node, &mut counts, run);
        if let Some(open) = self.open.last_mut() {
            open.counts = counts;
        }
    }

    fn text_node(&mut self, parent: u32, counts: &mut Counts, run: TextRun) {
        // White space of XML only: a no-break space is text.
        let text = run.cooked.as_deref().unwrap_or_else(|| slice(self.text, run.start, run.stop));
        let blank = text.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
        if run.pieces == 0 || blank {
            return;
        }
        let at = run.start;
        let (start, stop, cooked) = self.settle(run);
        let name = self.intern_owned(TEXT_NAME);
        let index = self.nodes.len() as u32;
        let secret = self.nodes.get(parent as usize).is_some_and(|n| n.secret);
        self.nodes.push(Node {
            kind: NodeKind::Text,
            secret,
            cooked: cooked.is_some(),
            name,
            nth: counts.next(name),
            parent,
            end: index + 1,
            start: cooked.unwrap_or(start),
            stop,
            at,
            leaf: 0,
        });
        self.mark_if_secret(index);
    }

    fn text(&mut self, text: Cow<'_, str>, at: usize) -> Result<(), Refusal> {
        if self.open.is_empty() {
            let lead = text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len();
            if lead < text.len() {
                let what = if self.root_seen {
                    "text stands after the root element"
                } else {
                    "text stands before the root element"
                };
                return Err(self.ill(at + lead, what));
            }
            return Ok(());
        }
        if memchr::memchr(b']', text.as_bytes()).is_some()
            && let Some(bad) = text.find("]]>")
        {
            return Err(self.ill(at + bad, "]]> stands in text"));
        }
        if self.look_at_chars
            && let Some((offset, bad)) = first_bad_char(&text)
        {
            return Err(
                self.ill(at + offset, format!("the character U+{:04X} is not allowed in XML", bad as u32))
            );
        }
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let run = &mut open.text;
        run.pieces += 1;
        match &mut run.cooked {
            Some(cooked) => cooked.push_str(&text),
            None if run.pieces == 1 => {
                run.start = at as u32;
                run.stop = (at + text.len()) as u32;
            }
            // A comment split the text: it is put together in one piece.
            None => {
                let mut whole = slice(self.text, run.start, run.stop).to_owned();
                whole.push_str(&text);
                run.cooked = Some(whole);
            }
        }
        Ok(())
    }

    fn cdata(&mut self, data: Cow<'_, str>, at: usize) -> Result<(), Refusal> {
        if self.open.is_empty() {
            return Err(self.ill(at, "text stands outside the root element"));
        }
        if let Some((_, bad)) = first_bad_char(&data) {
            return Err(self.ill(at, format!("the character U+{:04X} is not allowed in XML", bad as u32)));
        }
        self.cooked_text(&data, at)
    }

    fn cooked_text(&mut self, piece: &str, at: usize) -> Result<(), Refusal> {
        if self.open.is_empty() {
            return Err(self.ill(at, "text stands outside the root element"));
        }
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let run = &mut open.text;
        if run.pieces == 0 {
            run.start = at as u32;
            run.stop = at as u32;
        }
        run.pieces += 1;
        let before = slice(self.text, run.start, run.stop);
        run.cooked.get_or_insert_with(|| before.to_owned()).push_str(piece);
        Ok(())
    }

    /// Number of an element's name; `None` when it is no proper name. A name is checked when it is first seen.
    fn intern(&mut self, start: usize, name: &str) -> Option<u32> {
        if let Some(id) = self.ids.get(name) {
            return Some(*id);
        }
        if !valid_name(name) {
            return None;
        }
        match self.text.get(start..start + name.len()) {
            Some(stored) if stored == name => {
                let id = self.push_name(name);
                self.ids.insert(stored, id);
                Some(id)
            }
            _ => Some(self.intern_owned(name)),
        }
    }

    /// For attributes and text runs, of which there are few names.
    fn intern_owned(&mut self, name: &str) -> u32 {
        match self.names.iter().position(|n| n.text == name) {
            Some(id) => id as u32,
            None => self.push_name(name),
        }
    }

    fn push_name(&mut self, name: &str) -> u32 {
        let local_part = local(name);
        self.names.push(Name {
            text: name.to_owned(),
            local: name.len() - local_part.len(),
            secret: secret::key_is_secret(local_part),
        });
        self.names.len() as u32 - 1
    }

    fn quick_xml(&self, error: &Error, at: usize) -> Refusal {
        match error {
            // No names: in a file that is broken, what looks like a tag may be the middle of a password.
            Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => {
                self.ill(at, "a closing tag does not belong to the element that is open")
            }
            Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => {
                self.ill(at, "a closing tag closes nothing")
            }
            Error::Syntax(_) => self.ill(at, format!("{error}; the file may have been cut off")),
            _ => self.ill(at, "what stands here is no XML"),
        }
    }

    fn ill(&self, at: usize, what: impl std::fmt::Display) -> Refusal {
        self.refusal(finding::ILL_FORMED, at, format!("The XML is not well-formed: {what}"), ILL_HINT)
    }

    fn refusal(&self, code: &'static str, at: usize, what: impl Into<String>, hint: &str) -> Refusal {
        let (line, column) = position(self.text, at);
        Refusal::new(code, what, hint).at(line, column)
    }
}

/// The five predefined entities and character references to characters that XML allows.
fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten().filter(|c| xml_char(*c));
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

const fn xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Control characters were refused by the decoder, form feed excepted; U+FFFE and U+FFFF are left to look for.
fn first_bad_char(text: &str) -> Option<(usize, char)> {
    let suspicious = |b: u8| b == 0x0C || b == 0xEF;
    if !text.bytes().any(suspicious) {
        return None;
    }
    text.char_indices().find(|(_, c)| !xml_char(*c))
}

/// White space stands between attributes: after a closing quotation mark comes a blank or nothing.
fn attributes_are_apart(raw: &str) -> bool {
    let mut quote = None;
    let mut closed = false;
    raw.bytes().all(|b| {
        let blank = matches!(b, b' ' | b'\t' | b'\r' | b'\n');
        let fits = !closed || blank;
        closed = false;
        match (quote, b) {
            (None, b'"' | b'\'') => quote = Some(b),
            (Some(q), _) if q == b => {
                quote = None;
                closed = true;
            }
            _ => {}
        }
        fits
    })
}

/// `xml version="1.0" encoding="…" standalone="yes"`: in this order, the last two may be missing.
fn valid_declaration(text: &str) -> bool {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let Some(mut rest) = text.strip_prefix("xml") else { return false };
    let mut next = |name: &str| -> Option<Option<&str>> {
        let after = rest.trim_start_matches(blank);
        let Some(after_name) = after.strip_prefix(name) else { return Some(None) };
        if after.len() == rest.len() {
            return None;
        }
        let value = after_name.trim_start_matches(blank).strip_prefix('=')?.trim_start_matches(blank);
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, left) = value.get(1..)?.split_once(quote)?;
        rest = left;
        Some(Some(value))
    };
    let version = next("version");
    let encoding = next("encoding");
    let standalone = next("standalone");
    let digits = |v: &str| {
        v.strip_prefix("1.").is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
    };
    let named = |e: &str| e.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    matches!(version, Some(Some(v)) if digits(v))
        && matches!(encoding, Some(e) if e.is_none_or(named))
        && matches!(standalone, Some(s) if s.is_none_or(|s| s == "yes" || s == "no"))
        && rest.trim_start_matches(blank).is_empty()
}

/// The productions NameStartChar and NameChar of XML 1.0.
fn valid_name(name: &str) -> bool {
    let start = |c: char| {
        c.is_ascii_alphabetic()
            || matches!(c, '_' | ':')
            || matches!(c, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}'
                | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}'
                | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
    };
    let rest = |c: char| {
        start(c)
            || c.is_ascii_digit()
            || matches!(c, '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
    };
    let mut chars = name.chars();
    chars.next().is_some_and(start) && chars.all(rest)
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
