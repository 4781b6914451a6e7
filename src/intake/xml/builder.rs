//! Builds the tree from the events of quick-xml. quick-xml finds tags and quotes; it does not mind a document that stops
//! early, has two roots, or text around the root. So those rules are checked here, together with: no document type, at
//! most 256 levels with names of 4096 bytes together, only the predefined entities and character references, no repeated attribute, and the rules of
//! [`super::rules`]. Every refusal has a line and a column.

use std::borrow::Cow;
use std::ops::ControlFlow;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use rustc_hash::{FxHashMap, FxHashSet};

use super::rules::{attributes_are_apart, first_bad_char, resolve, valid_declaration, valid_name, xml_char};
use super::{MAX_DEPTH, MAX_PATH, Name, Node, NodeKind, TEXT_NAME, local};
use crate::columns::look;
use crate::finding::{self, Refusal};
use crate::intake::decode::{position, slice};
use crate::intake::secret;
use crate::watch::{Progress, Watch};

/// How many events pass between two looks at the watch.
const WATCH_EVERY: usize = 1 << 14;

const ILL_HINT: &str = "The file may have been cut off or edited by hand; export it again";

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

/// What a document is made of.
pub(super) struct Built {
    pub(super) nodes: Vec<Node>,
    pub(super) names: Vec<Name>,
    pub(super) cooked: Vec<String>,
    /// Comments and processing instructions.
    pub(super) asides: usize,
}

/// A document on its way.
pub(super) struct Builder<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    names: Vec<Name>,
    ids: FxHashMap<&'t str, u32>,   // lookups only
    others: FxHashMap<String, u32>, // lookups only
    cooked: Vec<String>,
    open: Vec<Open>,
    /// Bytes of the names of the elements that are open.
    path: usize,
    asides: usize,
    root_seen: bool,
    /// The text holds a byte that begins a character XML forbids, so every piece must be looked at.
    look_at_chars: bool,
}

impl<'t> Builder<'t> {
    /// Builds the tree of a text.
    pub(super) fn build(text: &'t str, watch: &mut Watch) -> Result<Built, Refusal> {
        let mut builder = Self {
            text,
            nodes: Vec::with_capacity(text.len() / 40),
            names: Vec::new(),
            ids: FxHashMap::default(),    // lookups only
            others: FxHashMap::default(), // lookups only
            path: 0,
            cooked: Vec::new(),
            open: Vec::new(),
            asides: 0,
            root_seen: false,
            look_at_chars: memchr::memchr2(0x0C, 0xEF, text.as_bytes()).is_some(),
        };
        builder.run(watch)?;
        Ok(Built {
            nodes: builder.nodes,
            names: builder.names,
            cooked: builder.cooked,
            asides: builder.asides,
        })
    }

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
                    self.end();
                }
                Event::End(_) => self.end(),
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
        self.path += name_text.len();
        if self.path > MAX_PATH {
            return Err(self.refusal(
                finding::TOO_DEEP,
                at,
                format!("The names of the nested elements are longer than {MAX_PATH} bytes together"),
                "No Kaspersky export is so deep; export the file again",
            ));
        }
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
        // quick-xml compares each name with all before it, which takes a minute where an element has 100,000 of them.
        let mut seen: FxHashSet<String> = FxHashSet::default(); // lookups only
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| self.ill(at, format!("an attribute is malformed: {e}")))?;
            let key: &str = attribute.key.as_ref();
            if !seen.insert(key.to_owned()) {
                return Err(self.ill(at, "an attribute stands twice"));
            }
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

    fn end(&mut self) {
        let Some(mut open) = self.open.pop() else { return };
        let name = self.nodes.get(open.node as usize).and_then(|n| self.names.get(n.name as usize));
        self.path -= name.map_or(0, |n| n.text.len()).min(self.path);
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
            && !(look::is_hash(self.raw(&node).trim()) && self.says_hash(index))
            && let Some(node) = self.nodes.get_mut(index as usize)
        {
            node.secret = true;
        }
    }

    /// Whether the name of an element, or its attribute `name`, says that it holds the hash of a file.
    fn says_hash(&self, index: u32) -> bool {
        let says = |text: &str| text.to_ascii_lowercase().contains("hash");
        let of_name = |node: &Node| self.names.get(node.name as usize).is_some_and(|n| says(&n.text));
        let attribute = self.nodes.get(index as usize + 1).filter(|n| n.kind == NodeKind::Attribute);
        self.nodes.get(index as usize).is_some_and(of_name) || attribute.is_some_and(|a| says(self.raw(a)))
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

    /// For attributes and text runs, whose names are not known to stand in the text as they are.
    fn intern_owned(&mut self, name: &str) -> u32 {
        if let Some(id) = self.ids.get(name).or_else(|| self.others.get(name)) {
            return *id;
        }
        let id = self.push_name(name);
        self.others.insert(name.to_owned(), id);
        id
    }

    fn push_name(&mut self, name: &str) -> u32 {
        let local_part = local(name);
        // In console lists every struct is a `key`; what it is called stands in its attribute `name`.
        let root = self.names.first().map_or("", |n| n.text.as_str());
        let vocabulary = local_part == "key" && local(root).eq_ignore_ascii_case("propertiesmap");
        self.names.push(Name {
            text: name.to_owned(),
            local: name.len() - local_part.len(),
            secret: !vocabulary && secret::key_is_secret(local_part),
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
