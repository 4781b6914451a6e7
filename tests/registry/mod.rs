//! Registry values as other programs read them, written here from the descriptions of the forms: `Registry.pol` (signature,
//! version, records), LGPO text (four lines for each value) and `.reg` files of version 5. A reader takes what its form allows
//! and nothing else; what it refuses it says with the place.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod admx;
pub mod regpol;

/// What a value holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    Dword(u32),
    Text(String),
}

/// A value below `HKEY_LOCAL_MACHINE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub key: String,
    pub name: String,
    pub data: Data,
}

impl Value {
    pub fn new(key: &str, name: &str, data: Data) -> Self {
        Self { key: key.to_owned(), name: name.to_owned(), data }
    }
}

pub type Values = Result<Vec<Value>, String>;

struct Bytes<'b> {
    all: &'b [u8],
    at: usize,
}

impl<'b> Bytes<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], String> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.all.len());
        let end = end.ok_or_else(|| format!("byte {}: {count} bytes are missing", self.at))?;
        let taken = &self.all[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn unit(&mut self) -> Result<u16, String> {
        let two = self.take(2)?;
        Ok(u16::from_le_bytes([two[0], two[1]]))
    }

    fn dword(&mut self) -> Result<u32, String> {
        let four = self.take(4)?;
        Ok(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
    }

    fn mark(&mut self, wanted: char) -> Result<(), String> {
        let at = self.at;
        let found = self.unit()?;
        if u32::from(found) == u32::from(wanted) {
            return Ok(());
        }
        Err(format!("byte {at}: {wanted:?} is wanted, {found:#06x} is there"))
    }

    /// Text up to a NUL.
    fn text(&mut self) -> Result<String, String> {
        let (at, mut units) = (self.at, Vec::new());
        loop {
            match self.unit()? {
                0 => break,
                unit => units.push(unit),
            }
        }
        String::from_utf16(&units).map_err(|_| format!("byte {at}: half a surrogate pair"))
    }
}

/// Values of a `Registry.pol`.
pub fn pol(bytes: &[u8]) -> Values {
    let mut rest = Bytes { all: bytes, at: 0 };
    if rest.take(4)? != b"PReg" || rest.dword()? != 1 {
        return Err("no Registry.pol of version 1".to_owned());
    }
    let mut values = Vec::new();
    while rest.at < bytes.len() {
        rest.mark('[')?;
        let key = rest.text()?;
        rest.mark(';')?;
        let name = rest.text()?;
        rest.mark(';')?;
        let kind = rest.dword()?;
        rest.mark(';')?;
        let size = rest.dword()? as usize;
        rest.mark(';')?;
        let at = rest.at;
        let data = match (kind, size) {
            (4, 4) => Data::Dword(rest.dword()?),
            (1, 2..) if size.is_multiple_of(2) => {
                let mut inside = Bytes { all: rest.take(size)?, at: 0 };
                let text = inside.text()?;
                if inside.at != size {
                    return Err(format!("byte {at}: the text ends before its size"));
                }
                Data::Text(text)
            }
            _ => return Err(format!("byte {at}: type {kind} with {size} bytes")),
        };
        rest.mark(']')?;
        if key.is_empty() || name.is_empty() || name.starts_with("**") {
            return Err(format!("byte {at}: {key}!{name} is not the name of a value"));
        }
        values.push(Value { key, name, data });
    }
    Ok(values)
}

/// UTF-16LE behind its mark.
fn utf16(bytes: &[u8]) -> Result<String, String> {
    let rest = bytes.strip_prefix(&[0xFF, 0xFE]).ok_or("no byte order mark")?;
    if rest.len() % 2 != 0 {
        return Err("half a unit at the end".to_owned());
    }
    let units: Vec<u16> = rest.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
    String::from_utf16(&units).map_err(|_| "half a surrogate pair".to_owned())
}

/// Lines, each ended by CRLF, without other control characters.
fn lines(text: &str) -> Result<Vec<&str>, String> {
    let Some(text) = text.strip_suffix("\r\n") else { return Err("the last line has no end".to_owned()) };
    let lines: Vec<&str> = text.split("\r\n").collect();
    match lines.iter().position(|line| line.contains(|c: char| c.is_control() || c == '\u{FEFF}')) {
        Some(at) => Err(format!("line {}: a control character", at + 1)),
        None => Ok(lines),
    }
}

/// Values of LGPO text, each with the part of the policy it is for: `Computer`, `User`. In UTF-16LE with a mark, or in ASCII,
/// which is the same in each code page.
pub fn lgpo_of_all(bytes: &[u8]) -> Result<Vec<(String, Value)>, String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => text.to_owned(),
        _ => utf16(bytes)?,
    };
    let mut values = Vec::new();
    let lines = lines(&text)?;
    let mut rest = lines.iter().enumerate();
    while let Some((at, line)) = rest.next() {
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        let wrong = |what: &str| Err(format!("entry at line {}: {what}", at + 1));
        if !["Computer", "User"].contains(line) {
            return wrong("neither Computer nor User");
        }
        let mut next = || match rest.next() {
            Some((_, line)) if line.is_empty() || line.starts_with(';') || line.trim() != *line => None,
            other => other.map(|(_, line)| *line),
        };
        let (Some(key), Some(name), Some(action)) = (next(), next(), next()) else {
            return wrong("four lines are wanted, one after the other");
        };
        if key.starts_with(['"', '[', '\\']) || key.to_ascii_uppercase().starts_with("HK") || name == "*" {
            return wrong("the key is not a bare one, or the name stands for all");
        }
        let data = match action.split_once(':') {
            Some(("DWORD", number)) => {
                let parsed = match number.strip_prefix("0x") {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                parsed.ok().filter(|_| !number.starts_with('+')).map(Data::Dword)
            }
            Some(("SZ", text)) => {
                let escapes = [('\\', '\\'), ('r', '\r'), ('n', '\n')];
                unescaped(text, &escapes).map(Data::Text)
            }
            _ => None,
        };
        let Some(data) = data else { return wrong("an action that is not understood") };
        values.push(((*line).to_owned(), Value { key: key.to_owned(), name: name.to_owned(), data }));
        if !rest.clone().next().is_none_or(|(_, line)| line.is_empty() || line.starts_with(';')) {
            return wrong("nothing divides it from the next one");
        }
    }
    Ok(values)
}

