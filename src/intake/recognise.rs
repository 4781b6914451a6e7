//! What a file is, by its content. The extension proves nothing: one of the lists is named `.xml` and is not XML, and
//! people write INI into files named `update.xml`.

use super::Document;
use super::ini::IniKind;
use super::json::JsonDoc;
use crate::finding::{self, Refusal};
use crate::policy::Platform;

/// Formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `kesl-control --export-settings`.
    KeslExport,
    /// `kesl-control --get-settings`: one task, or several from a support bundle.
    KeslTask,
    /// Either of the two with `--json`.
    KeslJson,
    /// `kavshell export` or a trusted zone of the KSWS family.
    KswsXml,
    /// Answers of the OpenAPI of Kaspersky Security Center.
    KscOpenApi,
    /// Exclusions of the local interface.
    LocalExclusions,
    /// Trusted applications of the local interface.
    LocalTrusted,
    /// A console list of KES for Windows.
    PropertiesMap,
    /// CSV or pasted rows.
    Rows,
    /// Policy file of Security Center.
    KscKlp,
}

/// One line of the table of formats.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct FormatInfo {
    /// Id in reports.
    pub id: &'static str,
    /// In plain words.
    pub label: &'static str,
    /// What the reader promises.
    pub promise: &'static str,
    /// How to get such a file out of the product.
    pub export: &'static str,
}

/// Every format with what its reader promises.
pub const FORMATS: &[(Format, Platform, FormatInfo)] = &[
    (
        Format::KeslExport,
        Platform::Linux,
        FormatInfo {
            id: "kesl-export",
            label: "Kaspersky Endpoint Security for Linux, full export",
            promise: "Full conversion of the exclusions, scopes, actions and switches that vendor pages or a real export establish; every other key is listed as not read",
            export: "On the machine: kesl-control --export-settings --file export.ini",
        },
    ),
    (
        Format::KeslTask,
        Platform::Linux,
        FormatInfo {
            id: "kesl-task",
            label: "Kaspersky Endpoint Security for Linux, settings of one task, or of several from a support bundle",
            promise: "Full conversion once the task is certain: a header names it, its keys tell, or you answer",
            export: "On the machine: kesl-control --get-settings 1 --file task1.ini (the number is the task's)",
        },
    ),
    (
        Format::KeslJson,
        Platform::Linux,
        FormatInfo {
            id: "kesl-json",
            label: "Kaspersky Endpoint Security for Linux, settings written with --json",
            promise: "Best effort, after you say that names and values are those of the INI export: the project has seen no such file yet",
            export: "On the machine: kesl-control --export-settings --file export.json --json; the same without --json is read with certainty",
        },
    ),
    (
        Format::KswsXml,
        Platform::Windows,
        FormatInfo {
            id: "ksws-xml",
            label: "Kaspersky Security for Windows Server family, settings or trusted zone",
            promise: "Full conversion of exclusion rules with objects of type 4, after you say which product wrote the file; everything else is listed",
            export: "On the server: kavshell export settings.xml; or in the console: Trusted Zone, Export",
        },
    ),
    (
        Format::KscOpenApi,
        Platform::Windows,
        FormatInfo {
            id: "ksc-openapi",
            label: "Kaspersky Security Center, policies read through its OpenAPI",
            promise: "Inventory only for settings (every leaf, with its lock); policy metadata and profile attributes are fully read",
            export: "Beside the Administration Server: crosswalk-collect.ps1 -Server NAME -PolicyId 3 (the page hands the script out)",
        },
    ),
    (
        Format::LocalExclusions,
        Platform::Windows,
        FormatInfo {
            id: "local-exclusions",
            label: "Kaspersky for Windows, exclusions exported from the local interface",
            promise: "Full conversion of rows that are switched on for every component, after you say which product wrote the file",
            export: "In the program: Exclusions and actions on object detection, Manage exclusions, Export",
        },
    ),
    (
        Format::LocalTrusted,
        Platform::Windows,
        FormatInfo {
            id: "local-trusted",
            label: "Kaspersky for Windows, trusted applications exported from the local interface",
            promise: "The paths are read in full; the file does not hold the check boxes, so conversion waits for your answer",
            export: "In the program: Exclusions and actions on object detection, Specify trusted applications, Export",
        },
    ),
    (
        Format::PropertiesMap,
        Platform::Windows,
        FormatInfo {
            id: "kes-console-list",
            label: "Kaspersky Endpoint Security for Windows, list exported from the console (propertiesmap)",
            promise: "Every list in the file is shown as a table; rows are converted after you confirm what the columns mean. Packet rules: the rule table is read, ports and protocol wait for your confirmation",
            export: "In the console: policy, General settings, Exclusions, Scan exclusions and trusted applications, Settings, select rows or none, Export",
        },
    ),
    (
        Format::Rows,
        Platform::Windows,
        FormatInfo {
            id: "rows",
            label: "CSV file or pasted list",
            promise: "Exclusions, trusted applications, firewall rules, web addresses and devices are converted after you confirm what the columns mean",
            export: "Copy the list out of the console, or save it as CSV; a heading row helps",
        },
    ),
    (
        Format::KscKlp,
        Platform::Windows,
        FormatInfo {
            id: "ksc-klp",
            label: "Kaspersky Security Center, policy file (.klp)",
            promise: "Inventory only: the strings in the file, without order, state or effect, not verified and not complete; nothing is converted",
            export: "In the Web Console: Devices, Policies & profiles, select the policy, Export. Export its lists as XML, too: those can be converted",
        },
    ),
];

