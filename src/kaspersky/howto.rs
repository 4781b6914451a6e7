//! How an export is made, for each product and console: the steps as the vendor's pages or people's notes give them, the
//! file that comes out, and what is promised for it. The page shows this table, `docs/export.md` is made from it, and
//! `crosswalk formats --json` carries it.
//!
//! | field | example |
//! |---|---|
//! | `product`, `console` | Kaspersky Endpoint Security for Windows, Administration Console |
//! | `what`, `file` | scan exclusions, `exclusions.xml` |
//! | `steps` | one click or command each |
//! | `promise` | the words of the references: full conversion, after confirmation, inventory only, not read |
//! | `certainty`, `source` | how sure the steps are, and where they stand |
//! | `format` | the reader that takes the file |

use serde::Serialize;

/// One way to an export.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct HowTo {
    /// The product.
    pub product: &'static str,
    /// The system that the settings are for.
    pub system: &'static str,
    /// Where it is done.
    pub console: &'static str,
    /// What is exported.
    pub what: &'static str,
    /// What to do, one step each.
    pub steps: &'static [&'static str],
    /// The file that comes out; empty when there is none that is read.
    pub file: &'static str,
    /// What is promised for the file.
    pub promise: &'static str,
    /// How sure the steps are: a word of the references.
    pub certainty: &'static str,
    /// Where they stand.
    pub source: &'static str,
    /// Id of the format that the file is read as; empty when it is told by its content or not read.
    pub format: &'static str,
}

const FULL: &str = "Full conversion";
const CONFIRMATION: &str = "After confirmation";
const INVENTORY: &str = "Inventory only";
const NOT_READ: &str = "Not read";

const KES: &str = "Kaspersky Endpoint Security for Windows";
const KSWS: &str =
    "Kaspersky Security for Windows Server, Embedded Systems Security, Industrial CyberSecurity for Nodes";
const CONSUMER: &str = "Kaspersky Standard, Plus, Premium";
const KSOS: &str = "Kaspersky Small Office Security";
const KSC: &str = "Kaspersky Security Center";
const ANY: &str = "Any Kaspersky product";
const CLOUD: &str = "Kaspersky Endpoint Security Cloud, Kaspersky Next";
const KESL: &str = "Kaspersky Endpoint Security for Linux";
const KICS: &str = "Kaspersky Industrial CyberSecurity for Linux Nodes";
const KESS: &str = "Kaspersky Embedded Systems Security for Linux";
const KFL: &str = "Kaspersky Standard, Plus, Premium for Linux";
const MAC: &str = "Kaspersky Endpoint Security for Mac";
const KSVLA: &str = "Kaspersky Security for Virtualization Light Agent for Linux";

const MMC: &str = "Administration Console";
const WEB: &str = "Web Console or Cloud Console";
const LOCAL: &str = "The program on one computer";
const SHELL: &str = "Command line, as root";

const MENUS: &str = "page 240916, which shows the way for the Administration Console alone";

const WINDOWS: HowTo = HowTo {
    product: KES,
    system: "windows",
    console: MMC,
    what: "",
    steps: &[],
    file: "",
    promise: NOT_READ,
    certainty: "DOCUMENTED",
    source: "",
    format: "",
};

const LINUX: HowTo = HowTo { product: KESL, system: "linux", console: SHELL, promise: FULL, ..WINDOWS };

