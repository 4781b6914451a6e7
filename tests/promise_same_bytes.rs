//! Promise: same input, same answers, same output, to the byte; from the library, from the program, and in a ZIP.

mod common;

use std::io::Read;
use std::path::Path;
use std::process::Command;

use common::{
    Files, Given, accept_all, answers, code, convert_one, crosswalk, decoded, fixtures, generous, inputs,
    reading, report, routes, routes_for, tree,
};
use crosswalk::options::Options;
use crosswalk::{bundle, convert, interpret, vendor};
use serde_json::Value;

fn readable() -> Vec<Given> {
    let all: Vec<Given> = inputs().into_iter().filter(|g| reading(&g.name, &g.bytes).is_ok()).collect();
    assert!(all.len() >= 4);
    all
}

#[test]
fn the_same_input_twice_and_in_another_order_gives_the_same_bytes() {
    let inputs = readable();
    let run = |order: &mut dyn Iterator<Item = &Given>, reversed: bool| -> Vec<(String, Files)> {
        let mut out = Vec::new();
        for given in order {
            let mut routes = routes();
            if reversed {
                routes.reverse();
            }
            for route in routes {
                for (n, options) in [Options::default(), accept_all(generous())].iter().enumerate() {
                    let files = convert_one(&given.name, &given.bytes, route, options).unwrap();
                    out.push((format!("{} {route} {n}", given.label), files));
                }
            }
        }
        out.sort();
        out
    };
    let once = run(&mut inputs.iter(), false);
    let again = run(&mut inputs.iter().rev(), true);
    assert!(once == again);
}

/// The hash maps of one run have other seeds than those of the next, so the program is run twice, too.
#[test]
fn the_program_run_twice_and_the_library_give_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    for (n, given) in fixtures().into_iter().enumerate() {
        let Ok(read) = reading(&given.name, &given.bytes) else { continue };
        let input = place(&format!("{n}/{}", given.name));
        std::fs::create_dir_all(Path::new(&input).parent().unwrap()).unwrap();
        std::fs::write(&input, &given.bytes).unwrap();
        for route in routes_for(read.format.platform().word()) {
            let run = |out: &str| {
                let result = crosswalk(&[
                    "convert",
                    &input,
                    "--to",
                    route,
                    "--out",
                    out,
                    "--accept",
                    "CW1010",
                    "--answer",
                    "ksws.product=ksws",
                    "--answer",
                    "ksws.subfolders=yes",
                    "--answer",
                    "local-list.product=consumer",
                ]);
                assert_eq!(code(&result), 0, "{}", String::from_utf8_lossy(&result.stderr));
                tree(Path::new(out))
            };
            let one = run(&place(&format!("{n}/a {}", route.replace('/', "-"))));
            let two = run(&place(&format!("{n}/b {}", route.replace('/', "-"))));
            assert!(one == two, "{} to {route}", given.label);
            let mut options = answers(&[
                ("ksws.product", "ksws"),
                ("ksws.subfolders", "yes"),
                ("local-list.product", "consumer"),
            ]);
            options.accept.insert("CW1010".to_owned());
            let library = convert_one(&given.name, &given.bytes, route, &options).unwrap();
            assert_eq!(one.keys().collect::<Vec<_>>(), library.keys().collect::<Vec<_>>());
            for (name, bytes) in &library {
                assert!(&one[name] == bytes, "{} to {route}: {name}", given.label);
            }
        }
    }
}

#[test]
fn several_inputs_in_another_order_give_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let named: Vec<String> = fixtures()
        .into_iter()
        .filter(|g| reading(&g.name, &g.bytes).is_ok())
        .enumerate()
        .map(|(n, given)| {
            let path = place(&format!("{n} {}", given.name));
            std::fs::write(&path, &given.bytes).unwrap();
            path
        })
        .collect();
    let run = |out: &str, reversed: bool| {
        let mut arguments = vec!["convert", "--to", "clamav,defender", "--out", out];
        let mut files: Vec<&str> = named.iter().map(String::as_str).collect();
        if reversed {
            files.reverse();
        }
        arguments.extend(files);
        assert_eq!(code(&crosswalk(&arguments)), 0);
        let mut files = tree(Path::new(out));
        let index: Value = serde_json::from_slice(&files.remove("index.json").unwrap()).unwrap();
        (files, index)
    };
    let (one, index) = run(&place("one"), false);
    let (two, other) = run(&place("two"), true);
    assert!(one == two);
    let parts = |v: &Value| {
        let mut parts: Vec<String> = v["parts"].as_array().unwrap().iter().map(Value::to_string).collect();
        parts.sort();
        parts
    };
    assert_eq!(parts(&index), parts(&other), "the index lists the parts in the order of the inputs");
}

