//! `crosswalk convert`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use crosswalk::bundle::{self, Forest, OutFile, Part};
use crosswalk::convert::convert_at;
use crosswalk::intake::MAX_NAME;
use crosswalk::options::{Decisions, Options};
use crosswalk::policy::Policy;
use crosswalk::vendor::{self, Desk, Route};
use crosswalk::{Reading, interpret};

use super::bring::bring;
use super::{Outcome, Stop, Told, json_file, output, text_file};

#[derive(Args)]
pub(crate) struct Call {
    /// Files, folders, ZIP archives; - is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Targets, PRODUCT/ROUTE or PRODUCT, separated by commas
    #[arg(long, value_name = "TARGET", value_delimiter = ',', required = true)]
    to: Vec<String>,
    /// Folder for the output
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    told: Told,
    /// Decisions for rows
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// Code of a reason whose looser form you accept for all rows; may be repeated
    #[arg(long, value_name = "CODE")]
    accept: Vec<String>,
    /// The inputs are one machine or one policy; of several customers, those of each
    #[arg(long)]
    merge: bool,
    /// One ZIP instead of files
    #[arg(long)]
    zip: bool,
    /// Exit with 4 when a row is looser, by-hand or unconfirmed
    #[arg(long)]
    strict: bool,
    /// Date for formats that demand one, YYYY-MM-DD
    #[arg(long, value_name = "D")]
    date: Option<String>,
    /// What the machine has already, as the target's own tool prints it: the output of Get-MpPreference
    #[arg(long, value_name = "FILE")]
    existing: Option<PathBuf>,
    /// Overwrite files that exist
    #[arg(long)]
    force: bool,
}

/// Name of the ZIP.
const ZIP: &str = "crosswalk.zip";

pub(crate) fn convert(call: &Call) -> Result<Outcome, Stop> {
    let options = options(call)?;
    check_targets(&call.to)?;
    let batch = bring(&call.files)?;
    let mut outcome = Outcome { refused: !batch.refused.is_empty(), needs_person: false };
    // Merging stays inside one customer.
    let mut groups: Vec<(&str, Vec<&Reading>)> = Vec::new();
    for (customer, readings) in batch.by_customer() {
        if call.merge {
            groups.push((customer, readings));
        } else {
            groups.extend(readings.into_iter().map(|r| (customer, vec![r])));
        }
    }
    let other_system = |w: &[&Reading]| matches!(w, [a, b] if a.format.platform() != b.format.platform());
    if call.merge && groups.iter().any(|(_, readings)| readings.windows(2).any(other_system)) {
        return Err(Stop::Usage(
            "--merge takes inputs of one machine, but these are for different systems".to_owned(),
        ));
    }
    let one_input = !batch.containers && groups.len() + batch.refused.len() == 1;
    let mut place = Place::new(call, one_input);
    for (customer, group) in &groups {
        let policy = interpret(group, &options.answers);
        let routes = routes(&call.to, &policy);
        let alone = one_input && routes.len() == 1;
        let mut desk = Desk::default();
        for route in routes {
            let conversion = convert_at(&policy, route, &options, &mut desk);
            outcome.needs_person |= call.strict && conversion.needs_person();
            let part = Part {
                input: merged_name(group),
                target: route.info().id,
                files: bundle::files(group, &policy, &conversion),
            };
            place.take(customer, part, alone)?;
        }
    }
    place.finish()?;
    Ok(outcome)
}

/// Where the parts go: each to the disk as soon as it is made, or all into one ZIP.
struct Place<'c> {
    call: &'c Call,
    forest: Forest,
    parts: usize,
    zip: Vec<OutFile>,
    files: output::Files<'c>,
    /// Nothing but the files of one part.
    alone: bool,
}

impl<'c> Place<'c> {
    fn new(call: &'c Call, alone: bool) -> Self {
        let files = output::Files::below(&call.out, call.force);
        Self { call, forest: Forest::default(), parts: 0, zip: Vec::new(), files, alone }
    }

