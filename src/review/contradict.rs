//! Entries that say the opposite of each other.
//!
//! | list | said |
//! |---|---|
//! | `D:\Data\` in force, `D:\Data\` switched off, same reach | the one that is switched off is excluded all the same |
//! | a task scans `/srv/db/x` and excludes `/srv/db` | the scope is never scanned |
//! | a task scans `/srv` and excludes `/srv/db` | nothing: that is what exclusions are for |

use super::entry::{Allowance, Entry, Role};
use super::index::Index;
use super::{Note, cut, place_of, shown};
use crate::finding::{self as codes, Severity};
use crate::mask::Relation;
use crate::policy::Policy;

/// At most one note an entry.
pub(super) fn notes(policy: &Policy, index: &Index<'_, '_>, allowance: &mut Allowance) -> Vec<Note> {
    let mut notes = Vec::new();
    for (at, entry) in index.entries.iter().enumerate() {
        let other = match entry.role {
            Role::Active => continue,
            Role::Inactive(_) => index.same(at).or_else(|| {
                index
                    .holders(at, allowance)
                    .into_iter()
                    .find(|(_, r)| *r == Relation::Equal)
                    .map(|(at, _)| at)
            }),
            Role::Scope => index.holders(at, allowance).first().map(|(at, _)| *at),
        };
        let other = other.and_then(|at| index.entries.get(at));
        notes.extend(other.and_then(|other| note(policy, entry, other)));
    }
    notes
}

fn note(policy: &Policy, entry: &Entry<'_>, other: &Entry<'_>) -> Option<Note> {
    let (item, other) = (policy.items.get(entry.item)?, policy.items.get(other.item)?);
    let place = place_of(policy, other, item);
    let (code, severity, what, hint) = match entry.role {
        Role::Inactive(why) => (
            codes::ON_AND_OFF,
            Severity::Info,
            format!(
                "This exclusion is not in force ({why}), but the one of {place} takes the same files and is"
            ),
            "Whoever switched it off may think that the files are scanned; decide which of the two is meant",
        ),
        _ => (
            codes::NEVER_SCANNED,
            Severity::Warning,
            format!("The exclusion of {place} takes all of this scope, so the task never scans it"),
            "Check whether the exclusion is too wide, or the scope is left over",
        ),
    };
    Some(Note {
        item: entry.item,
        code,
        severity,
        message: format!(
            "{what}: both take {}. This one: {}. The other: {}",
            cut(&entry.example()),
            shown(item),
            shown(other)
        ),
        hint,
    })
}