/// Values of LGPO text for the computer alone.
pub fn lgpo(bytes: &[u8]) -> Values {
    lgpo_of_all(bytes)?
        .into_iter()
        .map(|(part, value)| if part == "Computer" { Ok(value) } else { Err(format!("a value of {part}")) })
        .collect()
}

/// The text with each backslash and what stands behind it made one character; `None` for one that is not in the table.
fn unescaped(text: &str, escapes: &[(char, char)]) -> Option<String> {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        out.push(if c == '\\' {
            let next = rest.next()?;
            escapes.iter().find(|(written, _)| *written == next)?.1
        } else {
            c
        });
    }
    Some(out)
}

/// Values of a `.reg` file of version 5 below `HKEY_LOCAL_MACHINE`.
pub fn reg(bytes: &[u8]) -> Values {
    let text = utf16(bytes)?;
    let lines = lines(&text)?;
    let [first, second, rest @ ..] = lines.as_slice() else { return Err("too short".to_owned()) };
    if *first != "Windows Registry Editor Version 5.00" || !second.is_empty() {
        return Err("not a .reg file of version 5".to_owned());
    }
    let mut key: Option<&str> = None;
    let mut values = Vec::new();
    for (line, at) in rest.iter().zip(3..) {
        if line.is_empty() {
            key = None;
            continue;
        }
        let wrong = |what: &str| Err(format!("line {at}: {what}"));
        if let Some(inside) = line.strip_prefix('[') {
            let Some(inside) =
                inside.strip_suffix(']').and_then(|inside| inside.strip_prefix("HKEY_LOCAL_MACHINE\\"))
            else {
                return wrong("not a key of the machine");
            };
            key = Some(inside);
            continue;
        }
        let (Some(key), Some(value)) = (key, quoted_pair(line)) else {
            return wrong("neither key nor value");
        };
        values.push(Value { key: key.to_owned(), ..value });
    }
    Ok(values)
}

/// `"name"="text"` or `"name"=dword:0000000a`.
fn quoted_pair(line: &str) -> Option<Value> {
    let (name, rest) = quoted(line)?;
    let data = rest.strip_prefix('=')?;
    let data = match data.strip_prefix("dword:") {
        Some(hex) if hex.len() == 8 && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Data::Dword(u32::from_str_radix(hex, 16).ok()?)
        }
        Some(_) => return None,
        None => {
            let (text, rest) = quoted(data)?;
            rest.is_empty().then_some(Data::Text(text))?
        }
    };
    (!name.is_empty()).then_some(Value { key: String::new(), name, data })
}

/// What stands in quotation marks, and what stands behind them.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    Some((unescaped(&inside[..end], &[('\\', '\\'), ('"', '"')])?, &inside[end + 1..]))
}