    fn take(&mut self, customer: &str, part: Part, alone: bool) -> Result<(), Stop> {
        self.alone = alone;
        self.parts += 1;
        let files = if alone { part.files } else { self.forest.place(customer, part) };
        self.put(files)
    }

    fn put(&mut self, files: Vec<OutFile>) -> Result<(), Stop> {
        if self.call.zip {
            self.zip.extend(files);
            return Ok(());
        }
        files.iter().try_for_each(|file| self.files.add(file))
    }

    fn finish(mut self) -> Result<(), Stop> {
        if self.parts == 0 {
            return Ok(());
        }
        if !self.alone {
            let index = std::mem::take(&mut self.forest).index();
            self.put(vec![index])?;
        }
        if self.call.zip {
            let zip = OutFile { name: ZIP.to_owned(), bytes: bundle::zip(&self.zip) };
            self.files.add(&zip)?;
        }
        self.files.appear()
    }
}

/// The name of the folder for inputs that are one machine or one policy.
fn merged_name(group: &[&Reading]) -> String {
    let names: Vec<&str> = group.iter().map(|r| r.input.name.as_str()).collect();
    let joined = names.join("+");
    match names.as_slice() {
        [first, rest @ ..] if joined.len() > MAX_NAME && !rest.is_empty() => {
            format!("{first}+{} more", rest.len())
        }
        _ => joined,
    }
}

fn options(call: &Call) -> Result<Options, Stop> {
    let decisions = match &call.decisions {
        Some(path) => json_file::<Decisions>(path, "file of decisions")?,
        None => Decisions { crosswalk_decisions: 1, decisions: Vec::new() },
    };
    if decisions.crosswalk_decisions != 1 {
        return Err(Stop::Usage(format!(
            "form {} of decisions is not known, 1 is",
            decisions.crosswalk_decisions
        )));
    }
    let unknown = call.accept.iter().find(|code| crosswalk::finding::meaning(code).is_empty());
    if let Some(code) = unknown {
        return Err(Stop::Usage(format!("--accept takes the code of a reason such as CW1010, not {code}")));
    }
    if let Some(date) = call.date.as_deref().filter(|d| !is_date(d)) {
        return Err(Stop::Usage(format!("--date takes YYYY-MM-DD, not {date}")));
    }
    Ok(Options {
        answers: call.told.answers()?,
        decisions,
        accept: call.accept.iter().cloned().collect::<BTreeSet<_>>(),
        date: call.date.clone(),
        existing: call.existing.as_deref().map(text_file).transpose()?,
    })
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize, range: std::ops::RangeInclusive<u32>| {
        part.len() == digits
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse().is_ok_and(|n| range.contains(&n))
    };
    matches!(parts.as_slice(), [y, m, d] if number(y, 4, 1..=9999) && number(m, 2, 1..=12) && number(d, 2, 1..=31))
}

fn check_targets(wanted: &[String]) -> Result<(), Stop> {
    let known = |target: &String| vendor::all().iter().any(|r| fits_name(*r, target));
    match wanted.iter().find(|t| !known(t)) {
        Some(target) => Err(Stop::Usage(format!("{target} is no target; crosswalk targets lists them"))),
        None => Ok(()),
    }
}

fn fits_name(route: &dyn Route, target: &str) -> bool {
    let id = route.info().id;
    id == target || id.split('/').next() == Some(target)
}

/// The routes asked for. A bare product means all its routes that fit the system.
fn routes(wanted: &[String], policy: &Policy) -> Vec<&'static dyn Route> {
    let asked = |r: &&&'static dyn Route| {
        let named = wanted.iter().any(|t| r.info().id == t);
        named || wanted.iter().any(|t| fits_name(**r, t)) && r.info().fits(policy.platform)
    };
    vendor::all().iter().filter(asked).copied().collect()
}
