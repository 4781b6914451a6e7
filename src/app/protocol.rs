//! What page and worker say to each other. Plain values; the bytes of a file travel beside them as a `Blob`, which the
//! browser hands over without a copy, so neither side ever holds a file twice.
//!
//! Every request is answered by exactly one response (progress aside), in the order of the requests.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::columns::Mapping;
use crate::options::{Decision, Recipe};
use crate::view::{
    ConversionView, FindingView, InputView, ItemView, PreviewView, RowView, TableView, TargetView,
};

/// Number of an input in this visit. Never used twice, so an answer about a removed file finds nobody. A file that is an
/// input itself has the number that the page gave it; inputs in an archive have those that follow the archive's.
pub type InputId = u32;

/// How far the numbers of two files lie apart: more than an archive may hold.
pub const SPAN: InputId = 1 << 14;

/// How many rows cross at once.
pub const PAGE: usize = 100;

/// Policies that come with the page, to try it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sample {
    /// A full export of Kaspersky Endpoint Security for Linux.
    Linux,
    /// A trusted zone of Kaspersky Security for Windows Server.
    Windows,
}

/// Everything the user decided. The page owns it and sends it whole: it is small, and a fresh worker needs no more
/// than the files and this.
///
/// What is about one input names it by its number, never by its file name: two customers have files of the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Recipes that apply to every input, in the order they came.
    pub recipes: Vec<Kept>,
    /// Answers to the questions of each input.
    pub answers: BTreeMap<InputId, BTreeMap<String, String>>,
    /// Confirmed columns.
    pub columns: Vec<ConfirmedColumns>,
    /// The routes chosen for each platform.
    pub targets: BTreeMap<String, BTreeSet<String>>,
    /// Reasons whose looser form is accepted for all rows of an input, by route: its example was in view there.
    pub accept: BTreeMap<InputId, BTreeMap<String, BTreeSet<String>>>,
    /// Decisions for single rows.
    pub decisions: Vec<Decision>,
    /// What the machine of an input has already, as the target's own tool prints it.
    pub existing: BTreeMap<InputId, String>,
}

/// One input on its way to one target: what a conversion is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Way {
    /// The input.
    pub id: InputId,
    /// The route.
    pub target: String,
}

impl Way {
    /// In an element's id.
    pub fn slug(&self) -> String {
        format!("{}-{}", self.id, self.target.replace('/', "-"))
    }
}

/// A recipe that was brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Name of its file.
    pub name: String,
    /// What it says.
    pub recipe: Recipe,
}

/// Columns that were confirmed in this visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmedColumns {
    /// The input that they are for; `None` = every list of this shape.
    pub input: Option<InputId>,
    /// What the columns mean.
    pub mapping: Mapping,
}

/// What the page asks for.
#[allow(clippy::large_enum_variant, reason = "one at a time exists, and it is moved at once")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Read a file; its bytes come beside. An archive is opened, and each file in it read by itself.
    Open {
        /// The number it will have.
        id: InputId,
        /// Which of the things that were dropped or chosen it came with.
        root: u32,
        /// Its path from there, `/` between names; a file by itself has only its name.
        path: String,
    },
    /// Read a sample that is part of the module.
    Sample {
        /// The number it will have.
        id: InputId,
        /// Its name.
        name: String,
        /// Which one.
        which: Sample,
    },
    /// Forget an input.
    Close {
        /// Which one.
        id: InputId,
    },
    /// Apply answers and decisions; compare the routes; convert for the chosen ones.
    Apply(Choices),
    /// How the first rows of a list would be read.
    Preview {
        /// Of which input.
        id: InputId,
        /// Number of the list among those of the input.
        at: usize,
        /// What its columns mean, as far as it was said.
        mapping: Mapping,
    },
    /// Part of what was read.
    Items {
        /// Of which input.
        id: InputId,
        /// First item.
        offset: usize,
    },
    /// Part of a ledger.
    Rows {
        /// Of which conversion.
        way: Way,
        /// Rows of this fate only.
        fate: Option<String>,
        /// First row, counted among those.
        offset: usize,
    },
    /// Make something to take away; its bytes come beside the answer.
    Take {
        /// What.
        what: Parcel,
        /// What for.
        purpose: Purpose,
    },
}

/// Something to take away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Parcel {
    /// Everything in one archive.
    Zip {
        /// One file was brought and nothing else, neither a folder nor an archive: its files lie at the top.
        alone: bool,
    },
    /// One file of one conversion.
    File {
        /// Of which conversion.
        way: Way,
        /// Its name.
        name: String,
    },
    /// The input with every value replaced.
    Sanitised {
        /// Of which input.
        id: InputId,
    },
    /// Confirmed columns and answers, for the next customer.
    Recipe,
    /// The script that collects policies from an Administration Server.
    Collector,
}

