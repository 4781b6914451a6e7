//! A copy for bug reports: the input with every value replaced, equal values by equal pseudonyms, structure kept.
//!
//! Keys, section names, tags and separators stay; in values every run of letters, digits and other marks becomes
//! `w1`, `w2`, … in the order of first appearance, and only what gives a path or mask its shape stays:
//! `/ \ * ? . : %` and white space. A value that looks like a secret becomes one word whatever it holds. Comments and
//! lines that could not be read are values, too. The copy has the encoding and line ends of the input.

use rustc_hash::FxHashMap;

use super::OutFile;
use crate::columns::{look, vocabulary};
use crate::intake::ini;
use crate::intake::json::{JsonDoc, JsonKind};
use crate::intake::recognise::TASK_KEYS;
use crate::intake::rows::RowsDoc;
use crate::intake::{Document, Format, Reading, secret};
use crate::kaspersky::openapi;

/// The sanitised copy of an input.
pub fn sanitised(reading: &Reading) -> OutFile {
    let text = reading.document.text();
    let mut words = Words { known: FxHashMap::default(), out: String::with_capacity(text.len()) }; // lookups only
    match &reading.document {
        Document::Xml(_) => xml(text, &mut words),
        Document::Ini(_) => sections(text, &mut words),
        Document::List(_) => list(text, &mut words),
        Document::Rows(doc) => rows(text, doc, &mut words),
        Document::Json(doc) => json(doc, reading.format, &mut words),
        Document::Klp(_) => lines(text, &mut words),
    }
    let extension = reading.input.name.rsplit_once('.').map_or("txt", |(_, ext)| ext);
    let known = ["ini", "xml", "csv", "txt", "json"]
        .iter()
        .find(|e| e.eq_ignore_ascii_case(extension))
        .unwrap_or(&"txt");
    OutFile { name: format!("sanitised.{known}"), bytes: reading.encoding.encode(&words.out) }
}

struct Words {
    known: FxHashMap<String, usize>, // lookups only
    out: String,
}

impl Words {
    fn value(&mut self, value: &str) {
        if secret::line_is_secret(value) {
            return self.word(value);
        }
        let shape = |c: char| c.is_whitespace() || matches!(c, '/' | '\\' | '*' | '?' | '.' | ':' | '%');
        let mut rest = value;
        while !rest.is_empty() {
            let end = rest.find(shape).unwrap_or(rest.len());
            let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            if !run.is_empty() {
                self.word(run);
            }
            let mut chars = after.chars();
            if let Some(mark) = chars.next() {
                self.out.push(mark);
            }
            rest = chars.as_str();
        }
    }

    fn word(&mut self, run: &str) {
        let number = self.number_of(run);
        let _ = std::fmt::Write::write_fmt(&mut self.out, format_args!("w{number}"));
    }

    /// A number stays one; 0 and 1 are switches.
    fn number(&mut self, text: &str) {
        if matches!(text, "0" | "1") {
            return self.keep(text);
        }
        // From 2 on: 1 stands for itself.
        let number = self.number_of(text) + 1;
        let _ = std::fmt::Write::write_fmt(&mut self.out, format_args!("{number}"));
    }

    fn number_of(&mut self, run: &str) -> usize {
        let next = self.known.len() + 1;
        *self.known.entry(run.to_owned()).or_insert(next)
    }

    fn keep(&mut self, text: &str) {
        self.out.push_str(text);
    }
}

