//! One reader for each export format. A reader turns a document into items of the neutral policy; it knows no vendor.
//!
//! | file | format | reference |
//! |---|---|---|
//! | [`kesl`] | KESL full exports, task files, texts of support bundles, JSON | kaspersky-linux, sections 5–11 |
//! | [`ksws`] | KSWS / KESS / KICS for Nodes XML | kaspersky-windows, section 6 |
//! | [`openapi`] | answers of Security Center's OpenAPI | kaspersky-windows, section 8 |
//! | [`local_list`] | lists of the local interface | kaspersky-windows, section 5 |
//! | [`propertiesmap`] | console lists of KES for Windows | kaspersky-windows, section 4 |
//! | [`rows`] | CSV files and pasted lists | the user confirms the columns |
//! | [`klp`] | policy files of Security Center | kaspersky-windows, section 7.1 |
//!
//! [`howto`] says how each export is made. [`machine`] asks what variables in Windows paths stand for.

mod confirmed;
pub mod howto;
pub mod kesl;
pub mod klp;
pub mod ksws;
pub mod local_list;
pub mod machine;
pub mod openapi;
mod part;
pub mod propertiesmap;
pub mod rows;

use crate::columns::Table;
use crate::finding::{Finding, Place, Severity};
use crate::intake::{Format, Reading};
use crate::options::Answers;
use crate::policy::{Item, Platform, Policy, Question, Reach, Task};
use crate::text;
pub(crate) use part::Part;

/// Interprets one input, or several that the user says are one machine or one policy.
pub fn interpret(readings: &[&Reading], answers: &Answers) -> Policy {
    let mut policy = Policy {
        inputs: Vec::new(),
        platform: readings.first().map_or(Platform::Windows, |r| r.format.platform()),
        tasks: Vec::new(),
        items: Vec::new(),
        questions: Vec::new(),
        tables: Vec::new(),
        findings: Vec::new(),
    };
    for (index, reading) in readings.iter().enumerate() {
        let part = match reading.format {
            Format::KeslExport | Format::KeslTask | Format::KeslJson => kesl::read(reading, answers),
            Format::KswsXml => ksws::read(reading, answers),
            Format::LocalExclusions | Format::LocalTrusted => local_list::read(reading, answers),
            Format::PropertiesMap => propertiesmap::read(reading, answers),
            Format::Rows => rows::read(reading, answers),
            Format::KscKlp => klp::read(reading, answers),
            Format::KscOpenApi => openapi::read(reading, answers),
        };
        append(&mut policy, index, reading, part);
    }
    policy
}

/// What a reader made of one input.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) product: String,
    pub(crate) version: String,
    /// Where the content or the user tells another system than the format does.
    pub(crate) platform: Option<Platform>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) items: Vec<Item>,
    pub(crate) questions: Vec<Question>,
    pub(crate) tables: Vec<Table>,
    pub(crate) findings: Vec<Finding>,
}

fn append(policy: &mut Policy, index: usize, reading: &Reading, part: Read) {
    let mut input = reading.input.clone();
    input.product = text::owned(part.product);
    input.version = text::owned(part.version);
    if let Some(platform) = part.platform {
        input.platform = platform;
        if index == 0 {
            policy.platform = platform;
        }
    }
    policy.inputs.push(input);
    let offset = policy.tasks.len();
    policy.tasks.extend(part.tasks);
    policy.items.extend(part.items.into_iter().map(|mut item| {
        item.input = index;
        match &mut item.kind {
            crate::policy::Kind::Exclusion(e) => {
                if let Reach::Task(task) = &mut e.reach {
                    *task += offset;
                }
            }
            crate::policy::Kind::Setting { task: Some(task), .. } => *task += offset,
            _ => {}
        }
        item
    }));
    policy.tables.extend(part.tables.into_iter().map(|mut table| {
        table.input = index;
        table
    }));
    policy.questions.extend(part.questions);
    policy.findings.extend(part.findings);
}

/// A finding about an input.
pub(crate) fn finding(
    reading: &Reading,
    code: &'static str,
    severity: Severity,
    line: u32,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Finding {
    Finding {
        code,
        severity,
        origin: Place { input: reading.input.name.clone(), line },
        message: text::owned(message),
        hint: text::owned(hint),
    }
}
