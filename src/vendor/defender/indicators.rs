//! Indicators of Defender for Endpoint: files, addresses and sites that a tenant allows or blocks (reference: defender, sections
//! 10, 11).
//!
//! | file | for |
//! |---|---|
//! | `indicators-files.csv`, `-addresses.csv`, `-urls.csv` | the portal: one file for each of its tabs, at most 500 rows each |
//! | `indicators.api.json` | the body of `POST /api/indicators/import`: the same ones, and MD5 hashes, which only the API takes |
//!
//! # What becomes an indicator
//!
//! | source | indicator | fate |
//! |---|---|---|
//! | exclusion or trusted program with hashes | `FileSha256`, `FileSha1`, `FileMd5`: Allowed | by decision |
//! | address that network protection leaves alone, single and external | `IpAddress`: Allowed | by decision |
//! | web rule: host, external address, `http://` or `https://` address | `DomainName`, `IpAddress`, `Url`: Allowed or Block | by decision |
//! | masks, ports, ranges, private addresses | none | by hand |
//!
//! Why nothing is exact. An indicator holds for every machine of the tenant, while a policy holds for a group. An allowed file is
//! not only left unscanned: it goes before attack surface reduction rules, too, and wherever it lies, whoever touches it. And
//! it does nothing for files that are no programs (PE). An allowed address is let through for every program. What a web rule of
//! the source takes besides the host it names is not established, so a blocked host may have been more there.
//!
//! Title and description are made of the value alone, so that two rows with one hash give one indicator, and no text of the
//! input has to be quoted: how the portal reads quotation marks is not established. Lines end in CRLF, there is no byte order
//! mark, and every byte is ASCII, so that no reader can take them for something else. `GenerateAlert` is `false` as in the
//! portal's sample, where `true` stands in small letters.

use core::net::IpAddr;
use std::num::NonZeroUsize;
use std::str::FromStr as _;

use serde_json::{Value, json};

use crate::finding::{self as codes, Finding, Severity};
use crate::ledger::Fate;
use crate::policy::{AddressRange, Exclusion, Item, Kind, Platform, Policy, TrustedApplication, WebRule};
use crate::review::Coverage;
use crate::vendor::{Artefact, Desk, Entry, Route, RouteInfo, Stamp, Verdict, finding, numbered, settings};

/// `defender/indicators`.
pub struct Indicators;

const FILES: &str = "indicators-files.csv";
const ADDRESSES: &str = "indicators-addresses.csv";
const URLS: &str = "indicators-urls.csv";
const BODY: &str = "indicators.api.json";

/// Most rows of a file, and most indicators of a request.
const MOST: usize = 500;
/// Most active indicators of a tenant.
const TENANT: usize = 15_000;

/// Types, with the file of the portal's tab; `None`: the API alone takes it.
const TYPES: [(&str, Option<&str>); 7] = [
    ("FileSha256", Some(FILES)),
    ("FileSha1", Some(FILES)),
    ("FileMd5", None),
    // The policy has no condition on certificates yet.
    ("CertificateThumbprint", None),
    ("IpAddress", Some(ADDRESSES)),
    ("DomainName", Some(URLS)),
    ("Url", Some(URLS)),
];

/// Columns of the portal, in its order.
const HEAD: [&str; 12] = [
    "IndicatorType",
    "IndicatorValue",
    "ExpirationTime",
    "Action",
    "Severity",
    "Title",
    "Description",
    "RecommendedActions",
    "RbacGroups",
    "Category",
    "MitreTechniques",
    "GenerateAlert",
];