impl Format {
    fn row(self) -> Option<&'static (Self, Platform, FormatInfo)> {
        FORMATS.iter().find(|(format, ..)| *format == self)
    }

    /// Id in reports.
    pub fn id(self) -> &'static str {
        self.row().map_or("", |r| r.2.id)
    }

    /// In plain words.
    pub fn label(self) -> &'static str {
        self.row().map_or("", |r| r.2.label)
    }

    /// The system its settings are for.
    pub fn platform(self) -> Platform {
        self.row().map_or(Platform::Windows, |r| r.1)
    }
}

/// How a text is to be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Tags.
    Xml,
    /// Sections of keys.
    Ini,
    /// Rows of cells, as the local interface writes them.
    List,
    /// Any other rows of cells.
    Rows,
    /// Objects and arrays.
    Json,
}

/// What to bring, where nothing is known about a file.
pub(super) const READABLE: &str = super::refuse::LISTS;

/// Shape of a text, from its first signs.
pub fn recognise(text: &str) -> Result<Shape, Refusal> {
    let start = text.trim_start();
    if start.starts_with('<') {
        return Ok(Shape::Xml);
    }
    let json = start.starts_with('{')
        || start.strip_prefix('[').is_some_and(|r| r.trim_start().starts_with(['{', '"', '[', ']', '-']));
    if json {
        return Ok(Shape::Json);
    }
    let rows = text.lines().filter(|l| !l.trim().is_empty()).take(50);
    let (mut all, mut like, mut whole) = (0, 0, 0);
    for width in rows.map(list_row) {
        all += 1;
        like += usize::from(width.is_some());
        whole += usize::from(matches!(width, Some(3 | 9)));
    }
    if like * 2 > all && whole > 0 {
        return Ok(Shape::List);
    }
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty()).take(50);
    let (all, like) = lines.fold((0, 0), |(all, like), line| (all + 1, like + usize::from(ini_line(line))));
    if like * 2 < all && super::rows::is_rows(text) { Ok(Shape::Rows) } else { Ok(Shape::Ini) }
}

