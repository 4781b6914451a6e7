//! Crosswalk reads what Kaspersky products export and writes the same protection for the product that
//! replaces them, with a ledger that says what became of every setting.
//!
//! ```text
//! bytes ──intake──▶ document ──kaspersky──▶ Policy ──review──▶ coverage, findings
//!                                             │
//!                   answers, decisions ───────┤
//!                                             ▼
//!                     vendor (one route) ──▶ Conversion: entries + ledger ──bundle──▶ files
//! ```
//!
//! Everything in this library is pure: bytes and options in, values out. It reads no file, no clock and no
//! environment, so it cannot leak a policy and gives the same answer everywhere. What it cannot do it says as a
//! value ([`Refusal`], [`Finding`], a [`ledger::Fate`]), never as a panic.
//!
//! ```
//! use crosswalk::{convert, interpret, options::Options, read, vendor, watch::unwatched};
//! let text = b"ScanByAccessType=SmartCheck\n\n[ExcludedFromScanScope.item_0000]\nUseScanArea=Yes\nPath=/srv/db/\nAreaMask.item_0000=*\n";
//! let reading = read("task1.ini", text, &mut unwatched).unwrap();
//! let options = Options::default();
//! let policy = interpret(&[&reading], &options.answers);
//! let route = vendor::find("clamav/conf").unwrap();
//! let conversion = convert(&policy, route, &options);
//! assert_eq!(conversion.entries().count(), 1);
//! ```

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::print_stdout,
        clippy::print_stderr,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unreachable
    )
)]

pub mod app;
pub mod bundle;
pub mod collector;
pub mod columns;
pub mod convert;
mod crc;
pub mod finding;
pub mod intake;
pub mod kaspersky;
pub mod ledger;
pub mod mask;
pub mod options;
pub mod policy;
pub mod review;
pub mod text;
pub mod vendor;
pub mod view;
pub mod watch;

pub use convert::{Conversion, convert};
pub use finding::{Finding, Refusal};
pub use intake::{Reading, read};
pub use kaspersky::howto::{HOW_TO, HowTo};

/// What one or more exports say, and what a person should look at in them: [`kaspersky::interpret`], then
/// [`review::findings`].
pub fn interpret(readings: &[&Reading], answers: &options::Answers) -> policy::Policy {
    let mut policy = kaspersky::interpret(readings, answers);
    policy.findings.extend(review::findings(&policy));
    policy
}

/// The name that stands in reports.
pub const TOOL: &str = "crosswalk";
/// The version that stands in reports.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
