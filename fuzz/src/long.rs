//! Two masks as long as they may be: reading, comparing and choosing stay within bounds of time and memory, which the
//! fuzzer watches.
//!
//! An input stays short all the same: after language and flags come pieces, each with how often it stands there.
//!
//! ```text
//! kes<TAB><TAB>C:\<TAB>1<TAB>*a<TAB>9000
//! clam-exclude<TAB><TAB>(<TAB>32<TAB>a|b<TAB>1<TAB>)*<TAB>32
//! ```

use crosswalk::mask::{Memo, Side, choose, compare, parse};

use super::masks::{Given, flags_of, language_of};

/// Longest mask, in bytes: longer than any path of any system.
const LONGEST: usize = 64 * 1024;

/// Reads `LANGUAGE<TAB>FLAGS<TAB>PIECE<TAB>TIMES…`; what is no number counts as once.
fn read(line: &str) -> Given {
    let mut words = line.split('\t');
    let mut next = || words.next().unwrap_or("");
    let (language, flags) = (language_of(next()), flags_of(next()));
    let mut text = String::new();
    let words: Vec<&str> = words.collect();
    for pair in words.chunks(2) {
        let [piece, rest @ ..] = pair else { continue };
        let times = rest.first().and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
        let room = (LONGEST - text.len()) / piece.len().max(1);
        text.push_str(&piece.repeat(times.min(room)));
    }
    Given { language, flags, text }
}

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let (left, right) = text.split_once('\n').unwrap_or((text, ""));
    let (left, right) = (read(left), read(right));
    let parsed = |given: &Given, side| parse(given.language, &given.text, &given.flags, side).ok();
    let sets = (parsed(&left, Side::Source), parsed(&right, Side::Target));
    if let (Some(source), Some(target)) = sets
        && source.set.system() == target.set.system()
    {
        // Too complex is an answer, and so is no choice; what counts is that there is one.
        let _ =
            (compare(&source.set, &target.set), choose(&source.set, right.language, &mut Memo::default()));
    }
}
