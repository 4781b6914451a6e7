//! Builds the tree from the tokens of struson, which takes RFC 8259 and nothing else. Here: repeated keys are numbered,
//! secrets are marked, at most 256 levels. Every refusal has a line and a column.
//!
//! What is withheld beside the rules of [`secret`]: everything under a telling key; all that stands beside
//! `"type": "binary"`; `value` beside a `name` or `key` that tells.

use std::hash::BuildHasher;
use std::ops::ControlFlow;

use rustc_hash::{FxBuildHasher, FxHashMap};
use struson::reader::{
    JsonReader, JsonReaderPosition, JsonStreamReader, ReaderError, ReaderSettings, SyntaxErrorKind, ValueType,
};

use super::{Cooked, JsonKind, KeyIs, Node, raw};
use crate::finding::{self, Refusal};
use crate::intake::decode::{position, slice};
use crate::intake::secret;
use crate::intake::xml::MAX_DEPTH;
use crate::watch::{Progress, Watch};

/// How many values pass between two looks at the watch.
const WATCH_EVERY: usize = 1 << 14;

const ILL_HINT: &str = "The file may have been cut off or edited by hand; export it again";

/// What a document is made of.
pub(super) struct Built {
    pub(super) nodes: Vec<Node>,
    pub(super) cooked: Cooked,
    pub(super) repeats: FxHashMap<u32, u32>, // lookups only
}

/// An object or array that is being read.
struct Open {
    node: u32,
    is_array: bool,
    /// Number of values so far.
    count: u32,
    keys: Keys,
    /// It says of itself that it holds bytes.
    binary: bool,
    /// The name of a secret stands in it.
    names_secret: bool,
}

/// Keys of one object so far, by their hash: a short list, with a map when there are many. Where two different keys
/// have the same hash (which nobody has seen), the second one is only named `#2` for nothing.
#[derive(Default)]
struct Keys {
    few: Vec<(u64, u32)>,
    many: FxHashMap<u64, u32>, // lookups only
}

impl Keys {
    fn next(&mut self, key: &str) -> u32 {
        let hash = FxBuildHasher.hash_one(key);
        if let Some((_, n)) = self.few.iter_mut().find(|(known, _)| *known == hash) {
            *n += 1;
            return *n;
        }
        if self.few.len() < 24 {
            self.few.push((hash, 1));
            return 1;
        }
        let n = self.many.entry(hash).or_insert(0);
        *n += 1;
        *n
    }
}

/// A name that was read and waits for its value.
struct Named {
    is: KeyIs,
    key: u32,
    stop: u32,
    nth: u32,
    telling: bool,
    role: Role,
}

/// What a key says about the object that it stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    None,
    /// `type`
    Type,
    /// `name`, `key`
    Name,
}

/// A document on its way.
pub(super) struct Builder<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    cooked: Cooked,
    repeats: FxHashMap<u32, u32>, // lookups only
    open: Vec<Open>,
    /// Which keys say that their value is secret: asked once for each.
    telling: FxHashMap<&'t str, bool>, // lookups only
}

impl<'t> Builder<'t> {
    /// Builds the tree of a text.
    pub(super) fn build(text: &'t str, watch: &mut Watch) -> Result<Built, Refusal> {
        let mut builder = Self {
            text,
            nodes: Vec::with_capacity(text.len() / 48),
            cooked: Cooked::default(),
            repeats: FxHashMap::default(), // lookups only
            open: Vec::new(),
            telling: FxHashMap::default(), // lookups only
        };
        builder.run(watch)?;
        builder.nodes.shrink_to_fit();
        Ok(Built { nodes: builder.nodes, cooked: builder.cooked, repeats: builder.repeats })
    }

    fn run(&mut self, watch: &mut Watch) -> Result<(), Refusal> {
        let settings = ReaderSettings {
            allow_comments: false,
            allow_trailing_comma: false,
            allow_multiple_top_level: false,
            track_path: false,
            max_nesting_depth: Some(MAX_DEPTH as u32),
            restrict_number_values: false,
        };
        let mut reader = JsonStreamReader::new_custom(self.text.as_bytes(), settings);
        let mut values = 0usize;
        loop {
            let named = match self.open.last().map(|open| open.is_array) {
                None => Named { is: KeyIs::None, key: 0, stop: 0, nth: 1, telling: false, role: Role::None },
                Some(is_array) => {
                    if !reader.has_next().map_err(|e| self.refusal(&e))? {
                        let ended = if is_array { reader.end_array() } else { reader.end_object() };
                        ended.map_err(|e| self.refusal(&e))?;
                        self.close(offset(&reader));
                        if self.open.is_empty() {
                            break;
                        }
                        continue;
                    }
                    if is_array { self.position() } else { self.name(&mut reader)? }
                }
            };
            let kind = reader.peek().map_err(|e| self.refusal(&e))?;
            let at = offset(&reader);
            self.value(&mut reader, kind, at, &named)?;
            values += 1;
            if values.is_multiple_of(WATCH_EVERY)
                && watch(Progress { done: at as usize, total: self.text.len() }) == ControlFlow::Break(())
            {
                return Err(Refusal::new(
                    finding::CANCELLED,
                    "Reading was cancelled",
                    "Start again when you are ready",
                ));
            }
            if self.open.is_empty() {
                break;
            }
        }
        reader.consume_trailing_whitespace().map_err(|e| self.refusal(&e))
    }

