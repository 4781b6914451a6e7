//! Inputs made to harm: cut off anywhere, with bits flipped, nested and repeated without end, with characters that nobody
//! sees. Nothing panics, nothing is lost, a refusal says what to do, and time and memory grow with the input.
//!
//! Long files are cut at some of their bytes only; `CROSSWALK_HOSTILE=all` takes every byte and flips more bits.

mod common;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use common::leaves::klp_leaves;
use common::zips::{Entry, entry, zip};
use common::{
    Files, Given, accept_all, convert_read, generous, inputs, reading, report, routes_for, vendor_files,
};
use crosswalk::intake::archive::{Archive, Piece, is_zip};
use crosswalk::options::Options;
use crosswalk::{Reading, Refusal, convert, finding, interpret, text, vendor};
use serde_json::Value;

fn all() -> bool {
    std::env::var_os("CROSSWALK_HOSTILE").is_some_and(|v| v == "all")
}

fn says_why(refusal: &Refusal, label: &str) {
    assert!(!finding::meaning(refusal.code).is_empty(), "{label}: {refusal:?}");
    assert!(
        !refusal.hint.is_empty() && !refusal.message.is_empty() && !refusal.input.is_empty(),
        "{label}: {refusal:?}"
    );
    assert!(!refusal.message.ends_with('.') && !refusal.hint.ends_with('.'), "{label}: {refusal:?}");
}

/// Each leaf in exactly one row.
fn nothing_lost(read: &Reading, options: &Options, label: &str) {
    let policy = interpret(&[read], &options.answers);
    let mut seen = vec![0u8; read.document.leaf_count() as usize];
    for leaf in policy.items.iter().flat_map(|item| item.leaves.iter()) {
        seen[leaf as usize] += 1;
    }
    assert!(seen.iter().all(|n| *n == 1), "{label}: a leaf stands in no row or in two");
    for route in routes_for(policy.platform.word()).into_iter().take(1) {
        let conversion = convert(&policy, vendor::find(route).unwrap(), options);
        assert_eq!(conversion.rows.len(), policy.items.len(), "{label}");
    }
}

/// Reads bytes that may be anything. True when they were read.
fn survives(name: &str, bytes: &[u8], options: &Options, label: &str) -> bool {
    match reading(name, bytes) {
        Ok(read) => {
            nothing_lost(&read, options, label);
            true
        }
        Err(refusal) => {
            says_why(&refusal, label);
            false
        }
    }
}

/// Every input of the suite and every sample, and a ZIP of the smaller ones.
fn everything() -> Vec<Given> {
    let mut all = inputs();
    let small: Vec<Entry> =
        all.iter().filter(|g| g.bytes.len() < 700).map(|g| entry(&g.label, &g.bytes)).collect();
    all.push(Given { label: "box.zip".to_owned(), name: "box.zip".to_owned(), bytes: zip(&small) });
    all
}

fn archive_survives(bytes: &[u8], label: &str) -> usize {
    let mut files = 0;
    match Archive::open("box.zip", bytes) {
        Ok(archive) => {
            for piece in archive {
                match piece {
                    Piece::File { .. } => files += 1,
                    Piece::Refused(refusal) => says_why(&refusal, label),
                    Piece::Left(note) => assert!(!note.message.is_empty(), "{label}"),
                }
            }
        }
        Err(refusal) => says_why(&refusal, label),
    }
    files
}

#[test]
fn cut_off_at_every_byte() {
    let options = generous();
    for Given { label, name, bytes } in everything() {
        let step = if all() { 1 } else { bytes.len() / 700 + 1 };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let xml = text.trim_start_matches('\u{FEFF}').trim_start().starts_with('<')
            && reading(&name, &bytes).is_ok();
        let mut read = 0;
        for cut in (0..bytes.len()).step_by(step) {
            let label = format!("{label} cut at {cut}");
            let part = &bytes[..cut];
            if is_zip(&bytes) {
                assert_eq!(archive_survives(part, &label), 0, "{label}: an archive without its end is none");
            } else if survives(&name, part, &options, &label) {
                read += 1;
                assert!(!xml || text[cut..].trim().is_empty(), "{label}: half an XML is read");
            }
        }
        println!("{label}: {} bytes, {read} beginnings are read", bytes.len());
    }
}

/// Numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        // Steele and Vigna's SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % below as u64) as usize
    }
}

#[test]
fn with_bits_flipped() {
    let mut dice = Dice(20_260_302);
    let rounds = if all() { 4000 } else { 120 };
    let sets = [Options::default(), generous(), accept_all(generous())];
    for Given { label, name, bytes } in everything() {
        let mut read = 0;
        for round in 0..rounds {
            let mut bytes = bytes.clone();
            for _ in 0..=dice.roll(6) {
                let at = dice.roll(bytes.len());
                match dice.roll(4) {
                    0 => bytes[at] = dice.roll(256) as u8,
                    1 => {
                        let from = dice.roll(bytes.len());
                        let piece: Vec<u8> = bytes[from..(from + 40).min(bytes.len())].to_vec();
                        bytes.splice(at..at, piece);
                    }
                    _ => bytes[at] ^= 1 << dice.roll(8),
                }
            }
            let label = format!("{label}, round {round}");
            if is_zip(&bytes) {
                read += usize::from(archive_survives(&bytes, &label) > 0);
            } else {
                read += usize::from(survives(&name, &bytes, &sets[round % 3], &label));
            }
        }
        println!("{label}: {read} of {rounds} are read");
    }
}

fn code_of(bytes: &[u8]) -> &'static str {
    match reading("x", bytes) {
        Ok(read) => {
            nothing_lost(&read, &generous(), "deep");
            read.format.id()
        }
        Err(refusal) => {
            says_why(&refusal, "deep");
            refusal.code
        }
    }
}

#[test]
fn nested_without_end() {
    let xml = |depth: usize, name: &str| {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        format!("<KAV-WSEE-Settings>{}{}</KAV-WSEE-Settings>", open.repeat(depth), close.repeat(depth))
    };
    assert_eq!(code_of(xml(255, "a").as_bytes()), "ksws-xml");
    for depth in [256, 10_000, 1_000_000] {
        assert_eq!(code_of(xml(depth, "a").as_bytes()), "CW0007");
    }
    assert_eq!(code_of("<a>".repeat(1_000_000).as_bytes()), "CW0007");
    assert_eq!(code_of(xml(40, &"n".repeat(100)).as_bytes()), "ksws-xml");
    assert_eq!(code_of(xml(41, &"n".repeat(100)).as_bytes()), "CW0007", "few bytes must not make long paths");
    let ini = |section: String| format!("Version=12.1.0.1274\n[AppSettings]\nUseKSN=No\n[{section}]\nA=1\n");
    assert_eq!(code_of(ini(["a"; 256].join(".")).as_bytes()), "kesl-export");
    assert_eq!(code_of(ini(["a"; 257].join(".")).as_bytes()), "CW0007");
    assert_eq!(code_of(ini(["a"; 1_000_000].join(".")).as_bytes()), "CW0007");
    assert_eq!(code_of(ini("a".repeat(4097)).as_bytes()), "CW0007");
    assert_eq!(code_of(ini(format!("b]\n{}=1\n[c", ["a"; 100_000].join("."))).as_bytes()), "kesl-export");
    for open in ["[", "{\"a\":", "[[\"a\",", "{\"a\":[", "<![CDATA[", "<!--", "(", "\"", ";", "1;", "="] {
        says_or_reads(&open.repeat(500_000));
    }
}

fn says_or_reads(body: &str) {
    let start = Instant::now();
    let code = code_of(body.as_bytes());
    let took = start.elapsed();
    let shown: String = body.chars().take(12).collect();
    println!("{shown:?}… {} bytes: {code} in {took:?}", body.len());
    assert!(took < Duration::from_secs(20), "{shown:?}: {took:?}");
}

