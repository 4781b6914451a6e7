//! The leaves of a document by an independent count: an own line splitter for INI and lists, roxmltree for XML, own
//! eyes for strings in binary files.

use std::collections::BTreeMap;

/// A leaf of the document by the rules of design.md: path, physical line, value.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub path: String,
    pub line: u64,
    pub value: String,
}

fn leaf(path: impl Into<String>, line: usize, value: impl Into<String>) -> Leaf {
    Leaf { path: path.into(), line: line as u64, value: value.into() }
}

/// Second and later occurrences carry `#2`, `#3` …
fn number(leaves: &mut [Leaf]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for leaf in leaves {
        let count = seen.entry(leaf.path.clone()).or_default();
        *count += 1;
        if *count > 1 {
            leaf.path = format!("{}#{count}", leaf.path);
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n').enumerate().map(|(n, l)| (n + 1, l.strip_suffix('\r').unwrap_or(l)))
}

fn is_name(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ' '))
}

/// `None`: quotation marks that do not close (kaspersky-linux.md, section 6).
fn unquoted(value: &str) -> Option<&str> {
    if value == "\"" {
        return None;
    }
    match (value.starts_with('"'), value.ends_with('"')) {
        (true, true) => Some(&value[1..value.len() - 1]),
        (false, false) => Some(value),
        _ => None,
    }
}

/// Leaves by an own count.
pub fn ini_leaves(text: &str) -> Vec<Leaf> {
    let mut out: Vec<Leaf> = Vec::new();
    // The task of a support bundle's header, which stands before the names below it.
    let mut task = String::new();
    // The section that is open: its path, its line, and whether a setting stood in it.
    let mut open: Option<(String, usize, bool)> = None;
    let close = |open: &mut Option<(String, usize, bool)>, out: &mut Vec<Leaf>| {
        if let Some((path, line, false)) = open.take() {
            // Before the leaves that were found inside it (broken lines and comments).
            let at = out.iter().position(|l| l.line > line as u64).unwrap_or(out.len());
            out.insert(at, leaf(path, line, ""));
        }
    };
    for (n, raw) in lines(text) {
        let t = raw.trim();
        if t.is_empty() {
            continue;
        }
        if t.starts_with('#') || t.starts_with(';') {
            out.push(leaf(format!("line {n}"), n, t));
            continue;
        }
        let words: Vec<&str> = t.split_whitespace().collect();
        if let ["TaskID", number, name @ .., "configuration:"] = words.as_slice()
            && number.chars().all(|c| c.is_ascii_digit())
            && !name.is_empty()
            && !t.contains('=')
        {
            close(&mut open, &mut out);
            out.push(leaf(format!("line {n}"), n, t));
            task = format!("{}.", name.join(" "));
            continue;
        }
        if let Some(path) = t.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            close(&mut open, &mut out);
            open = Some((format!("{task}{}", path.trim()), n, false));
            continue;
        }
        let pair = t.split_once('=').map(|(k, v)| (k.trim(), unquoted(v.trim())));
        match pair {
            Some((key, Some(value))) if is_name(key) => {
                let path = match &mut open {
                    Some((section, _, used)) => {
                        *used = true;
                        format!("{section}.{key}")
                    }
                    None => format!("{task}{key}"),
                };
                out.push(leaf(path, n, value));
            }
            _ => out.push(leaf(format!("line {n}"), n, t)),
        }
    }
    close(&mut open, &mut out);
    number(&mut out);
    out
}

/// Leaves by an own count.
pub fn list_leaves(text: &str) -> Vec<Leaf> {
    let mut out = Vec::new();
    for (n, raw) in lines(text).filter(|(_, l)| !l.trim().is_empty()) {
        out.extend(
            raw.split(';').enumerate().map(|(c, cell)| leaf(format!("row {n} column {}", c + 1), n, cell)),
        );
    }
    out
}

