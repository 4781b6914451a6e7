//! Proposals: what each column may mean, how sure that is, and why. Nothing is converted by a proposal; it saves the user typing.
//!
//! Each sign gives a candidate with a weight: what the reader knows about the column, its heading, what its values look
//! like. The kind of rows follows from the strongest of them; then every column takes its best candidate that such rows can have, and a
//! meaning that only one column can have goes to the strongest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::look::{self, Look};
use super::mapping::{ColumnMeaning, Mapping, SAMPLE};
use super::role::{Role, Rows};
use super::table::Table;
use super::vocabulary;
use crate::intake::Document;
use crate::mask::Language;

/// How sure a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess.
    Low,
    /// Likely.
    Medium,
    /// The name and the values say so.
    High,
}

impl Confidence {
    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Low => "a guess",
            Self::Medium => "likely",
            Self::High => "quite sure",
        }
    }

    const fn of(weight: u32) -> Self {
        match weight {
            80.. => Self::High,
            50..80 => Self::Medium,
            _ => Self::Low,
        }
    }
}

/// A proposal for one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What each row may be.
    pub rows: Rows,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why.
    pub reason: String,
    /// Mask language and why it is proposed.
    pub language: Option<(Language, &'static str)>,
    /// The columns, in order.
    pub columns: Vec<ColumnProposal>,
    /// What no column says.
    pub otherwise: BTreeMap<Role, String>,
}

/// A proposal for one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnProposal {
    /// What it may say.
    pub role: Role,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why.
    pub reason: String,
    /// What its values look like.
    pub look: Look,
}

struct Candidate {
    role: Role,
    weight: u32,
    reason: String,
}

/// Proposes meanings for a table.
pub fn propose(table: &Table, document: &Document) -> Proposal {
    let rows = table.len().min(SAMPLE);
    let mut looks = Vec::with_capacity(table.columns.len());
    let mut candidates = Vec::with_capacity(table.columns.len());
    let values: Vec<Vec<String>> = gather(table, rows, document);
    for (column, values) in table.columns.iter().zip(&values) {
        let (seen, share) = look::of_most(values.iter().map(String::as_str));
        let mut found = Vec::new();
        if let Some(hint) = column.hint {
            let weight = [30, 60, 95].get(hint.confidence as usize).copied().unwrap_or(30);
            found.push(Candidate { role: hint.role, weight, reason: hint.reason.to_owned() });
        }
        // A reader that knows the field knows more than its name tells.
        if table.named && column.hint.is_none() {
            found.extend(by_heading(&column.name, seen));
        }
        found.extend(by_look(seen, share, values));
        found.sort_by_key(|c| u32::MAX - c.weight);
        looks.push(seen);
        candidates.push(found);
    }
    let (kind, weight, reason) = match table.hint {
        Some((kind, reason)) => (kind, 60, reason.to_owned()),
        None => kind_of(&candidates, &looks),
    };
    let mut columns = settle(kind, &candidates, &looks);
    let holds_paths = |c: &ColumnProposal| matches!(c.role, Role::Path | Role::Process | Role::Program);
    let slashes = columns.iter().zip(&values).any(|(c, values)| holds_paths(c) && mostly_slashes(values));
    let language = table.language.or_else(|| {
        columns.iter().any(holds_paths).then_some(if slashes {
            (Language::Kesl, "The paths begin with /")
        } else {
            (Language::Kes, "The list does not say which product it is from")
        })
    });
    if kind == Rows::Listed {
        for column in &mut columns {
            column.role = Role::Unknown;
        }
    }
    Proposal {
        rows: kind,
        confidence: Confidence::of(weight),
        reason,
        language,
        otherwise: otherwise(kind, &columns),
        columns,
    }
}

/// The values of the first rows, column by column.
fn gather(table: &Table, rows: usize, document: &Document) -> Vec<Vec<String>> {
    let mut columns = vec![Vec::new(); table.columns.len()];
    for row in 0..rows {
        for value in table.values(row, document) {
            if let Some(column) = columns.get_mut(usize::from(value.column)) {
                column.push(value.text.trim().to_owned());
            }
        }
    }
    columns
}

/// Whether most values begin with one slash.
fn mostly_slashes(values: &[String]) -> bool {
    let filled = values.iter().filter(|v| !v.is_empty());
    let (all, slash) = filled.fold((0, 0), |(all, slash), v| {
        (all + 1, slash + usize::from(v.starts_with('/') && !v.starts_with("//")))
    });
    slash * 2 > all
}