#[test]
fn another_file_name_changes_the_name_only() {
    for given in readable() {
        for route in routes() {
            let one = convert_one("one name.txt", &given.bytes, route, &generous()).unwrap();
            let two = convert_one("other-name.dat", &given.bytes, route, &generous()).unwrap();
            assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
            for (name, bytes) in &one {
                let (a, b) = (decoded(bytes), decoded(&two[name]));
                if name.starts_with("report.") {
                    assert!(
                        a.replace("one name.txt", "other-name.dat") == b,
                        "{} to {route}: {name}",
                        given.label
                    );
                } else {
                    assert!(a == b, "{} to {route}: {name} depends on the file name", given.label);
                }
            }
        }
    }
}

/// `--date` or nothing: no other date stands in what is written than those of the input, and the fixed constant.
#[test]
fn no_date_but_the_fixed_one() {
    let date = regex::Regex::new(r"\b(19|20)\d\d-[01]\d-[0-3]\d").unwrap();
    let mut fixed = 0;
    for given in readable() {
        let input = decoded(&given.bytes);
        for route in routes() {
            for (name, bytes) in convert_one(&given.name, &given.bytes, route, &generous()).unwrap() {
                for found in date.find_iter(&decoded(&bytes)) {
                    let found = found.as_str();
                    assert!(
                        found == "2024-01-01" || input.contains(found),
                        "{} to {route}: {name} holds {found}",
                        given.label
                    );
                    fixed += usize::from(found == "2024-01-01");
                }
            }
            let mut dated = generous();
            dated.date = Some("2031-05-06".to_owned());
            for (name, bytes) in convert_one(&given.name, &given.bytes, route, &dated).unwrap() {
                assert!(
                    !decoded(&bytes).contains("2024-01-01"),
                    "{} to {route}: {name} keeps the constant",
                    given.label
                );
            }
        }
    }
    assert!(fixed > 0);
}

#[test]
fn identifiers_are_bound_to_the_input() {
    let id = |bytes: &[u8]| {
        let files = convert_one("x.csv", bytes, "defender/intune", &generous()).unwrap();
        let value: Value = serde_json::from_slice(&files["defender-exclusions.intune.json"]).unwrap();
        value["id"].as_str().unwrap().to_owned()
    };
    let (a, b) = (id(b"1;D:\\a.txt;*;*;1;0;1;;1\r\n"), id(b"1;D:\\b.txt;*;*;1;0;1;;1\r\n"));
    assert_ne!(a, b);
    assert!(a.len() == 36 && a.as_bytes()[14] == b'5', "{a} is a UUID of version 5");
}

fn unzipped(bytes: &[u8]) -> Files {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut out = Files::new();
    let mut names = Vec::new();
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).unwrap();
        assert_eq!(file.compression(), zip::CompressionMethod::Stored);
        let when = file.last_modified().unwrap();
        assert_eq!((when.year(), when.month(), when.day(), when.hour(), when.minute()), (1980, 1, 1, 0, 0));
        let mut body = Vec::new();
        file.read_to_end(&mut body).unwrap();
        names.push(file.name().to_owned());
        out.insert(file.name().to_owned(), body);
    }
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(names, sorted, "entries are sorted");
    assert_eq!(out.len(), names.len());
    out
}