/// Every way that has a source, by product.
pub const HOW_TO: &[HowTo] = &[
    HowTo {
        what: "Scan exclusions",
        steps: &[
            "Open the properties of the policy, General settings, Exclusions (in 12.7: Exclusions and object types)",
            "Under Scan exclusions and trusted applications choose Settings",
            "On the tab Scan exclusions select no row, so that all rows are exported",
            "Choose Export, and XML as the type of the file",
        ],
        file: "A file such as exclusions.xml",
        promise: CONFIRMATION,
        source: "page 240916 (KES 12.0 and 12.7)",
        format: "kes-console-list",
        ..WINDOWS
    },
    HowTo {
        what: "Trusted applications",
        steps: &[
            "Open the properties of the policy, General settings, Exclusions (in 12.7: Exclusions and object types)",
            "Under Scan exclusions and trusted applications choose Settings",
            "On the tab Trusted applications select no row, so that all rows are exported",
            "Choose Export",
        ],
        file: "A file such as trusted.xml",
        promise: CONFIRMATION,
        source: "page 240916 (KES 12.0 and 12.7)",
        format: "kes-console-list",
        ..WINDOWS
    },
    HowTo {
        what: "A list in a .dat file that somebody kept",
        steps: &[
            "Import the .dat file into the list of a policy that no computer follows",
            "Export the list from there, and choose XML as the type of the file",
        ],
        file: "A file such as exclusions.xml; the .dat file itself is not read",
        promise: CONFIRMATION,
        source: "page 240916, which says that a DAT file can be converted there, and not by which steps",
        format: "kes-console-list",
        ..WINDOWS
    },
    HowTo {
        what: "Network packet rules of the firewall",
        steps: &[
            "Open the properties of the policy, and in the settings of the firewall the network packet rules",
            "Choose Export",
        ],
        file: "A file such as rules.xml",
        promise: INVENTORY,
        source: "page 245114, which describes the file and not the way to it",
        format: "kes-console-list",
        ..WINDOWS
    },
    HowTo {
        what: "Application control rules",
        steps: &[
            "Open the properties of the policy, and in the settings of application control the rules",
            "Choose Export; only the rules of the active mode are written, and categories are moved separately",
        ],
        file: "A file such as rules.xml",
        promise: INVENTORY,
        source: "page 202095 (KES 11.11), which describes the file and not the way to it",
        format: "kes-console-list",
        ..WINDOWS
    },
    HowTo {
        console: WEB,
        what: "Scan exclusions and trusted applications",
        steps: &[
            "Open the policy, and in it the list of scan exclusions or of trusted applications",
            "Choose Export, and XML as the type of the file",
        ],
        file: "Files such as exclusions.xml and trusted.xml",
        promise: CONFIRMATION,
        source: MENUS,
        format: "kes-console-list",
        ..WINDOWS
    },
    HowTo {
        console: LOCAL,
        what: "Scan exclusions",
        steps: &[
            "Open the settings of the program, and in them the list of exclusions",
            "Choose Export; CSV is offered here and in no console",
        ],
        file: "A file such as exclusions.csv",
        promise: CONFIRMATION,
        source: MENUS,
        format: "local-exclusions",
        ..WINDOWS
    },
    HowTo {
        product: KSWS,
        console: "Command line of the server, as administrator",
        what: "The whole configuration",
        steps: &["kavshell.exe export settings.xml"],
        file: "settings.xml",
        promise: FULL,
        certainty: "CONFIRMED",
        source: "a public script that reads a live export of KSWS",
        format: "ksws-xml",
        ..WINDOWS
    },
    HowTo {
        product: KSWS,
        console: "The program's own console",
        what: "The trusted zone",
        steps: &["Open Trusted Zone", "Choose Export"],
        file: "A file such as trusted-zone.xml",
        promise: FULL,
        source: "page 150462 (KICS for Nodes 3.0)",
        format: "ksws-xml",
        ..WINDOWS
    },
    HowTo {
        product: CONSUMER,
        console: LOCAL,
        what: "Exclusions",
        steps: &[
            "Open the settings, and there Exclusions and actions on object detection",
            "Choose Manage exclusions",
            "Choose Export",
        ],
        file: "A file such as exclusions.csv",
        promise: FULL,
        certainty: "CONFIRMED",
        source: "notes on Kaspersky Standard 21.26",
        format: "local-exclusions",
        ..WINDOWS
    },
    HowTo {
        product: CONSUMER,
        console: LOCAL,
        what: "Trusted applications",
        steps: &[
            "Open the settings, and there Exclusions and actions on object detection",
            "Choose Specify trusted applications",
            "Choose Export",
            "Look at the check boxes of each program and note them: the file does not hold them",
        ],
        file: "A file such as trusted.xml, which is no XML",
        promise: CONFIRMATION,
        certainty: "CONFIRMED",
        source: "notes on Kaspersky Standard 21.26",
        format: "local-trusted",
        ..WINDOWS
    },
    HowTo {
        product: KSOS,
        console: LOCAL,
        what: "Exclusions and trusted applications",
        steps: &[
            "Look for the same lists as in Kaspersky Standard: Exclusions and actions on object detection",
            "Choose Export in each; a whole configuration (.cfg) is not read",
        ],
        file: "Files such as exclusions.csv and trusted.xml",
        promise: CONFIRMATION,
        certainty: "INFERRED",
        source: "it shares its interface with Kaspersky Standard; no page shows it",
        format: "local-exclusions",
        ..WINDOWS
    },
    HowTo {
        product: KSC,
        console: "PowerShell, beside the Administration Server",
        what: "Policies with their profiles, through the OpenAPI",
        steps: &[
            "Save crosswalk-collect.ps1 from the page, and read it",
            "crosswalk-collect.ps1 -Server NAME -List shows the policies with their numbers",
            "crosswalk-collect.ps1 -Server NAME -PolicyId 3 -OutFile policy-3.json",
            "If Windows does not trust the server's certificate, name its thumbprint with -CertificateThumbprint",
        ],
        file: "policy-3.json",
        promise: INVENTORY,
        source: "the KSC API reference, pages a00099, a00102 and a00112; the script was never run against a live server",
        format: "ksc-openapi",
        ..WINDOWS
    },
    HowTo {
        product: KSC,
        console: "Web Console",
        what: "A whole policy with its profiles",
        steps: &["Open Devices, Policies & profiles", "Tick the policy", "Choose Export"],
        file: "A file such as policy.klp",
        promise: INVENTORY,
        source: "page 240597",
        format: "ksc-klp",
        ..WINDOWS
    },
    HowTo {
        product: KSC,
        console: "Web Console of Security Center for Linux",
        what: "A policy profile",
        steps: &[
            "Export the whole policy instead; a profile's own file (.klprof) is not read",
            "Should you need one for Security Center itself: open the policy, the tab Policy profiles, tick the profile, Export",
        ],
        file: "",
        source: "page 314598 (KSC Linux 16.1)",
        ..WINDOWS
    },
    HowTo {
        product: ANY,
        console: "Any console or document",
        what: "A list that is on the screen",
        steps: &[
            "Copy the list, with its heading row if it has one, and paste it into the page",
            "Or save it as CSV (UTF-8), and bring the file",
            "Say what each column means",
        ],
        file: "A file such as list.csv, or nothing but what was pasted",
        promise: CONFIRMATION,
        certainty: "CONFIRMED",
        source: "the columns mean what you say that they mean",
        format: "rows",
        ..WINDOWS
    },
    HowTo {
        product: CLOUD,
        console: WEB,
        what: "Security profiles",
        steps: &[
            "No export is described for these consoles",
            "Export the lists from the program on one computer that follows the profile",
        ],
        file: "",
        source: "pages 134578 and 142928, which describe the lists and no export",
        ..WINDOWS
    },
    HowTo {
        what: "Everything",
        steps: &[
            "kesl-control --export-settings --file export.ini",
            "An existing file is overwritten; where the folder is missing, no file is written",
        ],
        file: "export.ini",
        certainty: "CONFIRMED",
        source: "a real export of 11.1; page 245716 (11.4)",
        format: "kesl-export",
        ..LINUX
    },
    HowTo {
        what: "Everything, as JSON",
        steps: &[
            "kesl-control --export-settings --file export.json --json",
            "The same without --json is read with certainty",
        ],
        file: "export.json",
        promise: CONFIRMATION,
        source: "page 264130; the project has seen no such file",
        format: "kesl-json",
        ..LINUX
    },
    HowTo {
        what: "The settings of one task",
        steps: &[
            "kesl-control --get-settings 1 --file task1.ini",
            "1 is File_Threat_Protection; the name of the task may stand in place of its number",
        ],
        file: "task1.ini",
        source: "page 276239 (12.1)",
        format: "kesl-task",
        ..LINUX
    },
    HowTo {
        what: "General settings",
        steps: &["kesl-control --get-app-settings --file app.ini"],
        file: "app.ini",
        source: "page 261122 (12.1 to 12.3)",
        format: "kesl-task",
        ..LINUX
    },
    HowTo {
        what: "Settings of encrypted connections",
        steps: &["kesl-control --get-net-settings > net.ini"],
        file: "net.ini",
        source: "page 265015 (12.1), by its title; a support script uses it",
        format: "kesl-task",
        ..LINUX
    },
    HowTo {
        what: "The schedule of one task",
        steps: &["kesl-control --get-schedule 2 --file schedule.ini"],
        file: "schedule.ini",
        certainty: "CONFIRMED",
        source: "public notes on 12.0",
        format: "kesl-task",
        ..LINUX
    },
    HowTo {
        what: "Application categories",
        steps: &["kesl-control --get-categories --file categories.json"],
        file: "categories.json",
        promise: INVENTORY,
        source: "page 265702 (12.1)",
        ..LINUX
    },
    HowTo {
        console: "A support bundle",
        what: "What somebody already collected",
        steps: &[
            "KESL/expset.txt is the full export",
            "KESL/taskset.all.txt and KESL/taskset<number>.txt are the tasks, appset.txt and netset.txt the general settings",
        ],
        file: "expset.txt",
        certainty: "CONFIRMED",
        source: "the public script that makes such bundles",
        format: "kesl-export",
        ..LINUX
    },
    HowTo {
        console: "A copy that the product left behind",
        what: "Everything",
        steps: &[
            "Copy /var/opt/kaspersky/kesl/private/exported_settings.ini, as root; look at its date, for it may be old",
        ],
        file: "exported_settings.ini",
        certainty: "CONFIRMED",
        source: "the path stands in a public support script; when the product writes the file is not established",
        format: "kesl-export",
        ..LINUX
    },
    HowTo {
        product: KICS,
        what: "Everything",
        steps: &["kics-control --export-settings --file export.ini"],
        file: "export.ini",
        source: "page 264130 (1.5)",
        format: "kesl-export",
        ..LINUX
    },
    HowTo {
        product: KESS,
        what: "Everything",
        steps: &["kess-control --export-settings --file export.ini"],
        file: "export.ini",
        source: "page 264130 (3.4)",
        format: "kesl-export",
        ..LINUX
    },
    HowTo {
        product: KFL,
        what: "Everything",
        steps: &["kfl-control --export-settings --file export.ini"],
        file: "export.ini",
        source: "the help of version 2.0: the commands of KESL under this name",
        format: "kesl-export",
        ..LINUX
    },
    HowTo {
        product: KSVLA,
        what: "Everything, version 6",
        steps: &[
            "The light agent is Kaspersky Endpoint Security for Linux 12: kesl-control --export-settings --file export.ini",
        ],
        file: "export.ini",
        promise: FULL,
        source: "page 263968 (KESL 12.1); that its export is an ordinary one is inferred",
        format: "kesl-export",
        ..LINUX
    },
    HowTo {
        product: KSVLA,
        what: "Everything, version 5",
        steps: &[
            "lightagent export writes a file whose format is not known; it is not read",
            "A sample with test values would help the project",
        ],
        promise: NOT_READ,
        source: "page 132936 (5.1)",
        ..LINUX
    },
    HowTo {
        product: MAC,
        system: "macos",
        console: "Terminal",
        what: "One component",
        steps: &[
            "kav export writes a file for one component whose format is not known; it is not read",
            "Managed Macs follow a policy of Security Center: export that policy",
            "A sample with test values would help the project",
        ],
        source: "page 26831 (11.0 to 12.2)",
        ..WINDOWS
    },
];