/// Leaves of a CSV text by an own count: the separator is the one of `sep=`, else the first of tab, `;`, `|`, `,` that stands
/// in every line; rows of nothing but separators hold none.
pub fn rows_leaves(text: &str) -> Vec<Leaf> {
    let first = text.lines().next().unwrap_or("");
    let announced = first.strip_prefix("sep=").and_then(|s| s.chars().next());
    let in_every = |c: &char| text.lines().filter(|l| !l.trim().is_empty()).all(|l| l.contains(*c));
    let separator = announced.or_else(|| ['\t', ';', '|', ','].into_iter().find(in_every));
    let mut records: Vec<(usize, Vec<String>)> = Vec::new();
    let (mut cells, mut cell, mut quoted, mut began, mut n, mut was_quoted) =
        (Vec::new(), String::new(), false, 1, 1, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        n += usize::from(c == '\n');
        match c {
            '"' if separator.is_some() && quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' if separator.is_some() && quoted => quoted = false,
            '"' if separator.is_some() && cell.is_empty() && !was_quoted => {
                (quoted, was_quoted) = (true, true)
            }
            c if Some(c) == separator && !quoted => {
                cells.push(std::mem::take(&mut cell));
                was_quoted = false;
            }
            '\r' if !quoted => {}
            '\n' if !quoted => {
                cells.push(std::mem::take(&mut cell));
                was_quoted = false;
                records.push((began, std::mem::take(&mut cells)));
                began = n;
            }
            c => cell.push(c),
        }
    }
    cells.push(cell);
    records.push((began, cells));
    let mut out = Vec::new();
    for (line, cells) in records {
        if cells.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        for (c, cell) in cells.iter().enumerate() {
            out.push(leaf(format!("row {line} column {}", c + 1), line, cell.as_str()));
        }
    }
    out
}

/// Leaves by an own count.
pub fn xml_leaves(text: &str) -> Vec<Leaf> {
    let document = roxmltree::Document::parse(text).unwrap();
    let mut out = Vec::new();
    element(document.root_element(), "", 1, &mut out);
    out
}

/// The name as it is written, with its prefix.
fn written_name<'t>(node: roxmltree::Node<'t, 't>) -> &'t str {
    let tag = &node.document().input_text()[node.range()][1..];
    let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap();
    &tag[..end]
}

fn element<'t>(node: roxmltree::Node<'t, 't>, above: &str, position: usize, out: &mut Vec<Leaf>) {
    let document = node.document();
    let path = format!("{above}/{}[{position}]", written_name(node));
    let line = document.text_pos_at(node.range().start).row as usize;
    let parent = node.children().any(|c| c.is_element());
    if !parent {
        let value: String = node.children().filter(|c| c.is_text()).filter_map(|c| c.text()).collect();
        out.push(leaf(path.clone(), line, value));
    }
    for attribute in node.attributes() {
        let name = &document.input_text()[attribute.range_qname()];
        // The line of the tag: where its element stands.
        out.push(leaf(format!("{path}/@{name}"), line, attribute.value()));
    }
    if !parent {
        return;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut run, mut run_line, mut runs) = (String::new(), 0, 0);
    let mut flush = |run: &mut String, line: usize, out: &mut Vec<Leaf>| {
        if !run.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
            runs += 1;
            out.push(leaf(format!("{path}/text()[{runs}]"), line, run.as_str()));
        }
        run.clear();
    };
    for child in node.children() {
        if child.is_element() {
            flush(&mut run, run_line, out);
            let name = written_name(child);
            let count = counts.entry(name).or_default();
            *count += 1;
            element(child, &path, *count, out);
        } else if child.is_text() {
            if run.is_empty() {
                run_line = document.text_pos_at(child.range().start).row as usize;
            }
            run.push_str(child.text().unwrap_or(""));
        }
    }
    flush(&mut run, run_line, out);
}

/// Leaves by an own walk over the text, which is known to be JSON; values are unescaped by serde_json.
pub fn json_leaves(text: &str) -> Vec<Leaf> {
    let mut out = Vec::new();
    let mut walk = JsonWalk { text, at: 0 };
    walk.value("", &mut out);
    out
}

struct JsonWalk<'t> {
    text: &'t str,
    at: usize,
}

