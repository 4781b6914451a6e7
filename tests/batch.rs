//! Many files at once: folders and ZIP archives at the command line, and customers that stay apart.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::zips::{Entry, entry, zip};
use common::{Files, code, crosswalk, crosswalk_fed, text, tree};
use serde_json::Value;

/// An export whose paths bear a word of their own.
fn export(word: &str) -> String {
    format!(
        "Version=11.1.0.3013\n[AppSettings]\nUseKSN=No\n[MonitoringTask.item_0000]\nTaskName=File_Threat_Protection\nTaskType=OAS\nActive=Yes\n\
         [MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_0000]\nAreaDesc={word}\nUseScanArea=Yes\nPath=/srv/{word}\nAreaMask.item_0000=*\n"
    )
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        self.at(name)
    }

    fn tree(&self, name: &str) -> Files {
        tree(&self.0.path().join(name))
    }

    /// Converts, and gives exit code, files and what was said.
    fn convert(&self, out: &str, arguments: &[&str]) -> (i32, Files, String) {
        let folder = self.at(out);
        let call = [&["convert"], arguments, &["--to", "clamav/conf", "--out", &folder]].concat();
        let output = crosswalk(&call);
        (code(&output), self.tree(out), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn folders(files: &Files) -> BTreeSet<String> {
    files.keys().filter_map(|f| f.rsplit_once('/')).map(|(folder, _)| folder.to_owned()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The parts of the index: customer, input, folder.
fn index(files: &Files) -> Vec<(String, String, String)> {
    let index: Value = serde_json::from_slice(&files["index.json"]).unwrap();
    let part = |p: &Value| ["customer", "input", "folder"].map(|key| text(p, key).to_owned()).into();
    index["parts"].as_array().unwrap().iter().map(part).collect()
}

#[test]
fn a_batch_keeps_customers_apart() {
    let place = Place::new();
    let body = export("walrus");
    place.file("all/acme/server/export.ini", export("acmeword"));
    place.file("all/acme/export.ini", export("acmeother"));
    place.file(
        "all/beta.zip",
        zip(&[entry("x/export.ini", export("betaword")), entry("y.ini", export("betaother"))]),
    );
    place.file("all/.git/config", "x");
    place.file("all/Gamma/export.ini", &body);
    let second = place.file("elsewhere/gamma/export.ini", export("secondword"));
    let loose = place.file("loose.ini", export("looseword"));
    let (all, more) = (place.at("all"), Path::new(&second).parent().unwrap().to_string_lossy().into_owned());
    let (exit, files, said) = place.convert("out", &[&all, &more, &loose]);
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("all/.git: CW0130"), "{said}");
    let expected = [
        ("acme", "export.ini"),
        ("acme", "export.ini (2)"),
        ("beta", "export.ini"),
        ("beta", "y.ini"),
        ("Gamma", "export.ini"),
        ("gamma (2)", "export.ini"),
        ("", "loose.ini"),
    ];
    let told: BTreeSet<(String, String)> = index(&files).into_iter().map(|(c, i, _)| (c, i)).collect();
    assert_eq!(told, expected.iter().map(|(c, i)| ((*c).to_owned(), (*i).to_owned())).collect());
    let wanted: Vec<String> = expected
        .iter()
        .map(|(c, i)| if c.is_empty() { format!("{i}/clamav-conf") } else { format!("{c}/{i}/clamav-conf") })
        .collect();
    assert_eq!(folders(&files), wanted.iter().cloned().collect());
    assert_eq!(index(&files).iter().map(|p| p.2.clone()).collect::<BTreeSet<_>>(), folders(&files));
    // Nobody's files speak of anybody else: neither of names nor of what stands in their exports.
    let words = ["acme", "beta", "Gamma", "walrus", "secondword", "gamma (2)", "looseword", "elsewhere"];
    let own: &[(&str, &[&str])] = &[
        ("acme/", &["acme"]),
        ("beta/", &["beta"]),
        ("Gamma/", &["Gamma", "walrus"]),
        ("gamma (2)/", &["gamma (2)", "secondword"]),
        ("loose.ini/", &["looseword"]),
    ];
    for (name, bytes) in files.iter().filter(|(name, _)| *name != "index.json") {
        let (_, mine) = own.iter().find(|(folder, _)| name.starts_with(folder)).unwrap();
        let body = String::from_utf8_lossy(bytes);
        for word in words.iter().filter(|word| !mine.contains(word)) {
            assert!(!body.contains(word), "{name} speaks of {word}");
        }
    }
    // The order of the arguments decides names, nothing else does: twice the same bytes.
    assert_eq!(place.convert("again", &[&all, &more, &loose]).1, files);
}

#[test]
fn merging_stays_inside_one_customer() {
    let place = Place::new();
    for name in ["acme/a.ini", "acme/b.ini", "beta/a.ini"] {
        place.file(&format!("all/{name}"), export(&name.replace(['/', '.'], "")));
    }
    let (exit, files, said) = place.convert("out", &[&place.at("all"), "--merge"]);
    assert_eq!(exit, 0, "{said}");
    assert_eq!(folders(&files), set(&["acme/a.ini+b.ini/clamav-conf", "beta/a.ini/clamav-conf"]));
    let conf = String::from_utf8_lossy(&files["beta/a.ini/clamav-conf/report.json"]).into_owned();
    assert!(conf.contains("betaaini") && !conf.contains("acme"));
    // Different systems of different customers are no obstacle, of one customer they are.
    place.file("all/beta2/list.csv", "1;D:\\a\\b.txt;*;*;1;0;1;c;1\r\n");
    assert_eq!(place.convert("mixed", &[&place.at("all"), "--merge"]).0, 0);
    place.file("all/beta/list.csv", "1;D:\\a\\b.txt;*;*;1;0;1;c;1\r\n");
    assert_eq!(place.convert("never", &[&place.at("all"), "--merge"]).0, 2);
}

#[test]
fn names_made_to_be_long_do_not_stop_the_others() {
    let place = Place::new();
    let long = "n".repeat(400);
    let archive = zip(&[
        entry(&format!("{long}/{long}.ini"), export("long")),
        entry(&format!("{long}x/{long}.ini"), export("longer")),
        entry("acme/a.ini", export("a")),
    ]);
    let path = place.file("all.zip", &archive);
    let (exit, files, said) = place.convert("out", &[&path]);
    assert_eq!((exit, index(&files).len()), (0, 3), "{said}");
    assert!(files.contains_key("acme/a.ini/clamav-conf/report.json"));
    let many: Vec<Entry> = (0..60).map(|n| entry(&format!("export-{n}.ini"), export("m"))).collect();
    let path = place.file("many.zip", zip(&many));
    let (exit, files, said) = place.convert("merged", &[&path, "--merge"]);
    assert_eq!(exit, 0, "{said}");
    assert_eq!(folders(&files), set(&["many/export-0.ini+59 more/clamav-conf"]));
}

#[test]
fn what_is_refused_does_not_stop_the_others() {
    let place = Place::new();
    let archive = zip(&[
        entry("../up.ini", "x"),
        Entry { crc: Some(1), ..entry("broken.ini", export("x")) },
        entry("inner.zip", zip(&[entry("a.ini", "a")])),
        entry("readme.txt", "hello"),
        entry("good.ini", export("good")),
    ]);
    let path = place.file("acme.zip", &archive);
    let (exit, files, said) = place.convert("out", &[&path]);
    assert_eq!(exit, 3);
    assert_eq!(folders(&files), set(&["acme/good.ini/clamav-conf"]));
    for told in [
        "acme.zip/../up.ini: CW0019",
        "acme.zip/broken.ini: CW0021",
        "acme.zip/inner.zip: CW0022",
        "acme.zip/readme.txt: CW0008",
    ] {
        assert!(said.contains(told), "{told} in {said}");
    }
    let path = place.file("cut.zip", &archive[..archive.len() / 2]);
    let (exit, files, said) = place.convert("cut", &[&path]);
    assert_eq!((exit, files.len()), (3, 0), "{said}");
    assert!(said.contains("CW0017"));
    // The same over standard input, and for the other commands.
    let shown = crosswalk_fed(&["inspect", "-", "--json"], &archive);
    assert_eq!(code(&shown), 3);
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["inputs"][0]["customer"], "stdin");
    assert_eq!(shown["inputs"][0]["input"]["name"], "good.ini");
    assert_eq!(shown["refused"].as_array().unwrap().len(), 4);
    place.file("folder/a.ini", export("a"));
    let compared = crosswalk(&["compare", &place.at("folder"), "--json"]);
    let compared: Value = serde_json::from_slice(&compared.stdout).unwrap();
    assert_eq!(compared["inputs"][0]["customer"], "folder");
    let told = crosswalk(&["inspect", &place.at("folder")]);
    assert!(String::from_utf8_lossy(&told.stdout).starts_with("folder/a.ini: "));
}

#[test]
fn one_folder_with_one_file_has_its_customer_all_the_same() {
    let place = Place::new();
    place.file("acme/a.ini", export("a"));
    let (_, files, _) = place.convert("out", &[&place.at("acme")]);
    assert_eq!(folders(&files), set(&["acme/a.ini/clamav-conf"]));
    assert!(files.contains_key("index.json"));
    let (_, files, _) = place.convert("zipped", &[&place.at("acme"), "--zip"]);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["crosswalk.zip"]);
    std::fs::create_dir(place.at("empty")).unwrap();
    let (exit, files, said) = place.convert("nothing", &[&place.at("empty")]);
    assert_eq!((exit, files.len()), (0, 0));
    assert!(said.contains("no file"), "{said}");
}

#[cfg(unix)]
#[test]
fn links_in_folders_are_not_followed() {
    let place = Place::new();
    place.file("acme/a.ini", export("a"));
    place.file("beta/b.ini", export("b"));
    std::os::unix::fs::symlink(place.at("beta"), place.at("acme/beta")).unwrap();
    std::os::unix::fs::symlink(place.at("acme"), place.at("acme/again")).unwrap();
    let (exit, files, said) = place.convert("out", &[&place.at("acme")]);
    assert_eq!(exit, 3);
    assert!(said.contains("acme/again: CW0023") && said.contains("acme/beta: CW0023"), "{said}");
    assert_eq!(folders(&files), set(&["acme/a.ini/clamav-conf"]));
}

#[test]
fn copies_of_a_batch_bear_no_names() {
    let place = Place::new();
    place.file("acme/secretname.ini", export("a"));
    place.file("acme/b.ini", export("b"));
    let output = crosswalk(&["sanitise", &place.at("acme")]);
    assert_eq!(code(&output), 0);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(output.stdout.clone())).unwrap();
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    assert_eq!(names, ["1-sanitised.ini", "2-sanitised.ini"]);
    let mut copy = String::new();
    std::io::Read::read_to_string(&mut archive.by_index(0).unwrap(), &mut copy).unwrap();
    assert!(copy.starts_with("Version=w1.w2.w3.w4"), "{copy}");
    assert!(!output.stdout.windows(4).any(|w| w == b"acme"));
}
