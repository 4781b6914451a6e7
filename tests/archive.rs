//! ZIP archives: honest ones give their files, and each lie one refusal, while the others are read all the same.

mod common;

use common::zips::{Entry, entry, zip, zip_announcing};
use crosswalk::Refusal;
use crosswalk::intake::archive::{Archive, MAX_ENTRIES, Piece};

/// What came out: path and bytes of files, input and code of refusals, input of what was left out.
fn pieces(bytes: &[u8]) -> Vec<(String, String)> {
    let archive = Archive::open("box.zip", bytes).unwrap();
    archive
        .map(|piece| match piece {
            Piece::File { path, bytes } => (path, String::from_utf8_lossy(&bytes).into_owned()),
            Piece::Refused(refusal) => {
                assert!(!refusal.hint.is_empty() && !refusal.message.ends_with('.'), "{refusal:?}");
                (refusal.input, refusal.code.to_owned())
            }
            Piece::Left(note) => (note.origin.input, note.code.to_owned()),
        })
        .collect()
}

fn check(entries: &[Entry], expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(pieces(&zip(entries)), expected);
}

fn whole(bytes: &[u8]) -> Refusal {
    match Archive::open("box.zip", bytes) {
        Ok(_) => panic!("the archive is opened"),
        Err(refusal) => refusal,
    }
}

#[test]
fn honest_archives_give_their_files() {
    let stored = Entry { deflate: false, ..entry("b.ini", "stored") };
    let folder = Entry { deflate: false, ..entry("acme/", "") };
    let empty = entry("acme/empty.ini", "");
    check(
        &[folder, entry("acme/a.ini", "packed"), stored, empty],
        &[("acme/a.ini", "packed"), ("b.ini", "stored"), ("acme/empty.ini", "")],
    );
    // An archive by somebody else, with a folder and both methods of its crate.
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.add_directory("x", options).unwrap();
    writer.start_file("x/ü.ini", options).unwrap();
    std::io::Write::write_all(&mut writer, b"theirs").unwrap();
    let theirs = writer.finish().unwrap().into_inner();
    assert_eq!(pieces(&theirs), [("x/ü.ini".to_owned(), "theirs".to_owned())]);
    // What stands before an archive does not matter, as in one that unpacks itself.
    let ours = zip(&[entry("a.ini", "a")]);
    assert_eq!(pieces(&[b"prelude", &ours[..]].concat()), [("a.ini".to_owned(), "a".to_owned())]);
}

#[test]
fn each_lie_costs_its_entry_and_no_other() {
    let good = || entry("good.ini", "good");
    let lie = |e: Entry, code: &str| {
        let shown = String::from_utf8(e.name.clone()).unwrap();
        check(&[e, good()], &[(&format!("box.zip/{shown}"), code), ("good.ini", "good")]);
    };
    lie(Entry { flags: 1 << 11 | 1, ..entry("locked.ini", "x") }, "CW0020");
    lie(Entry { method: Some(12), ..entry("bzip2.ini", "x") }, "CW0020");
    lie(Entry { method: Some(99), ..entry("aes.ini", "x") }, "CW0020");
    lie(Entry { crc: Some(1), ..entry("crc.ini", "x") }, "CW0021");
    lie(Entry { size: Some(3), ..entry("short.ini", "longer") }, "CW0021");
    lie(Entry { size: Some(30), ..entry("long.ini", "shorter") }, "CW0021");
    lie(Entry { size: Some(3), deflate: false, ..entry("stored.ini", "longer") }, "CW0021");
    lie(Entry { packed: Some(vec![0xFF; 9]), ..entry("noise.ini", "x") }, "CW0021");
    lie(Entry { packed_size: Some(u32::MAX - 1), ..entry("reach.ini", "x") }, "CW0021");
    lie(Entry { offset: Some(u32::MAX - 1), ..entry("far.ini", "x") }, "CW0021");
    // Sentinels of ZIP64 without its fields.
    lie(Entry { size: Some(u32::MAX), ..entry("zip64.ini", "x") }, "CW0018");
    lie(Entry { offset: Some(u32::MAX), ..entry("zip64.ini", "x") }, "CW0021");
    lie(Entry { mode: Some(0o120_777), ..entry("link", "/etc/passwd") }, "CW0023");
    lie(entry("inner.zip", zip(&[entry("a.ini", "a")])), "CW0022");
    lie(entry("inner.7z", b"7z\xBC\xAF\x27\x1C rest"), "CW0016");
    lie(
        entry("table.xlsx", zip(&[entry("[Content_Types].xml", "<x/>"), entry("xl/workbook.xml", "<x/>")])),
        "CW0016",
    );
    lie(entry("flood.ini", vec![b'a'; 8 << 20]), "CW0018");
    // Something behind the end of the packed data.
    let tail = [miniz_oxide::deflate::compress_to_vec(b"x", 6), b"tail".to_vec()].concat();
    lie(Entry { packed: Some(tail), ..entry("tail.ini", "x") }, "CW0021");
}