#[test]
fn the_zip_holds_what_the_folder_holds() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let umlaut = place("Büro export.ini");
    std::fs::write(&umlaut, &fixtures().iter().find(|g| g.name.ends_with(".ini")).unwrap().bytes).unwrap();
    let list = place("list.csv");
    std::fs::write(&list, &fixtures().iter().find(|g| g.name.ends_with(".csv")).unwrap().bytes).unwrap();
    for (n, files) in [vec![umlaut.as_str()], vec![umlaut.as_str(), list.as_str()]].iter().enumerate() {
        let (flat, packed) = (place(&format!("flat{n}")), place(&format!("packed{n}")));
        let mut call = vec!["convert", "--to", "clamav,defender", "--out", &flat];
        call.extend(files);
        assert_eq!(code(&crosswalk(&call)), 0);
        let mut call = vec!["convert", "--zip", "--to", "clamav,defender", "--out", &packed];
        call.extend(files);
        assert_eq!(code(&crosswalk(&call)), 0);
        let made = tree(Path::new(&packed));
        assert_eq!(made.keys().collect::<Vec<_>>(), ["crosswalk.zip"]);
        assert!(unzipped(&made["crosswalk.zip"]) == tree(Path::new(&flat)));
        python(&format!("{packed}/crosswalk.zip"), &flat);
    }
}

/// A second reader, where there is one.
fn python(archive: &str, folder: &str) {
    let script = "import sys, zipfile, pathlib\nz = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\nroot = pathlib.Path(sys.argv[2])\n\
                  files = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob('*') if p.is_file()}\n\
                  assert files == {n: z.read(n) for n in z.namelist()}, (sorted(files), z.namelist())\n";
    match Command::new("python3").args(["-c", script, archive, folder]).output() {
        Ok(result) => assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr)),
        Err(_) => println!("skipped: no python3 to read the ZIP with"),
    }
}

/// Names of inputs become folders of the output, so no name may lead out of it.
#[test]
fn a_name_of_an_input_stays_one_folder() {
    let bytes = b"Version=1.0\n[AppSettings]\nUseKSN=No\n";
    let names = [
        "../../etc/passwd",
        "..",
        ".",
        "",
        "a/b/c.ini",
        "C:\\x\\y.ini",
        "/",
        "\\",
        "a/",
        "x\ny",
        "x\0y",
        "CON",
        "a:b",
        " ",
        "report.json",
        "index.json",
    ];
    let mut readings: Vec<_> = names.iter().map(|n| reading(n, bytes).unwrap()).collect();
    readings.extend(names.iter().map(|n| reading(n, bytes).unwrap()));
    bundle::name_inputs(readings.iter_mut());
    let mut once = std::collections::BTreeSet::new();
    let parts: Vec<bundle::Part> = readings
        .iter()
        .map(|read| {
            assert!(once.insert(read.input.name.to_lowercase()), "{:?} stands twice", read.input.name);
            bundle::Part {
                input: read.input.name.clone(),
                target: "clamav/conf",
                files: vec![bundle::OutFile { name: "x".to_owned(), bytes: Vec::new() }],
            }
        })
        .collect();
    for file in bundle::tree(parts, false).iter().filter(|f| f.name != "index.json") {
        let parts: Vec<&str> = file.name.split('/').collect();
        assert_eq!(parts.len(), 3, "{:?}", file.name);
        for part in parts {
            assert!(
                !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0', '\n', ':']),
                "{:?}",
                file.name
            );
        }
    }
}

#[test]
fn the_zip_of_the_library_is_the_same_twice() {
    let given = fixtures().into_iter().find(|g| g.name.ends_with(".ini")).unwrap();
    let read = reading(&given.name, &given.bytes).unwrap();
    let options = Options::default();
    let policy = interpret(&[&read], &options.answers);
    let conversion = convert(&policy, vendor::find("clamav/conf").unwrap(), &options);
    let files = bundle::files(&[&read], &policy, &conversion);
    let mut reversed = files.clone();
    reversed.reverse();
    assert!(bundle::zip(&files) == bundle::zip(&reversed), "the order of the files does not matter");
    let sums = report(&files.iter().map(|f| (f.name.clone(), f.bytes.clone())).collect());
    for told in sums["files"].as_array().unwrap() {
        let file = files.iter().find(|f| f.name == told["name"].as_str().unwrap()).unwrap();
        assert_eq!(told["bytes"].as_u64().unwrap(), file.bytes.len() as u64);
    }
}
