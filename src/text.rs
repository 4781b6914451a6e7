//! Characters that nobody sees, or that turn the text around them: U+202E makes `gpj.exe` of `exe.jpg`, a zero-width
//! space makes two paths that look alike. What people read shows them by number, `[U+202E]`; files for a product keep
//! them as they are.

use std::borrow::Cow;

/// Whether a character changes how text looks without being seen itself.
pub const fn unseen(c: char) -> bool {
    matches!(c,
        // Direction marks, embeddings, overrides and isolates.
        '\u{061C}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        // Zero width: spaces, joiners, operators, byte order mark, interlinear marks, old format controls.
        | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        // Soft hyphen, joiners and fillers without a picture.
        | '\u{00AD}' | '\u{034F}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{3164}' | '\u{FFA0}'
        // Ends of lines that only some programs see.
        | '\u{2028}'..='\u{2029}'
        // Tags.
        | '\u{E0000}'..='\u{E007F}')
}

/// A name for such a character, for those that are met most.
pub const fn what(c: char) -> &'static str {
    match c {
        '\u{061C}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            "turns the direction of text"
        }
        '\u{2028}'..='\u{2029}' => "ends a line in some programs",
        _ => "cannot be seen",
    }
}

/// The first character of a text that [`unseen`] tells.
pub fn first_unseen(text: &str) -> Option<char> {
    if text.is_ascii() { None } else { text.chars().find(|c| unseen(*c)) }
}

/// A text with such characters by number. Line ends and other control characters stay.
pub fn shown(text: &str) -> Cow<'_, str> {
    if first_unseen(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if unseen(c) {
            let _ = std::fmt::Write::write_fmt(&mut out, format_args!("[U+{:04X}]", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The same for text that is owned already.
pub fn owned(text: impl Into<String>) -> String {
    let text = text.into();
    match shown(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_shown_by_number() {
        for (given, expected) in [
            ("C:\\a\\gpj\u{202E}exe.", "C:\\a\\gpj[U+202E]exe."),
            ("a\u{200B}b\u{FEFF}", "a[U+200B]b[U+FEFF]"),
            ("tag\u{E0041}", "tag[U+E0041]"),
            ("двор, Größe, 東京, שלום, e\u{301}", "двор, Größe, 東京, שלום, e\u{301}"),
            ("line\nend\ttab", "line\nend\ttab"),
        ] {
            assert_eq!(shown(given), expected);
            assert_eq!(owned(given), expected);
        }
    }
}
