//! Units: what a path is made of when it is compared. Windows paths are UTF-16 units folded by the simple upper-case
//! mapping of each unit, as NTFS keeps it in `$UpCase`; Linux and macOS paths are bytes as they stand.
//!
//! Beside those, three units that no path can hold stand around the name of a variable or keyword: `%ProgramFiles%\a` is
//! the unit [`OPEN`], the folded name, the unit [`CLOSE`], then `\a`. So a variable is an atom: equal to itself and to
//! nothing else.
//!
//! | unit | folded |
//! |---|---|
//! | `a`, `ä`, `я` | `A`, `Ä`, `Я` |
//! | `ß`, `ı`, `ſ`, `µ` | themselves: their upper case is several units, or would make an ASCII letter of another one |

use super::System;

/// A unit of a path.
pub(crate) type Unit = u32;

/// Begins the name of a variable or keyword.
pub(crate) const OPEN: Unit = 0x1_0000;
/// Ends it.
pub(crate) const CLOSE: Unit = 0x1_0001;
/// Stands before [`CLOSE`] in a variable that the system account resolves.
pub(crate) const OF_SYSTEM: Unit = 0x1_0002;
/// The largest unit.
pub(crate) const LAST: Unit = OF_SYSTEM;

/// The simple upper-case mapping of one UTF-16 unit.
pub(crate) fn fold(unit: u16) -> u16 {
    if unit < 0x80 {
        return match u8::try_from(unit) {
            Ok(byte) => u16::from(byte.to_ascii_uppercase()),
            Err(_) => unit,
        };
    }
    // MICRO SIGN and the letters whose upper case is ASCII stay what they are.
    if matches!(unit, 0xB5 | 0x131 | 0x17F) {
        return unit;
    }
    let Some(letter) = char::from_u32(u32::from(unit)) else { return unit };
    let mut upper = letter.to_uppercase();
    match (upper.next().map(|c| u16::try_from(u32::from(c))), upper.next()) {
        (Some(Ok(one)), None) => one,
        _ => unit,
    }
}

/// A text of Windows in one letter case, for comparing.
pub(crate) fn folded(text: &str) -> String {
    let units = text.encode_utf16().map(fold);
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The separator of a system.
pub(crate) const fn separator(system: System) -> Unit {
    match system {
        System::Windows => 0x5C,
        System::Linux | System::MacOs => 0x2F,
    }
}

/// The units of a path. A variable at its beginning becomes an atom.
pub(crate) fn of_path(system: System, path: &str) -> Vec<Unit> {
    if system != System::Windows {
        return path.bytes().map(Unit::from).collect();
    }
    let mut units = Vec::with_capacity(path.len());
    let rest = match super::variables::leading(path) {
        Some((name, rest)) => {
            units.extend(atom(super::variables::canonical(name)));
            rest
        }
        None => path,
    };
    units.extend(rest.encode_utf16().map(|u| if u == 0x2F { 0x5C } else { Unit::from(fold(u)) }));
    units
}

/// The atom of a name.
pub(crate) fn atom(name: &str) -> impl Iterator<Item = Unit> + '_ {
    std::iter::once(OPEN)
        .chain(name.encode_utf16().map(|u| Unit::from(fold(u))))
        .chain(std::iter::once(CLOSE))
}

/// How early a unit stands in an example: letters, then digits, then the rest.
pub(crate) const fn rank(unit: Unit) -> u32 {
    match unit {
        0x61..=0x7A => unit - 0x61,
        0x41..=0x5A => 0x20 + unit - 0x41,
        0x30..=0x39 => 0x40 + unit - 0x30,
        0x21..=0x7E => 0x100 + unit,
        0x20 => 0x200,
        _ => 0x1000 + unit,
    }
}

/// A path from units as people write it. What is no text is written as `\xNN`.
pub(crate) fn shown(system: System, units: &[Unit]) -> String {
    let mut out = String::with_capacity(units.len());
    let mut rest = units;
    if let [OPEN, after @ ..] = units
        && let Some(end) = after.iter().position(|u| *u == CLOSE)
    {
        let name = after.get(..end).unwrap_or_default();
        let name = name.strip_suffix(&[OF_SYSTEM]).unwrap_or(name);
        let name: String = char::decode_utf16(name.iter().filter_map(|u| u16::try_from(*u).ok()))
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        out.push_str(&super::variables::spelling(&name, system));
        rest = after.get(end + 1..).unwrap_or_default();
    }
    if system == System::Windows {
        let units = rest.iter().filter_map(|u| u16::try_from(*u).ok());
        out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        return out;
    }
    let bytes: Vec<u8> = rest.iter().filter_map(|u| u8::try_from(*u).ok()).collect();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02X}"));
        }
    }
    out
}

/// A path for people: control characters as `\xNN`, and what [`crate::text::unseen`] tells by number.
pub fn visible(path: &str) -> String {
    crate::text::shown(path).chars().fold(String::with_capacity(path.len()), |mut out, c| {
        if c.is_control() {
            out.push_str(&format!("\\x{:02X}", u32::from(c)));
        } else {
            out.push(c);
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_for_each_unit() {
        for (letter, folded) in [
            ('a', 'A'),
            ('ä', 'Ä'),
            ('я', 'Я'),
            ('ÿ', 'Ÿ'),
            ('ß', 'ß'),
            ('ı', 'ı'),
            ('ſ', 'ſ'),
            ('µ', 'µ'),
            ('ǆ', 'Ǆ'),
        ] {
            assert_eq!(fold(letter as u16), folded as u16, "{letter}");
        }
    }

    #[test]
    fn paths_come_back() {
        let units = of_path(System::Windows, r"%windir%\a\b");
        assert_eq!(shown(System::Windows, &units), r"%SystemRoot%\A\B");
        assert_eq!(shown(System::Linux, &of_path(System::Linux, "/a/ü")), "/a/ü");
        assert_eq!(shown(System::Linux, &[0x2F, 0xFF]), "/\\xFF");
    }
}
