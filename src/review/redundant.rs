//! Exclusions that add nothing: every file of theirs is taken by another exclusion in force that reaches at least as far and
//! asks for no other threat.
//!
//! | list | said |
//! |---|---|
//! | `D:\Data\`, `D:\Data\sub\` | the second lies inside the first |
//! | `/srv/db`, `/srv/db/x?.log` | the second lies inside the first |
//! | `C:\Data`, `C:\Database\` | nothing |
//! | `D:\Data\` twice | the second stands there already |
//! | `/srv/db` in two tasks | nothing: another reach |
//! | `D:\Data\` for one threat, `D:\Data\` for any | the first lies inside the second |

use super::entry::{Allowance, Role};
use super::index::Index;
use super::{Note, place_of, shown};
use crate::finding::{self as codes, Severity};
use crate::mask::Relation;
use crate::policy::Policy;

/// At most one note an exclusion.
pub(super) fn notes(policy: &Policy, index: &Index<'_, '_>, allowance: &mut Allowance) -> Vec<Note> {
    let mut notes = Vec::new();
    for (at, entry) in index.entries.iter().enumerate() {
        if entry.role != Role::Active {
            continue;
        }
        let found = match index.same(at) {
            Some(first) if first != at => Some((first, Relation::Equal)),
            _ => holder(index, at, allowance),
        };
        let Some((other, relation)) = found else { continue };
        let other = index.entries.get(other).and_then(|e| policy.items.get(e.item));
        let (Some(item), Some(other)) = (policy.items.get(entry.item), other) else { continue };
        let place = place_of(policy, other, item);
        let (code, what) = match relation {
            Relation::Equal => (codes::TWICE, format!("The same exclusion stands in {place} already")),
            _ => {
                (codes::INSIDE, format!("The exclusion of {place} takes all of this one, and reaches as far"))
            }
        };
        notes.push(Note {
            item: entry.item,
            code,
            severity: Severity::Info,
            message: format!(
                "{what}: both take {}. This one: {}. The other: {}",
                super::cut(&entry.example()),
                shown(item),
                shown(other)
            ),
            hint: "It adds nothing and can be left out of the new list",
        });
    }
    notes
}

/// An equal exclusion that stands before this one, or the nearest that holds more.
fn holder(index: &Index<'_, '_>, at: usize, allowance: &mut Allowance) -> Option<(usize, Relation)> {
    let holders = index.holders(at, allowance);
    let equal = holders.iter().find(|(other, relation)| *relation == Relation::Equal && *other < at);
    equal.or_else(|| holders.iter().find(|(_, relation)| *relation != Relation::Equal)).copied()
}
