//! Lists of Kaspersky Endpoint Security for Mac (`mac-path`): no export of that product is readable, and no rule of its masks is
//! established, so only paths are read that are written out in full.
//!
//! | rule | certainty |
//! |---|---|
//! | `/Volumes/db/x`: narrow that file; wide everything below, too | not established: two readings |
//! | the same with sub-folders: that file, or everything below that folder | told by the list |
//! | `/Volumes/db/`: narrow the files right in it; wide everything below | not established: two readings |
//! | the same with or without sub-folders: as the list tells | told by the list |
//! | wildcards, brackets, backslashes, `~`, empty and dot folders | not established: not read |
//! | letter case | not established: narrow it counts, wide both cases |

use super::super::flags::Flags;
use super::super::linux;
use super::super::set::{PathSet, Pattern, Tail, Token};
use super::super::{MaskError, System, not_established};
use super::{Read, files_in, mde};

const BELOW: &str = "whether a folder of a list for Macs takes the folders below is not established";

/// Reads a path.
pub(super) fn parse(text: &str, flags: &Flags, read: &mut Read) -> Result<PathSet, MaskError> {
    let (_, ends) = linux::split(text)?;
    if text.contains(['*', '?', '[', ']', '{', '}', '\\', '~']) {
        return Err(not_established(
            "what wildcards mean in Kaspersky Endpoint Security for Mac is not established",
        ));
    }
    let literal: Vec<Token> = linux::literal(text.strip_suffix('/').unwrap_or(text)).collect();
    let tokens = if read.open(mde::CASE, false, true) { mde::both_cases(literal) } else { literal };
    let told = flags.subfolders;
    let deep = match told {
        Some(told) => told,
        None => read.open(BELOW, false, true),
    };
    let patterns = match (ends, deep) {
        (true, true) => vec![Pattern::new(tokens, Tail::Below)],
        (true, false) => vec![files_in(tokens)],
        (false, true) => vec![Pattern::new(tokens, Tail::Tree)],
        // A folder that is named without its slash, and not those below it.
        (false, false) if read.wide => vec![Pattern::new(tokens.clone(), Tail::Exact), files_in(tokens)],
        (false, false) => vec![Pattern::new(tokens, Tail::Exact)],
    };
    Ok(PathSet::new(System::MacOs, patterns))
}
