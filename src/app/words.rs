//! The words of the page for fates, kinds and counts. Short, plain and calm; one table, so that they can be read and
//! corrected in one place.

use super::protocol::{ResultView, Sample, Tally};
use crate::columns::Confidence;
use crate::options::Recipe;
use crate::view::{ConversionView, PreviewView};

/// A fate: the word of the report, what it means, and whether a person still has to look.
pub struct FateWords {
    /// The word of the report.
    pub word: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// How it is drawn: `good`, `look` or `quiet`.
    pub tone: &'static str,
}

/// Every fate, in the order of the report.
pub const FATES: [FateWords; 12] = [
    FateWords { word: "exact", meaning: "The new product says the same. Written.", tone: "good" },
    FateWords { word: "stricter", meaning: "The new product protects a little more. Written.", tone: "good" },
    FateWords {
        word: "looser",
        meaning: "The new product would protect less. Written only if you accept it.",
        tone: "look",
    },
    FateWords {
        word: "unconfirmed",
        meaning: "Waits for an answer to a question above. Not written.",
        tone: "look",
    },
    FateWords { word: "by-hand", meaning: "A person must do or judge this. Not written.", tone: "look" },
    FateWords { word: "unsupported", meaning: "The new product has nothing like it.", tone: "quiet" },
    FateWords {
        word: "covered",
        meaning: "Another entry, or the new product's own default, already does this.",
        tone: "quiet",
    },
    FateWords { word: "inactive", meaning: "Switched off in the export.", tone: "quiet" },
    FateWords { word: "dropped", meaning: "Left out by your decision.", tone: "quiet" },
    FateWords { word: "context", meaning: "Describes the file; carries no setting.", tone: "quiet" },
    FateWords { word: "withheld", meaning: "A secret. Its value is kept nowhere.", tone: "quiet" },
    FateWords { word: "unread", meaning: "Crosswalk does not know this setting.", tone: "quiet" },
];

/// The words for a fate.
pub fn fate(word: &str) -> Option<&'static FateWords> {
    FATES.iter().find(|f| f.word == word)
}

/// `1 row`, `3 rows`.
pub fn things(count: usize, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    let plural = match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    format!("{count} {plural}")
}

/// `is` or `are`.
pub fn is(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// How many of a kind: *3 exclusions*, *2 settings that Crosswalk does not know*.
pub fn kinds(count: usize, kind: &str) -> String {
    match kind {
        "not read" => format!("{} that Crosswalk does not know", things(count, "setting")),
        "listed only" => format!("{} that {} only listed", things(count, "setting"), is(count)),
        _ => things(count, kind),
    }
}

/// Kinds in the order in which people care about them; what is not listed stands between the two parts.
const FIRST: [&str; 8] = [
    "exclusion",
    "trusted application",
    "network attack exclusion",
    "mount-point exclusion",
    "firewall rule",
    "firewall setting",
    "protection setting",
    "scan scope",
];
const LAST: [&str; 4] = ["listed only", "not read", "secret", "description"];

/// Where a kind stands in a list of kinds.
pub fn rank(kind: &str) -> usize {
    let first = FIRST.iter().position(|k| *k == kind);
    let last = || LAST.iter().position(|k| *k == kind).map(|at| FIRST.len() + 1 + at);
    first.or_else(last).unwrap_or(FIRST.len())
}

/// Whether a route has nothing to do with what was read: no exclusion, rule or program is carried or waits for a person.
pub fn is_idle(tallies: &[Tally]) -> bool {
    let settings =
        |kind: &str| LAST.contains(&kind) || ["protection setting", "scan scope", "schedule"].contains(&kind);
    tallies.iter().filter(|t| !settings(&t.kind)).all(|t| t.carried + t.person == 0)
}

/// How one kind fares, as a sentence: *31 of 41 exclusions are carried over; 3 need a person*.
pub fn tally(tally: &Tally) -> String {
    let mut parts = vec![carried(tally)];
    parts.extend(rest(tally));
    parts.join("; ")
}

/// The first half of the sentence: *31 of 41 exclusions are carried over*.
pub fn carried(tally: &Tally) -> String {
    let all = tally.all.saturating_sub(tally.off);
    if tally.all == tally.unread {
        let what = kinds(tally.all, &tally.kind);
        return if tally.kind == "secret" { format!("{what} withheld") } else { what };
    }
    if all == 0 {
        return format!("{}, switched off or dropped", kinds(tally.all, &tally.kind));
    }
    format!("{} of {} {} carried over", tally.carried, kinds(all, &tally.kind), is(tally.carried))
}

/// The second half, in parts: *3 need a person*, *7 have no counterpart*.
pub fn rest(tally: &Tally) -> Vec<String> {
    let all = tally.all.saturating_sub(tally.off);
    if all == 0 || tally.all == tally.unread {
        return Vec::new();
    }
    let alone = all.saturating_sub(tally.carried + tally.person + tally.unread);
    let parts = [
        (tally.person, "needs a person", "need a person"),
        (alone, "has no counterpart", "have no counterpart"),
        (tally.unread, "is secret or not known", "are secret or not known"),
        (tally.off, "is switched off or dropped", "are switched off or dropped"),
    ];
    let some = parts.iter().filter(|(count, ..)| *count > 0);
    some.map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many })).collect()
}

/// Sums of several tallies.
pub fn sum<'a>(tallies: impl Iterator<Item = &'a Tally>, kind: &str) -> Tally {
    let mut sum = Tally { kind: kind.into(), ..Tally::default() };
    for tally in tallies {
        sum.all += tally.all;
        sum.carried += tally.carried;
        sum.person += tally.person;
        sum.off += tally.off;
        sum.unread += tally.unread;
    }
    sum
}

