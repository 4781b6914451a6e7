//! Speed of the masks: reading, comparing, choosing a spelling, and looking through a list, for a thousand, ten thousand
//! and a hundred thousand exclusions. `cargo xtask bench` runs it and writes the table to `docs/bench.txt`.
//!
//! The list is ordinary: folders of customers, files, file masks of one folder, masks in folders with wildcards, and some
//! extensions anywhere, in the languages of two products.

use crosswalk::kaspersky;
use crosswalk::mask::{Flags, Language, Memo, PathSet, Side, choose, compare, parse};
use crosswalk::options::Answers;
use crosswalk::policy::Policy;
use crosswalk::watch::unwatched;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

const SIZES: &[usize] = &[1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

/// Masks of Kaspersky Endpoint Security.
fn windows(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| match n % 6 {
            0 => format!("D:\\Data\\Customer {n}\\"),
            1 => format!("D:\\Data\\Customer {}\\orders.mdf", n / 2),
            2 => format!("E:\\Logs\\{n}\\*.ldf"),
            3 => format!("C:\\Program Files\\Vendor {n}\\v?.?\\service*.exe"),
            4 => format!("F:\\Share{}\\**\\cache{n}\\*.tmp", n % 97),
            _ => format!("*.e{n}"),
        })
        .collect()
}

/// Masks of Kaspersky Endpoint Security for Linux.
fn linux(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| match n % 4 {
            0 => format!("/srv/customers/c{n}/data"),
            1 => format!("/srv/customers/c{n}/*/journal"),
            2 => format!("/var/lib/app{n}/**"),
            _ => format!("/opt/vendor{n}/v?/log*.txt"),
        })
        .collect()
}

fn sets(language: Language, masks: &[String]) -> Vec<PathSet> {
    let flags = Flags::default();
    masks.iter().filter_map(|m| Some(parse(language, m, &flags, Side::Source).ok()?.set)).collect()
}

#[divan::bench(args = SIZES)]
fn read(bencher: Bencher<'_, '_>, count: usize) {
    let (windows, linux) = (windows(count / 2), linux(count / 2));
    let flags = Flags::default();
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        for (language, masks) in [(Language::Kes, &windows), (Language::Kesl, &linux)] {
            for mask in masks {
                let _ = black_box(parse(language, mask, &flags, Side::Source));
            }
        }
    });
}

/// Each entry with its neighbour: nothing is remembered.
#[divan::bench(args = SIZES)]
fn compare_neighbours(bencher: Bencher<'_, '_>, count: usize) {
    let sets = [sets(Language::Kes, &windows(count / 2)), sets(Language::Kesl, &linux(count / 2))];
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        for list in &sets {
            for pair in list.windows(2) {
                let _ = black_box(compare(&pair[0], &pair[1]));
            }
        }
    });
}

#[divan::bench(args = SIZES)]
fn choose_def_path(bencher: Bencher<'_, '_>, count: usize) {
    spell(bencher, Language::DefPath, &sets(Language::Kes, &windows(count)));
}

#[divan::bench(args = SIZES)]
fn choose_mde_linux(bencher: Bencher<'_, '_>, count: usize) {
    spell(bencher, Language::MdeLinux, &sets(Language::Kesl, &linux(count)));
}

#[divan::bench(args = SIZES)]
fn choose_clam_exclude(bencher: Bencher<'_, '_>, count: usize) {
    spell(bencher, Language::ClamExclude, &sets(Language::Kesl, &linux(count)));
}

fn spell(bencher: Bencher<'_, '_>, target: Language, sets: &[PathSet]) {
    bencher.counter(ItemsCount::new(sets.len())).bench_local(|| {
        let mut memo = Memo::default();
        for set in sets {
            let _ = black_box(choose(set, target, &mut memo));
        }
    });
}

/// Entries inside others, contradictions, entries too broad: a KESL export with as many exclusions.
#[divan::bench(args = SIZES)]
fn review(bencher: Bencher<'_, '_>, count: usize) {
    let policy = policy(count);
    bencher
        .counter(ItemsCount::new(count))
        .bench_local(|| black_box(crosswalk::review::findings(&policy).len()));
}

fn policy(count: usize) -> Policy {
    let mut text = String::from(
        "Version=11.1.0.3013\n\n[MonitoringTask.item_0000]\nTaskName=File_Threat_Protection\nTaskType=OAS\nActive=Yes\n\n",
    );
    for (n, path) in linux(count).iter().enumerate() {
        text.push_str(&format!(
            "[MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_{n:04}]\nAreaDesc=Entry {n}\nUseScanArea=Yes\nPath={path}\nAreaMask.item_0000=*\n\n"
        ));
    }
    let reading = crosswalk::read("masks.ini", text.as_bytes(), &mut unwatched).expect("a generated export");
    kaspersky::interpret(&[&reading], &Answers::default())
}
