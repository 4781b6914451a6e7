//! The same measurements in the browser: functions that `tests/browser/bench.mjs` calls and times in headless Chromium.
//! The clock is the browser's; this module only works.

use std::hint::black_box;

use crosswalk::options::{Answers, Options};
use crosswalk::watch::unwatched;
use crosswalk::{bundle, convert, interpret, read, vendor};
use wasm_bindgen::prelude::wasm_bindgen;

#[path = "../tests/generate/mod.rs"]
mod generate;

/// A KSWS export of about so many bytes.
#[wasm_bindgen]
pub fn ksws(bytes: usize) -> Vec<u8> {
    generate::ksws(bytes).into_bytes()
}

/// A KESL export of about so many bytes.
#[wasm_bindgen]
pub fn kesl(bytes: usize) -> Vec<u8> {
    generate::kesl(bytes).into_bytes()
}

/// A bare quick-xml event loop: how many events; 0 when the input is no XML.
#[wasm_bindgen]
pub fn bare(bytes: &[u8]) -> u32 {
    let Ok(text) = std::str::from_utf8(bytes) else { return 0 };
    let mut reader = quick_xml::Reader::from_str(text);
    let mut events = 0;
    while let Ok(event) = reader.read_event() {
        if matches!(event, quick_xml::events::Event::Eof) {
            return events;
        }
        black_box(&event);
        events += 1;
    }
    0
}

fn answers() -> Answers {
    let told = [("ksws.product", "ksws"), ("ksws.subfolders", "yes"), ("ksws.defaults", "convert")];
    told.map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into_iter()
        .collect::<std::collections::BTreeMap<_, _>>()
        .into()
}

/// Bytes to policy: how many rows.
#[wasm_bindgen]
pub fn policy(bytes: &[u8]) -> u32 {
    let Ok(reading) = read("input.xml", bytes, &mut unwatched) else { return 0 };
    interpret(&[&reading], &answers()).items.len() as u32
}

/// Bytes to every file of one target: how many bytes come out.
#[wasm_bindgen]
pub fn everything(bytes: &[u8]) -> u32 {
    let Ok(reading) = read("input.xml", bytes, &mut unwatched) else { return 0 };
    let options = Options { answers: answers(), ..Options::default() };
    let policy = interpret(&[&reading], &options.answers);
    let Some(route) = vendor::find("defender/powershell") else { return 0 };
    let conversion = convert(&policy, route, &options);
    let files = bundle::files(&[&reading], &policy, &conversion);
    files.iter().map(|f| f.bytes.len()).sum::<usize>() as u32
}

fn main() {}
