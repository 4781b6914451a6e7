//! Refusals with a way out: what a file that is not read looks like, and what to bring instead. Everything here is a table
//! of signs; the first row that fits speaks.
//!
//! | table | looks at | asked |
//! |---|---|---|
//! | [`bytes`] | the first bytes | before anything else: programs, archives, pictures, documents |
//! | [`text`] | what the text holds | when no reader knew the file |
//! | [`names`] | the name | last: a name proves nothing, it only serves to say what people call such a file |
//!
//! A row says "looks like" unless its sign belongs to one kind of file alone. Content that a reader knows never comes here,
//! whatever the file is named.

mod bytes;
mod names;
mod text;

use crate::finding::{self, Refusal};

use super::{decode, recognise};

/// What to bring when nothing is known about a file.
pub(super) const LISTS: &str = "For managed computers, export the lists from the policy in the console; for one computer, from the program itself; crosswalk formats and the page tell the steps for each product";
/// What to bring from a Linux machine.
const LINUX: &str = "Export the settings on the machine: kesl-control --export-settings --file export.ini";
/// What to bring when the file belongs to another product.
const OTHERS: &str = "Crosswalk reads what Kaspersky products export and writes for the products that replace them; bring the export of the Kaspersky product";

/// How much of a file is looked at.
const HEAD: usize = 1 << 18;

/// A row of a table: what a file looks like, and what to do.
struct Look {
    code: &'static str,
    looks: &'static str,
    instead: &'static str,
}

impl Look {
    const fn new(code: &'static str, looks: &'static str, instead: &'static str) -> Self {
        Self { code, looks, instead }
    }

    fn refusal(&self) -> Refusal {
        Refusal::new(self.code, self.looks, self.instead)
    }
}

/// Refuses what is known by its first bytes to hold no settings.
pub(super) fn by_bytes(bytes: &[u8]) -> Option<Refusal> {
    bytes::look(bytes).map(Look::refusal)
}

/// Refuses a text that is known to be something else; for readers that would take nearly any text.
pub(super) fn by_text(text: &str) -> Option<Refusal> {
    text::look(text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text), false)
}

/// Says better what a file that nobody knew looks like. Other refusals stay as they are.
pub(super) fn explain(refusal: Refusal, bytes: &[u8]) -> Refusal {
    const NOT_KNOWN: [&str; 3] = [finding::UNKNOWN_FORMAT, finding::BINARY, finding::ENCODING];
    const BROKEN: [&str; 3] = [finding::ILL_FORMED, finding::DOCTYPE, finding::JSON_ILL_FORMED];
    let broken = BROKEN.contains(&refusal.code);
    if !broken && !NOT_KNOWN.contains(&refusal.code) {
        return refusal;
    }
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or(bytes);
    if let Ok(decoded) = decode::decode(head)
        && let Some(found) = text::look(&decoded.text, broken)
    {
        return Refusal { code: found.code, message: found.message, hint: found.hint, ..refusal };
    }
    let vague =
        [finding::BINARY, finding::ENCODING].contains(&refusal.code) || refusal.hint == recognise::READABLE;
    match names::look(&refusal.input).filter(|_| vague) {
        // The code is that of the content, so that a file is refused in the same way under every name.
        Some(found) => Refusal { message: found.looks.to_owned(), hint: found.instead.to_owned(), ..refusal },
        None => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_complete_and_end_without_a_stop() {
        for row in bytes::rows().chain(text::rows()).chain(names::rows()) {
            assert!(row.looks.len() > 15 && row.instead.len() > 15, "{}", row.looks);
            assert!(!row.looks.ends_with('.') && !row.instead.ends_with('.'), "{}", row.looks);
            assert!(!finding::meaning(row.code).is_empty(), "{}", row.code);
        }
    }

    #[test]
    fn what_a_reader_said_stays() {
        let named = |name: &str, refusal: Refusal| Refusal { input: name.to_owned(), ..refusal };
        let said = named("x.cfg", Refusal::new(finding::TOO_DEEP, "m", "h").at(3, 4));
        assert_eq!(explain(said.clone(), b"<html>"), said);
        let precise = named("x.cfg", Refusal::new(finding::UNKNOWN_FORMAT, "several tasks", "one at a time"));
        assert_eq!(explain(precise.clone(), b"a=1"), precise);
        let vague =
            named("x.cfg", Refusal::new(finding::UNKNOWN_FORMAT, "text", recognise::READABLE).at(2, 1));
        let explained = explain(vague.clone(), b"a=1");
        assert_eq!((explained.code, explained.line), (vague.code, 2));
        assert_ne!(explained.message, vague.message);
        let other = named("x.unheard-of", vague);
        assert_eq!(explain(other.clone(), b"a=1"), other);
    }
}
