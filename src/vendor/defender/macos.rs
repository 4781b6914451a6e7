//! Defender for Endpoint on macOS: the settings of `com.microsoft.wdav`, as a configuration profile and as the bare property list
//! (reference: defender, section 8).
//!
//! | file | for |
//! |---|---|
//! | `com.microsoft.wdav.mobileconfig` | Intune (custom profile), or any management of Apple devices that takes profiles |
//! | `com.microsoft.wdav.plist` | Jamf, which asks for the settings alone |
//!
//! Both hold the same settings. Exclusions stand in `antivirusEngine.exclusions` with `exclusionsMergePolicy` merge; numbers are
//! written as numbers, because a text in their place fails Microsoft's schema. Identifiers are UUIDv5 of a fixed name space
//! and the input's hash. Which rows become what is in `epp.rs`.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{epp, linux};
use crate::finding::{self as codes, Finding, Severity};
use crate::mask::Language;
use crate::policy::{Item, Platform, Policy};
use crate::review::Coverage;
use crate::vendor::{Artefact, Desk, Entry, Route, RouteInfo, Stamp, Verdict, finding};

/// `defender/macos`.
pub struct Wdav;

const PROFILE: &str = "com.microsoft.wdav.mobileconfig";
const SETTINGS: &str = "com.microsoft.wdav.plist";
const PAYLOAD: &str = "com.microsoft.wdav";

const TARGET: epp::Target = epp::Target {
    file: PROFILE,
    product: "Defender on macOS",
    language: Language::MdeMacos,
    behaviour: "features.behaviorMonitoring",
    schedules: "features.scheduledScan",
};

static INFO: RouteInfo = RouteInfo {
    id: "defender/macos",
    name: "Microsoft Defender for Endpoint on macOS, configuration profile",
    platforms: &[Platform::MacOs],
    grade: "CONFIRMED keys: the settings are valid against Microsoft's own schema and the profile has the shape of Microsoft's samples; the project has not run it on a Mac",
    files: &[PROFILE, SETTINGS],
    steps: &[
        "Read report.html first: it says what was left out and why",
        "If a profile with com.microsoft.wdav is in use already, put the keys of this one into it instead of adding a second: what a Mac does with two is not established",
        "Intune: Devices, macOS, Configuration, Create, Templates, Custom; upload com.microsoft.wdav.mobileconfig, channel Device, assign it to one test group",
        "Jamf Pro: Configuration Profiles, Application & Custom Settings, Upload; preference domain com.microsoft.wdav, file com.microsoft.wdav.plist",
        "On a test Mac: mdatp health (real_time_protection_enabled must be true), and mdatp exclusion list",
        "To undo: remove the assignment; the profile goes, and so do its settings",
    ],
    carries: "exclusions of paths that are written out in full; real-time protection",
};

/// Name space for identifiers of profiles.
const NAME_SPACE: Uuid = Uuid::from_u128(0x3b6e_90d7_1f42_5c08_a7d9_4e15_82c6_f03a);

impl Route for Wdav {
    fn info(&self) -> &'static RouteInfo {
        &INFO
    }

    fn assess(&self, item: &Item, policy: &Policy, coverage: Option<Coverage>, desk: &mut Desk) -> Verdict {
        linux::assess(&TARGET, "Microsoft Defender for Endpoint on macOS", item, policy, coverage, desk)
    }

    fn constants(&self, policy: &Policy) -> Vec<Entry> {
        vec![TARGET.enforcement(policy)]
    }

    fn write(&self, entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
        let (mut root, exclusions) = epp::tree(entries);
        if !exclusions.is_empty()
            && let Value::Object(engine) =
                root.entry("antivirusEngine").or_insert_with(|| Value::Object(Map::new()))
        {
            engine.insert("exclusions".to_owned(), Value::Array(exclusions));
            engine.insert("exclusionsMergePolicy".to_owned(), json!("merge"));
        }
        let settings = Value::Object(root);
        let id = |what: &str| {
            let name = format!("defender/macos {what} {}", stamp.input_sha256);
            Uuid::new_v5(&NAME_SPACE, name.as_bytes()).to_string().to_uppercase()
        };
        let mut payload = json!({
            "PayloadDescription": "",
            "PayloadDisplayName": "Microsoft Defender for Endpoint settings",
            "PayloadEnabled": true,
            "PayloadIdentifier": PAYLOAD,
            "PayloadOrganization": "Crosswalk",
            "PayloadType": PAYLOAD,
            "PayloadUUID": id("payload"),
            "PayloadVersion": 1
        });
        if let (Value::Object(payload), Value::Object(settings)) = (&mut payload, &settings) {
            payload.extend(settings.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        let profile = json!({
            "PayloadContent": [payload],
            "PayloadDescription": stamp.description(),
            "PayloadDisplayName": "Crosswalk: Microsoft Defender settings carried over",
            "PayloadEnabled": true,
            "PayloadIdentifier": PAYLOAD,
            "PayloadOrganization": "Crosswalk",
            "PayloadRemovalDisallowed": true,
            "PayloadScope": "System",
            "PayloadType": "Configuration",
            "PayloadUUID": id("profile"),
            "PayloadVersion": 1
        });
        vec![
            Artefact { name: PROFILE.into(), bytes: plist(&profile).into_bytes() },
            Artefact { name: SETTINGS.into(), bytes: plist(&settings).into_bytes() },
        ]
    }

    fn findings(&self, policy: &Policy, entries: &[Entry], _desk: &mut Desk) -> Vec<Finding> {
        let mut found = TARGET.findings(INFO.grade, policy, entries);
        found.push(finding(
            codes::MERGE,
            Severity::Info,
            format!(
                "Only one profile with {PAYLOAD} should be in use. Keys of this one: {}; entries of antivirusEngine.exclusions are added",
                epp::keys(entries)
            ),
            "Where there is such a profile, put these keys into it and keep a copy of it",
        ));
        found.push(finding(
            codes::BEFORE_IMPORT,
            Severity::Info,
            "Microsoft advises against carrying exclusions of other products over to macOS, since they may no longer be needed",
            "Keep those for which you know the reason",
        ));
        found
    }
}

/// A property list. Text is escaped; what XML cannot hold was left out in `assess`.
fn plist(value: &Value) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n",
    );
    element(value, 0, &mut out);
    out.push_str("</plist>\n");
    out
}

fn element(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    // Writing to a string cannot fail.
    let _ = match value {
        Value::Object(map) => {
            let _ = writeln!(out, "{indent}<dict>");
            for (key, value) in map {
                let _ = writeln!(out, "{indent}  <key>{}</key>", escaped(key));
                element(value, depth + 1, out);
            }
            writeln!(out, "{indent}</dict>")
        }
        Value::Array(all) => {
            let _ = writeln!(out, "{indent}<array>");
            for value in all {
                element(value, depth + 1, out);
            }
            writeln!(out, "{indent}</array>")
        }
        Value::Bool(true) => writeln!(out, "{indent}<true/>"),
        Value::Bool(false) => writeln!(out, "{indent}<false/>"),
        Value::Number(number) => writeln!(out, "{indent}<integer>{number}</integer>"),
        Value::String(text) => writeln!(out, "{indent}<string>{}</string>", escaped(text)),
        Value::Null => Ok(()),
    };
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