/// A million of everything that a file can have many of. How long it takes is printed; that it ends is what counts: what
/// grows with the square of a million would take hours.
#[test]
fn a_million_of_everything() {
    let million = 1_000_000;
    // Of what is least likely to be slow, a part will do.
    let part = if all() { million } else { million / 5 };
    let many = |piece: &dyn Fn(usize) -> String, count: usize| (0..count).map(piece).collect::<String>();
    let head = "Version=12.1.0.1274\n[AppSettings]\nUseKSN=No\n";
    let fields = |n: usize| format!("<tBOOL name=\"f{n}\">1</tBOOL>");
    let cases: [(&str, String); 17] = [
        ("attributes", format!("<KAV-WSEE-Settings {}/>", many(&|n| format!("a{n}='' "), million))),
        (
            "elements",
            format!("<KAV-WSEE-Settings>{}</KAV-WSEE-Settings>", many(&|n| format!("<e{n}/>"), part)),
        ),
        ("elements of one name", format!("<KAV-WSEE-Settings>{}</KAV-WSEE-Settings>", "<e/>".repeat(part))),
        ("keys", format!("{head}{}", many(&|n| format!("K{n}=v\n"), million))),
        ("the same key", format!("{head}{}", "K=v\n".repeat(part))),
        ("sections", format!("{head}{}", many(&|n| format!("[S.item_{n}]\n"), part))),
        ("lines without meaning", format!("{head}{}", "x\n".repeat(part))),
        ("comments after an empty section", format!("{head}[E]\n{}[F]\n", "# c\n".repeat(part))),
        ("rows", "1;D:\\a;*;*;1;0;1;;1\n".repeat(part / 9)),
        ("pasted paths", many(&|n| format!("C:\\a\\{n}.exe\n"), part)),
        ("cells of one row", format!("Path;Comment\n{}\n", "C:\\a.exe;".repeat(part))),
        ("rows of a table", format!("Path,Comment\n{}", "C:\\a.exe,note\n".repeat(part))),
        (
            "fields of a row of a console list",
            format!("<propertiesmap><key name=\"0000\">{}</key></propertiesmap>", many(&fields, part)),
        ),
        (
            "rows of a console list",
            format!(
                "<propertiesmap>{}</propertiesmap>",
                many(
                    &|n| format!(
                        "<key name=\"{n:04}\"><tSTRING name=\"sImagePath\">C:\\a.exe</tSTRING></key>"
                    ),
                    part
                )
            ),
        ),
        (
            "keys of an object",
            format!(
                "{{\"AppSettings\":{{\"UseKSN\":\"No\"}},\"Version\":\"12.1.0.1274\",\"X\":{{{}\"z\":1}}}}",
                many(&|n| format!("\"k{n}\":1,"), part)
            ),
        ),
        (
            "the same key of an object",
            format!(
                "{{\"AppSettings\":{{\"UseKSN\":\"No\"}},\"Version\":\"12.1.0.1274\",\"X\":{{{}\"z\":1}}}}",
                "\"k\":1,".repeat(part)
            ),
        ),
        (
            "elements of an array",
            format!(
                "{{\"AppSettings\":{{\"UseKSN\":\"No\"}},\"Version\":\"12.1.0.1274\",\"X\":[{}1]}}",
                "1,".repeat(part)
            ),
        ),
    ];
    for (what, body) in cases {
        let start = Instant::now();
        let read = match reading("x", body.as_bytes()) {
            Ok(read) => read,
            Err(refusal) => {
                says_why(&refusal, what);
                println!("{what}: refused in {:?}: {}", start.elapsed(), refusal.message);
                continue;
            }
        };
        let read_in = start.elapsed();
        nothing_lost(&read, &Options::default(), what);
        println!(
            "{what}: {} bytes read in {read_in:?}, converted in {:?}",
            body.len(),
            start.elapsed() - read_in
        );
        assert!(start.elapsed() < Duration::from_secs(300), "{what}: {:?}", start.elapsed());
    }
}

#[test]
fn repeated_attributes_are_still_refused() {
    let twice = |n: usize| {
        let many: String = (0..n).map(|n| format!("a{n}='' ")).collect();
        code_of(format!("<KAV-WSEE-Settings {many} a0=''/>").as_bytes())
    };
    assert_eq!([twice(1), twice(40), twice(5000)], ["CW0005"; 3]);
}

