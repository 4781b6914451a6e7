//! A policy and a route become a conversion: which entries are written, and the fate of every row. What every route
//! has in common stands here: inactive, waiting and unread rows, consent to looser forms, rows that another row already
//! writes, platforms that do not fit.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::finding::{self as codes, Finding, Severity};
use crate::ledger::{Fate, Row, Written};
use crate::mask;
use crate::options::{Choice, Options};
use crate::policy::{Item, Kind, Platform, Policy, State};
use crate::review;
use crate::text;
use crate::vendor::existing::{self, Compared};
use crate::vendor::{self, Artefact, Desk, Entry, Route, Stamp, Verdict, settings};

/// Date that stands where a format demands one and the user gave none.
pub const NO_DATE: &str = "2024-01-01";

/// The result for one policy and one route.
pub struct Conversion {
    /// The route.
    pub route: &'static dyn Route,
    /// The system of the policy.
    pub platform: Platform,
    /// The ledger.
    pub rows: Vec<Row>,
    /// The vendor files; none when nothing was written.
    pub artefacts: Vec<Artefact>,
    /// Findings of reading and of writing.
    pub findings: Vec<Finding>,
    /// What is written, beside what a machine has; empty when nothing was given to compare.
    pub compared: Vec<Compared>,
    entries: Vec<Entry>,
}

impl Conversion {
    /// The entries that were written because of rows or of the route itself, in order and without repeats.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many rows have each fate, in the order of [`Fate::ALL`].
    pub fn totals(&self) -> [usize; 12] {
        Fate::ALL.map(|fate| self.rows.iter().filter(|r| r.fate == fate).count())
    }

    /// Whether a person still has to look at a row.
    pub fn needs_person(&self) -> bool {
        self.rows.iter().any(|r| r.fate.needs_person())
    }
}

/// Entries that are written, each with the row that wrote it first.
#[derive(Default)]
struct Book {
    entries: Vec<Entry>,
    /// By what [`Route::place`] makes of an entry.
    owner: FxHashMap<Entry, Owner>, // lookups only
    /// How many entries each file has.
    sizes: Vec<(&'static str, usize)>,
}

/// Where an entry is written, and because of what.
struct Owner {
    row: Option<String>,
    file: Cow<'static, str>,
    /// Its place among the entries.
    at: usize,
}

/// An entry, and what stands for it among others of its place.
struct Placed {
    entry: Entry,
    place: Option<Entry>,
}

impl Placed {
    fn of(route: &dyn Route, entry: Entry) -> Self {
        let place = route.place(&entry);
        Self { entry, place }
    }

    fn key(&self) -> &Entry {
        self.place.as_ref().unwrap_or(&self.entry)
    }
}

impl Book {
    /// Writes an entry down, and tells what stands in which file: where the same is written already, that.
    fn add(&mut self, route: &dyn Route, placed: Placed, row: Option<String>) -> Written {
        if let Some((owner, kept)) = self.kept(&placed) {
            return Written { file: owner.file.clone(), entry: text::owned(kept.shown()) };
        }
        let Placed { entry, place } = placed;
        let file = match route.limit(entry.file) {
            None => Cow::Borrowed(entry.file),
            Some(limit) => {
                let at = self.sizes.iter().position(|(file, _)| *file == entry.file);
                let before = match at.and_then(|at| self.sizes.get_mut(at)) {
                    Some((_, size)) => {
                        *size += 1;
                        *size - 1
                    }
                    None => {
                        self.sizes.push((entry.file, 1));
                        0
                    }
                };
                vendor::numbered(entry.file, before / limit)
            }
        };
        let written = Written { file: file.clone(), entry: text::owned(entry.shown()) };
        let owner = Owner { row, file, at: self.entries.len() };
        self.owner.insert(place.unwrap_or_else(|| entry.clone()), owner);
        self.entries.push(entry);
        written
    }

