//! Arguments to engine calls to text.

mod bring;
mod convert;
mod inspect;
mod mask;
mod output;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use crosswalk::bundle::{self, OutFile};
use crosswalk::intake::recognise::{FORMATS, FormatInfo};
use crosswalk::kaspersky::howto;
use crosswalk::options::{Answers, Recipe};
use crosswalk::vendor;

/// What stops the program.
pub(crate) enum Stop {
    /// The call makes no sense.
    Usage(String),
    /// The disk or the system failed.
    System(String),
}

/// Outcomes that are not failures of the program.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) refused: bool,
    pub(crate) needs_person: bool,
}

/// Turns what Kaspersky products export into the configuration of the product that replaces them
#[derive(Parser)]
#[command(name = "crosswalk", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// What can be read, and what each reader promises
    Formats {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Products, routes, how each is imported, how well it is proven
    Targets {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// What the exports say
    Inspect(Look),
    /// Convert exports for one target or several
    Convert(convert::Call),
    /// How much of the policy each target can carry
    Compare(Look),
    /// A recipe for these files: what is confirmed so far, and a draft for each list whose columns are not
    Recipe(Look),
    /// How one mask lies to another: equal, inside, contains, overlap or disjoint, with the paths that show it
    Mask(mask::Call),
    /// A copy for a bug report: every value replaced, structure kept. Of a folder or an archive: a ZIP of copies
    Sanitise {
        /// A file, folder or ZIP; - is standard input
        file: PathBuf,
    },
}

/// Files to look at without writing anything.
#[derive(Args)]
pub(crate) struct Look {
    /// Files, folders, ZIP archives; - is standard input
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) told: Told,
}

/// What the user tells beside the files.
#[derive(Args)]
pub(crate) struct Told {
    /// Answer to a question, KEY=VALUE or KEY@INPUT=VALUE; may be repeated
    #[arg(long = "answer", value_name = "K=V")]
    answers: Vec<String>,
    /// A recipe: answers and confirmed columns kept from another conversion
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// A clean export of the same server product and version, to tell the rows that it shipped from your own
    #[arg(long, value_name = "FILE")]
    clean: Option<PathBuf>,
}

impl Told {
    pub(crate) fn answers(&self) -> Result<Answers, Stop> {
        let mut answers = match &self.recipe {
            Some(path) => recipe(path)?.told(),
            None => Answers::default(),
        };
        for given in &self.answers {
            let (key, value) = given
                .split_once('=')
                .ok_or_else(|| Stop::Usage(format!("--answer takes KEY=VALUE, not {given}")))?;
            answers.given.insert(key.to_owned(), value.to_owned());
        }
        if let Some(path) = &self.clean {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let clean = crosswalk::read(&name, &bring::bytes_of(path)?, &mut crosswalk::watch::unwatched)
                .map_err(|refusal| Stop::Usage(format!("{}: {}", path.display(), refusal.message)))?;
            answers.shipped = crosswalk::shipped_rows(&clean);
            if answers.shipped.is_empty() {
                return Err(Stop::Usage(format!(
                    "{} holds no exclusion rules to compare with",
                    path.display()
                )));
            }
        }
        Ok(answers)
    }
}

fn recipe(path: &Path) -> Result<Recipe, Stop> {
    let recipe: Recipe = json_file(path, "recipe")?;
    match recipe.crosswalk_recipe {
        1 => Ok(recipe),
        other => Err(Stop::Usage(format!("{}: recipe form {other} is not known, 1 is", path.display()))),
    }
}

/// A JSON file of the user's; what is wrong with it is a mistake in the call.
pub(crate) fn json_file<T: serde::de::DeserializeOwned>(path: &Path, what: &str) -> Result<T, Stop> {
    let bytes = std::fs::read(path).map_err(|e| Stop::System(format!("{}: {e}", path.display())))?;
    serde_json::from_slice(&bytes).map_err(|e| {
        // The message of the parser may quote a value of the file, so only the place is shown.
        Stop::Usage(format!("{} is no {what}: line {}, column {}", path.display(), e.line(), e.column()))
    })
}

/// Reads a text in any encoding that exports come in.
pub(crate) fn text_file(path: &Path) -> Result<String, Stop> {
    let bytes = std::fs::read(path).map_err(|e| Stop::System(format!("{}: {e}", path.display())))?;
    match crosswalk::intake::decode::decode(&bytes) {
        Ok(decoded) => Ok(decoded.text),
        Err(refusal) => Err(Stop::Usage(format!("{}: {}", path.display(), refusal.message))),
    }
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let result = match cli.command {
        Command::Formats { json } => output::print(&formats(json)),
        Command::Targets { json } => output::print(&targets(json)),
        Command::Inspect(look) => inspect::inspect(&look),
        Command::Convert(call) => convert::convert(&call),
        Command::Compare(look) => inspect::compare(&look),
        Command::Recipe(look) => inspect::recipe(&look),
        Command::Mask(call) => mask::mask(&call),
        Command::Sanitise { file } => sanitise(&file),
    };
    match result {
        Ok(outcome) if outcome.refused => ExitCode::from(3),
        Ok(outcome) if outcome.needs_person => ExitCode::from(4),
        Ok(_) => ExitCode::SUCCESS,
        Err(Stop::Usage(message)) => {
            output::complain(&message);
            ExitCode::from(2)
        }
        Err(Stop::System(message)) => {
            output::complain(&message);
            ExitCode::from(1)
        }
    }
}

/// A format with the ways to a file of it.
#[derive(serde::Serialize)]
struct FormatTold {
    #[serde(flatten)]
    info: &'static FormatInfo,
    how_to: Vec<&'static howto::HowTo>,
}

fn formats(json: bool) -> String {
    if json {
        let told = |info: &'static FormatInfo| FormatTold { info, how_to: howto::ways(info.id).collect() };
        let all: Vec<_> = FORMATS.iter().map(|(_, _, info)| told(info)).collect();
        return output::json(&all);
    }
    let rows = FORMATS.iter().map(|(_, _, f)| {
        format!("{}\n  {}\n  Promise: {}\n  Export:  {}\n", f.id, f.label, f.promise, f.export)
    });
    rows.collect()
}

fn targets(json: bool) -> String {
    let all: Vec<_> = vendor::all().iter().map(|r| r.info()).collect();
    if json {
        return output::json(&all);
    }
    let row = |i: &&vendor::RouteInfo| {
        format!(
            "{}\n  {}\n  System:  {}\n  Writes:  {}\n  Carries: {}\n  Proven:  {}\n  Import:  {}\n",
            i.id,
            i.name,
            i.systems(),
            i.files.join(", "),
            i.carries,
            i.grade,
            i.steps.get(1..).unwrap_or_default().join("; ")
        )
    };
    all.iter().map(row).collect()
}

fn sanitise(file: &Path) -> Result<Outcome, Stop> {
    let batch = bring::bring(&[file.to_owned()])?;
    let copies = batch.inputs.iter().map(|input| bundle::sanitised(&input.reading));
    let printed = if batch.containers {
        // Numbers in place of names: the names of customers are values, too.
        let numbered =
            copies.enumerate().map(|(n, copy)| OutFile { name: format!("{}-{}", n + 1, copy.name), ..copy });
        let files: Vec<OutFile> = numbered.collect();
        if files.is_empty() { Vec::new() } else { bundle::zip(&files) }
    } else {
        copies.flat_map(|copy| copy.bytes).collect()
    };
    output::print_bytes(&printed)?;
    Ok(Outcome { refused: !batch.refused.is_empty(), ..Outcome::default() })
}
