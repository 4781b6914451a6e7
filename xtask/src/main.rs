//! The repository's commands: `cargo xtask <command>`.
//!
//! A command that needs a tool installs it, says so beforehand, and does nothing twice. This crate has no
//! dependencies, so that the first command on a fresh machine starts within seconds.

mod bench;
mod browser;
mod ci;
mod debian;
mod engine;
mod fuzz;
mod lint;
mod native;
mod page;
mod place;
mod prove;
mod python;
mod report;
mod run;
mod serve;
mod size;
mod tally;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
The repository's commands.

  cargo xtask serve [--port N] [--dev]     build the page and serve it on this machine
  cargo xtask test [PART]                  check everything, or one part: lint, native, browser, engine
  cargo xtask ci                           what CI asks for: test, and that the tests left no file changed
  cargo xtask prove [PATHS]                judge 100 million paths of masks and of whole conversions, on every core
  cargo xtask size [--bless]               weigh the page, compare with docs/size.txt; --bless writes that file
  cargo xtask bench [--bless]              measure speed and memory; --bless writes docs/bench.txt
  cargo xtask fuzz [TARGET] [SECONDS]      look for masks or files that break a promise; not a part of test
  cargo xtask setup                        install what the page and the judges of the tests need, and do nothing else

serve rebuilds when a source file changes. It builds the page as it is published; --dev builds faster, without
optimisation, for work on the page itself.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let place = place::Place::find();
    let outcome = match words.as_slice() {
        ["serve", rest @ ..] => serve::serve(&place, rest),
        ["test", rest @ ..] => return test::test(&place, rest),
        ["ci"] => return ci::ci(&place),
        ["prove", rest @ ..] => prove::prove(&place, rest),
        ["size", rest @ ..] => size::size(&place, rest),
        ["bench", rest @ ..] => bench::bench(&place, rest),
        ["fuzz", rest @ ..] => fuzz::fuzz(&place, rest),
        ["setup"] => tools::prepare_page(&place).and_then(|()| {
            debian::prepare(&place, &[&debian::PYTHON, &debian::PIP])?;
            python::install(&place)
        }),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => return usage(&format!("no such command: {}", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("\ncargo xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Tells what is wrong with the command line and what would be right.
fn usage(wrong: &str) -> ExitCode {
    eprintln!("{wrong}\n\n{USAGE}");
    ExitCode::from(2)
}