#[test]
fn names_that_lead_elsewhere_are_not_accepted() {
    let good = || entry("good.ini", "good");
    for (name, shown) in [
        ("/etc/passwd", "box.zip//etc/passwd"),
        ("../a.ini", "box.zip/../a.ini"),
        ("a/../../b.ini", "box.zip/a/../../b.ini"),
        ("C:\\a.ini", "box.zip/C:/a.ini"),
        ("c:a.ini", "box.zip/c:a.ini"),
        ("\\\\server\\share\\a.ini", "box.zip///server/share/a.ini"),
        ("a\0b.ini", "box.zip/a_b.ini"),
        ("a\nb.ini", "box.zip/a_b.ini"),
    ] {
        check(&[entry(name, "x"), good()], &[(shown, "CW0019"), ("good.ini", "good")]);
    }
    check(&[good(), entry("good.ini", "other")], &[("good.ini", "good"), ("box.zip/good.ini", "CW0019")]);
    check(&[entry("a\\b.ini", "x"), entry("./c//d.ini", "y")], &[("a/b.ini", "x"), ("c/d.ini", "y")]);
    check(&[entry(&"d/".repeat(32), "x"), entry("good.ini", "good")], &[("good.ini", "good")]);
    let deep = format!("{}x", "d/".repeat(32));
    check(&[entry(&deep, "x")], &[(&format!("box.zip/{deep}"), "CW0019")]);
    let long = "x".repeat(1025);
    assert_eq!(pieces(&zip(&[entry(&long, "x")]))[0].1, "CW0019");
    // Without the flag: UTF-8 when it is, else bytes by number.
    let plain = |name: &[u8]| Entry { name: name.to_vec(), flags: 0, ..entry("", "x") };
    check(
        &[plain("zürich.ini".as_bytes()), plain(b"z\x81rich.ini")],
        &[("zürich.ini", "x"), ("z[81]rich.ini", "x")],
    );
    let flagged = Entry { name: b"z\x81rich.ini".to_vec(), ..entry("", "x") };
    check(&[flagged], &[("box.zip/z[81]rich.ini", "CW0019")]);
    // Text that turns is shown by number where people read it.
    check(&[Entry { crc: Some(1), ..entry("a\u{202E}b", "x") }], &[("box.zip/a[U+202E]b", "CW0021")]);
}

#[test]
fn what_systems_leave_behind_is_left_out() {
    check(
        &[
            entry("__MACOSX/acme/._a.ini", "x"),
            entry("acme/.DS_Store", "x"),
            entry("acme/Thumbs.db", "x"),
            entry(".git/config", "x"),
            entry("acme/a.ini", "a"),
        ],
        &[
            ("box.zip/__MACOSX/acme/._a.ini", "CW0130"),
            ("box.zip/acme/.DS_Store", "CW0130"),
            ("box.zip/acme/Thumbs.db", "CW0130"),
            ("box.zip/.git/config", "CW0130"),
            ("acme/a.ini", "a"),
        ],
    );
}

