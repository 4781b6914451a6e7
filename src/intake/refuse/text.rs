//! Texts that no reader knew, by what they hold. Special signs stand before general ones; the first row that fits speaks.

use super::{LINUX, LISTS, Look, OTHERS};
use crate::finding::{NOT_AN_EXPORT, OTHER_FILE, OTHER_VENDOR, Refusal};

/// A text, and what is asked about it more than once.
struct Text<'t> {
    text: &'t str,
    start: &'t str,
    /// Local name of the root element, when the text begins with a tag.
    root: &'t str,
    json: bool,
}

enum Sign {
    /// The text begins with one of these, whatever the case.
    Begins(&'static [&'static str]),
    /// The root element of an XML or HTML text has one of these local names, whatever the case.
    Root(&'static [&'static str]),
    /// The text holds one of these.
    Any(&'static [&'static str]),
    /// The text holds all of these.
    All(&'static [&'static str]),
    /// A JSON text that holds all of these.
    Json(&'static [&'static str]),
    /// So many different ones of these begin a line, with a blank, `=` or `:` behind them.
    Lines(usize, &'static [&'static str]),
    /// A web page that holds all of these.
    Html(&'static [&'static str]),
    /// Something else.
    Test(fn(&Text<'_>) -> bool),
}

const fn kaspersky(looks: &'static str, instead: &'static str) -> Look {
    Look::new(NOT_AN_EXPORT, looks, instead)
}

const fn vendor(looks: &'static str) -> Look {
    Look::new(OTHER_VENDOR, looks, OTHERS)
}

const fn file(looks: &'static str, instead: &'static str) -> Look {
    Look::new(OTHER_FILE, looks, instead)
}

const TABLE: &[(Sign, Look)] = &[
    // What comes from Kaspersky.
    (
        Sign::Test(|t| t.json && ["KSCBasic ", "X-KSC-Session"].iter().any(|w| t.text.contains(w))),
        kaspersky(
            "This looks like a recording of requests to Security Center; such a recording holds a password or a session",
            "Do not pass the file on, and change that password; run the collector instead, it keeps no password",
        ),
    ),
    (
        Sign::Any(&["enableSystemProcessesMemoryProtection"]),
        kaspersky(
            "This looks like an answer of the REST interface of Kaspersky Endpoint Security: the settings of one component, without any list",
            LISTS,
        ),
    ),
    (
        Sign::Test(|t| t.json && t.text.contains("\"PxgError\"")),
        kaspersky(
            "This looks like an answer of Security Center that reports an error in place of settings",
            "Ask again with an account that may read policies, or run the collector",
        ),
    ),
    (
        Sign::Json(&["\"crosswalk_collection\""]),
        kaspersky(
            "This is a file of the collector in a layout that this version does not know",
            "Take the collector from this version of Crosswalk and run it again, or use a newer version",
        ),
    ),
    (
        Sign::Json(&["\"PxgRetVal\""]),
        kaspersky(
            "This is an answer of Security Center that holds no settings; a single text may be the token of a session, which opens the console",
            "Do not pass such an answer on; run the collector, it asks for everything that is needed and keeps no token",
        ),
    ),
    (
        Sign::Test(|t| !t.root.is_empty() && !t.is_html() && t.text.contains("urn:kaspersky.com/")),
        kaspersky(
            "This is XML of a Kaspersky product, but neither settings nor a trusted zone: rule lists of launch control and device control are among what cannot be read, because their content is not known",
            "On the server: kavshell export settings.xml; or in the console: Trusted Zone, Export",
        ),
    ),
    (
        Sign::Html(&["Kaspersky"]),
        kaspersky(
            "This looks like a report or a page of a console that was saved",
            "A report says what happened, and a page shows only a part; export the lists or the policy itself",
        ),
    ),
    (
        Sign::Test(|t| {
            t.is_yaml() && (t.text.contains("ScanScope") || t.text.to_lowercase().contains("kesl"))
        }),
        kaspersky(
            "This looks like YAML with settings of Kaspersky Endpoint Security for Linux, as Puppet or Ansible hold them; the product itself writes no YAML, and its Yes and No may have been changed on the way",
            LINUX,
        ),
    ),
    (
        Sign::Json(&["\"crosswalk\"", "\"totals\"", "\"settings\"", "\"inputs\""]),
        file("This is a report that Crosswalk wrote", "Bring the export that the report was made from"),
    ),
    // Exports of other products.
    (
        Sign::Any(&["MSFT_MpPreference"]),
        vendor("This is what Get-MpPreference says: settings of Microsoft Defender"),
    ),
    (
        Sign::Lines(
            3,
            &[
                "ExclusionPath",
                "ExclusionExtension",
                "ExclusionProcess",
                "DisableRealtimeMonitoring",
                "MAPSReporting",
                "CloudBlockLevel",
            ],
        ),
        vendor("This looks like what Get-MpPreference says: settings of Microsoft Defender"),
    ),
    (
        Sign::Json(&["\"ExclusionPath\"", "\"ExclusionProcess\""]),
        vendor("This looks like what Get-MpPreference says: settings of Microsoft Defender"),
    ),
    (Sign::Json(&["\"settingDefinitionId\""]), vendor("This is a policy of Microsoft Intune")),
    (
        Sign::Json(&["#microsoft.graph."]),
        vendor("This looks like an export of Microsoft Intune or another part of Microsoft Graph"),
    ),
    (
        Sign::Any(&["com.microsoft.wdav"]),
        vendor("This looks like a configuration of Microsoft Defender for macOS"),
    ),
    (
        Sign::Test(|t| {
            t.json
                && [
                    "\"antivirusEngine\"",
                    "\"excludedPath\"",
                    "\"excludedFileExtension\"",
                    "\"exclusionSettings\"",
                ]
                .iter()
                .any(|w| t.text.contains(w))
        }),
        vendor("This looks like a managed configuration of Microsoft Defender for Linux or macOS"),
    ),
    (
        Sign::Root(&["policyDefinitions"]),
        vendor("This is an administrative template of group policy (.admx)"),
    ),
    (Sign::Any(&["\"pathExclusionType\""]), vendor("This is an exclusion list of SentinelOne")),
    (
        Sign::Any(&[
            "\"onDemandAndOnAccess\"",
            "\"endpoint.threat-protection.",
            "endpoint.threat-protection.malware-protection",
        ]),
        vendor("This looks like settings of Sophos Central"),
    ),
    (
        Sign::All(&["<onAccessScan", "<filePathSet"]),
        vendor("This looks like a stored policy of a Sophos agent"),
    ),
    (
        Sign::Any(&[
            "\"crowdstrike_ml_",
            "\"crowdstrike_sensor_",
            "\"crowdstrike_ioa_",
            "\"crowdstrike_firewall_",
            "\"is_descendant_process\"",
            "\"cl_regex\"",
        ]),
        vendor("This looks like a configuration of CrowdStrike Falcon"),
    ),
    (Sign::Root(&["ECMT", "ESET"]), vendor("This is a configuration of an ESET product")),
    (Sign::Any(&["Settings.ExclusionsManagement."]), vendor("This is an exclusion list of an ESET product")),
    (Sign::Root(&["EPOPolicySchema"]), vendor("This is a policy of Trellix (McAfee) ePO")),
    (
        Sign::Any(&["\"GESC_", "\"GEPT_"]),
        vendor("This looks like an exceptions policy of Symantec Endpoint Protection Manager"),
    ),
    (
        Sign::Root(&["SchemaContainer"]),
        vendor("This looks like a policy of Symantec Endpoint Protection Manager"),
    ),
    (
        Sign::Json(&["\"override_list\"", "\"override_type\""]),
        vendor("This looks like reputation overrides of Carbon Black Cloud"),
    ),
    (
        Sign::Lines(
            2,
            &[
                "LocalSocket",
                "DatabaseDirectory",
                "ExcludePath",
                "OnAccessExcludePath",
                "OnAccessIncludePath",
                "OnAccessPrevention",
                "ScanArchive",
                "ScanPE",
                "MaxScanSize",
                "TCPSocket",
            ],
        ),
        vendor("This looks like clamd.conf, the configuration of ClamAV"),
    ),
    (
        Sign::Test(|t| {
            t.lines().any(|l| ["*filter", "*nat", "*mangle", "*raw", "*security"].contains(&l))
                && t.lines().any(|l| l == "COMMIT")
        }),
        vendor("This looks like what iptables-save writes"),
    ),
    (Sign::Test(|t| t.lines().any(is_nft_table)), vendor("This looks like a ruleset of nftables")),
    // Kinds of file.
    (
        Sign::Begins(&["Windows Registry Editor Version", "REGEDIT4"]),
        file(
            "This is an export of the Windows registry",
            "Settings in the registry belong to the product's inner workings and are not read; export the lists or the policy from the product",
        ),
    ),
    (
        Sign::Begins(&["-----BEGIN "]),
        file("This is a certificate or a key", "It holds no settings; keep a private key to yourself"),
    ),
    (
        Sign::Begins(&["{\\rtf"]),
        file(
            "This is a document (RTF)",
            "Copy the list out of it and paste it as text, one entry on each line",
        ),
    ),
    (
        Sign::Begins(&["%PDF-"]),
        file(
            "This is a PDF document",
            "A document is not read, for words may be missing or broken in it; export the list or policy itself",
        ),
    ),
    (
        Sign::Begins(&["#!", "@echo off", "<#", "[CmdletBinding"]),
        file(
            "This looks like a script",
            "A script says what somebody wanted to do, not what is set; export the lists or the policy from the product",
        ),
    ),
    (
        Sign::Html(&[]),
        file(
            "This is a web page",
            "A page shows only a part of the settings; export the lists or the policy itself",
        ),
    ),
    (
        Sign::Root(&["Workbook"]),
        file(
            "This looks like a sheet of Excel saved as XML",
            "Open it, save the sheet as CSV (UTF-8), and bring that",
        ),
    ),
    (
        Sign::Root(&["svg"]),
        file(
            "This is a picture (SVG)",
            "A picture holds no settings that can be read; export the list or policy itself",
        ),
    ),
    (
        Sign::Root(&["plist"]),
        file(
            "This is a property list of macOS",
            "No export of Kaspersky Endpoint Security for Mac can be read yet: its format is not known",
        ),
    ),
    (
        Sign::Root(&["Event", "Events"]),
        file(
            "This looks like events of Windows",
            "Events say what happened, not what is set; export the lists or the policy from the product",
        ),
    ),
    (Sign::Root(&["Objs"]), file("This looks like values that PowerShell kept (Export-Clixml)", LISTS)),
    (
        Sign::Json(&["\"dependencies\"", "\"version\""]),
        file("This looks like the description of a software project", LISTS),
    ),
    (
        Sign::Json(&["\"log\"", "\"entries\"", "\"request\""]),
        file(
            "This looks like a recording of a browser (HAR), which may hold passwords",
            "Do not pass the file on; export the lists or the policy from the product",
        ),
    ),
    (
        Sign::Test(is_log),
        file(
            "This looks like a log or a trace",
            "A log says what happened, not what is set; export the lists or the policy from the product",
        ),
    ),
    (
        Sign::Test(|t| t.is_yaml()),
        file(
            "This looks like YAML",
            "No Kaspersky product exports YAML; export the lists or the policy from the product",
        ),
    ),
];

/// Products that a file may name. Only asked of XML and JSON: a path may hold any of these words.
const VENDORS: &[&str] = &[
    "Bitdefender",
    "GravityZone",
    "Sophos",
    "SentinelOne",
    "CrowdStrike",
    "Trend Micro",
    "Apex One",
    "Symantec",
    "Trellix",
    "McAfee",
    "Malwarebytes",
    "ThreatDown",
    "Webroot",
    "Huntress",
    "Carbon Black",
    "Cylance",
    "WithSecure",
    "F-Secure",
    "Avast",
    "Dr.Web",
    "Windows Defender",
    "Microsoft Defender",
];

/// What a text looks like. `broken` when it is XML or JSON that is not well-formed.
pub(super) fn look(text: &str, broken: bool) -> Option<Refusal> {
    let text = Text::new(text);
    let row = TABLE.iter().find(|(sign, _)| (!broken || sign.holds_when_broken()) && sign.fits(&text));
    row.map(|(_, look)| look.refusal()).or_else(|| if broken { None } else { names_a_vendor(&text) })
}

fn names_a_vendor(text: &Text<'_>) -> Option<Refusal> {
    let shaped = text.json || !text.root.is_empty();
    if !shaped || ["Kaspersky", "kaspersky", "KLPOL_", "KLPRSS_"].iter().any(|own| text.text.contains(own)) {
        return None;
    }
    let name = VENDORS.iter().find(|name| text.text.contains(**name))?;
    let looks =
        format!("The file names {name} and no Kaspersky product, so it looks like an export of that product");
    Some(Refusal::new(OTHER_VENDOR, looks, OTHERS))
}

impl Sign {
    fn fits(&self, text: &Text<'_>) -> bool {
        let holds = |word: &&str| text.text.contains(*word);
        match self {
            Self::Begins(words) => words.iter().any(|word| begins(text.start, word)),
            Self::Root(names) => names.iter().any(|name| text.root.eq_ignore_ascii_case(name)),
            Self::Any(words) => words.iter().any(holds),
            Self::All(words) => words.iter().all(holds),
            Self::Json(words) => text.json && words.iter().all(holds),
            Self::Lines(least, words) => {
                let found = words.iter().filter(|word| text.lines().any(|line| sets(line, word)));
                found.count() >= *least
            }
            Self::Html(words) => text.is_html() && words.iter().all(holds),
            Self::Test(test) => test(text),
        }
    }

    /// Whether it tells something of a text that is cut off or broken. A word in the middle does not: it may be a path in
    /// a broken export of Kaspersky's.
    const fn holds_when_broken(&self) -> bool {
        matches!(self, Self::Begins(_) | Self::Root(_) | Self::Html(_))
    }
}

impl<'t> Text<'t> {
    fn new(text: &'t str) -> Self {
        let start = text.trim_start();
        let json = start.starts_with(['{', '[']) && !start.starts_with("{\\rtf") && text.contains('"');
        Self { text, start, root: root(start).unwrap_or(""), json }
    }

    fn lines(&self) -> impl Iterator<Item = &'t str> {
        self.text.lines().map(str::trim).filter(|line| !line.is_empty()).take(2000)
    }

    fn is_html(&self) -> bool {
        self.root.eq_ignore_ascii_case("html") || begins(self.start, "<!doctype html")
    }

    /// A document mark, or most lines are keys with a colon, or items of a list; and none is an assignment.
    fn is_yaml(&self) -> bool {
        if self.json || !self.root.is_empty() {
            return false;
        }
        let (mut all, mut keys, mut entries) = (0, 0, 0);
        for line in self.lines().take(50).filter(|line| !line.starts_with('#') && *line != "---") {
            let key = line.strip_prefix("- ").unwrap_or(line).trim_matches(['"', '\'']);
            let word =
                |k: &str| !k.is_empty() && k.chars().all(|c| c.is_alphanumeric() || "_-.:\"'".contains(c));
            let keyed = key.split_once(": ").map_or_else(|| key.strip_suffix(':'), |(k, _)| Some(k));
            all += 1;
            keys += usize::from(keyed.is_some_and(word));
            entries += usize::from(!keyed.is_some_and(word) && line.starts_with("- "));
        }
        // Entries alone are a list that somebody wrote.
        let like = keys + entries;
        keys > 0 && (all >= 2 && like * 4 >= all * 3 || self.start.starts_with("---\n"))
    }
}