/// `[section]`, `key=value`, or the line with which a support bundle begins a task.
fn ini_line(line: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let key =
        line.split_once('=').is_some_and(|(key, _)| !key.trim().is_empty() && key.trim().chars().all(name));
    (key && !line.starts_with("sep="))
        || line.starts_with('[') && line.ends_with(']')
        || line.starts_with("TaskID ")
}

/// Number of cells, when the line begins like a row of a local list.
fn list_row(line: &str) -> Option<usize> {
    let line = line.trim_end_matches('\r');
    let (first, _) = line.split_once(';')?;
    matches!(first.trim(), "0" | "1").then(|| line.split(';').count())
}

/// Keys by which a task file is known, with the task they belong to. More than one task may fit.
pub const TASK_KEYS: &[(&str, &str)] = &[
    ("ScanByAccessType", "File_Threat_Protection"),
    ("ContainerNameMask", "Container_Scan"),
    ("ScanPriority", "on-demand"),
    ("ScanScripts", "Inventory_Scan"),
    ("ScanBinaries", "Inventory_Scan"),
    ("PacketRules", "Firewall_Management"),
    ("DefaultIncomingAction", "Firewall_Management"),
    ("DeviceClass", "Device_Control"),
    ("BlockTime", "Anti_Cryptor"),
    ("CheckPhishing", "Web_Threat_Protection"),
    ("BlockAttackingHosts", "Network_Threat_Protection"),
    ("SourceType", "Update"),
    ("Sources", "Update"),
    ("RuleType", "schedule"),
    ("EncryptedConnectionsScan", "NetSettings"),
    ("SambaConfigPath", "AppSettings"),
    ("UseTrustedPrograms", "Behavior_Detection"),
    ("ScanRemovableDrives", "Removable_Drives_Scan"),
    ("DaysToLive", "Backup"),
];

/// Sections and keys that occur in task files of several tasks: they show that it is one, not which.
const TASK_SIGNS: &[&str] = &[
    "ScanScope",
    "ExcludedFromScanScope",
    "ExcludedForProgram",
    "TrustedPrograms",
    "ExcludeMasks",
    "UseExcludeMasks",
    "UseExcludeThreats",
    "ScanArchived",
    "ScanContainers",
    "ScanFiles",
    "DeviceNameMasks",
    "ActionOnThreat",
    "ActionOnDetect",
    "UseHostBlocker",
    "TaskMode",
    "OperationMode",
    "AppControlMode",
    "CustomSources",
    "NetworkZonesTrusted",
    "BlockDurationMinutes",
    "UseKSN",
];

/// Format of a parsed document.
pub fn format(document: &Document) -> Result<Format, Refusal> {
    match document {
        Document::Klp(_) => Ok(Format::KscKlp),
        Document::Xml(doc) => {
            let root = doc.name(doc.root());
            if root.eq_ignore_ascii_case("KAV-WSEE-Settings") {
                return Ok(Format::KswsXml);
            }
            if root.eq_ignore_ascii_case("propertiesmap") {
                return Ok(Format::PropertiesMap);
            }
            Err(Refusal::new(
                finding::UNKNOWN_FORMAT,
                "This is XML, but no Kaspersky export that Crosswalk knows",
                READABLE,
            )
            .at(1, 1))
        }
        Document::List(doc) => {
            let widths: Vec<usize> = doc.rows().map(|r| r.len()).collect();
            let three = widths.iter().filter(|w| **w == 3).count();
            let nine = widths.iter().filter(|w| **w == 9).count();
            if nine >= three && nine > 0 {
                Ok(Format::LocalExclusions)
            } else if three > 0 {
                Ok(Format::LocalTrusted)
            } else {
                Err(Refusal::new(
                    finding::UNKNOWN_FORMAT,
                    "The rows look like a list of the local interface, but none has 9 cells (exclusions) or 3 cells (trusted applications)",
                    READABLE,
                ))
            }
        }
        Document::Rows(_) => Ok(Format::Rows),
        Document::Json(doc) => json_format(doc),
        Document::Ini(doc) => ini_format(doc),
    }
}