fn sections(text: &str, words: &mut Words) {
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\r', '\n']);
        let end = line.get(body.len()..).unwrap_or("");
        let trimmed = body.trim();
        let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        let is_section =
            trimmed.strip_prefix('[').and_then(|t| t.strip_suffix(']')).is_some_and(|p| p.chars().all(name));
        let header =
            ini::task_header(trimmed).and_then(|name| body.split_once(name).map(|around| (around, name)));
        match body.split_once('=') {
            _ if is_section => words.keep(body),
            // The tasks of the product stay, those that people named do not.
            _ if let Some(((before, after), name)) = header => {
                words.keep(before);
                if TASK_KEYS.iter().any(|(_, task)| *task == name) {
                    words.keep(name);
                } else {
                    words.word(name);
                }
                words.keep(after);
            }
            Some((key, value)) if !key.trim().is_empty() && key.trim().chars().all(name) => {
                words.keep(key);
                words.keep("=");
                let quoted = value.trim().strip_prefix('"').and_then(|v| v.strip_suffix('"'));
                match quoted {
                    Some(inner) => {
                        words.keep("\"");
                        words.value(inner);
                        words.keep("\"");
                    }
                    None => words.value(value),
                }
            }
            _ => words.value(body),
        }
        words.keep(end);
    }
}

/// Every string becomes words, every number a number; what stands between the values stays. In answers of Security Center
/// the words that name types stay, too, and keys that a person made up go.
fn json(doc: &JsonDoc, format: Format, words: &mut Words) {
    let center = format == Format::KscOpenApi;
    let made_up = if center { openapi::profile_names(doc) } else { Vec::new() };
    let text = doc.text();
    let mut done = 0;
    for token in doc.tokens() {
        let between = text.get(done..token.span.start).unwrap_or("");
        match between.split_once('"') {
            Some((before, key)) if token.secret_key || made_up.contains(&token.node) => {
                words.keep(before);
                words.keep("\"");
                words.word(key);
                words.keep("\": ");
            }
            _ => words.keep(between),
        }
        done = token.span.start;
        match token.kind {
            JsonKind::String if center && openapi::is_type(doc, token.node) => {
                words.keep("\"");
                words.keep(doc.unmasked(token.node));
                words.keep("\"");
            }
            JsonKind::String => {
                let from = words.out.len() + 1;
                words.keep("\"");
                words.value(doc.unmasked(token.node));
                let written = words.out.split_off(from);
                for c in written.chars() {
                    match c {
                        '\\' => words.keep("\\\\"),
                        c if c.is_control() => {
                            let _ = std::fmt::Write::write_fmt(
                                &mut words.out,
                                format_args!("\\u{:04x}", c as u32),
                            );
                        }
                        c => words.out.push(c),
                    }
                }
                words.keep("\"");
            }
            JsonKind::Number => words.number(doc.unmasked(token.node)),
            JsonKind::Object | JsonKind::Array => continue,
            JsonKind::Bool | JsonKind::Null => words.keep(doc.unmasked(token.node)),
        }
        done = token.span.end;
    }
    words.keep(text.get(done..).unwrap_or(""));
}

/// Every line is a value.
fn lines(text: &str, words: &mut Words) {
    for line in text.split_inclusive('\n') {
        words.value(line.trim_end_matches('\n'));
        words.keep("\n");
    }
}

fn list(text: &str, words: &mut Words) {
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\r', '\n']);
        for (n, cell) in body.split(';').enumerate() {
            if n > 0 {
                words.keep(";");
            }
            // The columns that are always 0 or 1 make it a list.
            match cell {
                "0" | "1" => words.keep(cell),
                _ => words.value(cell),
            }
        }
        words.keep(line.get(body.len()..).unwrap_or(""));
    }
}

/// Separators, quotation marks and line ends stay; a heading and words such as yes and no make a list, so they stay, too.
fn rows(text: &str, doc: &RowsDoc, words: &mut Words) {
    let separator = doc.separator.unwrap_or('\n');
    let keep = |cell: &str| {
        let word = cell.trim();
        matches!(look::look(word), look::Look::Switch)
            // A path may end in a word of headings: /srv/report.
            || !matches!(look::look(word), look::Look::Path)
                && vocabulary::of_heading(word).is_some_and(|(_, exact)| exact)
    };
    let announced = if doc.announced { text.find('\n').map_or(text.len(), |at| at + 1) } else { 0 };
    let (first, text) = text.split_at_checked(announced).unwrap_or(("", text));
    words.keep(first);
    for piece in text.split_inclusive([separator, '"', '\n', '\r']) {
        let body = piece.trim_end_matches([separator, '"', '\n', '\r']);
        if keep(body) {
            words.keep(body);
        } else {
            words.value(body);
        }
        words.keep(piece.get(body.len()..).unwrap_or(""));
    }
}

