//! Replacement products. A route is one way of getting settings into one product: a file grammar with its importer.
//! A route judges each item of the neutral policy ([`Route::assess`]) and writes the accepted entries
//! ([`Route::write`]); what the user decided, and what goes into the ledger, is not its business.
//!
//! To add a vendor: one file (or folder) here, one line in [`ROUTES`].

mod choice;
pub mod clamav;
pub mod defender;
pub mod existing;
pub mod huntress;
pub mod registry;
pub mod settings;
pub mod settings_catalog;
pub mod windows_firewall;

use std::borrow::Cow;
use std::num::NonZeroUsize;

use crate::finding::{Finding, Place, Refusal, Severity};
use crate::ledger::Fate;
use crate::mask::{Machine, Memo};
use crate::policy::{Item, Platform, Policy};
use crate::review::Coverage;
use defender::automatic::Automatics;

/// What a route is: the table the support matrix is made from.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct RouteInfo {
    /// `product/route`.
    pub id: &'static str,
    /// Name in plain words.
    pub name: &'static str,
    /// The systems it is for.
    pub platforms: &'static [Platform],
    /// How well it is proven.
    pub grade: &'static str,
    /// Names of the vendor files; where a file has a limit, the next ones are `name-2.ext` and so on.
    pub files: &'static [&'static str],
    /// How to import, step by step.
    pub steps: &'static [&'static str],
    /// What of a policy it carries, in plain words.
    pub carries: &'static str,
}

impl RouteInfo {
    /// Whether it is for a system.
    pub fn fits(&self, platform: Platform) -> bool {
        self.platforms.contains(&platform)
    }

    /// The systems in one line.
    pub fn systems(&self) -> String {
        self.platforms.iter().map(|p| p.word()).collect::<Vec<_>>().join(", ")
    }
}

/// One entry of a vendor file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Which vendor file.
    pub file: &'static str,
    /// Which list or key of it.
    pub list: &'static str,
    /// The value, without quoting.
    pub value: String,
    /// What else the entry says, as names of the target's own fields with their values; most entries are one value.
    pub fields: Vec<(&'static str, String)>,
}

impl Entry {
    /// An entry that is one value.
    pub fn new(file: &'static str, list: &'static str, value: impl Into<String>) -> Self {
        Self { file, list, value: value.into(), fields: Vec::new() }
    }

    /// The value of a field; empty when there is none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value)
    }

    /// The entry as the ledger shows it.
    pub fn shown(&self) -> String {
        let mut text = format!("{} {}", self.list, self.value);
        for (name, value) in &self.fields {
            text.push_str(&format!("; {name} {value}"));
        }
        text
    }
}

/// The name of the `n`th file (from 0) of a route that writes no more than so many entries into each.
pub fn numbered(file: &'static str, n: usize) -> Cow<'static, str> {
    if n == 0 {
        return Cow::Borrowed(file);
    }
    // The first dot: `name.intune.json` has an extension of two words.
    let (stem, extension) = file.split_once('.').unwrap_or((file, ""));
    Cow::Owned(format!("{stem}-{}.{extension}", n + 1))
}

/// What a route makes of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The fate, as if the user decided nothing.
    pub fate: Fate,
    /// Code of the reason.
    pub code: &'static str,
    /// The reason.
    pub reason: String,
    /// What shows the difference.
    pub example: Option<String>,
    /// What would be written.
    pub entries: Vec<Entry>,
    /// A path that the source and the entries take, where they do not take the same.
    pub taken: Option<String>,
}

impl Verdict {
    /// A verdict that writes nothing.
    pub fn none(fate: Fate, code: &'static str, reason: impl Into<String>) -> Self {
        Self { fate, code, reason: reason.into(), example: None, entries: Vec::new(), taken: None }
    }

    /// A person does it.
    pub fn by_hand(code: &'static str, reason: impl Into<String>) -> Self {
        Self::none(Fate::ByHand, code, reason)
    }

    /// The target has no such thing.
    pub fn unsupported(code: &'static str, reason: impl Into<String>) -> Self {
        Self::none(Fate::Unsupported, code, reason)
    }

    /// The target does it anyway.
    pub fn covered(code: &'static str, reason: impl Into<String>) -> Self {
        Self::none(Fate::Covered, code, reason)
    }

    /// The target says the same.
    pub fn exact(entries: Vec<Entry>, reason: impl Into<String>) -> Self {
        Self { entries, ..Self::none(Fate::Exact, crate::finding::SAME, reason) }
    }

    /// The same entries, but they would protect less: only by decision.
    #[must_use]
    pub fn looser(self, code: &'static str, reason: impl Into<String>, example: impl Into<String>) -> Self {
        Self { fate: Fate::Looser, code, reason: reason.into(), example: Some(example.into()), ..self }
    }