/// Archives that want to flood: none makes more than it may, and each is answered at once.
#[test]
fn bombs_do_not_go_off() {
    let kernel = miniz_oxide::deflate::compress_to_vec(&vec![0u8; 16 << 20], 6);
    let flood = |n: usize| Entry {
        packed: Some(kernel.clone()),
        crc: Some(0),
        size: Some(16 << 20),
        ..entry(&format!("{n}.ini"), "")
    };
    // By ratio; by many entries that share one kernel; by an archive inside an archive inside an archive.
    let ratio: Vec<Entry> = (0..50).map(flood).collect();
    let mut shared = vec![flood(0)];
    shared.extend((1..5000).map(|n| Entry { offset: Some(0), directory_only: true, ..flood(n) }));
    let mut nested = zip(&[flood(0)]);
    for depth in 0..5 {
        nested = zip(&[entry(&format!("{depth}.zip"), &nested), entry("fine.ini", "fine")]);
    }
    // What the directory says about sizes is small, what comes out would not be.
    let modest = vec![Entry { size: Some(1000), ..flood(0) }];
    for (label, bytes, files) in [
        ("ratio", zip(&ratio), 0),
        ("shared", zip(&shared), 0),
        ("nested", nested, 1),
        ("modest", zip(&modest), 0),
    ] {
        let start = Instant::now();
        assert_eq!(archive_survives(&bytes, label), files, "{label}");
        println!("{label}: {} bytes in {:?}", bytes.len(), start.elapsed());
        assert!(start.elapsed() < Duration::from_secs(10), "{label}: {:?}", start.elapsed());
    }
    // Policy files: thousands of blocks that unpack to a thousand times their size.
    let blocks = [b"\x08\0\0\0kscpolfm".to_vec(), [b"ZLIB", &kernel[..]].concat().repeat(2000)].concat();
    let start = Instant::now();
    survives("x.klp", &blocks, &Options::default(), "blocks");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

const UNSEEN: [char; 8] =
    ['\u{202E}', '\u{200B}', '\u{2066}', '\u{FEFF}', '\u{200D}', '\u{061C}', '\u{00AD}', '\u{E0041}'];

/// Every text of a report but the paths of leaves, which are names for programs.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|v| texts(v, out)),
        Value::Object(map) => map.iter().filter(|(key, _)| *key != "leaves").for_each(|(_, v)| texts(v, out)),
        _ => {}
    }
}

fn shows_by_number(files: &Files, c: char, label: &str) {
    let mut all = Vec::new();
    texts(&report(files), &mut all);
    for name in ["report.html", "report.csv", "IMPORT.txt"] {
        let body = String::from_utf8(files[name].clone()).unwrap();
        // The mark at the beginning of the table is the one for spreadsheets.
        all.push(body.strip_prefix('\u{FEFF}').unwrap_or(&body).to_owned());
    }
    for text in &all {
        if let Some(found) = text.chars().find(|c| text::unseen(*c)) {
            panic!("{label}: U+{:04X} as it is in {text:?}", found as u32);
        }
    }
    let number = format!("[U+{:04X}]", c as u32);
    assert!(all.iter().any(|text| text.contains(&number)), "{label}: {number} is shown nowhere");
}

