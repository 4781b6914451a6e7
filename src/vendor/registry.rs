//! Values of the Windows registry, and the three forms in which an administrator brings them to machines: `Registry.pol` of a
//! group policy object, LGPO text, and a `.reg` file (reference: defender, 5.2, 5.4, 5.5).
//!
//! | form | who loads it | evidence |
//! |---|---|---|
//! | [`pol`] | `LGPO.exe /m`, or the folder of a group policy object | CONFIRMED by three real files |
//! | [`lgpo`] | `LGPO.exe /t` | DOCUMENTED, one public file |
//! | [`reg`] | `regedit.exe`, `reg.exe import` | DOCUMENTED |
//!
//! All keys are below `HKEY_LOCAL_MACHINE`, written without it. The three forms of one list hold the same values in the same order.
//!
//! # What a value may hold
//!
//! The forms differ in what would break them, so a value goes into all three or into none ([`holds_name`], [`holds_text`]):
//!
//! | what | why not |
//! |---|---|
//! | control characters, U+2028, U+2029 | NUL ends a string of `Registry.pol`; a line break ends a line of LGPO text |
//! | U+FEFF, U+FFFE, U+FFFF | byte order marks and what is no character; readers of text take them out |
//! | blanks at either end | whether `LGPO.exe` keeps them is not established |
//! | a name that is empty | a blank line of LGPO text; in a `.reg` file it is the default value |
//! | a name with `;` | first: a comment of LGPO text; anywhere: `Registry.pol` ends it by NUL, but some readers (`regpol`) stop at the `;` |
//! | a name that is `*` | stands for every value in LGPO text |
//! | a name that begins with `**` | an instruction of `Registry.pol`: `**del.`, `**DelVals` |
//! | a name longer than [`NAME`], text longer than [`TEXT`] | the registry itself, in UTF-16 units |
//!
//! Everything else stands for itself: backslashes and quotation marks are escaped where a form asks for it, and `[`, `]` mean
//! nothing inside a string of `Registry.pol`, nor does `;` in data, which ends by its length.

use super::Artefact;

/// Longest name of a value, in UTF-16 units.
pub const NAME: usize = 16_383;

/// Longest text of a value, in UTF-16 units: with its NUL below the 64 KiB that every reader of `Registry.pol` takes.
pub const TEXT: usize = 32_766;

/// What a value holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// REG_DWORD.
    Dword(u32),
    /// REG_SZ.
    Text(String),
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its key below `HKEY_LOCAL_MACHINE`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub data: Data,
}

impl Value {
    /// A REG_DWORD.
    pub fn dword(key: impl Into<String>, name: impl Into<String>, number: u32) -> Self {
        Self { key: key.into(), name: name.into(), data: Data::Dword(number) }
    }

    /// A REG_SZ.
    pub fn text(key: impl Into<String>, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: key.into(), name: name.into(), data: Data::Text(text.into()) }
    }

    /// Whether each of the three forms can hold it.
    pub fn holds(&self) -> bool {
        let data = match &self.data {
            Data::Dword(_) => true,
            Data::Text(text) => holds_text(text),
        };
        data && holds_name(&self.name) && holds_name(&self.key)
    }
}

/// Whether a value may have this name in each of the three forms.
pub fn holds_name(name: &str) -> bool {
    name_fault(name).is_none()
}

/// Whether a REG_SZ may hold this text in each of the three forms.
pub fn holds_text(text: &str) -> bool {
    fault(text, TEXT).is_none()
}

/// Why a value cannot have this name in each of the three forms.
pub fn name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("a name is never empty")
    } else if name == "*" || name.starts_with("**") {
        Some("a name like this is an instruction to remove values")
    } else if name.contains(';') {
        Some("a semicolon ends a name for some programs that read Registry.pol")
    } else {
        fault(name, NAME)
    }
}

fn fault(text: &str, longest: usize) -> Option<&'static str> {
    let breaks = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
    };
    if text.contains(breaks) {
        Some("a control character, line separator or byte order mark cannot stand there")
    } else if text.trim().len() != text.len() {
        Some("whether a blank at its beginning or end is kept is not established")
    } else if text.encode_utf16().count() > longest {
        Some("it is longer than the registry takes")
    } else {
        None
    }
}