    /// The same entries, but they protect more.
    #[must_use]
    pub fn stricter(self, code: &'static str, reason: impl Into<String>, example: impl Into<String>) -> Self {
        Self { fate: Fate::Stricter, code, reason: reason.into(), example: Some(example.into()), ..self }
    }
}

/// What goes into a file beside entries.
#[derive(Clone, Debug)]
pub struct Stamp<'a> {
    /// SHA-256 of the input, lower-case hexadecimal.
    pub input_sha256: &'a str,
    /// Date for formats that demand one, `YYYY-MM-DD`.
    pub date: &'a str,
}

impl Stamp<'_> {
    /// What a policy or profile is described with.
    pub fn description(&self) -> String {
        format!("Written by Crosswalk {} from the input with SHA-256 {}", crate::VERSION, self.input_sha256)
    }
}

/// A vendor file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What routes keep at hand from item to item, and from route to route, of one policy.
#[derive(Default)]
pub struct Desk {
    /// Comparisons of masks that were made.
    pub(crate) memo: Memo,
    automatics: Option<(Machine, Automatics)>,
    firewall: Option<windows_firewall::plan::Plan>,
}

impl Desk {
    /// Defender's own exclusions, for this machine.
    pub(crate) fn automatics(&mut self, machine: Machine) -> &Automatics {
        let kept = self.automatics.take().filter(|(of, _)| *of == machine);
        &self.automatics.insert(kept.unwrap_or_else(|| (machine, Automatics::of(machine)))).1
    }

    /// What becomes of the firewall rules of the policy, all at once.
    pub(crate) fn firewall(&mut self, policy: &Policy) -> &windows_firewall::plan::Plan {
        self.firewall.get_or_insert_with(|| windows_firewall::plan::Plan::of(policy))
    }
}

/// One way into one product.
pub trait Route: Sync {
    /// What it is.
    fn info(&self) -> &'static RouteInfo;

    /// What becomes of an active, understood item; what the work on it showed lies on the desk for the next ones.
    fn assess(&self, item: &Item, policy: &Policy, coverage: Option<Coverage>, desk: &mut Desk) -> Verdict;

    /// How many entries one of its files may hold: what is more goes into the next one, see [`numbered`].
    fn limit(&self, _file: &str) -> Option<NonZeroUsize> {
        None
    }

    /// What stands for an entry where several that are not equal have one place in the target: a setting without its value, a
    /// path in one letter case. `None`: only equal entries are the same.
    fn place(&self, _entry: &Entry) -> Option<Entry> {
        None
    }

    /// The vendor files for the accepted entries, in order and without repeats.
    fn write(&self, entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact>;

    /// Entries that are written whatever the rows say, so that no weaker default of the target stays unsaid.
    fn constants(&self, _policy: &Policy) -> Vec<Entry> {
        Vec::new()
    }

    /// The command that prints what a machine has, where [`Route::compare`] understands it.
    fn prints_state(&self) -> Option<&'static str> {
        None
    }

    /// The entries beside what a machine has, as the target's own tool prints it; `None` where no such tool is known.
    fn compare(
        &self,
        _entries: &[Entry],
        _existing: &str,
    ) -> Option<Result<Vec<existing::Compared>, Refusal>> {
        None
    }

    /// What to know before the import.
    fn findings(&self, policy: &Policy, entries: &[Entry], desk: &mut Desk) -> Vec<Finding>;
}

/// Every route, in the order of the support matrix.
pub const ROUTES: &[&dyn Route] = &[
    &defender::WindowsRoute::POWERSHELL,
    &defender::WindowsRoute::INTUNE,
    &defender::WindowsRoute::GRAPH,
    &defender::WindowsRoute::GPO,
    &defender::linux::Mdatp,
    &defender::macos::Wdav,
    &defender::indicators::Indicators,
    &huntress::Lists,
    &windows_firewall::Carrier::POWERSHELL,
    &windows_firewall::Carrier::GRAPH,
    &windows_firewall::Carrier::GPO,
    &clamav::Clamd,
];

/// Every route.
pub const fn all() -> &'static [&'static dyn Route] {
    ROUTES
}

/// The route with that id.
pub fn find(id: &str) -> Option<&'static dyn Route> {
    ROUTES.iter().copied().find(|r| r.info().id == id)
}

/// A finding about a route rather than a place in the input.
pub(crate) fn finding(
    code: &'static str,
    severity: Severity,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Finding {
    Finding {
        code,
        severity,
        origin: Place::default(),
        message: crate::text::owned(message),
        hint: crate::text::owned(hint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_files_are_numbered() {
        assert_eq!(numbered("rules.graph.json", 0), "rules.graph.json");
        assert_eq!(numbered("rules.graph.json", 1), "rules-2.graph.json");
    }
}
