//! What the user adds to the bytes: answers, confirmed columns, decisions, consent to looser forms, a date.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::columns::Mapping;

/// What the bytes leave open and the user told: answers to questions, and meanings of columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Answers by question key; `key@input name` goes before `key`.
    pub given: BTreeMap<String, String>,
    /// Confirmed columns; the first that fits a list is applied.
    pub columns: Vec<Confirmed>,
    /// Rows that a clean export of the same product and version holds: see [`crate::shipped_rows`].
    pub shipped: BTreeSet<String>,
}

/// Confirmed columns, for every input or for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// Name of the input that they were confirmed for; `None` = any that they fit.
    pub input: Option<String>,
    /// What the columns mean.
    pub mapping: Mapping,
}

impl Answers {
    /// The answer for one input.
    pub fn get(&self, key: &str, input: &str) -> Option<&str> {
        self.given.get(&format!("{key}@{input}")).or_else(|| self.given.get(key)).map(String::as_str)
    }

    /// Columns that may be those of a list of this input.
    pub fn columns_for(&self, input: &str) -> impl Iterator<Item = &Confirmed> {
        // What was confirmed for just this input goes before what a recipe holds.
        let own = self.columns.iter().filter(move |c| c.input.as_deref() == Some(input));
        let any = self.columns.iter().filter(|c| c.input.is_none());
        own.chain(any)
    }
}

impl From<BTreeMap<String, String>> for Answers {
    fn from(given: BTreeMap<String, String>) -> Self {
        Self { given, ..Self::default() }
    }
}

/// What a user decided for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// Take the looser form, its example having been shown.
    Accept,
    /// Leave the row out.
    Drop,
}

/// One decision, bound to an input's SHA-256, a target and a row id: not reusable for another input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// SHA-256 of the input, lower-case hexadecimal.
    pub input: String,
    /// Target id.
    pub target: String,
    /// Row id.
    pub row: String,
    /// What was decided.
    pub choice: Choice,
}

/// The file that `--decisions` takes: `{"crosswalk_decisions":1,"decisions":[…]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// Version of the form: 1.
    pub crosswalk_decisions: u32,
    /// The decisions.
    pub decisions: Vec<Decision>,
}

/// The file that `--recipe` takes: answers and confirmed columns, kept from one customer for the next. It holds no policy
/// data. `docs/recipe.schema.json` is its schema.
///
/// ```json
/// {"crosswalk_recipe":1,"answers":{"windows.drive":"C"},"tables":[{"source":"rows","confirmed":true,"rows":"exclusion",
///  "language":"kes","columns":[{"name":"Path","role":"path"},{"name":"Comment","role":"comment"}],
///  "otherwise":{"enabled":"on","subfolders":"on","components":"all"}}]}
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Version of the form: 1.
    pub crosswalk_recipe: u32,
    /// Answers to questions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// Confirmed columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Mapping>,
}

impl Recipe {
    /// Version of the form that is written and read.
    pub const FORM: u32 = 1;

    /// A recipe from what was told. Answers for one input only are left out, since they name it.
    pub fn of(answers: &Answers) -> Self {
        let general = answers.given.iter().filter(|(key, _)| !key.contains('@'));
        let mut tables: Vec<Mapping> = Vec::new();
        for confirmed in &answers.columns {
            if !tables.contains(&confirmed.mapping) {
                tables.push(confirmed.mapping.clone());
            }
        }
        Self {
            crosswalk_recipe: Self::FORM,
            answers: general.map(|(k, v)| (k.clone(), v.clone())).collect(),
            tables,
        }
    }

    /// What it tells, for every input that it fits.
    pub fn told(self) -> Answers {
        let columns = self.tables.into_iter().map(|mapping| Confirmed { input: None, mapping });
        Answers { given: self.answers, columns: columns.collect(), shipped: BTreeSet::new() }
    }
}

/// Everything that steers a conversion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Answers to questions.
    pub answers: Answers,
    /// Decisions for rows.
    pub decisions: Decisions,
    /// Codes of reasons whose looser form the user accepts for all rows.
    pub accept: BTreeSet<String>,
    /// Date for formats that demand one, `YYYY-MM-DD`; a constant when absent.
    pub date: Option<String>,
    /// What a machine has already, as the target's own tool prints it.
    pub existing: Option<String>,
}

impl Options {
    /// The decision for a row, if there is one.
    pub fn choice(&self, sha256: &str, target: &str, row: &str) -> Option<Choice> {
        let fits = |d: &&Decision| d.input == sha256 && d.target == target && d.row == row;
        self.decisions.decisions.iter().rev().find(fits).map(|d| d.choice)
    }
}
