//! Speed and memory on generated exports, printed as a table. `cargo xtask bench` writes it to `docs/bench.txt`.
//!
//! A bare quick-xml event loop over the same bytes stands beside the numbers: a reader that checks well-formedness, builds
//! a policy and accounts for every leaf should reach half its speed. Each figure is the best of several runs.

use std::hint::black_box;
use std::time::Instant;

use crosswalk::kaspersky::interpret;
use crosswalk::options::{Answers, Options};
use crosswalk::watch::unwatched;
use crosswalk::{Reading, bundle, convert, read, review, vendor};

#[path = "../tests/generate/mod.rs"]
mod generate;

const RUNS: usize = 7;

fn best<T>(mut f: impl FnMut() -> T) -> f64 {
    let run = || {
        let start = Instant::now();
        black_box(f());
        start.elapsed().as_secs_f64()
    };
    std::iter::repeat_with(run).take(RUNS).fold(f64::INFINITY, f64::min)
}

fn line(what: &str, bytes: usize, seconds: f64) {
    let mb = bytes as f64 / 1e6;
    println!("{what:<58} {:>8.1} ms {:>8.0} MB/s", seconds * 1e3, mb / seconds);
}

fn bare(text: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut events = 0;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return events,
            Ok(event) => {
                black_box(&event);
                events += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

fn answers() -> Answers {
    let told = [("ksws.product", "ksws"), ("ksws.subfolders", "yes"), ("ksws.defaults", "convert")];
    told.map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into_iter()
        .collect::<std::collections::BTreeMap<_, _>>()
        .into()
}

fn of_input(name: &str, bytes: &[u8], target: &str) {
    println!("\n{name}, {:.1} MB, target {target}", bytes.len() as f64 / 1e6);
    let options = Options { answers: answers(), ..Options::default() };
    if bytes.starts_with(b"<") {
        let text = std::str::from_utf8(bytes).expect("generated text");
        line("bare quick-xml event loop", bytes.len(), best(|| bare(text)));
    }
    line(
        "bytes to policy",
        bytes.len(),
        best(|| {
            let reading = read(name, bytes, &mut unwatched).expect("generated input");
            interpret(&[&reading], &options.answers).items.len()
        }),
    );
    let reading: Reading = read(name, bytes, &mut unwatched).expect("generated input");
    let policy = interpret(&[&reading], &options.answers);
    line("review of the policy", bytes.len(), best(|| review::findings(&policy).len()));
    let route = vendor::find(target).expect("a known target");
    println!("  {} leaves, {} rows", reading.document.leaf_count(), policy.items.len());
    line(
        "policy to vendor files and report.json",
        bytes.len(),
        best(|| {
            let conversion = convert(&policy, route, &options);
            bundle::report::Report::new(&[&reading], &policy, &conversion).json().len()
        }),
    );
    let conversion = convert(&policy, route, &options);
    line(
        "all files (report.html and report.csv, too)",
        bytes.len(),
        best(|| bundle::files(&[&reading], &policy, &conversion).len()),
    );
    let files = bundle::files(&[&reading], &policy, &conversion);
    line("ZIP", files.iter().map(|f| f.bytes.len()).sum(), best(|| bundle::zip(&files).len()));
}

/// Reads one format again and again, for a profiler.
fn profile(format: &str) {
    let text =
        if format.starts_with("kesl") { generate::kesl(20_000_000) } else { generate::ksws(20_000_000) };
    let reading = read("profile", text.as_bytes(), &mut unwatched).expect("generated input");
    let options = Options { answers: answers(), ..Options::default() };
    for _ in 0..10 {
        if format.ends_with("-convert") {
            let policy = interpret(&[&reading], &options.answers);
            let target = if format.starts_with("kesl") { "clamav/conf" } else { "defender/powershell" };
            black_box(convert(&policy, vendor::find(target).expect("a known target"), &options).rows.len());
        } else {
            let reading = read("profile", text.as_bytes(), &mut unwatched).expect("generated input");
            black_box(interpret(&[&reading], &options.answers).items.len());
        }
    }
}

/// Peak memory of this process in bytes, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb * 1024)
}

/// One conversion in a process of its own, for its peak memory.
fn memory(bytes: &[u8]) {
    let before = peak();
    let options = Options { answers: answers(), ..Options::default() };
    let reading = read("memory.xml", bytes, &mut unwatched).expect("generated input");
    let policy = interpret(&[&reading], &options.answers);
    let after_policy = peak();
    let conversion = convert(&policy, vendor::find("defender/powershell").expect("a known target"), &options);
    let files = bundle::files(&[&reading], &policy, &conversion);
    black_box(&files);
    let mb = |n: Option<u64>| n.map_or(0.0, |n| n as f64 / 1e6);
    println!("{:.0} {:.0} {:.0}", mb(before), mb(after_policy), mb(peak()));
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|a| a == "--memory") {
        return memory(generate::ksws(20_000_000).as_bytes());
    }
    if let Some(format) = arguments.iter().position(|a| a == "--profile").and_then(|at| arguments.get(at + 1))
    {
        return profile(format);
    }
    println!("Best of {RUNS} runs, one thread.");
    of_input("ksws.xml", generate::ksws(20_000_000).as_bytes(), "defender/powershell");
    of_input("kesl.ini", generate::kesl(20_000_000).as_bytes(), "clamav/conf");
    println!("\nGrowth: KSWS export, bytes to vendor files and report.json");
    for size in [2_000_000, 20_000_000, 100_000_000] {
        let text = generate::ksws(size);
        let start = Instant::now();
        let options = Options { answers: answers(), ..Options::default() };
        let reading = read("growth.xml", text.as_bytes(), &mut unwatched).expect("generated input");
        let policy = interpret(&[&reading], &options.answers);
        let conversion =
            convert(&policy, vendor::find("defender/powershell").expect("a known target"), &options);
        black_box(bundle::report::Report::new(&[&reading], &policy, &conversion).json().len());
        line(&format!("  {} rows", policy.items.len()), text.len(), start.elapsed().as_secs_f64());
    }
    if let Ok(program) = std::env::current_exe()
        && let Ok(output) = std::process::Command::new(program).arg("--memory").output()
    {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let numbers: Vec<&str> = text.split_whitespace().collect();
        if let [before, policy, all] = numbers.as_slice() {
            println!(
                "\nPeak memory, KSWS export of 20 MB: {before} MB with the input only, {policy} MB with the policy, {all} MB with every file in memory"
            );
        }
    }
}