    /// What already stands where this entry would.
    fn kept(&self, placed: &Placed) -> Option<(&Owner, &Entry)> {
        let owner = self.owner.get(placed.key())?;
        Some((owner, self.entries.get(owner.at)?))
    }

    /// An entry that stands where one of these would, with another value.
    fn against(&self, all: &[Placed]) -> Option<(&Owner, &Entry)> {
        all.iter().find_map(|placed| {
            self.kept(placed)
                .filter(|(_, kept)| mask::folded(&kept.value) != mask::folded(&placed.entry.value))
        })
    }

    /// The row that already wrote all of these.
    fn written_by(&self, all: &[Placed]) -> Option<&str> {
        let owners: Option<Vec<_>> = all.iter().map(|placed| self.kept(placed)).collect();
        owners?.into_iter().find_map(|(owner, _)| owner.row.as_deref())
    }
}

/// Converts a policy for a route.
pub fn convert(policy: &Policy, route: &'static dyn Route, options: &Options) -> Conversion {
    convert_at(policy, route, options, &mut Desk::default())
}

/// The same with what was found out about this policy for other routes at hand. A desk is for one policy.
pub fn convert_at(
    policy: &Policy,
    route: &'static dyn Route,
    options: &Options,
    desk: &mut Desk,
) -> Conversion {
    let info = route.info();
    let mut findings = policy.findings.clone();
    let fits = info.fits(policy.platform);
    if !fits {
        findings.push(vendor::finding(
            codes::PLATFORM,
            Severity::Error,
            format!(
                "The policy is for {}, {} is for {}; nothing is written",
                policy.platform.word(),
                info.id,
                info.systems()
            ),
            "Choose a route for the same system",
        ));
    }
    let coverage = if fits { review::coverage(policy) } else { vec![None; policy.items.len()] };
    let mut book = Book::default();
    if fits {
        for entry in route.constants(policy) {
            book.add(route, Placed::of(route, entry), None);
        }
    }
    let constants = book.entries.len();
    let mut rows = Vec::with_capacity(policy.items.len());
    for (item, coverage) in policy.items.iter().zip(coverage) {
        let verdict = match general(item) {
            Some(verdict) => verdict,
            None if fits => route.assess(item, policy, coverage, desk),
            None => Verdict::unsupported(codes::PLATFORM, "The route is for another system"),
        };
        rows.push(settle(policy, item, verdict, route, options, &mut book));
    }
    let entries = book.entries;
    let from_rows = rows.iter().any(|r| !r.written.is_empty());
    let mut artefacts = Vec::new();
    if fits && (from_rows || constants > 0) {
        let sha: Vec<&str> = policy.inputs.iter().map(|i| i.sha256.as_str()).collect();
        let stamp = Stamp { input_sha256: &sha.join("+"), date: options.date.as_deref().unwrap_or(NO_DATE) };
        artefacts = route.write(&entries, &stamp);
        findings.extend(route.findings(policy, &entries, desk));
    }
    if fits && !from_rows {
        findings.push(vendor::finding(
            codes::NOTHING_WRITTEN,
            Severity::Warning,
            "No row of the input could be written for this target",
            "Look at the reasons of the rows: answers or decisions may be missing",
        ));
    }
    let mut compared = Vec::new();
    if let Some(given) = options.existing.as_deref().filter(|_| fits)
        && let Some(outcome) = route.compare(&entries, given)
    {
        match outcome {
            Ok(rows) => {
                findings.extend(existing::findings(&rows));
                compared = rows;
            }
            Err(refusal) => findings.push(refusal.finding()),
        }
    }
    Conversion { route, platform: policy.platform, rows, artefacts, findings, compared, entries }
}

/// What no route has a say in.
fn general(item: &Item) -> Option<Verdict> {
    if matches!(item.kind, Kind::Context | Kind::Withheld | Kind::Unread) {
        return Some(settings::common(item, ""));
    }
    match &item.state {
        State::Inactive(why) => Some(Verdict::none(Fate::Inactive, codes::OFF, why.as_str())),
        State::Waits { code, reason, question } => {
            Some(Verdict::none(Fate::Unconfirmed, code, format!("{reason} (question {question})")))
        }
        State::ByHand { code, reason } => Some(Verdict::by_hand(code, reason.as_str())),
        State::Active if matches!(item.kind, Kind::Inventory | Kind::RuleNotRead(_)) => {
            Some(settings::common(item, ""))
        }
        State::Active => None,
    }
}

/// Takes decisions into account, writes what is to be written, and makes the row.
fn settle(
    policy: &Policy,
    item: &Item,
    verdict: Verdict,
    route: &dyn Route,
    options: &Options,
    book: &mut Book,
) -> Row {
    let id = item.leaves.first().map_or(0, |l| l + 1).to_string();
    let input = policy.inputs.get(item.input);
    let choice = input.and_then(|i| options.choice(&i.sha256, route.info().id, &id));
    let accepted = choice == Some(Choice::Accept) || options.accept.contains(verdict.code);
    let mut row = Row {
        input: item.input,
        id,
        leaves: item.leaves.clone(),
        kind: kind_word(item),
        source: item.source.clone(),
        fate: verdict.fate,
        code: verdict.code,
        reason: text::owned(verdict.reason),
        example: verdict.example.map(text::owned),
        decision: None,
        written: Vec::new(),
    };
    let droppable = !matches!(row.fate, Fate::Context | Fate::Withheld | Fate::Unread | Fate::Inactive);
    if choice == Some(Choice::Drop) && droppable {
        row.fate = Fate::Dropped;
        row.decision = Some("dropped");
        return row;
    }
    let write = match row.fate {
        Fate::Exact | Fate::Stricter => true,
        Fate::Looser if accepted => {
            row.decision = Some("accepted");
            true
        }
        _ => false,
    };
    if !write {
        return row;
    }
    let placed: Vec<Placed> = verdict.entries.into_iter().map(|entry| Placed::of(route, entry)).collect();
    if let Some((owner, kept)) = book.against(&placed) {
        let who = owner.row.as_ref().map_or_else(|| "The route".to_owned(), |row| format!("Row {row}"));
        row.reason = text::owned(format!(
            "{who} already sets {} to {}, and it can have one value; decide which of the two is right",
            kept.list, kept.value
        ));
        row.fate = Fate::ByHand;
        row.code = codes::SET_BY_HAND;
        row.example = None;
        row.decision = None;
        return row;
    }
    if let Some(owner) = book.written_by(&placed) {
        row.reason = format!("Row {owner} already writes this. {}", row.reason);
        row.fate = Fate::Covered;
        row.code = codes::PART_OF;
        return row;
    }
    for placed in placed {
        row.written.push(book.add(route, placed, Some(row.id.clone())));
    }
    row
}

/// Kind of an item in plain words.
pub fn kind_word(item: &Item) -> &'static str {
    match &item.kind {
        Kind::Exclusion(_) => "exclusion",
        Kind::TrustedApplication(_) => "trusted application",
        Kind::FirewallRule(_) => "firewall rule",
        Kind::WebRule(_) => "web rule",
        Kind::DeviceRule(_) => "device rule",
        Kind::NetworkAttackExclusion(_) => "network attack exclusion",
        Kind::MountPoint(_) => "mount-point exclusion",
        Kind::Setting { meaning, .. } => match meaning {
            crate::policy::Meaning::Scope { .. } => "scan scope",
            crate::policy::Meaning::Schedule(_) => "schedule",
            crate::policy::Meaning::FirewallDefault(_) | crate::policy::Meaning::Zone => "firewall setting",
            _ => "protection setting",
        },
        Kind::Context => "description",
        Kind::Withheld => "secret",
        Kind::Inventory | Kind::RuleNotRead(_) => "listed only",
        Kind::Unread => "not read",
    }
}