/// The ways to a file of a format.
pub fn ways(format: &str) -> impl Iterator<Item = &'static HowTo> {
    HOW_TO.iter().filter(move |way| !format.is_empty() && way.format == format)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::recognise::FORMATS;

    #[test]
    fn every_row_is_whole() {
        for way in HOW_TO {
            let label = format!("{} {} {}", way.product, way.console, way.what);
            assert!(!way.product.is_empty() && !way.console.is_empty() && !way.what.is_empty(), "{label}");
            assert!(!way.steps.is_empty() && way.source.len() > 8, "{label}");
            assert!(way.steps.iter().all(|s| s.len() > 10 && !s.ends_with('.')), "{label}");
            assert!([FULL, CONFIRMATION, INVENTORY, NOT_READ].contains(&way.promise), "{label}");
            assert!(["CONFIRMED", "SHOWN", "DOCUMENTED", "INFERRED"].contains(&way.certainty), "{label}");
            assert!(["windows", "linux", "macos"].contains(&way.system), "{label}");
            // What is read gives a file, and what gives no file is not read.
            assert_eq!(way.file.is_empty(), way.promise == NOT_READ, "{label}");
            // What is inferred is not converted without a question.
            assert!(way.certainty != "INFERRED" || way.promise != FULL, "{label}");
        }
    }

    #[test]
    fn every_format_has_a_way_and_every_way_a_format() {
        for (_, _, format) in FORMATS {
            assert!(ways(format.id).next().is_some(), "no way leads to {}", format.id);
        }
        for way in HOW_TO.iter().filter(|way| !way.format.is_empty()) {
            assert!(FORMATS.iter().any(|(_, _, f)| f.id == way.format), "{} is no format", way.format);
        }
    }
}
