//! What the choice of a spelling means for a row: the same words for every route.

use super::{Entry, Verdict};
use crate::finding as codes;
use crate::ledger::Fate;
use crate::mask::{Choice, Parsed, Spelling, names_nothing, visible};
use crate::policy::Exclusion;

/// A reason, with what is not settled about the source's mask behind it.
pub(crate) fn noted(reason: &str, read: &Parsed) -> String {
    if read.uncertain.is_empty() {
        return reason.to_owned();
    }
    format!("{reason}. Read in its narrowest sense: {}", read.uncertain.join("; "))
}

/// The files of an exclusion, or why no route writes it.
pub(crate) fn objects(exclusion: &Exclusion) -> Result<Parsed, Verdict> {
    let path = exclusion.path.as_ref();
    let conditions = [
        (!exclusion.hashes.is_empty(), "the content of the file (its hash)"),
        (!exclusion.processes.is_empty(), "a program that touches the file"),
    ];
    if let Some((_, what)) = conditions.iter().find(|(there, _)| *there) {
        return Err(Verdict::by_hand(
            codes::CONDITION,
            format!("The exclusion is limited to {what}; without that condition it would be broader"),
        ));
    }
    if let Some(name) = path.and_then(|p| p.open_variable()) {
        return Err(Verdict::by_hand(
            codes::VARIABLE,
            format!(
                "%{name}% may be another folder for the target, which runs as SYSTEM; write the folder in full"
            ),
        ));
    }
    if let Some(word) = path.and_then(|p| p.keyword()) {
        return Err(Verdict::by_hand(
            codes::KEYWORD,
            format!("{word} stands for shares or mounts; name their folders by hand"),
        ));
    }
    match exclusion.objects() {
        Some(Ok(read)) if names_nothing(&read.set) => Err(Verdict::by_hand(
            codes::ALL_BY_HAND,
            "This row excludes a whole drive or everything; nothing converts that silently",
        )),
        Some(Ok(read)) => Ok(read),
        Some(Err(error)) => Err(by_hand(error.reason())),
        None => Err(by_hand("the exclusion names neither a path nor a threat")),
    }
}

/// A row that stays with a person because of its mask.
pub(crate) fn by_hand(why: &str) -> Verdict {
    Verdict::by_hand(codes::MASK_BY_HAND, format!("Not written: {why}"))
}

/// The verdict for a choice; equal sets are exact, the rest speaks for itself.
pub(crate) fn verdict(
    choice: Choice,
    read: &Parsed,
    product: &str,
    entries: impl Fn(&[Spelling]) -> Vec<Entry>,
) -> Verdict {
    match choice {
        Choice::Equal(spellings) => Verdict::exact(entries(&spellings), noted("The same files", read)),
        Choice::Stricter { entries: spellings, lost, both, by_depth } => {
            let written = spellings.len();
            let verdict = Verdict { taken: both, ..Verdict::exact(entries(&spellings), "") };
            if by_depth {
                let reason = format!(
                    "{product}'s masks do not cross folders; written for the upper ones ({written} {}), what lies deeper is scanned",
                    if written == 1 { "entry" } else { "entries" }
                );
                verdict.stricter(codes::ONE_LEVEL, noted(&reason, read), lost)
            } else {
                let reason = format!("{product}'s masks can say only a part of it; the rest is scanned");
                verdict.stricter(codes::MASK_NARROWER, noted(&reason, read), lost)
            }
        }
        Choice::Looser { entries: spellings, gained, folders, lost, both } => {
            let (code, mut reason) = if folders {
                let reason =
                    format!("{product} would also skip folders whose name matches, with all they hold");
                (codes::FOLDERS_TOO, reason)
            } else {
                (codes::MASK_WIDER, format!("{product}'s masks cannot say just this"))
            };
            if let Some(lost) = lost {
                reason.push_str(&format!(
                    "; not everything would be skipped: {} would be scanned",
                    visible(&lost)
                ));
            }
            let verdict = Verdict { taken: both, ..Verdict::exact(entries(&spellings), "") };
            verdict.looser(code, noted(&reason, read), gained)
        }
        Choice::None(why) => Verdict::by_hand(codes::MASK_BY_HAND, format!("Not written: {why}")),
    }
}

/// A row of some scans in a list that all scans obey: by decision. Codes: for that alone, and for a wider mask, too.
pub(crate) fn one_list(
    verdict: Verdict,
    read: &Parsed,
    codes: (&'static str, &'static str),
    reason: &str,
    example: &str,
) -> Verdict {
    let shown = verdict.taken.clone().or_else(|| read.set.example()).unwrap_or_default();
    if verdict.fate == Fate::Looser {
        let gained = verdict.example.clone().unwrap_or_default();
        let reason = format!("{reason}. {}", verdict.reason);
        return verdict.looser(codes.1, reason, format!("{shown} {example}; so would {gained}"));
    }
    let reason = match verdict.fate {
        Fate::Stricter => format!("{reason}. {}", verdict.reason),
        _ => reason.to_owned(),
    };
    verdict.looser(codes.0, reason, format!("{shown} {example}"))
}