static INFO: RouteInfo = RouteInfo {
    id: "defender/indicators",
    name: "Microsoft Defender for Endpoint, indicators",
    platforms: &[Platform::Windows, Platform::Linux, Platform::MacOs],
    grade: "CONFIRMED header and rows: the portal's own sample has them; which quoting the portal takes is not established, so nothing is quoted; the project has not imported these files into a tenant",
    files: &[FILES, ADDRESSES, URLS, BODY],
    steps: &[
        "Read report.html first: an indicator holds for every machine of the tenant",
        "Defender portal: Settings, Endpoints, Advanced features: Allow or block file and Custom network indicators are on; for files also EnableFileHashComputation on the machines",
        "Settings, Endpoints, Rules, Indicators: on the tab for files choose Import and take indicators-files.csv; on the tabs for IP addresses and for URLs the other two; further files (-2) one after the other",
        "Compare the numbers that the portal shows with report.html; a row that it refuses is named there",
        "Or by the API, not both: POST each indicators.api.json to https://api.securitycenter.microsoft.com/api/indicators/import. MD5 hashes go this way only",
        "Blocked addresses need network protection in block mode. Rows with a path work in Edge only; other browsers show just the host to Defender",
        "To undo: sort the list by title; the titles begin with Crosswalk; mark and delete them",
    ],
    carries: "hashes of exclusions and trusted programs, web addresses, addresses that network protection leaves alone: all by decision",
};

impl Route for Indicators {
    fn info(&self) -> &'static RouteInfo {
        &INFO
    }

    fn assess(&self, item: &Item, _policy: &Policy, coverage: Option<Coverage>, _desk: &mut Desk) -> Verdict {
        match &item.kind {
            Kind::Exclusion(exclusion) if !exclusion.hashes.is_empty() => of_exclusion(exclusion, coverage),
            Kind::TrustedApplication(trusted) if !trusted.hashes.is_empty() => of_program(trusted),
            Kind::Exclusion(_) | Kind::TrustedApplication(_) => Verdict::unsupported(
                codes::OTHER_ROUTE,
                "Indicators name files by their hash, and this row has none; the route for the antivirus of the same system carries paths",
            ),
            Kind::NetworkAttackExclusion(addresses) => of_addresses(addresses),
            Kind::WebRule(rule) => of_web_rule(rule),
            Kind::Setting { .. } => {
                let common = settings::common(item, "Defender's list of indicators");
                match common.fate {
                    Fate::Inactive | Fate::Covered => common,
                    _ => Verdict::unsupported(
                        codes::OTHER_ROUTE,
                        "Indicators hold no settings; the route for the antivirus of the same system does",
                    ),
                }
            }
            _ => settings::common(item, "Defender's list of indicators"),
        }
    }

    fn limit(&self, _file: &str) -> Option<NonZeroUsize> {
        NonZeroUsize::new(MOST)
    }

    fn write(&self, entries: &[Entry], _stamp: &Stamp<'_>) -> Vec<Artefact> {
        let mut out = Vec::new();
        for file in [FILES, ADDRESSES, URLS] {
            let rows: Vec<&Entry> = entries.iter().filter(|e| e.file == file).collect();
            for (n, rows) in rows.chunks(MOST).enumerate() {
                out.push(Artefact { name: numbered(file, n), bytes: table(rows).into_bytes() });
            }
        }
        // What the API alone takes comes first, so that it stands in the file that the ledger names.
        let (alone, others): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|e| e.file == BODY);
        let all = [alone, others].concat();
        for (n, part) in all.chunks(MOST).enumerate() {
            let body = json!({"Indicators": part.iter().map(|e| body(e)).collect::<Vec<_>>()});
            let mut bytes = serde_json::to_vec_pretty(&body).unwrap_or_default();
            bytes.push(b'\n');
            out.push(Artefact { name: numbered(BODY, n), bytes });
        }
        out
    }

    fn findings(&self, _policy: &Policy, entries: &[Entry], _desk: &mut Desk) -> Vec<Finding> {
        let mut found = vec![finding(
            codes::NOT_TRIED,
            Severity::Info,
            INFO.grade,
            "Import one short file first and look at what the portal makes of it",
        )];
        let mut values: Vec<(&str, &str)> =
            entries.iter().map(|e| (e.value.as_str(), e.field("Action"))).collect();
        values.sort_unstable();
        values.dedup();
        let twice: Vec<&str> = values
            .windows(2)
            .filter_map(|pair| match pair {
                [(one, _), (other, _)] if one == other => Some(*one),
                _ => None,
            })
            .collect();
        if let Some(first) = twice.first() {
            found.push(finding(
                codes::INDICATOR_TWICE,
                Severity::Warning,
                format!(
                    "{} both allowed and blocked by rows of the input; in Defender allowing wins: {first}",
                    if twice.len() == 1 {
                        "A value is".to_owned()
                    } else {
                        format!("{} values are", twice.len())
                    }
                ),
                "Decide which one is right, and drop the other row",
            ));
        }
        if entries.len() > TENANT {
            found.push(finding(
                codes::INDICATOR_LIMIT,
                Severity::Error,
                format!("{} indicators are written; a tenant holds {TENANT} active ones", entries.len()),
                "Drop rows that nobody needs any more, or import only some of the files",
            ));
        }
        found
    }
}