    /// The next place in the array that is being read.
    fn position(&mut self) -> Named {
        let count = self.open.last_mut().map_or(0, |open| {
            open.count += 1;
            open.count - 1
        });
        Named { is: KeyIs::Position, key: count, stop: 0, nth: 1, telling: false, role: Role::None }
    }

    fn name(&mut self, reader: &mut JsonStreamReader<&'t [u8]>) -> Result<Named, Refusal> {
        let at = offset(reader);
        let name = reader.next_name().map_err(|e| ill(self.text, &e))?;
        let (start, stop) = (at + 1, at + 1 + name.len() as u32);
        let stored = slice(self.text, start, stop);
        let as_written = slice(self.text, at, start) == "\"" && stands(self.text, start, name);
        let hidden = name.contains(['@', '=', ' ']) && secret::value_is_secret(name);
        let role = match name {
            n if n.eq_ignore_ascii_case("type") => Role::Type,
            n if n.eq_ignore_ascii_case("name") || n.eq_ignore_ascii_case("key") => Role::Name,
            _ => Role::None,
        };
        let shown = if hidden { secret::MARKER } else { name };
        let nth = self.open.last_mut().map_or(1, |open| open.keys.next(shown));
        let tells = |name: &str| {
            name.split('.').any(|part| !part.starts_with("item_") && secret::key_is_secret(part))
        };
        let telling = hidden
            || if as_written {
                *self.telling.entry(stored).or_insert_with(|| tells(stored))
            } else {
                tells(name)
            };
        let (is, key, stop) = match (hidden, as_written) {
            (true, _) => (KeyIs::Secret, 0, 0),
            (_, true) => (KeyIs::Text, start, stop),
            _ => (KeyIs::Cooked, self.cooked.push(name), 0),
        };
        Ok(Named { is, key, stop, nth, telling, role })
    }

    fn value(
        &mut self,
        reader: &mut JsonStreamReader<&'t [u8]>,
        kind: ValueType,
        at: u32,
        named: &Named,
    ) -> Result<(), Refusal> {
        let text = self.text;
        let index = self.nodes.len() as u32;
        let parent = self.open.last().map_or(u32::MAX, |open| open.node);
        let above = self.nodes.get(parent as usize).is_some_and(|n| n.secret);
        let mut node = Node {
            kind: JsonKind::Null,
            secret: above || named.telling,
            key_is: named.is,
            cooked: false,
            key: named.key,
            key_stop: named.stop,
            at,
            stop: at,
            parent,
            end: index + 1,
            leaf: 0,
        };
        if named.nth > 1 {
            self.repeats.insert(index, named.nth);
        }
        let failed = |e: ReaderError| ill(text, &e);
        match kind {
            ValueType::Object | ValueType::Array => {
                let is_array = kind == ValueType::Array;
                node.kind = if is_array { JsonKind::Array } else { JsonKind::Object };
                if is_array { reader.begin_array() } else { reader.begin_object() }.map_err(failed)?;
                self.nodes.push(node);
                self.open.push(Open {
                    node: index,
                    is_array,
                    count: 0,
                    keys: Keys::default(),
                    binary: false,
                    names_secret: false,
                });
                return Ok(());
            }
            ValueType::String => {
                node.kind = JsonKind::String;
                let value = reader.next_str().map_err(failed)?;
                if !stands(text, at + 1, value) {
                    node.cooked = true;
                    node.end = self.cooked.push(value);
                }
            }
            ValueType::Number => {
                node.kind = JsonKind::Number;
                reader.next_number_as_str().map_err(failed)?;
            }
            ValueType::Boolean => {
                node.kind = JsonKind::Bool;
                reader.next_bool().map_err(failed)?;
            }
            ValueType::Null => reader.next_null().map_err(failed)?,
        }
        node.stop = offset(reader);
        let value = raw(text, &self.cooked, &node);
        if let Some(open) = self.open.last_mut() {
            match named.role {
                Role::Type => open.binary |= value.eq_ignore_ascii_case("binary"),
                Role::Name => open.names_secret |= secret::key_is_secret(value),
                Role::None => {}
            }
        }
        node.secret = if node.secret { !is_harmless(&node, value) } else { secret::value_is_secret(value) };
        self.nodes.push(node);
        Ok(())
    }

    fn close(&mut self, stop: u32) {
        let Some(open) = self.open.pop() else { return };
        let end = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(open.node as usize) {
            node.end = end;
            node.stop = stop;
            // Nothing stands in it that could be withheld.
            node.secret &= end > open.node + 1;
        }
        if open.binary || open.names_secret {
            self.withhold_beside(&open, end);
        }
    }