#[test]
fn characters_that_nobody_sees_are_shown_by_number() {
    let ini = "Version=12.1.0.1274\n[AppSettings]\nUseKSN=No\n[MonitoringTask.item_0000]\nTaskName=File_Threat_Protection\nTaskType=OAS\nActive=Yes\n\
        [MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_0000]\nAreaDesc=d\nUseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n\
        [OnDemandTask.item_0000]\nTaskName=Scan_My_Computer\nTaskType=ODS\n\
        [OnDemandTask.item_0000.Settings.ExcludedFromScanScope.item_0000]\nAreaDesc=d\nUseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n";
    let list =
        "1;D:\\data\\sheet.txt;*;*;1;0;1;note;1\r\n1;D:\\data\\b.txt;HEUR:Trojan.Win32.X;*;1;0;1;note;1\r\n";
    let ksws = "<KAV-WSEE-Settings><Settings><TrustedZone><ExclutionRules><element>\n<Enabled>yes</Enabled><Objects><element><Type>4</Type>\n<Path>D:\\data\\a.mdf</Path></element></Objects>\n</element></ExclutionRules></TrustedZone></Settings></KAV-WSEE-Settings>";
    // Document, what is replaced, and the line where the warning stands.
    let cases: [(&str, &str, &str, u64); 9] = [
        (ini, "/srv/db", "/srv/d@b", 11),
        (ini, "AreaDesc=d", "AreaDesc=d@", 9),
        (ini, "AreaMask.item_0000=*", "AreaMask.item_0000=*.l@og", 12),
        (ini, "File_Threat_Protection", "File_@Threat", 5),
        (ini, "UseKSN=No", "UseKSN=No\nbroken @ line", 4),
        (list, "sheet", "she@et", 1),
        (list, "Trojan", "Tro@jan", 2),
        (list, "note", "no@te", 1),
        (ksws, "a.mdf", "a@.mdf", 3),
    ];
    let mut exact = 0;
    for c in UNSEEN {
        for (body, what, by, line) in cases {
            let by = by.replace('@', &c.to_string());
            let body = body.replace(what, &by);
            let read = reading(&format!("in{c}put.txt"), body.as_bytes()).unwrap();
            assert!(!read.input.name.contains(c), "{}", read.input.name);
            for route in routes_for(read.format.platform().word()) {
                let label = format!("U+{:04X} in {by:?} to {route}", c as u32);
                let files = convert_read(&read, route, &accept_all(generous()));
                shows_by_number(&files, c, &label);
                let report = report(&files);
                let warned = report["findings"].as_array().unwrap().iter().any(|f| {
                    f["code"] == "CW0131"
                        && f["severity"] == "warning"
                        && f["origin"]["line"] == line
                        && f["message"].as_str().unwrap().contains(&format!("U+{:04X}", c as u32))
                        && f["message"].as_str().unwrap().contains(&format!("Line {line} "))
                });
                assert!(warned, "{label}: {}", report["findings"]);
                // What is written for the product is what the source said, to the byte, or it is not written.
                let utf8 = c.to_string();
                for (name, bytes) in vendor_files(&files) {
                    let body = common::decoded(bytes);
                    assert!(!body.contains("[U+"), "{label}: {name}");
                    exact += usize::from(body.contains(&utf8));
                }
            }
        }
    }
    println!("{exact} files hold the character as it stands in the source");
    assert!(exact > 0);
}

#[test]
fn strings_of_policy_files_are_shown_by_number_too() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let bytes = [&b"\x08\0\0\0kscpolfm"[..], &wide("C:\\data\\gpj\u{202E}exe.scr"), &[0, 0]].concat();
    assert_eq!(klp_leaves(&bytes).len(), 1);
    let read = reading("policy.klp", &bytes).unwrap();
    for route in routes_for("windows") {
        shows_by_number(&convert_read(&read, route, &Options::default()), '\u{202E}', route);
    }
}

/// Many places get a finding each up to a number, and then one for the rest.
#[test]
fn a_file_full_of_unseen_characters_has_few_findings() {
    let row = "1;D:\\a\u{200B}.txt;*;*;1;0;1;;1\r\n";
    let read = reading("x.csv", row.repeat(500).as_bytes()).unwrap();
    let policy = interpret(&[&read], &Options::default().answers);
    let mut by_line: BTreeMap<u32, usize> = BTreeMap::new();
    for found in policy.findings.iter().filter(|f| f.code == "CW0131") {
        *by_line.entry(found.origin.line).or_default() += 1;
    }
    assert_eq!(by_line.len(), 21, "{by_line:?}");
    let rest = policy.findings.iter().find(|f| f.code == "CW0131" && f.origin.line == 0).unwrap();
    assert!(rest.message.ends_with("480"), "{}", rest.message);
}