/// One row of the portal's table. No value needs quotes; should one ever, it gets those of RFC 4180.
fn table(rows: &[&Entry]) -> String {
    let mut out = HEAD.join(",");
    out.push_str("\r\n");
    for entry in rows {
        let cells = HEAD.map(|column| match column {
            "IndicatorType" => entry.list,
            "IndicatorValue" => entry.value.as_str(),
            column => entry.field(column),
        });
        let cells = cells.map(|cell| {
            if cell.contains(['"', ',', '\r', '\n']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.to_owned()
            }
        });
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}

/// One indicator of the API.
fn body(entry: &Entry) -> Value {
    json!({
        "action": entry.field("Action"),
        "application": "",
        "description": entry.field("Description"),
        "expirationTime": null,
        "indicatorType": entry.list,
        "indicatorValue": entry.value,
        "rbacGroupNames": [],
        "recommendedActions": entry.field("RecommendedActions"),
        "severity": entry.field("Severity"),
        "title": entry.field("Title")
    })
}

/// An indicator. Its texts hold neither a comma nor a quotation mark.
fn entry(kind: &'static str, value: String, allow: bool) -> Entry {
    let file = TYPES.iter().find(|(known, _)| *known == kind).and_then(|(_, file)| *file).unwrap_or(BODY);
    let (action, verb, why) = if allow {
        ("Allowed", "allow", "Allowed by the policy of the previous product")
    } else {
        ("Block", "block", "Blocked by the policy of the previous product")
    };
    // A hash is known by its beginning.
    let short = if kind.starts_with("File") { value.get(..16).unwrap_or(&value) } else { value.as_str() };
    let title = format!("Crosswalk: {verb} {short}");
    Entry {
        file,
        list: kind,
        fields: vec![
            ("Action", action.to_owned()),
            ("Severity", "Informational".to_owned()),
            ("Title", title),
            ("Description", why.to_owned()),
            ("RecommendedActions", "Check whether it is still needed".to_owned()),
            ("GenerateAlert", "false".to_owned()),
        ],
        value,
    }
}

/// The indicators of hashes; `None` when one is of no known length.
fn of_hashes(hashes: &[String]) -> Option<Vec<Entry>> {
    hashes
        .iter()
        .map(|hash| {
            let kind = match hash.len() {
                64 => "FileSha256",
                40 => "FileSha1",
                32 => "FileMd5",
                _ => return None,
            };
            let digits = hash.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
            digits.then(|| entry(kind, hash.clone(), true))
        })
        .collect()
}

const NO_HASH: &str = "A hash of the row is neither MD5 nor SHA-1 nor SHA-256 in small hexadecimal digits";
const EFFECT: &str = "An indicator allows a program file (PE; other files are not changed by it) on every machine of the tenant, and attack surface reduction lets it pass, too";

fn of_exclusion(exclusion: &Exclusion, coverage: Option<Coverage>) -> Verdict {
    if matches!(coverage, Some(Coverage::Other(_)) | None) {
        return Verdict::unsupported(
            codes::NO_COUNTERPART,
            "The exclusion belongs to a component that Defender does not have",
        );
    }
    let Some(entries) = of_hashes(&exclusion.hashes) else {
        return Verdict::by_hand(codes::NOT_ESTABLISHED, NO_HASH);
    };
    let conditions = [
        (exclusion.path.is_some() || !exclusion.names.is_empty(), "its place"),
        (!exclusion.threats.is_empty(), "the name of a threat"),
        (!exclusion.processes.is_empty(), "the program that touches it"),
        (!matches!(coverage, Some(Coverage::All | Coverage::AllFiles)), "some scans"),
    ];
    let limited: Vec<&str> = conditions.iter().filter(|(there, _)| *there).map(|(_, what)| *what).collect();
    let (reason, example) = if limited.is_empty() {
        (
            "The source does not scan the file".to_owned(),
            "the same file on a machine of the tenant that never had this policy",
        )
    } else {
        (
            format!(
                "The source does not scan the file, limited to {}; an indicator has no such limit",
                limited.join(" and to ")
            ),
            "the same file anywhere else, whatever it is detected as",
        )
    };
    allowed_file(entries, &reason, example)
}

fn of_program(trusted: &TrustedApplication) -> Verdict {
    match of_hashes(&trusted.hashes) {
        Some(entries) => allowed_file(
            entries,
            "The source trusts the program where it lies; an indicator allows the file itself, and says nothing about files that it opens",
            "the same file anywhere else, should it be found to be malware one day",
        ),
        None => Verdict::by_hand(codes::NOT_ESTABLISHED, NO_HASH),
    }
}

fn allowed_file(entries: Vec<Entry>, reason: &str, example: &str) -> Verdict {
    let shown = entries.first().map_or("", |e| e.value.as_str()).to_owned();
    let only_api = entries.iter().any(|e| e.file == BODY);
    let note =
        if only_api { ". An MD5 hash is taken by the API only, not by the portal's import" } else { "" };
    Verdict::exact(entries, "").looser(
        codes::ALLOWED_FILE,
        format!("{reason}. {EFFECT}{note}"),
        format!("{shown}: {example}"),
    )
}

const SINGLE_EXTERNAL: &str =
    "Indicators take single external addresses only: no ranges, and none of private networks";

fn of_addresses(text: &str) -> Verdict {
    let single: Option<Vec<IpAddr>> = text
        .split(',')
        .map(|part| {
            let range = AddressRange::from_str(part).ok()?;
            (range.first == range.last && external(range.first)).then_some(range.first)
        })
        .collect();
    let Some(addresses) = single else {
        return Verdict::by_hand(
            codes::NOT_ESTABLISHED,
            format!("{SINGLE_EXTERNAL}. On Windows defender/powershell can leave an address alone"),
        );
    };
    let shown = addresses.first().map(ToString::to_string).unwrap_or_default();
    let entries = addresses.into_iter().map(|a| entry("IpAddress", a.to_string(), true)).collect();
    Verdict::exact(entries, "").looser(
        codes::ALLOWED_ADDRESS,
        "The source does not block the address when an attack seems to come from it. An indicator lets every program of the tenant connect to it, too",
        format!("{shown}: a connection to it that network protection would have blocked"),
    )
}

/// Whether an address can be somebody's on the internet.
fn external(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => {
            let [first, second, ..] = a.octets();
            !(a.is_private()
                || a.is_loopback()
                || a.is_link_local()
                || a.is_unspecified()
                || first == 0
                || first >= 224
                || (first == 100 && second & 0xC0 == 64))
        }
        // Global unicast.
        IpAddr::V6(a) => a.segments().first().is_some_and(|s| s & 0xE000 == 0x2000),
    }
}