/// Whether a text begins with a word, whatever the case.
fn begins(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// Whether a line is `word value`, `word=value` or `word : value`.
fn sets(line: &str, word: &str) -> bool {
    line.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t', '=', ':']))
}

/// `table inet filter {`
fn is_nft_table(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    words.next() == Some("table")
        && words
            .next()
            .is_some_and(|family| ["inet", "ip", "ip6", "arp", "bridge", "netdev"].contains(&family))
        && line.ends_with('{')
}

/// At least three of the first lines, and more than half of them, begin with a date or a time of day.
fn is_log(text: &Text<'_>) -> bool {
    let (mut all, mut dated) = (0, 0);
    for line in text.lines().take(40) {
        all += 1;
        dated += usize::from(begins_with_a_time(line));
    }
    dated >= 3 && dated * 2 > all
}

fn begins_with_a_time(line: &str) -> bool {
    let line = line.trim_start_matches(['[', '(', '"']);
    // Digits stand as 0: `0000-00-00`, `00:00:00`, `00.00.0000`.
    let head: String = line.chars().take(10).map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    const DATES: [&str; 5] = ["0000-00-00", "0000/00/00", "0000.00.00", "00.00.0000", "00/00/0000"];
    DATES.contains(&head.as_str()) || head.starts_with("00:00:00")
}

/// Local name of the first element, behind declarations and comments.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->")?.1;
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            rest = rest.split_once('>')?.1;
        } else {
            break;
        }
    }
    let name = rest.strip_prefix('<')?.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next()?;
    let local = name.rsplit(':').next()?;
    local.starts_with(char::is_alphabetic).then_some(local)
}

