//! Regular expressions as ClamAV searches them in the bytes of a path. Only the part that every POSIX engine reads in the
//! same way; each byte is handed to the regex crate by its number, so that none of its own syntax can slip in.

use regex::bytes::{Regex, RegexBuilder};

#[derive(Debug)]
pub struct Expression {
    regex: Regex,
    /// A slash at the end also stands for the end of the path.
    slash: bool,
}

impl Expression {
    pub fn read(text: &str) -> Option<Self> {
        let mut reader = Reader { bytes: text.as_bytes(), out: String::new(), several: false, depth: 0 };
        reader.alternatives()?;
        // Which of several expressions a slash at the end belongs to nobody tells.
        if !reader.bytes.is_empty() || (reader.several && text.ends_with('/')) {
            return None;
        }
        let regex = RegexBuilder::new(&reader.out)
            .unicode(false)
            .dot_matches_new_line(true)
            .build()
            .unwrap_or_else(|e| panic!("{text}: {e}"));
        Some(Expression { regex, slash: text.ends_with('/') })
    }

    /// A folder that is found is skipped with all it holds.
    pub fn takes(&self, path: &str) -> bool {
        self.takes_bytes(path.as_bytes())
    }

    pub fn takes_bytes(&self, path: &[u8]) -> bool {
        let ends = (1..=path.len()).filter(|&n| n == path.len() || path[n] == b'/');
        ends.into_iter().any(|end| self.finds(&path[..end]))
    }

    fn finds(&self, path: &[u8]) -> bool {
        self.regex.is_match(path) || (self.slash && self.regex.is_match(&[path, b"/"].concat()))
    }
}

struct Reader<'t> {
    bytes: &'t [u8],
    out: String,
    /// Alternatives outside of all groups.
    several: bool,
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn literal(&mut self, byte: u8) {
        self.out.push_str(&format!(r"\x{byte:02x}"));
    }

    fn alternatives(&mut self) -> Option<()> {
        loop {
            self.sequence()?;
            if self.bytes.first() != Some(&b'|') {
                return Some(());
            }
            self.several |= self.depth == 0;
            self.bytes = &self.bytes[1..];
            self.out.push('|');
        }
    }

    fn sequence(&mut self) -> Option<()> {
        let mut parts = 0;
        while !matches!(self.bytes.first(), None | Some(b'|' | b')')) {
            self.part(parts == 0)?;
            parts += 1;
        }
        (parts > 0).then_some(())
    }

    fn part(&mut self, first: bool) -> Option<()> {
        match self.next()? {
            anchor @ (b'^' | b'$') => {
                self.out.push(char::from(anchor));
                // An anchor belongs to the end of its side; elsewhere engines differ.
                let last = matches!(self.bytes.first(), None | Some(b'|' | b')'));
                return (if anchor == b'^' { first } else { last })
                    .then_some(())
                    .filter(|()| !matches!(self.bytes.first(), Some(b'*' | b'+' | b'?')));
            }
            b'.' => self.out.push('.'),
            b'(' => {
                self.out.push_str("(?:");
                self.depth += 1;
                self.alternatives()?;
                self.depth -= 1;
                (self.next()? == b')').then_some(())?;
                self.out.push(')');
            }
            b'[' => self.bracket()?,
            b'\\' => {
                let byte = self.next()?;
                br"^$.[]*+?(|)\{}".contains(&byte).then_some(())?;
                self.literal(byte);
            }
            b'*' | b'+' | b'?' | b'{' | b'}' => return None,
            // Whether a letter of several bytes is repeated, or its last byte, is a matter of the locale.
            128.. if matches!(self.bytes.first(), Some(b'*' | b'+' | b'?')) => return None,
            byte => self.literal(byte),
        }
        if let Some(times @ (b'*' | b'+' | b'?')) = self.bytes.first() {
            self.out.push(char::from(*times));
            self.bytes = &self.bytes[1..];
            if let Some(b'*' | b'+' | b'?') = self.bytes.first() {
                return None;
            }
        }
        Some(())
    }

    fn bracket(&mut self) -> Option<()> {
        self.out.push('[');
        if self.bytes.first() == Some(&b'^') {
            self.bytes = &self.bytes[1..];
            self.out.push('^');
        }
        let mut parts = 0;
        loop {
            let byte = self.next()?;
            match (byte, self.bytes.first()) {
                (b']', _) if parts > 0 => break,
                (b'[', Some(b':' | b'.' | b'=')) => return None,
                _ => {}
            }
            // Of a letter outside ASCII each byte would stand for itself.
            if !byte.is_ascii() {
                return None;
            }
            // A dash stands first, last, or between the ends of a range.
            if byte == b'-'
                && self.bytes.first() != Some(&b']')
                && (parts > 0 || self.bytes.first() == Some(&b'-'))
            {
                return None;
            }
            let range = self.bytes.first() == Some(&b'-') && self.bytes.get(1) != Some(&b']');
            if byte == b']' && range {
                return None;
            }
            parts += 1;
            if self.bytes.first() == Some(&b'-') && self.bytes.get(1).is_some_and(|c| *c != b']') {
                let last = self.bytes[1];
                if byte > last || last == b'[' && matches!(self.bytes.get(2), Some(b':' | b'.' | b'=')) {
                    return None;
                }
                self.bytes = &self.bytes[2..];
                self.literal(byte);
                self.out.push('-');
                self.literal(last);
            } else {
                self.literal(byte);
            }
        }
        self.out.push(']');
        Some(())
    }
}
