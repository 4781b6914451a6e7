//! The parts of a reader's work that are the same for every format: claiming leaves for items, turning withheld leaves
//! into rows of their own, and keeping whatever was not claimed as `unread`.

use std::ops::Range;

use crate::finding::{self, Severity};
use crate::intake::Reading;
use crate::intake::leaves::{Leaves, Unclaimed};
use crate::options::Answers;
use crate::policy::{Certainty, Item, Kind, Question, State};

use super::{Read, finding as note};

/// A reader at work on one input.
pub(crate) struct Part<'r> {
    pub(crate) reading: &'r Reading,
    unclaimed: Unclaimed,
    pub(crate) read: Read,
}

impl<'r> Part<'r> {
    /// Begins; withheld leaves are taken out first, each as a row of its own.
    pub(crate) fn new(reading: &'r Reading) -> Self {
        let count = reading.document.leaf_count();
        let mut part = Self { reading, unclaimed: Unclaimed::new(count), read: Read::default() };
        let mut withheld = 0;
        for leaf in (0..count).filter(|leaf| reading.document.leaf_is_secret(*leaf)) {
            let name = part.leaf_name(leaf);
            let leaves = part.unclaimed.claim_one(leaf);
            withheld += 1;
            part.push(
                leaves,
                Kind::Withheld,
                State::Active,
                Certainty::Confirmed,
                format!("{name} (value withheld)"),
            );
        }
        if withheld > 0 {
            part.read.findings.push(note(
                reading,
                finding::SECRET,
                Severity::Info,
                0,
                format!("Values that look like secrets and were not read: {withheld}"),
                "Their rows say where they stand; look the values up in the console when you need them",
            ));
        }
        part
    }

    /// Name of a leaf for people.
    pub(crate) fn leaf_name(&self, leaf: u32) -> String {
        match &self.reading.document {
            crate::intake::Document::Xml(doc) => doc.leaf_name(leaf),
            crate::intake::Document::Json(doc) => doc.leaf_name(leaf),
            doc => {
                let mut path = String::new();
                doc.leaf_path(leaf, &mut path);
                path
            }
        }
    }

    /// The answer to a question about this input, if it is one of the options.
    pub(crate) fn answer(&self, answers: &Answers, key: &str, options: &[&str]) -> Option<String> {
        let given = answers.get(key, &self.reading.input.name);
        given.filter(|a| options.contains(a)).map(str::to_owned)
    }

    /// Asks a question; options are value and label.
    pub(crate) fn ask(
        &mut self,
        key: &'static str,
        text: &str,
        help: &str,
        options: &[(&str, &str)],
        answer: Option<String>,
    ) {
        self.read.questions.push(Question {
            key,
            input: self.reading.input.name.clone(),
            text: text.to_owned(),
            help: help.to_owned(),
            options: options
                .iter()
                .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
                .collect(),
            answer,
        });
    }

    /// Claims leaves for an item. Withheld ones are not among them.
    pub(crate) fn claim(&mut self, wanted: impl IntoIterator<Item = Range<u32>>) -> Leaves {
        self.unclaimed.claim(wanted)
    }

    /// Adds an item; one without leaves is none.
    pub(crate) fn push(
        &mut self,
        leaves: Leaves,
        kind: Kind,
        state: State,
        certainty: Certainty,
        source: impl Into<String>,
    ) {
        if let Some(first) = leaves.first() {
            let line = self.reading.document.leaf_line(first);
            let source = source.into();
            self.read.items.push(Item { input: 0, leaves, line, kind, state, certainty, source });
        }
    }

    /// Ends: leaves that nobody claimed become `unread`, and the items stand in the order of the document.
    pub(crate) fn finish(mut self, inventory: impl Fn(u32) -> Option<&'static str>) -> Read {
        let rest: Vec<u32> = self.unclaimed.rest().collect();
        let lines = matches!(self.reading.document, crate::intake::Document::Ini(_));
        for leaf in rest {
            let leaves = self.unclaimed.claim_one(leaf);
            let name = self.leaf_name(leaf);
            let value = self.reading.document.leaf_value(leaf);
            let (kind, source) = match inventory(leaf) {
                Some(what) => (Kind::Inventory, format!("{what}: {name} = {value}")),
                None if lines && name.starts_with("line ") => (Kind::Unread, value.to_owned()),
                None => (Kind::Unread, format!("{name} = {value}")),
            };
            self.push(leaves, kind, State::Active, Certainty::Confirmed, source);
        }
        self.read.items.sort_by_key(|item| item.leaves.first());
        self.read
    }
}
