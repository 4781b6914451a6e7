//! What several readers need: text with or without a mark, JSON that repeats no key, plain lists.

use serde_json::Value;

use super::{Obeyed, Wrong};

/// Text by its mark; without one it is UTF-8.
pub fn text(bytes: &[u8]) -> Result<String, Wrong> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest),
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => {
            String::from_utf8(rest.to_vec()).map_err(|e| format!("no UTF-8: {e}"))
        }
    }
}

/// UTF-16, little end first.
pub fn wide(bytes: &[u8]) -> Result<String, Wrong> {
    if !bytes.len().is_multiple_of(2) {
        return Err("half a character".to_owned());
    }
    let words: Vec<u16> = bytes.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
    String::from_utf16(&words).map_err(|e| format!("no UTF-16: {e}"))
}

/// JSON in which no object has the same key twice: which one would hold nobody tells.
pub fn json(text: &str) -> Result<Value, Wrong> {
    let value: Value = serde_json::from_str(text).map_err(|e| format!("no JSON: {e}"))?;
    // The parser keeps one of two; so the text has more keys than the value.
    let (written, kept) = (keys_of_text(text), keys_of(&value));
    if written != kept {
        return Err(format!("a key stands twice: {written} keys, {kept} of them different"));
    }
    Ok(value)
}

fn keys_of(value: &Value) -> usize {
    match value {
        Value::Object(map) => map.len() + map.values().map(keys_of).sum::<usize>(),
        Value::Array(all) => all.iter().map(keys_of).sum(),
        _ => 0,
    }
}

/// Colons outside of strings.
fn keys_of_text(text: &str) -> usize {
    let (mut inside, mut escaped, mut count) = (false, false, 0);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            ':' if !inside => count += 1,
            _ => {}
        }
    }
    count
}

/// A text value of an object.
pub fn string<'v>(value: &'v Value, key: &str) -> Result<&'v str, Wrong> {
    value.get(key).and_then(Value::as_str).ok_or_else(|| format!("{key} is no text in {value}"))
}

/// An array of an object.
pub fn array<'v>(value: &'v Value, key: &str) -> Result<&'v Vec<Value>, Wrong> {
    value.get(key).and_then(Value::as_array).ok_or_else(|| format!("{key} is no list in {value}"))
}

/// The keys of an object are among these.
pub fn only(value: &Value, keys: &[&str]) -> Result<(), Wrong> {
    let map = value.as_object().ok_or_else(|| format!("no object: {value}"))?;
    match map.keys().find(|k| !keys.contains(&k.as_str())) {
        Some(odd) => Err(format!("nobody knows the key {odd}")),
        None => Ok(()),
    }
}

/// One entry on a line, pasted into a console; the name of the file says which list it is.
pub fn plain_list(name: &str, text: &str) -> Result<Obeyed, Wrong> {
    let mut out = Obeyed::default();
    let list = if name.contains("path") {
        &mut out.exclusions.paths
    } else if name.contains("extension") {
        &mut out.exclusions.extensions
    } else if name.contains("process") {
        &mut out.exclusions.processes
    } else {
        return Err(format!("which list {name} is nobody tells"));
    };
    for line in text.lines() {
        if line.trim().is_empty() || line != line.trim() {
            return Err(format!("a line that is no entry: {line:?}"));
        }
        list.push(line.to_owned());
    }
    Ok(out)
}