/// The result of all conversions in one sentence.
pub fn outcome<'a>(results: impl Iterator<Item = &'a ResultView>) -> String {
    let tallies: Vec<&Tally> = results.flat_map(|r| r.tallies.iter()).collect();
    let all = sum(tallies.into_iter(), "setting");
    let need = if all.person == 1 { "needs" } else { "need" };
    let person = if all.person > 0 { format!("; {} {need} a person", all.person) } else { String::new() };
    format!("Converted: {}{person}", carried(&all))
}

/// How sure a proposal is, to begin a sentence.
pub const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "Quite sure.",
        Confidence::Medium => "Likely.",
        Confidence::Low => "A guess.",
    }
}

/// What a recipe holds: *the columns of 2 lists, 1 answer*.
pub fn recipe(recipe: &Recipe) -> String {
    let lists = match recipe.tables.len() {
        0 => String::new(),
        n => format!("the columns of {}", things(n, "list")),
    };
    let answers = match recipe.answers.len() {
        0 => String::new(),
        n => things(n, "answer"),
    };
    match [lists, answers].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>() {
        parts if parts.is_empty() => "it holds nothing".into(),
        parts => parts.join(", "),
    }
}

/// How the first rows of a list would be read, in one sentence.
pub fn previewed(outcome: &Result<Vec<PreviewView>, String>) -> String {
    let rows = match outcome {
        Err(why) => return format!("Not complete. {why}"),
        Ok(rows) => rows,
    };
    let person = rows.iter().filter(|r| r.state == "for a person").count();
    let stay = if person == 1 { "stays" } else { "stay" };
    let first = things(rows.len(), "row");
    match person {
        0 => format!("Read with these meanings: {} of the first {first}", rows.len()),
        n => format!(
            "Read with these meanings: {} of the first {first}; {n} {stay} with a person",
            rows.len() - n
        ),
    }
}

/// How many rows of a conversion have a fate; all of them for `None`.
pub fn count(view: &ConversionView, fate: Option<&str>) -> usize {
    match fate {
        None => view.rows,
        Some(fate) => view.totals.iter().find(|(word, _)| word == fate).map_or(0, |(_, n)| *n),
    }
}

/// The fate to show first: what needs a person, else what was written, else everything.
pub fn first_fate(view: &ConversionView) -> Option<String> {
    let order = ["looser", "unconfirmed", "by-hand", "stricter", "exact"];
    order.iter().find(|word| count(view, Some(word)) > 0).map(|word| (*word).into())
}

/// Part of a file name before its last extension.
pub fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// The name of a sample.
pub const fn sample_name(which: Sample) -> &'static str {
    match which {
        Sample::Linux => "sample-kesl-settings.ini",
        Sample::Windows => "sample-ksws-trusted-zone.xml",
    }
}

/// A size for people: `812 bytes`, `14 KB`, `3.2 MB`.
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => things(bytes, "byte"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

/// The platform as people write it.
pub fn platform(word: &str) -> &str {
    match word {
        "windows" => "Windows",
        "linux" => "Linux",
        "macos" => "macOS",
        other => other,
    }
}

/// The product of a route as its vendor writes it.
pub fn product(target: &str) -> &str {
    const PRODUCTS: &[(&str, &str)] = &[
        ("defender", "Microsoft Defender"),
        ("huntress", "Huntress Managed Antivirus"),
        ("windows-firewall", "Windows Firewall"),
        ("clamav", "ClamAV"),
    ];
    let id = target.split('/').next().unwrap_or(target);
    PRODUCTS.iter().find(|(own, _)| *own == id).map_or(id, |(_, name)| name)
}

/// Which step of the flow waits for a row with this fate; empty when nobody has to act.
pub fn tone(word: &str) -> &'static str {
    fate(word).map_or("quiet", |f| f.tone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_sentences() {
        let check = |kind: &str, [all, carried, person, off, unread]: [usize; 5], expected: &str| {
            assert_eq!(tally(&Tally { kind: kind.into(), all, carried, person, off, unread }), expected);
        };
        check(
            "exclusion",
            [41, 31, 3, 0, 0],
            "31 of 41 exclusions are carried over; 3 need a person; 7 have no counterpart",
        );
        check("exclusion", [1, 1, 0, 0, 0], "1 of 1 exclusion is carried over");
        check("exclusion", [2, 1, 1, 0, 0], "1 of 2 exclusions is carried over; 1 needs a person");
        check(
            "exclusion",
            [3, 2, 0, 1, 0],
            "2 of 2 exclusions are carried over; 1 is switched off or dropped",
        );
        check("exclusion", [2, 0, 0, 2, 0], "2 exclusions, switched off or dropped");
        check("setting", [4, 2, 0, 0, 2], "2 of 4 settings are carried over; 2 are secret or not known");
        check("secret", [1, 0, 0, 0, 1], "1 secret withheld");
        check("not read", [2, 0, 0, 0, 2], "2 settings that Crosswalk does not know");
    }

    #[test]
    fn plurals() {
        assert_eq!(things(1, "policy"), "1 policy");
        assert_eq!(things(2, "policy"), "2 policies");
        assert_eq!(things(0, "row"), "0 rows");
        assert_eq!(things(2, "key"), "2 keys");
    }

    #[test]
    fn sizes() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_001), "2 KB");
        assert_eq!(size(3_250_000), "3.2 MB");
    }
}
