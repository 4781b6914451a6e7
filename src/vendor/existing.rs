//! What a machine has already, beside what a conversion would write: entries that are there, that are new, and that are in
//! conflict with what is there. The user pastes the state as the target's own tool prints it; a [`super::Route`] that knows
//! that tool compares ([`super::Route::compare`]).

use serde::Serialize;

use super::finding;
use crate::finding::{self as codes, Finding, Severity};

/// How an entry stands to what a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Already there, or inside an entry that is there.
    There,
    /// Not there yet.
    New,
    /// Something else is there.
    Conflict,
    /// What was pasted does not tell.
    Unknown,
}

impl Standing {
    /// Every standing, in the order of the summary.
    pub const ALL: [Self; 4] = [Self::There, Self::New, Self::Conflict, Self::Unknown];

    /// In plain words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::There => "already there",
            Self::New => "new",
            Self::Conflict => "in conflict",
            Self::Unknown => "not told",
        }
    }
}

/// One entry beside what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Which list or setting.
    pub list: &'static str,
    /// What the conversion writes.
    pub value: String,
    /// How it stands.
    pub standing: Standing,
    /// What is there, or why that is not told; empty when there is nothing to say.
    pub there: String,
}

/// Name of the file with the comparison.
pub const FILE: &str = "existing.csv";

/// How many entries stand so.
pub fn count(rows: &[Compared], standing: Standing) -> usize {
    rows.iter().filter(|r| r.standing == standing).count()
}

/// What a person should know about a comparison.
pub(crate) fn findings(rows: &[Compared]) -> Vec<Finding> {
    let told: Vec<String> = Standing::ALL
        .into_iter()
        .map(|standing| (standing, count(rows, standing)))
        .filter(|(_, n)| *n > 0)
        .map(|(standing, n)| format!("{n} {}", standing.word()))
        .collect();
    let mut found = vec![finding(
        codes::EXISTING,
        Severity::Info,
        format!("Compared with what the machine has: {}", told.join(", ")),
        format!("Each entry stands in {FILE}"),
    )];
    found.extend(rows.iter().filter(|r| r.standing == Standing::Conflict).map(|row| {
        finding(
            codes::IN_CONFLICT,
            Severity::Warning,
            format!("{} is {} on the machine; {} would be written", row.list, row.there, row.value),
            "Decide which of the two is right before the import",
        )
    }));
    found
}
