//! Which sequences of units are paths of files at all. Comparing happens among these, so that `C:\dir\**` and "everything
//! below `C:\dir\`" are equal, and no example has an empty folder name in it.
//!
//! | system | paths |
//! |---|---|
//! | Windows | `X:\name\name…`, `\\server\share\name…`, `%VARIABLE%\name…`; names without `\ / : * ? " < > \|` and control characters |
//! | Linux, macOS | `/name/name…`, or a keyword; names without `/` and NUL |

use super::System;
use super::unit::{CLOSE, LAST, OF_SYSTEM, OPEN, Unit};

/// Where a path stands; `None` when no path begins so.
pub(crate) type Place = u8;

/// Before the first unit.
pub(crate) const START: Place = 0;
/// Inside a name: the path may end here.
const NAME: Place = 1;
const AFTER_SEPARATOR: Place = 2;
const LETTER: Place = 3;
const COLON: Place = 4;
const FIRST_BACKSLASH: Place = 5;
const SECOND_BACKSLASH: Place = 6;
const SERVER: Place = 7;
const AFTER_SERVER: Place = 8;
const SHARE: Place = 9;
const ATOM: Place = 10;
const AFTER_ATOM: Place = 11;
const ATOM_START: Place = 12;
const DOT: Place = 13;
const DOTS: Place = 14;

/// What kind of unit it is in a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Separator,
    Letter,
    Colon,
    Open,
    Close,
    Dot,
    Name,
    Never,
}

/// Units at which the kind may change.
#[rustfmt::skip]
pub(crate) fn borders(system: System) -> &'static [Unit] {
    match system {
        System::Windows => &[
            0, 0x20, 0x22, 0x23, 0x2A, 0x2B, 0x2E, 0x2F, 0x30, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x40, 0x41,
            0x5B, 0x5C, 0x5D, 0x61, 0x7B, 0x7C, 0x7D, OPEN, CLOSE, OF_SYSTEM, LAST + 1,
        ],
        System::Linux | System::MacOs => &[0, 1, 0x2E, 0x2F, 0x30, 0x100, OPEN, CLOSE, OF_SYSTEM, LAST + 1],
    }
}

/// The kind of a unit.
pub(crate) fn kind(system: System, unit: Unit) -> Kind {
    match (system, unit) {
        (_, OPEN) => Kind::Open,
        (_, CLOSE) => Kind::Close,
        (_, OF_SYSTEM) => Kind::Never,
        (_, 0x2E) => Kind::Dot,
        (System::Windows, 0x5C) | (System::Linux | System::MacOs, 0x2F) => Kind::Separator,
        (System::Windows, 0x41..=0x5A) => Kind::Letter,
        (System::Windows, 0x3A) => Kind::Colon,
        // Small letters are no folded units.
        (
            System::Windows,
            0..=0x1F | 0x22 | 0x2A | 0x2F | 0x3C | 0x3E | 0x3F | 0x61..=0x7A | 0x7C | 0x1_0000..,
        ) => Kind::Never,
        (System::Linux | System::MacOs, 0 | 0x100..) => Kind::Never,
        _ => Kind::Name,
    }
}

/// Where a path stands after one more unit.
pub(crate) fn step(system: System, place: Place, kind: Kind) -> Option<Place> {
    let windows = system == System::Windows;
    let in_name = matches!(kind, Kind::Name | Kind::Letter | Kind::Dot);
    Some(match (place, kind) {
        (START, Kind::Open) => ATOM_START,
        (START, Kind::Separator) if !windows => AFTER_SEPARATOR,
        (START, Kind::Separator) => FIRST_BACKSLASH,
        (START, Kind::Letter) => LETTER,
        (LETTER, Kind::Colon) => COLON,
        (COLON | NAME | SHARE | AFTER_ATOM, Kind::Separator) => AFTER_SEPARATOR,
        // `.` and `..` are no names.
        (AFTER_SEPARATOR, Kind::Dot) => DOT,
        (DOT, Kind::Dot) => DOTS,
        (AFTER_SEPARATOR | NAME | DOT | DOTS, _) if in_name => NAME,
        (FIRST_BACKSLASH, Kind::Separator) => SECOND_BACKSLASH,
        (SECOND_BACKSLASH | AFTER_SERVER, Kind::Dot) => return None,
        (SECOND_BACKSLASH | SERVER, _) if in_name => SERVER,
        (SERVER, Kind::Separator) => AFTER_SERVER,
        (AFTER_SERVER | SHARE, _) if in_name => SHARE,
        // Names of keywords hold colons; the mark of the system account is never part of an example.
        (ATOM_START, Kind::Name | Kind::Letter | Kind::Dot) => ATOM,
        (ATOM, Kind::Name | Kind::Letter | Kind::Colon | Kind::Dot | Kind::Never) => ATOM,
        (ATOM, Kind::Close) => AFTER_ATOM,
        _ => return None,
    })
}

/// Whether a path may end here.
pub(crate) const fn ends(system: System, place: Place) -> bool {
    // A keyword alone is a place on Linux; on Windows the folder of a variable is no file.
    place == NAME || place == AFTER_ATOM && !matches!(system, System::Windows)
}