#[cfg(test)]
pub(super) fn rows() -> impl Iterator<Item = &'static Look> {
    TABLE.iter().map(|(_, look)| look)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_behind_declarations() {
        for (text, expected) in [
            ("<a>", Some("a")),
            ("<?xml version='1.0'?>\n<!-- x > y -->\n<!DOCTYPE html>\n<x:Html a='1'>", Some("Html")),
            ("<a/>", Some("a")),
            ("<<", None),
            ("a", None),
            ("<!-- open", None),
        ] {
            assert_eq!(root(text), expected, "{text}");
        }
    }

    #[test]
    fn exports_look_like_nothing_else() {
        for text in [
            "Version=11.1.0.3013\n\n[AppSettings]\nUseKSN=No\nProxyServer=\n",
            "[ScanScope.item_0000]\nPath=/\nAreaMask.item_0000=*\n",
            "TaskID 1 File_Threat_Protection configuration:\nScanArchived=No\n",
            "<KAV-WSEE-Settings/>",
            "<propertiesmap><key name=\"0000\"/></propertiesmap>",
            "1;D:\\a\\;*;*;1;0;1;;1\r\n1;C:\\Program Files\\Bitdefender\\;*;*;1;0;1;;1\r\n",
            "{\"AppSettings\":{\"UseKSN\":\"No\"}}",
            "C:\\Data\\*.log\nD:\\x\n",
            "2024;x",
            "- C:\\Data\\\n- D:\\Archive\\*.bak\n",
        ] {
            assert!(look(text, false).is_none(), "{text}: {:?}", look(text, false));
        }
    }
}
