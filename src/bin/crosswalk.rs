//! The command line: the same engine as the page, with files. Exit status, first that applies: 2 usage; 1 the disk or
//! the system failed; 3 an input was refused (the others are still converted); 4 with `--strict`, a row is looser,
//! by-hand or unconfirmed; else 0.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