/// What an address of a web rule is.
enum Site {
    Host(String),
    Address(IpAddr),
    /// Host and path behind a scheme.
    Url {
        text: String,
        path: bool,
    },
}

/// Reads an address; masks, ports and everything that is not certain are left to a person.
fn site(text: &str) -> Result<Site, &'static str> {
    if text.contains(['*', '?', '^', '$', '[', '(', '|', '\\']) {
        return Err("what a mask would be as an indicator is not established");
    }
    if !text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b'\'' | b'<' | b'>' | b'`')) {
        return Err("it holds a character that an indicator cannot carry");
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return if external(address) { Ok(Site::Address(address)) } else { Err("it is no external address") };
    }
    let lower = text.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let Some(rest) = rest else {
        return match host(&lower) {
            true => Ok(Site::Host(lower)),
            false => Err("it is neither a host name nor an address that begins with http:// or https://"),
        };
    };
    let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
    if !host(name) {
        return Err("ports, user names and addresses in place of a host name are not carried");
    }
    // A path keeps its letters.
    let scheme = lower.len() - rest.len();
    let tail = text.get(scheme + name.len()..).unwrap_or("");
    let start = lower.get(..scheme + name.len()).unwrap_or("");
    Ok(Site::Url { text: format!("{start}{tail}"), path: !path.is_empty() })
}

