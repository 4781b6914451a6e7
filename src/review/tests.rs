//! Walls of cases for the review, one line each, and a check of the index against comparing every pair.
//!
//! An entry is a mask and words behind it: ` +` with sub-folders, ` with *.log` only such names, ` for T` only that threat,
//! ` in 2` in task 2, ` by access` of real-time scanning only, ` off` switched off, ` scans` a scope, ` trusted` a program,
//! ` drive D` Windows is on D. A mask that begins with a slash is one of KESL, others are of Kaspersky Endpoint Security; `ksws:` before
//! it is the server product.

use super::*;
use crate::intake::InputInfo;
use crate::intake::leaves::Unclaimed;
use crate::mask::{Language, Machine, Relation, compare};
use crate::policy::{
    Certainty, Component, Exclusion, Kind, Meaning, PathMask, Platform, Reach, State, Task,
    TrustedApplication,
};

fn item(line: u32, text: &str) -> Item {
    let rest = std::cell::RefCell::new(text.to_owned());
    let flag = |name: &str| {
        let without = rest.borrow().replacen(&format!(" {name}"), "", 1);
        rest.replace(without.clone()).len() > without.len()
    };
    let (off, scans, trusted) = (flag("off"), flag("scans"), flag("trusted"));
    let subfolders = flag("+").then_some(true);
    let word = |name: &str| -> Option<String> {
        let text = rest.borrow().clone();
        let (before, after) = text.split_once(&format!(" {name} "))?;
        let (value, after) = after.split_once(' ').unwrap_or((after, ""));
        rest.replace(format!("{before} {after}").trim_end().to_owned());
        Some(value.to_owned())
    };
    let names: Vec<String> =
        word("with").map(|n| n.split(',').map(str::to_owned).collect()).unwrap_or_default();
    let threats: Vec<String> =
        word("for").map(|n| n.split(',').map(str::to_owned).collect()).unwrap_or_default();
    let task: Option<usize> = word("in").map(|n| n.parse().unwrap());
    let parts = word("by").map(|n| {
        n.split(',').map(|p| if p == "access" { Component::OnAccess } else { Component::OnDemand }).collect()
    });
    let drive = word("drive").and_then(|d| d.chars().next());
    let rest = rest.take();
    let (language, mask) = match rest.strip_prefix("ksws:") {
        Some(mask) => (Language::Ksws, mask.to_owned()),
        None if rest.starts_with('/') => (Language::Kesl, rest),
        None => (Language::Kes, rest),
    };
    let path =
        PathMask { language, text: mask, subfolders, machine: Machine { drive, system_account: false } };
    let reach = match (task, parts) {
        (Some(task), _) => Reach::Task(task),
        (_, Some(parts)) => Reach::Components(parts),
        _ => Reach::Everything,
    };
    let kind = if trusted {
        Kind::TrustedApplication(TrustedApplication {
            image: path,
            opened_files: None,
            children: None,
            hashes: Vec::new(),
        })
    } else if scans {
        Kind::Setting { task, meaning: Meaning::Scope { everything: false, path, names } }
    } else {
        Kind::Exclusion(Exclusion {
            path: Some(path),
            names,
            threats,
            hashes: Vec::new(),
            processes: Vec::new(),
            reach,
        })
    };
    Item {
        input: 0,
        leaves: Unclaimed::new(1).claim_one(0),
        line,
        kind,
        state: if off { State::Inactive("switched off".to_owned()) } else { State::Active },
        certainty: Certainty::Confirmed,
        source: text.to_owned(),
    }
}

fn policy<'t>(entries: impl IntoIterator<Item = &'t str>) -> Policy {
    let items: Vec<Item> = (1..).zip(entries).map(|(line, text)| item(line, text)).collect();
    let input = InputInfo {
        name: "export.ini".to_owned(),
        sha256: String::new(),
        bytes: 0,
        format: "",
        product: String::new(),
        version: String::new(),
        encoding: "",
        platform: Platform::Windows,
    };
    let task = Task { name: "Task".to_owned(), component: Component::OnDemand, active: true };
    Policy {
        tables: Vec::new(),
        inputs: vec![input],
        platform: Platform::Windows,
        tasks: vec![task; 4],
        items,
        questions: Vec::new(),
        findings: Vec::new(),
    }
}

const ABOUT_PAIRS: [&str; 4] = ["CW0300", "CW0301", "CW0302", "CW0303"];

/// `line code other-line` of each finding about pairs.
fn pairs<'t>(entries: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let of_pairs = findings(&policy(entries)).into_iter().filter(|f| ABOUT_PAIRS.contains(&f.code));
    of_pairs
        .map(|f| {
            let other = f.message.split("line ").nth(1).unwrap();
            let other: String = other.chars().take_while(char::is_ascii_digit).collect();
            format!("{} {} {other}", f.origin.line, f.code)
        })
        .collect()
}

