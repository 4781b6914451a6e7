//! The parts of a reader's work that are the same for every format: claiming leaves for items, turning withheld leaves
//! into rows of their own, and keeping whatever was not claimed as `unread`.

use std::ops::Range;

use crate::finding::{self, Severity};
use crate::intake::Reading;
use crate::intake::leaves::{Leaves, Unclaimed};
use crate::options::Answers;
use crate::policy::{Certainty, Item, Kind, Question, State};
use crate::text;

use super::{Read, finding as note};

/// How many places with unseen characters get a finding of their own.
const MOST_UNSEEN: usize = 20;

const UNSEEN_HINT: &str = "Reports show it by number. A file that is written holds it as it stands: make sure that the entry is really meant";

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
        part.warn_of_unseen();
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

    /// Says where characters stand that nobody sees or that turn text.
    fn warn_of_unseen(&mut self) {
        let document = &self.reading.document;
        // One quick look at the whole tells that most files have none.
        if text::first_unseen(document.text()).is_none() {
            return;
        }
        let mut more = 0;
        for leaf in 0..document.leaf_count() {
            let value = document.leaf_value(leaf);
            let Some(c) = text::first_unseen(value).or_else(|| text::first_unseen(&self.leaf_name(leaf)))
            else {
                continue;
            };
            if self.read.findings.len() >= MOST_UNSEEN {
                more += 1;
                continue;
            }
            let line = document.leaf_line(leaf);
            let place = match line {
                0 => self.leaf_name(leaf),
                line => format!("Line {line}"),
            };
            let found = note(
                self.reading,
                finding::UNSEEN,
                Severity::Warning,
                line,
                format!("{place} holds U+{:04X}, a character that {}", u32::from(c), text::what(c)),
                UNSEEN_HINT,
            );
            self.read.findings.push(found);
        }
        if more > 0 {
            let message = format!("Further values with such characters: {more}");
            self.read.findings.push(note(
                self.reading,
                finding::UNSEEN,
                Severity::Warning,
                0,
                message,
                UNSEEN_HINT,
            ));
        }
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
            text: text::owned(text),
            help: text::owned(help),
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
            let source = text::owned(source);
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