/// The three forms under these names: `Registry.pol`, LGPO text, `.reg`. No file at all, should a value be one that not all
/// of them can hold: a route leaves such a value by hand before.
pub fn files(values: &[Value], [policy, text, export]: [&'static str; 3]) -> Vec<Artefact> {
    if !values.iter().all(Value::holds) {
        return Vec::new();
    }
    vec![
        Artefact { name: policy.into(), bytes: pol(values) },
        Artefact { name: text.into(), bytes: lgpo(values) },
        Artefact { name: export.into(), bytes: reg(values) },
    ]
}

/// `Registry.pol`: the signature, version 1, then a record `[key;value;type;size;data]` for each value. Brackets and semicolons
/// are UTF-16LE, strings end with NUL, type and size are little-endian DWORDs, and a size counts the NUL.
pub fn pol(values: &[Value]) -> Vec<u8> {
    let mut out = b"PReg\x01\x00\x00\x00".to_vec();
    for value in values {
        push(&mut out, "[");
        push(&mut out, &value.key);
        push(&mut out, "\0;");
        push(&mut out, &value.name);
        push(&mut out, "\0;");
        let (kind, data) = match &value.data {
            Data::Text(text) => {
                let mut data = Vec::new();
                push(&mut data, text);
                push(&mut data, "\0");
                (1_u32, data)
            }
            Data::Dword(number) => (4, number.to_le_bytes().to_vec()),
        };
        out.extend(kind.to_le_bytes());
        push(&mut out, ";");
        // Longer than a DWORD says is longer than memory: `holds_text` keeps far below.
        out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
        push(&mut out, ";");
        out.extend(data);
        push(&mut out, "]");
    }
    out
}

/// LGPO text: four lines for each value, an empty line between them. UTF-16LE with a byte order mark, whatever it holds: the
/// other encoding that `LGPO.exe` takes is the code page of the machine that reads it, and nobody knows that one here. Only data
/// has escapes; a key and a name stand as they are.
pub fn lgpo(values: &[Value]) -> Vec<u8> {
    let mut out = vec![0xFF, 0xFE];
    for (at, value) in values.iter().enumerate() {
        push(&mut out, if at == 0 { "Computer\r\n" } else { "\r\nComputer\r\n" });
        push(&mut out, &value.key);
        push(&mut out, "\r\n");
        push(&mut out, &value.name);
        push(&mut out, "\r\n");
        match &value.data {
            Data::Dword(number) => push(&mut out, &format!("DWORD:{number}")),
            Data::Text(text) => {
                push(&mut out, "SZ:");
                escaped(&mut out, text, |c| match c {
                    '\\' => Some("\\\\"),
                    '\r' => Some("\\r"),
                    '\n' => Some("\\n"),
                    _ => None,
                });
            }
        }
        push(&mut out, "\r\n");
    }
    out
}

/// A `.reg` file of version 5: UTF-16LE with a byte order mark, a key in brackets, then its values; in quoted text a backslash
/// and a quotation mark have a backslash before them.
pub fn reg(values: &[Value]) -> Vec<u8> {
    let mut out = vec![0xFF, 0xFE];
    push(&mut out, "Windows Registry Editor Version 5.00\r\n");
    let quoted = |out: &mut Vec<u8>, text: &str| {
        push(out, "\"");
        escaped(out, text, |c| match c {
            '\\' => Some("\\\\"),
            '"' => Some("\\\""),
            _ => None,
        });
        push(out, "\"");
    };
    let mut key = None;
    for value in values {
        if key != Some(&value.key) {
            push(&mut out, "\r\n[HKEY_LOCAL_MACHINE\\");
            push(&mut out, &value.key);
            push(&mut out, "]\r\n");
            key = Some(&value.key);
        }
        quoted(&mut out, &value.name);
        push(&mut out, "=");
        match &value.data {
            Data::Dword(number) => push(&mut out, &format!("dword:{number:08x}")),
            Data::Text(text) => quoted(&mut out, text),
        }
        push(&mut out, "\r\n");
    }
    push(&mut out, "\r\n");
    out
}

/// UTF-16LE.
fn push(out: &mut Vec<u8>, text: &str) {
    out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
}

fn escaped(out: &mut Vec<u8>, text: &str, escape: fn(char) -> Option<&'static str>) {
    let mut buffer = [0; 4];
    for c in text.chars() {
        push(out, escape(c).unwrap_or_else(|| c.encode_utf8(&mut buffer)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> [Value; 3] {
        [
            Value::dword("S\\A", "On", 10),
            Value::text("S\\A\\B", "C:\\a \"b\" [c]", "0;"),
            Value::text("S\\A\\B", "x", "\\\\srv\\n \"q\""),
        ]
    }

    fn text(bytes: &[u8]) -> String {
        let units: Vec<u16> = bytes.chunks(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
        assert_eq!(units[0], 0xFEFF);
        String::from_utf16(&units[1..]).unwrap()
    }

    #[test]
    fn registry_pol_byte_for_byte() {
        let mut wanted = b"PReg\x01\0\0\0".to_vec();
        wanted.extend(b"[\0A\0\0\0;\0n\0\0\0;\0\x04\0\0\0;\0\x04\0\0\0;\0\x02\x01\0\0]\0");
        wanted.extend(b"[\0A\0\0\0;\0n\0\0\0;\0\x01\0\0\0;\0\x04\0\0\0;\0;\0\0\0]\0");
        assert_eq!(pol(&[Value::dword("A", "n", 0x102), Value::text("A", "n", ";")]), wanted);
        assert_eq!(pol(&[]), b"PReg\x01\0\0\0");
    }

    #[test]
    fn lgpo_text_escapes_data_alone() {
        let wanted = "Computer\r\nS\\A\r\nOn\r\nDWORD:10\r\n\r\nComputer\r\nS\\A\\B\r\nC:\\a \"b\" [c]\r\nSZ:0;\r\n\r\n\
                      Computer\r\nS\\A\\B\r\nx\r\nSZ:\\\\\\\\srv\\\\n \"q\"\r\n";
        assert_eq!(text(&lgpo(&values())), wanted);
    }

    #[test]
    fn reg_files_quote_names_and_text() {
        let wanted = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\S\\A]\r\n\"On\"=dword:0000000a\r\n\r\n\
                      [HKEY_LOCAL_MACHINE\\S\\A\\B]\r\n\"C:\\\\a \\\"b\\\" [c]\"=\"0;\"\r\n\"x\"=\"\\\\\\\\srv\\\\n \\\"q\\\"\"\r\n\r\n";
        assert_eq!(text(&reg(&values())), wanted);
    }

    #[test]
    fn what_a_form_would_misread_is_not_held() {
        for good in ["a", "C:\\x y", "*.tmp", "a**b", "]", "[", "\"'\u{2019}", "\u{202E}gpj", "🗂", "..."] {
            assert!(holds_name(good), "{good:?}");
        }
        for bad in [
            "",
            "*",
            "**",
            "**del.x",
            "**DelVals",
            ";x",
            "a;b",
            " a",
            "a ",
            "\u{A0}a",
            "a\0b",
            "a\nb",
            "a\rb",
            "a\tb",
        ] {
            assert!(!holds_name(bad), "{bad:?}");
        }
        for bad in ["a\u{85}b", "a\u{2028}b", "a\u{2029}b", "\u{FEFF}a", "a\u{FFFF}"] {
            assert!(!holds_name(bad) && !holds_text(bad), "{bad:?}");
        }
        assert!(holds_text("") && holds_text(";") && holds_text("**") && holds_text("*"));
        assert!(holds_name(&"a".repeat(NAME)) && !holds_name(&"a".repeat(NAME + 1)));
        // A character outside the first plane counts twice.
        assert!(!holds_name(&"🗂".repeat(NAME / 2 + 1)));
        assert!(holds_text(&"a".repeat(TEXT)) && !holds_text(&"a".repeat(TEXT + 1)));
    }

    #[test]
    fn all_forms_or_none() {
        let names = ["a.pol", "a.txt", "a.reg"];
        assert_eq!(files(&values(), names).len(), 3);
        let mut bad = values().to_vec();
        bad.push(Value::text("S", "a\nb", "0"));
        assert!(files(&bad, names).is_empty());
    }
}