#[test]
fn entries_that_share_bytes_are_refused() {
    // A second line of the directory for the same data, under another name: the headers differ, the bytes do not.
    let first = entry("a.ini", "shared");
    let second = Entry { offset: Some(0), directory_only: true, ..entry("b.ini", "shared") };
    let good = entry("good.ini", "good");
    check(
        &[first, second, good],
        &[("box.zip/a.ini", "CW0021"), ("box.zip/b.ini", "CW0021"), ("good.ini", "good")],
    );
    // An entry whose data swallow the header of the next one, as in the bombs that quote.
    let inner = entry("inner.ini", "inner");
    let length = zip(std::slice::from_ref(&inner)).len();
    let outer = Entry {
        deflate: false,
        packed_size: Some(length as u32),
        size: Some(length as u32),
        ..entry("outer.ini", "")
    };
    let out = pieces(&zip(&[outer, inner, entry("good.ini", "good")]));
    assert!(out.iter().all(|(input, code)| input == "good.ini" || code == "CW0021"), "{out:?}");
}

#[test]
fn archives_that_are_none_are_refused_whole() {
    let good = zip(&[entry("a.ini", "a")]);
    assert_eq!(whole(&good[..good.len() - 1]).code, "CW0017", "cut off");
    assert_eq!(whole(&zip(&[])).code, "CW0017", "empty");
    assert_eq!(whole(b"PK\x03\x04 and nothing else").code, "CW0017");
    let many: Vec<Entry> = (0..=MAX_ENTRIES).map(|n| entry(&format!("{n}.ini"), "")).collect();
    assert_eq!(whole(&zip(&many)).code, "CW0018");
    let office = zip(&[entry("[Content_Types].xml", "<x/>"), entry("xl/workbook.xml", "<x/>")]);
    let refusal = whole(&office);
    assert_eq!((refusal.code, refusal.input.as_str()), ("CW0016", "box.zip"));
    // A directory that says it is longer: what is there is read, and that something may be missing is said.
    let out = pieces(&zip_announcing(&[entry("a.ini", "a")], 2));
    assert_eq!(out, [("a.ini".to_owned(), "a".to_owned()), ("box.zip".to_owned(), "CW0017".to_owned())]);
}

#[test]
fn an_archive_is_no_file() {
    let refusal = common::reading("x.ini", &zip(&[entry("a.ini", "a")])).unwrap_err();
    assert_eq!((refusal.code, refusal.input.as_str()), ("CW0022", "x.ini"));
    assert!(refusal.hint.contains("Unpack it first"));
}

#[test]
fn all_entries_together_are_bounded() {
    // Twenty entries of 16 MiB: the first sixteen come out, packed just above what counts as a bomb.
    let body: Vec<u8> =
        (0..(16u32 << 20)).map(|n| if n % 97 == 0 { (n / 97 % 251) as u8 } else { b'a' }).collect();
    let packed = miniz_oxide::deflate::compress_to_vec(&body, 1);
    let crc = common::zips::crc(&body);
    let entries: Vec<Entry> = (0..20)
        .map(|n| Entry {
            packed: Some(packed.clone()),
            crc: Some(crc),
            size: Some(body.len() as u32),
            ..entry(&format!("{n}.ini"), "")
        })
        .collect();
    let bytes = zip(&entries);
    let mut codes = Vec::new();
    for piece in Archive::open("box.zip", &bytes).unwrap() {
        codes.push(match piece {
            Piece::File { bytes, .. } if bytes == body => "file",
            Piece::Refused(refusal) => refusal.code,
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(codes, [["file"; 16].as_slice(), &["CW0018"; 4]].concat());
}