/// What happens with a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// It becomes a download.
    Save,
    /// It goes to the clipboard.
    Copy,
}

/// What the worker answers.
#[allow(clippy::large_enum_variant, reason = "one at a time exists, and it is moved at once")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response {
    /// The worker has started.
    Up,
    /// How far the current request is, in bytes.
    Progress {
        /// Behind us.
        done: usize,
        /// In all.
        total: usize,
    },
    /// A file was opened.
    Opened {
        /// Its number.
        id: InputId,
        /// What it holds: itself, or the files of an archive.
        pieces: Vec<Piece>,
        /// Files of the archive that are left out, and why.
        left: Vec<FindingView>,
    },
    /// A file was a recipe.
    Recipe {
        /// The number of the file.
        id: InputId,
        /// The recipe.
        kept: Kept,
    },
    /// An input was forgotten.
    Closed {
        /// Its number.
        id: InputId,
    },
    /// The choices hold.
    Applied {
        /// The inputs that are not any more as they were told before.
        sheets: Vec<(InputId, SheetView)>,
        /// What each route that fits would carry.
        routes: Vec<RouteView>,
        /// The conversions that there are.
        converted: Vec<Way>,
        /// The conversions that are not any more as they were told before.
        results: Vec<(InputId, ResultView)>,
    },
    /// How the first rows of a list would be read, or what is still missing.
    Preview {
        /// Of which input.
        id: InputId,
        /// Number of the list.
        at: usize,
        /// The rows, or what to do first.
        outcome: Result<Vec<PreviewView>, String>,
    },
    /// Part of what was read.
    Items {
        /// Of which input.
        id: InputId,
        /// First item.
        offset: usize,
        /// The items.
        items: Vec<ItemView>,
    },
    /// Part of a ledger.
    Rows {
        /// Of which conversion.
        way: Way,
        /// Rows of this fate only.
        fate: Option<String>,
        /// First row, counted among those.
        offset: usize,
        /// The rows.
        rows: Vec<RowView>,
    },
    /// Something to take away; its bytes come beside.
    Parcel {
        /// Name for the download.
        name: String,
        /// What for.
        purpose: Purpose,
    },
    /// The request could not be met; the message says why and what to do.
    Failed {
        /// What happened.
        message: String,
    },
}

/// One file of what was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Its number.
    pub id: InputId,
    /// Its path, as the page gave it; in an archive, the archive's path before it.
    pub path: String,
    /// What it is, or why it is not read.
    pub outcome: Result<SheetView, RefusalView>,
}

/// One input, and the lists in it whose columns the user confirms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetView {
    /// Whose it is; empty for a file by itself.
    pub customer: String,
    /// What it is.
    pub view: InputView,
    /// Its lists.
    pub tables: Vec<TableView>,
}

/// A file that is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalView {
    /// Stable code.
    pub code: String,
    /// Name of the file.
    pub input: String,
    /// Line, 1-based; 0 = the whole file.
    pub line: u32,
    /// Column, 1-based; 0 = unknown.
    pub column: u32,
    /// What it looks like and why it is refused.
    pub message: String,
    /// What to export instead.
    pub hint: String,
}

/// What one route would carry of all inputs of its platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteView {
    /// The route.
    pub target: TargetView,
    /// How many inputs it fits.
    pub inputs: usize,
    /// How each kind of setting fares, over all inputs.
    pub tallies: Vec<Tally>,
    /// The same in one sum for each customer, where there are customers.
    pub customers: Vec<(String, Tally)>,
}

/// How the settings of one kind fare on a route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Kind in plain words.
    pub kind: String,
    /// Settings that could matter to a target: all but metadata.
    pub all: usize,
    /// Written, or carried by another written entry or the target's default.
    pub carried: usize,
    /// Waiting for a person: looser, unconfirmed or by hand, and not yet decided.
    pub person: usize,
    /// Switched off in the source, or dropped by decision: nothing to carry.
    pub off: usize,
    /// Secrets, and settings that Crosswalk does not know.
    pub unread: usize,
}

/// A conversion as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultView {
    /// Totals, offers, findings.
    pub view: ConversionView,
    /// How each kind of setting fares.
    pub tallies: Vec<Tally>,
    /// Names of the files to take away, the vendor's first.
    pub files: Vec<String>,
}