/// The document is well-formed, so tags end where `>` stands outside quotes.
fn xml(text: &str, words: &mut Words) {
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (value, markup) = rest.split_at_checked(open).unwrap_or((rest, ""));
        words.value(value);
        let end = markup_end(markup);
        let (tag, after) = markup.split_at_checked(end).unwrap_or((markup, ""));
        markup_copy(tag, words);
        rest = after;
    }
    words.value(rest);
}

fn markup_end(markup: &str) -> usize {
    let after = |mark: &str| markup.find(mark).map_or(markup.len(), |at| at + mark.len());
    if markup.starts_with("<!--") {
        return markup.get(4..).and_then(|m| m.find("-->")).map_or(markup.len(), |at| at + 7);
    }
    if markup.starts_with("<![CDATA[") {
        return after("]]>");
    }
    if markup.starts_with("<?") {
        return after("?>");
    }
    let mut quote = None;
    for (at, c) in markup.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if c == q => quote = None,
            (None, '>') => return at + 1,
            _ => {}
        }
    }
    markup.len()
}

fn markup_copy(tag: &str, words: &mut Words) {
    let inside = |open: &str, close: &str| tag.strip_prefix(open).and_then(|t| t.strip_suffix(close));
    if let Some(comment) = inside("<!--", "-->") {
        words.keep("<!--");
        words.value(comment);
        return words.keep("-->");
    }
    if let Some(data) = inside("<![CDATA[", "]]>") {
        words.keep("<![CDATA[");
        words.value(data);
        return words.keep("]]>");
    }
    if tag.starts_with("<?xml") && !tag.starts_with("<?xml-") {
        return words.keep(tag);
    }
    if tag.starts_with("<?") {
        return words.keep("<?x?>");
    }
    let mut rest = tag;
    while let Some(at) = rest.find(['"', '\'']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        words.keep(before);
        let quote = from.get(..1).unwrap_or("");
        let value = from.get(1..).unwrap_or("");
        let end = value.find(quote).unwrap_or(value.len());
        let (value, after) = value.split_at_checked(end).unwrap_or((value, ""));
        words.keep(quote);
        // Name spaces tell the version of the form; they are addresses of the vendor, not of the customer.
        let name = before.trim_end().trim_end_matches('=').trim_end();
        let name = name.rsplit([' ', '\t', '\r', '\n']).next().unwrap_or("");
        if name == "xmlns" || name.starts_with("xmlns:") {
            words.keep(value);
        } else {
            words.value(value);
        }
        words.keep(quote);
        rest = after.get(1..).unwrap_or("");
    }
    words.keep(rest);
}

#[cfg(test)]
mod tests {
    use crate::watch::unwatched;

    #[test]
    fn json_keeps_keys_and_loses_values() {
        let text = "{\n \"AppSettings\": {\"TraceFolder\": \"/srv\\/logs\\n\\\\a\", \"TraceMaxFileCount\": 57, \"On\": true,\n\
                     \"Off\": 0, \"u:Word1@h\": {\"x\": \"/srv/logs\"}, \"\\u0041\": null, \"E\": []}}\n";
        let reading = crate::intake::read("a.json", text.as_bytes(), &mut unwatched).unwrap();
        let copy = super::sanitised(&reading);
        assert_eq!(copy.name, "sanitised.json");
        assert_eq!(
            String::from_utf8(copy.bytes).unwrap(),
            "{\n \"AppSettings\": {\"TraceFolder\": \"/w1/w2\\u000a\\\\w3\", \"TraceMaxFileCount\": 5, \"On\": true,\n\
             \"Off\": 0, \"w5\": {\"x\": \"/w1/w2\"}, \"\\u0041\": null, \"E\": []}}\n"
        );
    }
}
