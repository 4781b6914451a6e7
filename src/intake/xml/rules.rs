//! What XML 1.0 says about characters, names, references and the declaration, as far as quick-xml leaves it open.

/// The five predefined entities and character references to characters that XML allows.
pub(super) fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
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

pub(super) const fn xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Control characters were refused by the decoder, form feed excepted; U+FFFE and U+FFFF are left to look for.
pub(super) fn first_bad_char(text: &str) -> Option<(usize, char)> {
    let suspicious = |b: u8| b == 0x0C || b == 0xEF;
    if !text.bytes().any(suspicious) {
        return None;
    }
    text.char_indices().find(|(_, c)| !xml_char(*c))
}

/// White space stands between attributes: after a closing quotation mark comes a blank or nothing.
pub(super) fn attributes_are_apart(raw: &str) -> bool {
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
pub(super) fn valid_declaration(text: &str) -> bool {
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
pub(super) fn valid_name(name: &str) -> bool {
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