/// The holder, and what lies inside it.
const INSIDE: &[(&str, &str)] = &[
    (r"D:\Data\ +", r"D:\Data\sub\ +"),
    (r"D:\Data\ +", r"D:\Data\sub\"),
    (r"D:\Data\ +", r"D:\Data\a.mdf"),
    (r"D:\Data\ +", r"D:\Data\*.mdf"),
    (r"D:\Data\ +", r"d:\DATA\Sub\A.MDF"),
    (r"D:\data\ +", r"D:\Data\Sub\*.mdf"),
    (r"D:\Data\ +", r"D:\Data\**\x.mdf"),
    (r"D:\Data\ +", r"D:\Data\a\b\c\d\e\f\g.txt"),
    (r"D:\Data\**", r"D:\Data\sub\ +"),
    (r"D:\Data\*.*", r"D:\Data\a.mdf"),
    (r"D:\Data\*", r"D:\Data\*.mdf"),
    (r"D:\Data\*.mdf", r"D:\Data\a?.mdf"),
    (r"D:\Data\*.mdf", r"D:\Data\a.mdf"),
    (r"D:\Data\?.mdf", r"D:\Data\a.mdf"),
    (r"D:\*\x.mdf", r"D:\Data\x.mdf"),
    (r"D:\**\x.mdf", r"D:\Data\a\x.mdf"),
    (r"D:\ +", r"D:\Data\ +"),
    (r"D:\ +", r"D:\a.txt"),
    ("*.log", r"D:\Data\x.log"),
    ("*.log", r"D:\Data\*.log"),
    ("*.log", r"D:\Data\**\x.log"),
    ("*.log", "x.log"),
    ("*.log", "x?.log"),
    ("*.log", "x*.LOG"),
    ("x?.log", "xy.log"),
    ("*", r"C:\x.exe"),
    ("*", "*.exe"),
    (r"%windir%\ +", r"%SystemRoot%\Temp\ +"),
    (r"%SystemRoot%\Temp\ +", r"%windir%\Temp\x.tmp"),
    (r"%windir%\ + drive C", r"C:\Windows\Temp\ +"),
    (r"C:\Windows\ +", r"%windir%\Temp\ + drive C"),
    (r"\\srv\share\ +", r"\\SRV\Share\dir\x.txt"),
    (r"C:\Über\ +", r"C:\über\Ä\x.txt"),
    (r"C:\Док\ +", r"C:\док\а?.txt"),
    (r"**\cache\**", r"C:\x\cache\y.bin"),
    (r"Cache\*", r"C:\x\Cache\y.bin"),
    (r"C:\a*\ +", r"C:\abc\ +"),
    (r"C:\a*\ +", r"C:\abc\x\y.bin"),
    (r"C:\*a*\x", r"C:\bab\x"),
    (r"D:\Data\ +", r"D:\Data\sub\ + for Trojan"),
    (r"D:\Data\ + for A,B", r"D:\Data\ + for B"),
    (r"D:\Data\ +", r"D:\Data\ + for B"),
    (r"D:\Data\ +", r"D:\Data\ + by access"),
    (r"D:\Data\ + by access,demand", r"D:\Data\ + by demand"),
    (r"D:\Data\ + by access,demand", r"D:\Data\sub\x.mdf by access"),
    (r"D:\a.exe", r"D:\a.exe by access"),
    (r"D:\Data\ +", r"D:\Data\sub\ in 1"),
    (r"ksws:D:\Data\ +", r"ksws:D:\Data\sub\ +"),
    (r"ksws:D:\Data\ +", r"ksws:D:\Data\*.mdf +"),
    (r"ksws:D:\Data\", r"ksws:D:\Data\*.mdf"),
    (r"ksws:*.mdf", r"ksws:D:\Data\*.mdf"),
    (r"ksws:D:\Data\ +", r"D:\Data\x\*.mdf"),
    ("/srv/db in 1", "/srv/db/x?.log in 1"),
    ("/srv/db in 1", "/srv/db/ in 1"),
    ("/srv/db in 1", "/srv/db/x in 1"),
    ("/srv/db in 1", "/srv/db/** in 1"),
    ("/srv/db in 1", "/srv/db/a/b/c.log in 1"),
    ("/srv/db in 1", "/srv/db with *.log in 1"),
    ("/srv/db with *.log in 1", "/srv/db/a with *.log in 1"),
    ("/srv/db with *.log,*.tmp in 1", "/srv/db with *.log in 1"),
    ("/srv/db with *.log in 1", "/srv/db/a with x.log,y.log in 1"),
    ("/ with *.log in 1", "/srv/db/x.log in 1 with x.log"),
    ("/ with *.log in 1", "/srv with a*.log in 1"),
    ("/ with *.log in 1", "/srv/*.log in 1"),
    ("/ with *.log,*.tmp in 1", "/ with *.tmp in 1"),
    (r"ksws:D:\Data\*.mdf +", r"ksws:D:\Data\a.mdf +"),
    ("/srv/*/x in 1", "/srv/a*/x in 1"),
    ("/srv/** in 1", "/srv/a in 1"),
    ("/srv/**/x.log in 1", "/srv/a/*/x.log in 1"),
    ("/srv/*.log in 1", "/srv/a?.log in 1"),
    ("/home/ü in 1", "/home/ü/x in 1"),
    ("/home/?* in 1", "/home/ü? in 1"),
];

/// Neither is said of these, in either order.
const APART: &[(&str, &str)] = &[
    (r"C:\Data\ +", r"C:\Database\ +"),
    (r"C:\Data", r"C:\Database\"),
    (r"C:\Data", r"C:\Data\"),
    (r"C:\Data\", r"C:\Data\sub\"),
    (r"C:\Data\*.*", r"C:\Data\sub\a.mdf"),
    (r"C:\Data\ +", r"D:\Data\ +"),
    (r"C:\Data\*.mdf", r"C:\Data\*.ldf"),
    (r"C:\Data\a?.mdf", r"C:\Data\a.mdf"),
    (r"C:\Data\*.mdf", r"C:\Data\sub\*.mdf"),
    (r"C:\*\x.mdf", r"C:\a\b\x.mdf"),
    (r"C:\Data\**\x.mdf", r"C:\Data\x.mdf"),
    ("*.log", "*.log1"),
    ("*.log", r"C:\x.log\a.txt"),
    ("*.log", r"C:\x.log\ +"),
    (r"%windir%\ +", r"C:\Windows\Temp\ +"),
    (r"%windir%\ +", r"%ProgramFiles%\ +"),
    (r"%TEMP%\ +", r"%TMP%\ +"),
    (r"\\srv\share\ +", r"\\srv\share2\ +"),
    (r"C:\Straße\ +", r"C:\STRASSE\x"),
    (r"D:\Data\ + for A", r"D:\Data\sub\ +"),
    (r"D:\Data\ + for A", r"D:\Data\ + for B"),
    (r"D:\Data\ + by access", r"D:\Data\ + by demand"),
    (r"D:\Data\ + by access", r"D:\Data\sub\ +"),
    (r"D:\Data\ + off", r"D:\Data\sub\ +"),
    ("/srv/db in 1", "/srv/db in 2"),
    ("/srv/db in 1", "/srv/db/x in 2"),
    ("/srv/db in 1", "/srv/dbs in 1"),
    ("/srv/db in 1", "/Srv/db/x in 1"),
    ("/srv/db in 1", "/srv/DB/x in 1"),
    ("/srv/db with *.log in 1", "/srv/db/x.log in 1"),
    ("/srv/db with *.log in 1", "/srv/db with *.LOG in 1"),
    ("/srv/db with *.log in 1", "/srv/db with *.log,*.tmp in 1 off"),
    ("/srv/*/x in 1", "/srv/a/b/x in 1"),
    ("/srv/*/x in 1", "/srv/x in 1"),
    ("/srv/? in 1", "/srv/ab in 1"),
    ("/ with *.log in 1", "/srv/x.log/y in 1"),
    ("/srv trusted", "/srv/db in 1"),
];

/// The same set twice; the later one is told.
const TWICE: &[(&str, &str)] = &[
    (r"D:\Data\", r"D:\Data\*.*"),
    (r"D:\Data\", r"D:\Data\*"),
    (r"D:\Data\ +", r"D:\Data\ +"),
    (r"D:\Data\ +", r"d:\data\ +"),
    (r"D:\Data\ +", r"D:\Data\**"),
    (r"D:\Data\*", r"D:\Data\*.*"),
    ("*.log", "*.LOG"),
    (r"%windir%\ +", r"%SystemRoot%\ +"),
    (r"%windir%\ + drive C", r"C:\Windows\ +"),
    (r"C:/Data/a.txt", r"C:\data\A.txt"),
    (r"D:\Data\ + by access,demand", r"D:\Data\ + by demand,access"),
    (r"D:\Data\ + for A,B", r"D:\Data\ + for B,A"),
    ("/srv/db/ in 1", "/srv/db/** in 1"),
    ("/srv/db in 1", "/srv/db in 1"),
    ("/srv/db with *.log,*.tmp in 1", "/srv/db with *.tmp,*.log in 1"),
    ("/srv/db/ with *.log in 1", "/srv/db with *.log in 1"),
    ("/a/*b*/c in 1", "/a/*b*/c in 1"),
];

#[test]
fn an_exclusion_inside_another_is_told() {
    for (holder, inside) in INSIDE {
        assert_eq!(pairs([*holder, *inside]), ["2 CW0300 1"], "{inside} in {holder}");
        assert_eq!(pairs([*inside, *holder]), ["1 CW0300 2"], "{inside} in {holder}");
    }
}

#[test]
fn exclusions_apart_are_not_told() {
    for (one, other) in APART {
        assert_eq!(pairs([*one, *other]), [""; 0], "{one} and {other}");
        assert_eq!(pairs([*other, *one]), [""; 0], "{other} and {one}");
    }
}

#[test]
fn the_same_exclusion_is_told_once() {
    for (one, other) in TWICE {
        assert_eq!(pairs([*one, *other]), ["2 CW0301 1"], "{one} and {other}");
        assert_eq!(pairs([*other, *one]), ["2 CW0301 1"], "{other} and {one}");
        let thrice = pairs([*one, *other, *one]);
        assert_eq!(thrice, ["2 CW0301 1", "3 CW0301 1"], "{one}, {other}, {one}");
    }
}

#[test]
fn the_nearest_holder_is_named() {
    let chain = [r"D:\ +", r"D:\Data\ +", r"D:\Data\sub\ +", r"D:\Data\sub\x.mdf", "*.mdf"];
    assert_eq!(pairs(chain), ["2 CW0300 1", "3 CW0300 2", "4 CW0300 3"]);
}

/// The entries, and what is told.
const CONTRADICTIONS: &[(&[&str], &str)] = &[
    (&[r"D:\Data\ +", r"D:\Data\ + off"], "2 CW0302 1"),
    (&[r"D:\Data\ + off", r"D:\Data\ +"], "1 CW0302 2"),
    (&[r"D:\Data\** off", r"d:\data\ +"], "1 CW0302 2"),
    (&["/srv in 1 off", "/srv in 1"], "1 CW0302 2"),
    (&["/srv in 1 off", "/srv in 2"], ""),
    (&["/srv in 1 off", "/srv/db in 1"], ""),
    (&["/srv/db in 1 off", "/srv in 1"], ""),
    (&[r"D:\Data\ + by access off", r"D:\Data\ +"], ""),
    (&[r"D:\Data\ + for A off", r"D:\Data\ +"], ""),
    (&[r"D:\Data\ + off", r"D:\Data\ + off"], ""),
    (&["/srv/db scans in 1", "/srv in 1"], "1 CW0303 2"),
    (&["/srv scans in 1", "/srv in 1"], "1 CW0303 2"),
    (&["/srv in 1", "/srv/db/x with *.log scans in 1"], "2 CW0303 1"),
    (&["/srv with *.log in 1", "/srv/db/x with *.log scans in 1"], "2 CW0303 1"),
    (&["/srv/db/x with *.log scans in 1", "/ with *.log in 1"], "1 CW0303 2"),
    (&["/srv scans in 1", "/srv/db in 1"], ""),
    (&["/srv/db scans in 2", "/srv in 1"], ""),
    (&["/srv/db scans in 1 off", "/srv in 1"], ""),
    (&["/srv/db scans in 1", "/srv in 1 off"], ""),
    (&["/srv/db scans in 1", "/srv with *.log in 1"], ""),
    (&["/srv/db scans in 1", "/srv/dbs in 1"], ""),
    (&["/srv/db scans in 1", "/srv for T in 1"], ""),
];

#[test]
fn contradictions_are_told() {
    for (entries, wanted) in CONTRADICTIONS {
        let wanted: Vec<&str> = wanted.split(',').filter(|w| !w.is_empty()).collect();
        assert_eq!(pairs(entries.iter().copied()), wanted, "{entries:?}");
    }
}

/// What is told of one entry, apart from pairs: code, and what the message says.
fn alone(entry: &str) -> Vec<(&'static str, String)> {
    findings(&policy([entry])).into_iter().map(|f| (f.code, f.message)).collect()
}

const BROAD: &[(&str, &str, &str)] = &[
    // Places.
    ("*", "CW0304", "every drive"),
    (r"C:\ +", "CW0304", "all below"),
    (r"c:\**", "CW0304", "all below"),
    (r"E:\ +", "CW0304", "all below"),
    (r"C:\*", "CW0304", r"C:\"),
    (r"E:\", "CW0304", r"E:\"),
    (r"%SystemDrive%\ +", "CW0304", "%SystemDrive%"),
    (r"C:\Users\ +", "CW0304", r"C:\Users"),
    (r"C:\U*\ +", "CW0304", r"C:\Users"),
    (r"C:\Users\*\ +", "CW0304", r"AppData"),
    (r"C:\Users\*\AppData\ +", "CW0304", "AppData"),
    (r"C:\Users\*\AppData\Local\Temp\*", "CW0304", "Temp"),
    (r"C:\Users\*\AppData\Local\Temp\ +", "CW0304", "Temp"),
    (r"C:\Users\*\Downloads\ +", "CW0304", "Downloads"),
    (r"C:\Temp\", "CW0304", r"C:\Temp"),
    (r"C:\temp\*.*", "CW0304", r"C:\Temp"),
    (r"C:\TMP\ +", "CW0304", r"C:\Tmp"),
    (r"%TEMP%\ +", "CW0304", "%TEMP%"),
    (r"%temp%\*", "CW0304", "%TEMP%"),
    (r"%TMP%\", "CW0304", "%TMP%"),
    (r"C:\Windows\ +", "CW0304", r"C:\Windows"),
    (r"C:\WINDOWS\*", "CW0304", r"C:\Windows"),
    (r"%windir%\ +", "CW0304", "%SystemRoot%"),
    (r"%SystemRoot%\*", "CW0304", "%SystemRoot%"),
    (r"%windir%\ + drive C", "CW0304", r"C:\Windows"),
    (r"%windir%\ + drive D", "CW0304", r"D:\Windows"),
    (r"%windir%\System32\*", "CW0304", "System32"),
    (r"C:\Windows\System32\ +", "CW0304", "System32"),
    (r"C:\Windows\Sys*\*", "CW0304", "System32"),
    (r"C:\Windows\SysWOW64\", "CW0304", "SysWOW64"),
    (r"C:\Windows\Prefetch\", "CW0304", "Prefetch"),
    (r"%windir%\Prefetch\*", "CW0304", "Prefetch"),
    (r"C:\Windows\System32\spool\ +", "CW0304", "spool"),
    (r"C:\Windows\System32\CatRoot2\ +", "CW0304", "CatRoot2"),
    (r"C:\Windows\Temp\ +", "CW0304", "Temp"),
    (r"%windir%\Temp\", "CW0304", "Temp"),
    (r"**\Temp\*", "CW0304", "Temp"),
    (r"Temp\*", "CW0304", "Temp"),
    (r"C:\Program Files\ +", "CW0304", "Program Files"),
    (r"C:\Program Files*\ +", "CW0304", "Program Files"),
    (r"%ProgramFiles%\ +", "CW0304", "%ProgramFiles%"),
    (r"%ProgramFiles(x86)%\ +", "CW0304", "(x86)"),
    (r"C:\Program Files (x86)\ +", "CW0304", "(x86)"),
    (r"C:\Program Files\Java\ +", "CW0304", "Java"),
    (r"%ProgramData%\ +", "CW0304", "ProgramData"),
    (r"%ALLUSERSPROFILE%\ +", "CW0304", "ProgramData"),
    (r"C:\ProgramData\ +", "CW0304", "ProgramData"),
    (r"ksws:C:\Users\ +", "CW0304", "Users"),
    (r"ksws:C:\Windows\Temp\*", "CW0304", "Temp"),
    ("/usr in 1", "CW0304", "/usr"),
    ("/usr/ in 1", "CW0304", "/usr"),
    ("/usr/** in 1", "CW0304", "/usr"),
    ("/* in 1", "CW0304", "root folder"),
    ("/bin in 1", "CW0304", "/bin"),
    ("/*bin in 1", "", ""),
    ("/*bin/* in 1", "CW0304", "/bin"),
    ("/sbin/ in 1", "CW0304", "/sbin"),
    ("/usr/bin/* in 1", "CW0304", "/usr/bin"),
    ("/usr/lib in 1", "CW0304", "/usr/lib"),
    ("/etc in 1", "CW0304", "/etc"),
    ("/etc/** in 1", "CW0304", "/etc"),
    ("/home in 1", "CW0304", "/home"),
    ("/root in 1", "CW0304", "/root"),
    ("/tmp in 1", "CW0304", "/tmp"),
    ("/tmp/* in 1", "CW0304", "/tmp"),
    ("/var/tmp/ in 1", "CW0304", "/var/tmp"),
    ("/var in 1", "CW0304", "/var"),
    ("/opt in 1", "CW0304", "/opt"),
    ("/ in 1", "CW0304", "/"),
    // Extensions.
    ("*.exe", "CW0305", ".exe file anywhere"),
    ("*.EXE", "CW0305", ".exe file anywhere"),
    ("*.dll", "CW0305", ".dll file anywhere"),
    ("*.ps1", "CW0305", ".ps1 file anywhere"),
    ("*.ex?", "CW0305", ".exe file anywhere"),
    ("*.*", "CW0305", ".exe file anywhere"),
    ("*.js", "CW0305", ".js file anywhere"),
    ("*s", "CW0305", ".sys file anywhere"),
    ("*.zip", "CW0305", ".zip file anywhere"),
    ("*.tmp", "CW0305", ".tmp file anywhere"),
    (r"ksws:*.vbs", "CW0305", ".vbs file anywhere"),
    (r"ksws:C:\*.exe +", "CW0305", r"below C:"),
    (r"ksws:C:\Users\*.exe +", "CW0305", r"below C:\Users"),
    (r"ksws:C:\Windows\*.dll +", "CW0305", r"below C:\Windows"),
    (r"ksws:%windir%\*.dll +", "CW0305", "below %SystemRoot%"),
    (r"C:\**.exe", "CW0305", r"below C:"),
    (r"C:\Users\**.ps1", "CW0305", r"below C:\Users"),
    ("/ with *.sh in 1", "CW0305", ".sh file anywhere"),
    ("/ with *.log,*.so in 1", "CW0305", ".so file anywhere"),
    ("/home with *.py in 1", "CW0305", "below /home"),
    ("/usr with *.so in 1", "CW0305", "below /usr"),
    ("/tmp with *.jar in 1", "CW0305", "below /tmp"),
    // Folders that users can write to.
    (r"C:\Users\bob\ +", "CW0306", "users can write"),
    (r"C:\Users\bob\App\", "CW0306", "users can write"),
    (r"C:\Users\*\AppData\Local\Vendor\ +", "CW0306", "users can write"),
    (r"C:\Users\Public\ +", "CW0306", "users can write"),
    (r"C:\Users\Public\Vendor\*", "CW0306", "users can write"),
    (r"%PUBLIC%\Vendor\ +", "CW0306", "users can write"),
    (r"%APPDATA%\Vendor\ +", "CW0306", "users can write"),
    (r"%TEMP%\Vendor\ +", "CW0306", "users can write"),
    (r"C:\ProgramData\Vendor\ +", "CW0306", "partly"),
    (r"%ProgramData%\Vendor\*", "CW0306", "partly"),
    (r"**\Cache\*", "CW0306", "users can write"),
    (r"Cache\*", "CW0306", "users can write"),
    (r"C:\**\Vendor\*", "CW0306", "users can write"),
    (r"C:\Windows\Temp\Vendor\ +", "CW0306", "users can write"),
    ("/tmp/vendor in 1", "CW0306", "users can write"),
    ("/tmp/vendor/ in 1", "CW0306", "users can write"),
    ("/home/bob in 1", "CW0306", "users can write"),
    ("/home/*/cache/* in 1", "CW0306", "users can write"),
    ("/var/tmp/x/** in 1", "CW0306", "users can write"),
    ("/dev/shm/x in 1", "CW0306", "users can write"),
    ("/**/cache/* in 1", "CW0306", "users can write"),
    // Nothing.
    (r"C:\Program Files (x86)\Vendor\ +", "", ""),
    (r"C:\Program Files\Vendor\ +", "", ""),
    (r"C:\Program Files\", "", ""),
    (r"%ProgramFiles%\Vendor\ +", "", ""),
    (r"C:\Users\", "", ""),
    (r"C:\Users\bob\x.txt", "", ""),
    (r"C:\Users", "", ""),
    (r"C:\Windows", "", ""),
    (r"C:\Windows\Vendor\ +", "", ""),
    (r"C:\Windows2\ +", "", ""),
    (r"D:\Windows\ +", "", ""),
    (r"C:\Windows\SoftwareDistribution\DataStore\ +", "", ""),
    (r"C:\Windows\*.log", "", ""),
    (r"C:\*.exe", "", ""),
    (r"C:\Data\*.exe", "", ""),
    (r"ksws:C:\Data\*.exe +", "", ""),
    (r"D:\Data\ +", "", ""),
    (r"D:\Temp\ +", "", ""),
    (r"D:\Users\ +", "", ""),
    (r"D:\Data\a?.exe", "", ""),
    ("*.mdf", "", ""),
    ("*.log", "", ""),
    ("x*.exe", "", ""),
    ("a.exe", "", ""),
    ("*.exe1", "", ""),
    (r"C:\Users\ + for Trojan", "", ""),
    ("*.exe for Trojan", "", ""),
    (r"C:\Windows\Temp\*.log", "", ""),
    (r"%windir%\Temp\x.tmp", "", ""),
    (r"\\srv\share\ +", "", ""),
    ("/srv in 1", "", ""),
    ("/srv/db in 1", "", ""),
    ("/opt/vendor in 1", "", ""),
    ("/opt/vendor/ in 1", "", ""),
    ("/var/lib/mysql in 1", "", ""),
    ("/var/log/*.log in 1", "", ""),
    ("/usr/share/vendor in 1", "", ""),
    ("/etc/vendor.conf in 1", "", ""),
    ("/homes/x in 1", "", ""),
    ("/Tmp in 1", "", ""),
    ("/tmp/*.log in 1", "", ""),
    ("/srv with *.sh in 1", "", ""),
    ("/ with *.log in 1", "", ""),
    ("/ with *.SH in 1", "", ""),
    ("/usr in 1 off", "", ""),
    (r"C:\Users\ + off", "", ""),
    // Programs that run whatever they are given.
    (r"C:\Windows\System32\cmd.exe trusted", "CW0307", "cmd.exe"),
    (r"%SystemRoot%\System32\WindowsPowerShell\v1.0\PowerShell.exe trusted", "CW0307", "powershell.exe"),
    (r"C:\Program Files\Java\jre8\bin\java.exe trusted", "CW0307", "java.exe"),
    (r"C:\*\python.exe trusted", "CW0307", "python.exe"),
    ("wscript.exe trusted", "CW0307", "wscript.exe"),
    (r"C:\Tools\*.exe trusted", "CW0307", "any name"),
    (r"C:\Tools\* trusted", "CW0307", "any name"),
    (r"C:\Tools\po*.exe trusted", "CW0307", "any name"),
    (r"C:\Tools\cscript.exe", "CW0307", "not scanned"),
    ("mshta.exe", "CW0307", "not scanned"),
    (r"C:\Program Files\Vendor\agent.exe trusted", "", ""),
    (r"C:\Tools\zz*.exe trusted", "", ""),
    (r"C:\Tools\cmd.exe.txt trusted", "", ""),
    (r"C:\cmd.exe\agent.exe trusted", "", ""),
    (r"C:\Tools\cmd.exe trusted off", "", ""),
    (r"C:\Tools\cmd.exe for Trojan", "", ""),
    (r"C:\Tools\*.exe", "", ""),
    ("/usr/bin/python3 trusted", "CW0307", "python3"),
    ("/usr/bin/python3.11 trusted", "CW0307", "python3"),
    ("/bin/bash trusted", "CW0307", "bash"),
    ("/opt/jdk/bin/java trusted", "CW0307", "java"),
    ("/opt/jdk/bin/* trusted", "CW0307", "any name"),
    ("/opt/vendor/ trusted", "CW0307", "any name"),
    ("/usr/bin/perl in 1", "CW0307", "not scanned"),
    ("/usr/local with bash in 1", "CW0307", "not scanned"),
    ("/opt/vendor/agent trusted", "", ""),
    ("/opt/bash/agent trusted", "", ""),
    ("/opt/vendor/Bash trusted", "", ""),
    ("/opt/vendor/rbash trusted", "", ""),
    ("/opt/vendor in 1", "", ""),
];

#[test]
fn what_opens_too_much_is_told() {
    let mut wrong = Vec::new();
    for (entry, code, says) in BROAD {
        let told = alone(entry);
        let good = match told.as_slice() {
            [] => code.is_empty(),
            [(told, message)] => told == code && message.contains(says),
            _ => false,
        };
        if !good {
            wrong.push(format!("{entry}: wanted {code} {says}, told {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn findings_stand_in_the_order_of_the_items_and_name_the_line() {
    let policy = policy([r"C:\Users\ +", "/usr/bin/bash trusted", r"C:\Users\bob\ +", r"C:\Users\ +"]);
    let found: Vec<String> = findings(&policy)
        .iter()
        .map(|f| format!("{}:{} {}", f.origin.input, f.origin.line, f.code))
        .collect();
    let wanted = ["1 CW0304", "2 CW0307", "3 CW0300", "3 CW0306", "4 CW0301", "4 CW0304"];
    assert_eq!(found, wanted.map(|w| format!("export.ini:{w}")));
}

// ------------------------------------------------------------------------------------- against every pair

/// A small generator of its own.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn windows(&mut self) -> String {
        let mut mask = self.of(&["C:", "C:", "D:", "?:", "%windir%", "", r"\\s\t"]).to_owned();
        let depth = self.below(3);
        for _ in 0..depth {
            if !mask.is_empty() {
                mask.push('\\');
            }
            mask += self.of(&["a", "A", "ab", "b", "a*", "?", "**", "*", "a?", "ä"]);
        }
        if !mask.is_empty() {
            mask.push('\\');
        }
        mask += self.of(&["", "", "*", "*.log", "x.log", "x?.log", "X.LOG", "?.log", "*.*", "*x*", "**"]);
        mask +=
            self.of(&["", "", " +", " + by access", " by access", " by access,demand", " for T", " for T,U"]);
        mask
    }

    fn linux(&mut self) -> String {
        let mut mask = String::new();
        for _ in 0..self.below(4) {
            mask.push('/');
            mask += self.of(&["a", "A", "ab", "b", "a*", "?", "*", "ü", "**"]);
        }
        mask += self.of(&["/", "", "/x.log", "/*.log", "/x?.log", "/**"]);
        mask += self.of(&["", "", " with *.log", " with x.log", " with *.log,*.tmp", " with ?.*"]);
        mask += self.of(&["", " in 1", " in 1", " in 2"]);
        mask += self.of(&["", "", "", " off", " scans in 1"]);
        mask
    }
}

/// Whether one exclusion holds another, by nothing but comparing; `None` when it is not known.
fn holds(holder: &Item, inside: &Item) -> Option<Relation> {
    let (Kind::Exclusion(a), Kind::Exclusion(b)) = (&holder.kind, &inside.kind) else { return None };
    let reach = match (&a.reach, &b.reach) {
        (Reach::Everything, _) => true,
        (Reach::Task(x), Reach::Task(y)) => x == y,
        (Reach::Components(x), Reach::Components(y)) => y.iter().all(|c| x.contains(c)),
        _ => false,
    };
    let threats =
        a.threats.is_empty() || !b.threats.is_empty() && b.threats.iter().all(|t| a.threats.contains(t));
    if !reach || !threats {
        return None;
    }
    let mut all = Relation::Equal;
    for side in [crate::mask::Side::Source, crate::mask::Side::Target] {
        let (a, b) = (a.objects_as(side)?.ok()?.set, b.objects_as(side)?.ok()?.set);
        match compare(&b, &a).ok()?.relation {
            Relation::Equal => {}
            Relation::Inside => all = Relation::Inside,
            _ => return None,
        }
    }
    let mut same = [a.threats.clone(), b.threats.clone()];
    same.iter_mut().for_each(|t| t.sort_unstable());
    let equal = a.reach == b.reach && same[0] == same[1];
    Some(if equal { all } else { Relation::Inside })
}

#[test]
fn the_index_finds_what_comparing_every_pair_finds() {
    let (mut told, mut lists) = (0, 0);
    for seed in 1..=300 {
        let mut chance = Chance(u64::wrapping_mul(seed, 0x9E37_79B9_7F4A_7C15));
        let size = 2 + chance.below(14);
        let texts: Vec<String> =
            (0..size).map(|_| if seed % 2 == 0 { chance.windows() } else { chance.linux() }).collect();
        let policy = policy(texts.iter().map(String::as_str));
        let found = pairs(texts.iter().map(String::as_str));
        let active = |item: &&Item| item.state == State::Active && matches!(item.kind, Kind::Exclusion(_));
        for item in policy.items.iter().filter(active) {
            let holders: Vec<(u32, Relation)> = policy
                .items
                .iter()
                .filter(active)
                .filter(|other| other.line != item.line)
                .filter_map(|other| Some((other.line, holds(other, item)?)))
                .filter(|(line, relation)| *relation == Relation::Inside || *line < item.line)
                .collect();
            let mine: Vec<&String> = found
                .iter()
                .filter(|f| {
                    f.starts_with(&format!("{} CW0300", item.line))
                        || f.starts_with(&format!("{} CW0301", item.line))
                })
                .collect();
            assert_eq!(
                mine.len(),
                usize::from(!holders.is_empty()),
                "seed {seed} {texts:#?}: {item:?} {holders:?} {mine:?}"
            );
            if let Some(mine) = mine.first() {
                let right = holders.iter().any(|(line, relation)| {
                    let code = if *relation == Relation::Equal { "CW0301" } else { "CW0300" };
                    **mine == format!("{} {code} {line}", item.line)
                });
                assert!(right, "seed {seed}: {mine}, holders {holders:?}");
                told += 1;
            }
        }
        lists += 1;
    }
    println!("{lists} lists, {told} findings agree");
    assert!(told > 200);
}

// --------------------------------------------------------------------------------------------------- speed

/// An ordinary list: folders and files of programs, file masks, extensions, a few that repeat.
fn ordinary(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| match n % 10 {
            0 => format!(r"D:\Customers\c{}\ +", n / 40),
            1 => format!(r"D:\Customers\c{}\data\db{n}.mdf", n / 40),
            2 => format!(r"C:\Program Files\Vendor {n}\bin\agent.exe"),
            3 => format!(r"C:\Program Files\Vendor {n}\logs\*.log"),
            4 => format!("*.ext{n}"),
            5 => format!(r"E:\Shares\team{}\*\cache\x{n}?.tmp", n % 97),
            6 => format!(r"%ProgramData%\Vendor {n}\ +"),
            7 => format!(r"C:\Users\*\AppData\Local\Vendor {n}\ +"),
            8 => format!(r"F:\Backup\**\set{n}.vbk"),
            _ => format!(r"D:\Mail\store{}\*.edb", n % 50_000),
        })
        .collect()
}

/// Lists made to be slow: alike at both ends, nested, with many stars.
fn hard(count: usize, kind: usize) -> Vec<String> {
    let one = |n: usize| match kind {
        0 => format!("/srv/*{n}/x.log"),
        1 => format!("/srv/*{n}*/x.log"),
        2 => format!("/{}*", "a".repeat(n % 200)),
        3 => format!("/ with *{}.log in {n}", n % 7),
        _ => format!("/srv/{}x.log", "*a".repeat(n % 9)),
    };
    (0..count).map(one).collect()
}

/// `CROSSWALK_ENTRIES=100000 cargo test --profile fast --lib review::tests::a_long -- --nocapture` shows the times.
#[test]
fn a_long_list_is_reviewed_in_seconds() {
    let size = std::env::var("CROSSWALK_ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let mut lists = vec![("ordinary, a tenth", ordinary(size / 10)), ("ordinary", ordinary(size))];
    for kind in 0..5 {
        lists.push(("hard", hard(size, kind)));
    }
    for (name, texts) in lists {
        let policy = policy(texts.iter().map(String::as_str));
        let start = std::time::Instant::now();
        let found = findings(&policy);
        println!("{name} {}: {} findings in {:?}", texts.len(), found.len(), start.elapsed());
    }
}