fn by_heading(name: &str, seen: Look) -> Option<Candidate> {
    let (role, exact) = vocabulary::of_heading(name)?;
    let fits = fits(role, seen);
    let weight = match (exact, fits) {
        (true, true) => 90,
        (false, true) => 60,
        (true, false) => 35,
        (false, false) => 15,
    };
    let reason = if fits {
        format!("The heading says so{}", if seen == Look::Empty { "; no row has a value" } else { "" })
    } else {
        format!("The heading says so, but the values look like {}", seen.label())
    };
    Some(Candidate { role, weight, reason })
}

/// Whether values of that look can stand in a column of that role.
const fn fits(role: Role, seen: Look) -> bool {
    if matches!(seen, Look::Empty | Look::Secret) {
        return true;
    }
    match role {
        Role::Path | Role::Process | Role::Program => matches!(seen, Look::Path | Look::Text),
        Role::Threat => matches!(seen, Look::Threat | Look::Text),
        Role::Hash => matches!(seen, Look::Hash),
        Role::Url => matches!(seen, Look::Url | Look::Text | Look::Path | Look::Address),
        Role::LocalAddress | Role::RemoteAddress => matches!(seen, Look::Address | Look::Text),
        Role::LocalPorts | Role::RemotePorts => {
            matches!(seen, Look::Number | Look::Ports | Look::Text | Look::Switch)
        }
        Role::Order | Role::IcmpType | Role::IcmpCode | Role::Reference => {
            matches!(seen, Look::Number | Look::Switch | Look::Text)
        }
        Role::Enabled | Role::Subfolders | Role::OpenedFiles | Role::Children | Role::Logging => {
            matches!(seen, Look::Switch | Look::Number | Look::Text)
        }
        // A threat name or a path is no remark, whatever stands above it.
        Role::Name | Role::Comment => !matches!(seen, Look::Threat | Look::Path | Look::Hash | Look::Address),
        Role::Device | Role::User | Role::NoEffect | Role::Unknown => true,
        Role::Action | Role::Direction | Role::Protocol | Role::Components => {
            matches!(seen, Look::Text | Look::Number | Look::Switch)
        }
    }
}

fn by_look(seen: Look, share: u32, values: &[String]) -> Vec<Candidate> {
    let known = |role: Role| {
        let mut filled = values.iter().filter(|v| !v.is_empty()).peekable();
        filled.peek().is_some() && filled.all(|v| vocabulary::meaning_of(role, v).is_some())
    };
    let mut found = Vec::new();
    let mut add = |role: Role, weight: u32, reason: String| {
        found.push(Candidate { role, weight: weight * share / 100, reason });
    };
    let looks = || format!("The values look like {}", seen.label());
    match seen {
        Look::Path => add(Role::Path, 55, looks()),
        Look::Threat => add(Role::Threat, 70, looks()),
        Look::Hash => add(Role::Hash, 70, looks()),
        Look::Url => add(Role::Url, 60, looks()),
        Look::Address => add(Role::RemoteAddress, 45, looks()),
        Look::Ports => add(Role::RemotePorts, 40, looks()),
        // The next customer may have values here.
        Look::Empty => add(Role::Unknown, 20, "No row has a value".to_owned()),
        Look::Switch => {
            add(Role::Unknown, 25, looks());
            add(Role::Enabled, 20, looks());
        }
        Look::Text => {
            let words = [(Role::Action, "allow or block"), (Role::Direction, "directions")];
            match words.iter().find(|(role, _)| known(*role)) {
                Some((role, what)) => add(*role, 65, format!("The values are {what}")),
                None if values
                    .iter()
                    .filter(|v| !v.is_empty())
                    .all(|v| v.parse::<crate::policy::Protocol>().is_ok()) =>
                {
                    add(Role::Protocol, 65, "The values are protocols".to_owned());
                }
                None => {}
            }
        }
        Look::Number | Look::Secret => {}
    }
    add(Role::Unknown, 1, "Neither the name nor the values tell".to_owned());
    found
}