/// A host name with at least two labels, the last one no number.
fn host(text: &str) -> bool {
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
    };
    let last = text.rsplit('.').next().unwrap_or("");
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && last.bytes().any(|b| b.is_ascii_lowercase())
}

fn of_web_rule(rule: &WebRule) -> Verdict {
    let mut entries = Vec::new();
    let mut paths = false;
    let mut hosts = false;
    for address in &rule.addresses {
        match site(address.trim()) {
            Ok(Site::Host(name)) => {
                hosts = true;
                entries.push(entry("DomainName", name, rule.allow));
            }
            Ok(Site::Address(address)) => {
                hosts = true;
                entries.push(entry("IpAddress", address.to_string(), rule.allow));
            }
            Ok(Site::Url { text, path }) => {
                paths |= path;
                entries.push(entry("Url", text, rule.allow));
            }
            Err(why) => {
                return Verdict::by_hand(
                    codes::MASK_BY_HAND,
                    format!("Not written: {why}. Add it in the portal by hand"),
                );
            }
        }
    }
    let Some(shown) = entries.first().map(|e| e.value.clone()) else {
        return Verdict::by_hand(codes::NOT_ESTABLISHED, "The rule names no address");
    };
    let verdict = Verdict::exact(entries, "");
    if rule.allow {
        return verdict.looser(
            codes::ALLOWED_ADDRESS,
            "The source lets users open it. An indicator allows it for every program and machine of the tenant, and SmartScreen and network protection let it pass",
            format!("{shown}: a page there that Microsoft knows as malicious"),
        );
    }
    let (what, example) = match (paths, hosts) {
        (true, _) => (
            "Paths are blocked in Edge only: of an HTTPS address other browsers show just the host",
            "opened in another browser",
        ),
        (false, true) => (
            "What the source blocked besides exactly this host is not established",
            "a host below it, or its pages on another port",
        ),
        (false, false) => (
            "What the source blocked besides exactly this address is not established",
            "the same host by another scheme or port",
        ),
    };
    verdict.looser(
        codes::BLOCKS_LESS,
        format!("Blocked on every machine of the tenant where network protection is in block mode. {what}"),
        format!("{shown}: {example}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_what_is_certain() {
        let read = |text: &str| match site(text) {
            Ok(Site::Host(name)) => format!("host {name}"),
            Ok(Site::Address(a)) => format!("address {a}"),
            Ok(Site::Url { text, path }) => format!("url {text} {path}"),
            Err(_) => "by hand".to_owned(),
        };
        for (text, wanted) in [
            ("Ledger.Example", "host ledger.example"),
            ("203.0.113.7", "address 203.0.113.7"),
            ("10.1.2.3", "by hand"),
            ("HTTPS://Ledger.Example/Path/A", "url https://ledger.example/Path/A true"),
            ("http://ledger.example", "url http://ledger.example false"),
            ("http://ledger.example/", "url http://ledger.example/ false"),
            ("http://ledger.example:8080/", "by hand"),
            ("http://user@ledger.example/", "by hand"),
            ("*.ledger.example", "by hand"),
            ("ledger.example/path", "by hand"),
            ("ledger", "by hand"),
            ("=cmd.example", "by hand"),
            ("-a.example", "by hand"),
            ("ledger.example\"", "by hand"),
            ("http://ledger.example/a,b", "by hand"),
            ("ftp://ledger.example/", "by hand"),
            ("läger.example", "by hand"),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }
}
