//! A clean export tells the rows that a server product shipped from the customer's own, wherever they stand in the list.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::process::Command;

use serde_json::Value;

fn rule(enabled: &str, path: &str, on_demand: &str, description: &str) -> String {
    format!(
        "<element><Enabled>{enabled}</Enabled><UseObjects>yes</UseObjects><Objects><element><__VersionInfo><element>1</element></__VersionInfo><Type>4</Type><Path>{path}</Path></element></Objects><UseThreatNameMasks>no</UseThreatNameMasks><ThreatNameMasks/><ApplyForFileMonitor>yes</ApplyForFileMonitor><ApplyForOnDemandScan>{on_demand}</ApplyForOnDemandScan><Description>{description}</Description></element>"
    )
}

fn export(rules: &[String]) -> String {
    format!(
        "<KAV-WSEE-Settings><Settings><TrustedZone><ExclutionRules>{}</ExclutionRules></TrustedZone></Settings></KAV-WSEE-Settings>",
        rules.concat()
    )
}

#[test]
fn rows_of_the_clean_export_wait_and_all_others_are_the_customers() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(
        at("clean.xml"),
        export(&[
            rule("yes", r"C:\Shipped\a.exe", "yes", "Shipped"),
            rule("no", r"C:\Shipped\b.exe", "yes", ""),
        ]),
    )
    .unwrap();
    fs::write(
        at("server.xml"),
        export(&[
            // The same row in another language and letter case is the product's.
            rule("yes", r"c:\shipped\A.exe", "yes", "Mitgeliefert"),
            // The customer switched it on, so it is theirs.
            rule("yes", r"C:\Shipped\b.exe", "yes", ""),
            // Another scope is another row.
            rule("yes", r"C:\Shipped\a.exe", "no", "Shipped"),
            rule("yes", r"D:\Own\c.exe", "yes", ""),
        ]),
    )
    .unwrap();
    fs::write(at("other.csv"), "Path\nD:\\x\n").unwrap();
    let run = |args: &[&str]| {
        let mut words = vec![
            "inspect",
            "server.xml",
            "--json",
            "--answer",
            "ksws.product=ksws",
            "--answer",
            "ksws.subfolders=yes",
        ];
        words.extend(args);
        Command::new(env!("CARGO_BIN_EXE_crosswalk")).args(words).current_dir(folder.path()).output().unwrap()
    };
    let states = |args: &[&str]| -> Vec<String> {
        let out = run(args);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let value: Value = serde_json::from_slice(&out.stdout).unwrap();
        let items = value["inputs"][0]["items"].as_array().unwrap();
        items
            .iter()
            .filter(|i| i["kind"] == "exclusion")
            .map(|i| i["state"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(states(&[]), ["in force"; 4]);
    assert_eq!(
        states(&["--clean", "clean.xml"]),
        ["waits for an answer", "in force", "in force", "in force"]
    );
    let left = states(&["--clean", "clean.xml", "--answer", "ksws.defaults=leave"]);
    assert_eq!(left, ["switched off", "in force", "in force", "in force"]);
    assert_eq!(states(&["--clean", "clean.xml", "--answer", "ksws.defaults=convert"]), ["in force"; 4]);
    // What holds no rules is a mistake in the call.
    assert_eq!(run(&["--clean", "other.csv"]).status.code(), Some(2));
}