impl JsonWalk<'_> {
    fn next(&mut self) -> u8 {
        while self.text.as_bytes()[self.at].is_ascii_whitespace() {
            self.at += 1;
        }
        self.text.as_bytes()[self.at]
    }

    /// A string or a bare word, with the line that it begins on.
    fn word(&mut self) -> (String, usize) {
        let quoted = self.next() == b'"';
        let bytes = self.text.as_bytes();
        let (start, mut end) = (self.at, self.at + usize::from(quoted));
        while end < bytes.len() {
            match bytes[end] {
                b'\\' if quoted => end += 1,
                b'"' if quoted => break,
                b',' | b'}' | b']' if !quoted => break,
                b if !quoted && b.is_ascii_whitespace() => break,
                _ => {}
            }
            end += 1;
        }
        self.at = end + usize::from(quoted);
        let token = &self.text[start..self.at];
        let line = self.text[..start].matches('\n').count() + 1;
        (if quoted { serde_json::from_str(token).unwrap() } else { token.to_owned() }, line)
    }

    fn value(&mut self, path: &str, out: &mut Vec<Leaf>) {
        let open = self.next();
        if !matches!(open, b'{' | b'[') {
            let (value, line) = self.word();
            out.push(leaf(path, line, value));
            return;
        }
        let line = self.text[..self.at].matches('\n').count() + 1;
        self.at += 1;
        let mut keys: BTreeMap<String, usize> = BTreeMap::new();
        for position in 0.. {
            if matches!(self.next(), b'}' | b']') {
                self.at += 1;
                if position == 0 {
                    out.push(leaf(path, line, ""));
                }
                return;
            }
            if self.next() == b',' {
                self.at += 1;
            }
            let mut name = position.to_string();
            if open == b'{' {
                let key = self.word().0;
                name = key.replace('\\', r"\\").replace('.', r"\.").replace('#', r"\#");
                let count = keys.entry(key).or_default();
                *count += 1;
                if *count > 1 {
                    name = format!("{name}#{count}");
                }
                assert_eq!(self.next(), b':');
                self.at += 1;
            }
            let below = if path.is_empty() { name } else { format!("{path}.{name}") };
            self.value(&below, out);
        }
    }
}

/// Leaves of any readable input.
pub fn leaves_of(text: &str) -> Vec<Leaf> {
    if text.trim_start().starts_with('{') {
        json_leaves(text)
    } else if text.trim_start().starts_with('<') {
        xml_leaves(text)
    } else if text.contains('=') && !is_row(text) {
        ini_leaves(text)
    } else {
        list_leaves(text)
    }
}

/// The first line is a row of a list.
fn is_row(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or("");
    matches!(first.split(';').count(), 3 | 9)
}

/// Strings of a policy file by an own search: every run of text at either alignment, longest first, none that shares bytes
/// with one before it. What is in a packed block is unpacked by the library that the program uses, too.
pub fn klp_leaves(bytes: &[u8]) -> Vec<Leaf> {
    use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
    let mut out = Vec::new();
    let mut beside = 0;
    let mut at = 0;
    while at + 4 <= bytes.len() {
        if &bytes[at..at + 4] != b"ZLIB" {
            at += 1;
            continue;
        }
        let mut room = vec![0; 2 << 20];
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, used, made) =
            decompress(&mut DecompressorOxide::new(), &bytes[at + 4..], &mut room, 0, flags);
        if status as i8 != 0 {
            at += 4;
            continue;
        }
        runs(&bytes[beside..at], |start| format!("offset {}", beside + start), &mut out);
        runs(&room[..made], |start| format!("offset {at}/{start}"), &mut out);
        at += 4 + used;
        beside = at;
    }
    runs(&bytes[beside..], |start| format!("offset {}", beside + start), &mut out);
    out
}

fn runs(bytes: &[u8], path: impl Fn(usize) -> String, out: &mut Vec<Leaf>) {
    let letter = |pair: &[u8]| match (pair[1], pair[0]) {
        (0, low) => (0x20..0x7F).contains(&low) || low >= 0xA0,
        (1, low) => low > 0,
        (2, low) => low > 0 && low < 0x50,
        (4, low) => low > 0,
        (5, low) => low > 0 && low < 0x30,
        (0x20, low) => (0x0B..=0x44).contains(&low) || (0x66..=0x69).contains(&low) || low == 0xAC,
        (0x21, low) => low == 0x16,
        _ => false,
    };
    let mut found: Vec<(usize, usize)> = Vec::new();
    for alignment in 0..2 {
        let pairs: Vec<bool> = bytes.get(alignment..).unwrap_or(&[]).chunks_exact(2).map(letter).collect();
        let mut start = 0;
        for end in 0..=pairs.len() {
            if end == pairs.len() || !pairs[end] {
                if end - start >= 4 {
                    found.push((alignment + 2 * start, alignment + 2 * end));
                }
                start = end + 1;
            }
        }
    }
    found.sort_by_key(|(start, end)| (usize::MAX - (end - start), *start));
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for run in found {
        if kept.iter().all(|k| k.1 <= run.0 || run.1 <= k.0) {
            kept.push(run);
        }
    }
    kept.sort();
    for (start, end) in kept {
        let units: Vec<u16> =
            bytes[start..end].chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]])).collect();
        out.push(leaf(path(start), 0, String::from_utf16_lossy(&units)));
    }
}