/// Format of a JSON document. What other products write in JSON is recognised here, too.
fn json_format(doc: &JsonDoc) -> Result<Format, Refusal> {
    if has_kesl_names(doc) {
        return Ok(Format::KeslJson);
    }
    if is_openapi(doc) {
        return Ok(Format::KscOpenApi);
    }
    Err(Refusal::new(
        finding::UNKNOWN_FORMAT,
        "This is JSON, but no Kaspersky export that Crosswalk knows",
        "For KESL, export without --json: kesl-control --export-settings --file export.ini",
    )
    .at(1, 1))
}

/// An answer of Security Center that holds something, a value in its encoding without the answer around it, or what the
/// collector makes of many answers.
fn is_openapi(doc: &JsonDoc) -> bool {
    let root = doc.root();
    let holds = |node| doc.kind(node).is_container() && doc.children(node).next().is_some();
    let params = |node| {
        doc.child(node, "type").is_some_and(|t| doc.value(t) == "params")
            && doc.child(node, "value").is_some_and(holds)
    };
    if let Some(mark) = doc.child(root, crate::collector::MARK) {
        return doc.value(mark) == "1";
    }
    match doc.child(root, "PxgRetVal") {
        Some(answer) => holds(answer),
        None => params(root) || doc.children(root).any(params),
    }
}

/// Whether the outermost keys are those of a KESL export, nested or joined with dots.
fn has_kesl_names(doc: &JsonDoc) -> bool {
    doc.children(doc.root()).any(|node| {
        let name = doc.key(node).split('.').next().unwrap_or("");
        ENVELOPE.contains(&name)
            || TASK_SIGNS.contains(&name)
            || TASK_KEYS.iter().any(|(key, _)| *key == name)
    })
}

/// Whether a JSON document of KESL is a full export, and not one task.
pub fn has_kesl_envelope(doc: &JsonDoc) -> bool {
    doc.children(doc.root()).any(|node| ENVELOPE.contains(&doc.key(node).split('.').next().unwrap_or("")))
}

/// Sections that only a full export has.
const ENVELOPE: &[&str] = &["AppSettings", "MonitoringTask", "OnDemandTask", "NetSettings", "BackupTask"];

fn ini_format(doc: &super::ini::IniDoc) -> Result<Format, Refusal> {
    let mut version = false;
    let mut app_settings = false;
    let mut task = false;
    let mut general = false;
    let mut package = false;
    let mut answers = 0;
    for leaf in 0..doc.leaf_count() {
        let section = doc.section(leaf);
        let head = if section.is_empty() { doc.key(leaf) } else { section };
        let name = head.split('.').next().unwrap_or("");
        version |= section.is_empty() && name == "Version";
        app_settings |= ["AppSettings", "MonitoringTask", "OnDemandTask", "NetSettings"].contains(&name);
        general |= section == "General";
        package |= doc.key(leaf) == "PackageType";
        answers += usize::from(section.is_empty() && INSTALL_KEYS.contains(&name));
        task |= TASK_SIGNS.contains(&name)
            || TASK_KEYS.iter().any(|(key, _)| *key == name)
            || doc.kind(leaf) == IniKind::TaskHeader;
    }
    let not_an_export = |what: &str| {
        Refusal::new(
            finding::NOT_AN_EXPORT,
            format!("This looks like {what}, which is no settings export"),
            "Export the settings instead: kesl-control --export-settings --file export.ini",
        )
    };
    if app_settings && (version || !general) {
        return Ok(Format::KeslExport);
    }
    if general && package {
        return Err(not_an_export("kesl.ini, the start-up configuration of KESL"));
    }
    if answers > 0 && !task {
        return Err(not_an_export("an installation answer file of KESL or the Network Agent"));
    }
    if task {
        return Ok(Format::KeslTask);
    }
    Err(Refusal::new(
        finding::UNKNOWN_FORMAT,
        "This is text, but no Kaspersky export that Crosswalk knows",
        READABLE,
    ))
}