/// What the rows may be: the kind that the strongest candidates speak for.
fn kind_of(candidates: &[Vec<Candidate>], looks: &[Look]) -> (Rows, u32, String) {
    let best = |role: Role| {
        let weights = candidates.iter().flatten().filter(|c| c.role == role).map(|c| c.weight);
        weights.max().unwrap_or(0)
    };
    let together = |roles: &[Role]| {
        let strong = roles.iter().map(|r| best(*r)).filter(|w| *w >= 50);
        let (count, sum) = strong.fold((0, 0), |(n, sum), w| (n + 1, sum + w));
        (count, sum / count.max(1))
    };
    let (network, weight) = together(&[Role::Protocol, Role::Direction, Role::LocalPorts, Role::RemotePorts]);
    if network >= 2 {
        return (
            Rows::FirewallRule,
            weight,
            "It has columns such as protocol, direction and ports".to_owned(),
        );
    }
    let rules: &[(Role, Rows, &str)] = &[
        (Role::Url, Rows::WebRule, "It has a column of web addresses"),
        (Role::Device, Rows::DeviceRule, "It has a column of devices"),
        (Role::Path, Rows::Exclusion, "It has a column of files, folders or masks"),
        (Role::Threat, Rows::Exclusion, "It has a column of threat names"),
        (Role::Hash, Rows::Exclusion, "It has a column of hashes"),
    ];
    let opened = best(Role::OpenedFiles) >= 50 || best(Role::Children) >= 50;
    for (role, kind, reason) in rules {
        let weight = best(*role);
        if weight >= 50 {
            let kind = if opened && *role == Role::Path { Rows::TrustedApplication } else { *kind };
            return (kind, weight, (*reason).to_owned());
        }
    }
    if looks.contains(&Look::Address) && best(Role::RemoteAddress) >= 40 {
        return (Rows::NetworkAttackExclusion, 40, "It has a column of IP addresses".to_owned());
    }
    (Rows::Listed, 30, "Nothing tells what the rows are".to_owned())
}

/// Each column takes its best candidate; a role that only one column can have goes to the strongest.
fn settle(kind: Rows, candidates: &[Vec<Candidate>], looks: &[Look]) -> Vec<ColumnProposal> {
    let allowed: Vec<Role> = kind.roles().collect();
    let mut order: Vec<(usize, &Candidate)> =
        candidates.iter().enumerate().flat_map(|(at, list)| list.iter().map(move |c| (at, c))).collect();
    order.sort_by_key(|(at, c)| (u32::MAX - c.weight, *at));
    let mut taken: Vec<Option<&Candidate>> = vec![None; candidates.len()];
    let mut used: Vec<Role> = Vec::new();
    for (at, candidate) in order {
        let several = candidate.role.info().is_some_and(|i| i.several);
        let free = several || !used.contains(&candidate.role);
        if let Some(slot) = taken.get_mut(at)
            && slot.is_none()
            && free
            && allowed.contains(&candidate.role)
        {
            *slot = Some(candidate);
            used.push(candidate.role);
        }
    }
    let unknown = || ColumnProposal {
        role: Role::Unknown,
        confidence: Confidence::Low,
        reason: "Neither the name nor the values tell".to_owned(),
        look: Look::Text,
    };
    let columns = taken.iter().zip(looks).map(|(candidate, look)| {
        let base = match candidate {
            Some(c) => ColumnProposal {
                role: c.role,
                confidence: Confidence::of(c.weight),
                reason: c.reason.clone(),
                look: *look,
            },
            None => unknown(),
        };
        ColumnProposal { look: *look, ..base }
    });
    columns.collect()
}

/// What no column says, and the usual answer.
fn otherwise(kind: Rows, columns: &[ColumnProposal]) -> BTreeMap<Role, String> {
    let usual: &[(Role, &str)] = match kind {
        Rows::Exclusion => {
            &[(Role::Enabled, "on"), (Role::Components, "all"), (Role::Subfolders, "not-told")]
        }
        Rows::Listed => &[],
        _ => &[(Role::Enabled, "on")],
    };
    let absent = usual.iter().filter(|(role, _)| columns.iter().all(|c| c.role != *role));
    absent.map(|(role, word)| (*role, (*word).to_owned())).collect()
}

impl Proposal {
    /// The proposal as a mapping that nobody confirmed yet.
    pub fn draft(&self, table: &Table) -> Mapping {
        let columns = table.columns.iter().zip(&self.columns).map(|(column, proposal)| ColumnMeaning {
            name: table.named.then(|| column.name.clone()),
            look: (!table.named).then_some(proposal.look),
            role: proposal.role,
            values: BTreeMap::new(),
        });
        Mapping {
            source: table.source,
            list: table.list.clone(),
            confirmed: false,
            rows: self.rows,
            language: self.language.map(|(language, _)| language.id().to_owned()),
            columns: columns.collect(),
            otherwise: self.otherwise.clone(),
        }
    }
}