    /// Withholds what stands in an object beside the key that says what it holds.
    fn withhold_beside(&mut self, open: &Open, end: u32) {
        let mut withhold_until = 0;
        for index in open.node + 1..end {
            let Some(node) = self.nodes.get(index as usize).copied() else { return };
            if node.parent == open.node {
                let key = match node.key_is {
                    KeyIs::Text => slice(self.text, node.key, node.key_stop),
                    KeyIs::Cooked => self.cooked.get(node.key),
                    _ => "",
                };
                let wanted = if open.binary {
                    !key.eq_ignore_ascii_case("type")
                } else {
                    key.eq_ignore_ascii_case("value")
                };
                let subtree = if node.kind.is_container() { node.end } else { index + 1 };
                withhold_until = if wanted { subtree } else { 0 };
            }
            let secret = index < withhold_until
                && !node.kind.is_container()
                && !is_harmless(&node, raw(self.text, &self.cooked, &node));
            if let Some(node) = self.nodes.get_mut(index as usize) {
                node.secret |= secret;
            }
        }
    }

    fn refusal(&self, error: &ReaderError) -> Refusal {
        ill(self.text, error)
    }
}

/// What hides nothing under a telling name: a switch, a plain yes or no, nothing.
fn is_harmless(node: &Node, value: &str) -> bool {
    matches!(node.kind, JsonKind::Bool | JsonKind::Null)
        || ["", "yes", "no", "none", "true", "false", "0", "1"]
            .iter()
            .any(|w| value.trim().eq_ignore_ascii_case(w))
}

/// Whether a string stands in the text as it is, up to its quotation mark: `\\` begins like the `\` that it means.
fn stands(text: &str, start: u32, value: &str) -> bool {
    let stop = start + value.len() as u32;
    slice(text, start, stop) == value && slice(text, stop, stop + 1) == "\""
}

/// Byte offset of the reader.
fn offset(reader: &JsonStreamReader<&[u8]>) -> u32 {
    reader.current_position(false).data_pos.unwrap_or(0) as u32
}

/// Why a text is refused, in plain words. No piece of the text: it may be the middle of a password.
fn ill(text: &str, error: &ReaderError) -> Refusal {
    let at = |location: &JsonReaderPosition| {
        let at = location.data_pos.unwrap_or(0) as usize;
        position(text, at.min(text.len()))
    };
    let (what, (line, column)) = match error {
        ReaderError::MaxNestingDepthExceeded { location, .. } => {
            let (line, column) = at(location);
            let message = format!("The JSON is nested more than {MAX_DEPTH} levels deep");
            return Refusal::new(
                finding::TOO_DEEP,
                message,
                "No Kaspersky export is so deep; export the file again",
            )
            .at(line, column);
        }
        ReaderError::SyntaxError(error) => (words(error.kind), at(&error.location)),
        ReaderError::UnexpectedValueType { location, .. }
        | ReaderError::UnexpectedStructure { location, .. }
        | ReaderError::UnsupportedNumberValue { location, .. }
        | ReaderError::IoError { location, .. } => ("what stands here is no JSON", at(location)),
        _ => ("what stands here is no JSON", (0, 0)),
    };
    Refusal::new(finding::JSON_ILL_FORMED, format!("The JSON is not well-formed: {what}"), ILL_HINT)
        .at(line, column)
}

/// The kinds of errors in plain words.
fn words(kind: SyntaxErrorKind) -> &'static str {
    use SyntaxErrorKind as K;
    const WORDS: &[(K, &str)] = &[
        (K::CommentsNotEnabled, "a comment stands here, and JSON has none"),
        (K::InvalidLiteral, "a word stands here that is none of true, false and null"),
        (K::TrailingDataAfterLiteral, "something follows directly on true, false or null"),
        (K::UnexpectedClosingBracket, "a bracket closes nothing"),
        (K::UnexpectedComma, "a comma too many"),
        (K::MissingComma, "a comma is missing"),
        (K::TrailingCommaNotEnabled, "nothing follows on a comma"),
        (K::UnexpectedColon, "a colon too many"),
        (K::MissingColon, "a colon is missing"),
        (K::MalformedNumber, "a number is malformed"),
        (K::TrailingDataAfterNumber, "something follows directly on a number"),
        (K::ExpectingMemberNameOrObjectEnd, "a key in quotation marks or a closing brace is missing"),
        (K::NotEscapedControlCharacter, "a string holds a control character"),
        (K::UnknownEscapeSequence, "a string holds an escape that JSON does not have"),
        (K::MalformedEscapeSequence, "an escape in a string is malformed"),
        (K::UnpairedSurrogatePairEscapeSequence, "an escape in a string is half a character"),
        (K::IncompleteDocument, "the file ends in the middle: it was cut off"),
        (K::TrailingData, "something follows on the outermost value"),
    ];
    WORDS.iter().find(|(k, _)| *k == kind).map_or("what stands here is no JSON", |(_, words)| words)
}