/// Keys of installation answers.
const INSTALL_KEYS: &[&str] = &[
    "EULA_AGREED",
    "PRIVACY_POLICY_AGREED",
    "USE_KSN",
    "LOCALE",
    "INSTALL_LICENSE",
    "UPDATER_SOURCE",
    "PROXY_SERVER",
    "KLNAGENT_SERVER",
    "KLNAGENT_PORT",
    "KLNAGENT_SSLPORT",
    "KLNAGENT_USESSL",
    "KLNAGENT_GW_MODE",
];

#[cfg(test)]
mod tests {
    use crate::intake::read;
    use crate::watch::unwatched;

    fn id(text: &str) -> Result<&'static str, &'static str> {
        // The name lies on purpose.
        read("list.exe", text.as_bytes(), &mut unwatched).map(|r| r.format.id()).map_err(|r| r.code)
    }

    #[test]
    fn content_decides() {
        for (text, expected) in [
            ("Version=11.1.0.3013\n\n[AppSettings]\nUseKSN=No\n", Ok("kesl-export")),
            ("[ScanScope.item_0000]\nPath=/\n", Ok("kesl-task")),
            ("TaskID 1 File_Threat_Protection configuration:\nScanArchived=No\n", Ok("kesl-task")),
            ("RuleType=Hourly\n", Ok("kesl-task")),
            ("<?xml version='1.0'?><KAV-WSEE-Settings/>", Ok("ksws-xml")),
            ("  <x:kav-wsee-settings xmlns:x='urn:y'></x:kav-wsee-settings>", Ok("ksws-xml")),
            ("1;D:\\a\\;*;*;1;0;1;;1\r\n", Ok("local-exclusions")),
            ("1;C:\\a.exe;\r\n", Ok("local-trusted")),
            ("<propertiesmap/>", Ok("kes-console-list")),
            ("Path;Comment\nD:\\x\\;Orders\n", Ok("rows")),
            ("D:\\Data\\\r\n*.mdf\r\n", Ok("rows")),
            ("<html/>", Err("CW0016")),
            ("<other/>", Err("CW0008")),
            ("{\"PxgRetVal\":1}", Err("CW0009")),
            ("{\"AppSettings\":{\"UseKSN\":\"No\"}}", Ok("kesl-json")),
            ("{\"ScanScope.item_0000\":{\"Path\":\"/\"}}", Ok("kesl-json")),
            ("{\"ScanArchived\":false", Err("CW0014")),
            ("{\"PxgRetVal\":{}}", Err("CW0009")),
            ("{\"PxgRetVal\":[\"a\"]}", Ok("ksc-openapi")),
            ("{\"type\":\"params\",\"value\":{\"a\":1}}", Ok("ksc-openapi")),
            ("[{\"type\":\"params\",\"value\":{\"a\":1}}]", Ok("ksc-openapi")),
            ("{\"a\":{\"type\":\"params\",\"value\":{\"a\":1}}}", Ok("ksc-openapi")),
            ("{\"type\":\"params\",\"value\":{}}", Err("CW0008")),
            ("{\"crosswalk_collection\":1,\"policies\":[]}", Ok("ksc-openapi")),
            ("{\"crosswalk_collection\":2,\"policies\":[]}", Err("CW0009")),
            ("[{\"a\":1}]", Err("CW0008")),
            ("hello", Err("CW0008")),
            ("[General]\nPackageType=x\nScanMemoryLimit=8192\n", Err("CW0009")),
            ("EULA_AGREED=yes\nUSE_KSN=no\n", Err("CW0009")),
            ("1;2\n1;2;3;4\n", Err("CW0008")),
        ] {
            assert_eq!(id(text), expected, "{text}");
        }
    }
}
