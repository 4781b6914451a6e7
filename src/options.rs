//! What the user adds to the bytes: answers, decisions, consent to looser forms, a date.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Answers to questions that the bytes leave open, by question key. `key@input name` goes before `key`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, String>);

impl Answers {
    /// The answer for one input.
    pub fn get(&self, key: &str, input: &str) -> Option<&str> {
        self.0.get(&format!("{key}@{input}")).or_else(|| self.0.get(key)).map(String::as_str)
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

/// The file that `--recipe` takes: `{"crosswalk_recipe":1,"answers":{…}}`. It holds no policy data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Version of the form: 1.
    pub crosswalk_recipe: u32,
    /// Answers to questions.
    pub answers: Answers,
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
}

impl Options {
    /// The decision for a row, if there is one.
    pub fn choice(&self, sha256: &str, target: &str, row: &str) -> Option<Choice> {
        let fits = |d: &&Decision| d.input == sha256 && d.target == target && d.row == row;
        self.decisions.decisions.iter().rev().find(fits).map(|d| d.choice)
    }
}
