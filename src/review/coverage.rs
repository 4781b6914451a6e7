//! How far an exclusion reaches. Source products keep exclusions for each task or
//! component; most targets have one list for all scans. An exclusion is the same there only if it stands in every
//! task that scans files.
//!
//! | tasks of the source | where the exclusion stands | [`Coverage`] |
//! |---|---|---|
//! | real-time, two scans | all three | `All` |
//! | real-time, two scans | real-time | `RealTime` |
//! | real-time, two scans | one or two scans | `Some` |
//! | real-time switched off, one scan | the scan | `All` |
//! | one task file only | that task | `RealTime` or `Some`: the other tasks are not known |

use rustc_hash::FxHashMap;

use crate::policy::{Component, Exclusion, Item, Kind, PathMask, Policy, Reach, State};

/// How far an exclusion reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every scan of files.
    All,
    /// Real-time scanning and every scan on demand, but not scripts, which the source scans on their own.
    AllFiles,
    /// Real-time scanning only.
    RealTime,
    /// All scans on demand, not real-time.
    OnDemand,
    /// Some scans.
    Some,
    /// No scan of files: another component.
    Other(Component),
}

type Objects<'p> = (Option<&'p PathMask>, Vec<&'p str>, Vec<&'p str>);

/// How far each exclusion of a policy reaches; index as in [`Policy::items`].
pub fn coverage(policy: &Policy) -> Vec<Option<Coverage>> {
    let mut standing: FxHashMap<Objects<'_>, Vec<usize>> = FxHashMap::default(); // lookups only
    for item in &policy.items {
        if let (Kind::Exclusion(exclusion), State::Active) = (&item.kind, &item.state)
            && let Reach::Task(task) = exclusion.reach
        {
            standing.entry(objects(exclusion)).or_default().push(task);
        }
    }
    // Only a full export shows every task.
    let complete = policy.inputs.iter().any(|i| i.format == crate::intake::Format::KeslExport.id());
    let of_item = |item: &Item| match &item.kind {
        Kind::Exclusion(e) => Some(match &e.reach {
            Reach::Everything => Coverage::All,
            Reach::Components(parts) => of_components(parts),
            Reach::Task(task) => {
                of_tasks(policy, *task, standing.get(&objects(e)).map_or(&[], Vec::as_slice), complete)
            }
        }),
        _ => None,
    };
    policy.items.iter().map(of_item).collect()
}

/// Objects of an exclusion with their masks in one order.
fn objects(exclusion: &Exclusion) -> Objects<'_> {
    let mut names: Vec<&str> = exclusion.names.iter().map(String::as_str).collect();
    let mut threats: Vec<&str> = exclusion.threats.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    threats.sort_unstable();
    threats.dedup();
    (exclusion.path.as_ref(), names, threats)
}

fn of_components(parts: &[Component]) -> Coverage {
    let has = |c| parts.contains(&c);
    match (has(Component::OnAccess), has(Component::OnDemand), has(Component::Script)) {
        (true, true, true) => Coverage::All,
        (true, true, false) => Coverage::AllFiles,
        (true, false, _) => Coverage::RealTime,
        (false, true, _) => Coverage::OnDemand,
        (false, false, _) => Coverage::Other(parts.first().copied().unwrap_or(Component::General)),
    }
}

fn of_tasks(policy: &Policy, own: usize, standing: &[usize], complete: bool) -> Coverage {
    let component = |task: usize| policy.tasks.get(task).map_or(Component::General, |t| t.component);
    let own = component(own);
    if !matches!(own, Component::OnAccess | Component::OnDemand) {
        return Coverage::Other(own);
    }
    // A task that is switched off scans nothing, so nothing becomes less protected there.
    // A full export without any such task was cut off: the tasks it lost scan everything.
    let missing = |wanted: Component| {
        let mut tasks = policy.tasks.iter().enumerate().filter(|(_, t)| t.component == wanted).peekable();
        tasks.peek().is_none() || tasks.any(|(i, t)| t.active && !standing.contains(&i))
    };
    let in_real_time = standing.iter().any(|t| component(*t) == Component::OnAccess);
    let in_scans = standing.iter().any(|t| component(*t) == Component::OnDemand);
    match (missing(Component::OnAccess), missing(Component::OnDemand)) {
        (false, false) if complete => Coverage::All,
        // Of several real-time tasks each must have it.
        (false, _) if in_real_time && !in_scans => Coverage::RealTime,
        (true, false) if complete => Coverage::OnDemand,
        _ => Coverage::Some,
    }
}
