//! The keys that are known: where each may stand, how its value is read, how sure that is (reference: kaspersky-linux,
//! section 10, in its order). A key that is in no table here is left for the ledger as `unread`.
//!
//! A value that is none of those in the table is left to a person: what it means is not established.

use super::tasks::TaskKind;
use crate::policy::Certainty;

/// How the value of a key is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// Yes or no: a component is on.
    Switch,
    /// Yes or no: a list is in force.
    ListSwitch,
    /// Yes or no, for which the policy has no closer word.
    YesNo,
    Number,
    Text,
    /// One of these words.
    Words(&'static [&'static str]),
    First,
    Second,
    OnlyAction,
    Archives,
    Heuristics,
    HeuristicLevel,
    Size,
    Time,
    /// Of the vendor's cloud only the word for no is established.
    Cloud,
    CloudSwitch,
    /// What happens to incoming traffic without a rule; single packets, or connections.
    FirewallDefault {
        packets: bool,
    },
    Unwanted,
    FirewallSwitch,
    Context,
    /// One name of a list.
    ListText,
    ExcludeMask,
    ExcludeThreat,
    ExcludeAddress,
    MountPoint,
    Zone,
    /// The name of the key is inferred: listed, never converted.
    Listed,
}

impl Reads {
    /// Whether the key is numbered: `ExcludeMasks.item_0000`.
    pub(super) const fn is_list(self) -> bool {
        matches!(
            self,
            Self::ListText
                | Self::ExcludeMask
                | Self::ExcludeThreat
                | Self::ExcludeAddress
                | Self::MountPoint
                | Self::Zone
                | Self::Listed
        )
    }
}

/// Where a key may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first section of a full export.
    Top,
    /// General settings.
    App,
    /// Settings of encrypted connections.
    Net,
    /// A task.
    Task(TaskKind),
}

type Row = (&'static str, Reads, Certainty);

const CONFIRMED: Certainty = Certainty::Confirmed;
const DOCUMENTED: Certainty = Certainty::Documented;
const INFERRED: Certainty = Certainty::Inferred;

const YES_NO: Reads = Reads::YesNo;

/// What describes a task in a full export; of any task.
const ENVELOPE: &[Row] = &[
    ("TaskName", Reads::Context, CONFIRMED),
    ("TaskType", Reads::Context, CONFIRMED),
    ("TaskId", Reads::Context, CONFIRMED),
    ("AdminKitTaskName", Reads::Context, CONFIRMED),
    ("Active", Reads::Switch, CONFIRMED),
];

const TOP: &[Row] = &[("Version", Reads::Context, CONFIRMED)];

/// 10.1 to 10.4: what scans of files have in common.
const FILES: &[Row] = &[
    ("ScanArchived", Reads::Archives, CONFIRMED),
    ("ScanSfxArchived", Reads::Archives, CONFIRMED),
    ("ScanMailBases", Reads::Archives, CONFIRMED),
    ("ScanPlainMail", Reads::Archives, CONFIRMED),
    ("SizeLimit", Reads::Size, CONFIRMED),
    ("TimeLimit", Reads::Time, CONFIRMED),
    ("FirstAction", Reads::First, CONFIRMED),
    ("SecondAction", Reads::Second, CONFIRMED),
    ("ActionOnThreat", Reads::OnlyAction, DOCUMENTED),
    ("ReportPackedObjects", YES_NO, CONFIRMED),
    ("UseIChecker", YES_NO, CONFIRMED),
];

/// 10.1 to 10.4: what these and scans of boot sectors have in common.
const ANALYSIS: &[Row] =
    &[("UseAnalyzer", Reads::Heuristics, CONFIRMED), ("HeuristicLevel", Reads::HeuristicLevel, CONFIRMED)];

const EXCLUDE_MASKS: &[Row] =
    &[("UseExcludeMasks", Reads::ListSwitch, CONFIRMED), ("ExcludeMasks", Reads::ExcludeMask, DOCUMENTED)];

/// 10.1 to 10.4: what scans of memory have, too.
const THREATS: &[Row] = &[
    ("UseExcludeThreats", Reads::ListSwitch, CONFIRMED),
    ("ExcludeThreats", Reads::ExcludeThreat, INFERRED),
    ("ReportCleanObjects", YES_NO, CONFIRMED),
    ("ReportUnprocessedObjects", YES_NO, CONFIRMED),
];

const ON_ACCESS: &[Row] = &[
    ("SkipPlainTextFiles", YES_NO, DOCUMENTED),
    ("SkipDatabaseJournals", YES_NO, DOCUMENTED),
    ("ScanByAccessType", Reads::Words(&["SmartCheck", "OpenAndModify", "Open"]), CONFIRMED),
];

const PRIORITY: Row = ("ScanPriority", Reads::Words(&["Idle", "Normal", "High"]), CONFIRMED);

const ON_DEMAND: &[Row] = &[
    PRIORITY,
    ("ScanFiles", YES_NO, DOCUMENTED),
    ("ScanBootSectors", YES_NO, DOCUMENTED),
    ("ScanComputerMemory", YES_NO, DOCUMENTED),
    ("ScanStartupObjects", YES_NO, DOCUMENTED),
    ("DeviceNameMasks", Reads::ListText, DOCUMENTED),
];

const ACTION: Row = ("Action", Reads::OnlyAction, CONFIRMED);

const BOOT: &[Row] = &[ACTION, ("DeviceNameMasks", Reads::ListText, CONFIRMED)];

const MEMORY: &[Row] = &[ACTION];

const CONTAINERS: &[Row] = &[
    PRIORITY,
    ("ScanContainers", YES_NO, CONFIRMED),
    ("ContainerNameMask", Reads::Text, CONFIRMED),
    ("ScanImages", YES_NO, CONFIRMED),
    ("ImageNameMask", Reads::Text, CONFIRMED),
    ("DeepScan", YES_NO, CONFIRMED),
    ("ContainerScanAction", Reads::Words(&["StopContainerIfFailed"]), CONFIRMED),
    ("ImageAction", Reads::Words(&["Skip"]), CONFIRMED),
];

const ANTI_CRYPTOR: &[Row] = &[
    // Up to 12.1, and from 12.2: both are taken.
    ("UseHostBlocker", YES_NO, CONFIRMED),
    ("ActionOnDetect", Reads::Words(&["Block", "Notify"]), DOCUMENTED),
    ("BlockTime", Reads::Number, CONFIRMED),
];

const FIREWALL: &[Row] = &[
    ("DefaultIncomingAction", Reads::FirewallDefault { packets: false }, CONFIRMED),
    ("DefaultIncomingPacketAction", Reads::FirewallDefault { packets: true }, CONFIRMED),
    ("OpenNagentPorts", Reads::FirewallSwitch, CONFIRMED),
    ("NetworkZonesTrusted", Reads::Zone, CONFIRMED),
    ("NetworkZonesLocal", Reads::Zone, CONFIRMED),
    ("NetworkZonesPublic", Reads::Zone, CONFIRMED),
];

const WEB: &[Row] = &[
    ("UseTrustedAddresses", Reads::ListSwitch, CONFIRMED),
    ("TrustedAddresses", Reads::Listed, INFERRED),
    ("ActionOnDetect", Reads::Words(&["Block"]), CONFIRMED),
    ("CheckMalicious", YES_NO, CONFIRMED),
    ("CheckPhishing", YES_NO, CONFIRMED),
    ("UseHeuristicForPhishing", YES_NO, CONFIRMED),
    ("CheckAdware", YES_NO, CONFIRMED),
    ("CheckOther", YES_NO, CONFIRMED),
];

const NETWORK: &[Row] = &[
    ("BlockAttackingHosts", YES_NO, CONFIRMED),
    ("BlockDurationMinutes", Reads::Number, CONFIRMED),
    ("UseExcludeIPs", Reads::ListSwitch, CONFIRMED),
    ("ExcludeIPs", Reads::ExcludeAddress, DOCUMENTED),
    ("ActionOnDetect", Reads::Listed, INFERRED),
];

const DEVICES: &[Row] = &[
    // 11.3, and from 12.1: both are taken.
    ("RulesAction", Reads::Words(&["ApplyRules", "TestRules"]), DOCUMENTED),
    ("OperationMode", Reads::Words(&["Block", "Notify"]), DOCUMENTED),
];

const DRIVES: &[&str] = &["DetailedScan", "QuickScan", "NoScan"];

const REMOVABLE_DRIVES: &[Row] = &[
    ("ScanRemovableDrives", Reads::Words(DRIVES), CONFIRMED),
    ("ScanOpticalDrives", Reads::Words(DRIVES), CONFIRMED),
    ("BlockDuringScan", YES_NO, CONFIRMED),
];

const BEHAVIOUR: &[Row] = &[
    ("TaskMode", Reads::Words(&["Block", "Notify"]), DOCUMENTED),
    ("UseTrustedPrograms", Reads::ListSwitch, DOCUMENTED),
];

/// The spelling that two files of users have, and no page.
pub(super) const MISSPELT: (&str, &str) = ("UseKLServerWhenUnavailable", "UseKLServersWhenUnavailable");

/// Where updates come from.
pub(super) const SOURCE_TYPES: &[&str] = &["KLServers", "SCServer", "Custom"];

const UPDATE: &[Row] = &[
    ("SourceType", Reads::Words(SOURCE_TYPES), CONFIRMED),
    (MISSPELT.0, YES_NO, CONFIRMED),
    (MISSPELT.1, YES_NO, CONFIRMED),
    ("IgnoreProxySettingsForKLServers", YES_NO, CONFIRMED),
    ("IgnoreProxySettingsForCustomSources", YES_NO, CONFIRMED),
    ("ConnectionTimeout", Reads::Number, CONFIRMED),
    ("ApplicationUpdateMode", Reads::Words(&["Disabled", "DownloadOnly", "DownloadAndInstall"]), CONFIRMED),
];

const BACKUP: &[Row] = &[
    ("DaysToLive", Reads::Number, CONFIRMED),
    ("BackupSizeLimit", Reads::Number, CONFIRMED),
    ("BackupFolder", Reads::Text, CONFIRMED),
];

const INVENTORY: &[Row] = &[
    PRIORITY,
    ("ScanScripts", YES_NO, DOCUMENTED),
    ("ScanBinaries", YES_NO, DOCUMENTED),
    ("ScanAllExecutable", YES_NO, DOCUMENTED),
    ("CreateGoldenImage", YES_NO, DOCUMENTED),
];

const APP: &[Row] = &[
    ("SambaConfigPath", Reads::Text, CONFIRMED),
    ("NfsExportPath", Reads::Text, CONFIRMED),
    ("TraceFolder", Reads::Text, CONFIRMED),
    ("TraceLevel", Reads::Text, CONFIRMED),
    ("TraceMaxFileCount", Reads::Number, CONFIRMED),
    ("TraceMaxFileSize", Reads::Number, CONFIRMED),
    ("BlockFilesGreaterMaxFileNamePath", Reads::Number, CONFIRMED),
    ("DetectOtherObjects", Reads::Unwanted, CONFIRMED),
    ("UseKSN", Reads::Cloud, CONFIRMED),
    ("UseProxy", YES_NO, CONFIRMED),
    ("ProxyServer", Reads::Text, CONFIRMED),
    ("MaxEventsNumber", Reads::Number, CONFIRMED),
    ("LimitNumberOfScanFileTasks", Reads::Number, CONFIRMED),
    ("UseSyslog", YES_NO, CONFIRMED),
    ("EventsStoragePath", Reads::Text, CONFIRMED),
    ("InterceptorProtectionMode", Reads::Words(&["Full", "Notify"]), CONFIRMED),
    ("FileBlockDuringScan", Reads::Listed, INFERRED),
    ("NamespaceMonitoring", YES_NO, CONFIRMED),
    ("DockerSocket", Reads::Text, CONFIRMED),
    ("ContainerScanAction", Reads::Words(&["StopContainerIfFailed"]), CONFIRMED),
    ("ExcludedMountPoint", Reads::MountPoint, DOCUMENTED),
    ("CloudMode", Reads::CloudSwitch, CONFIRMED),
    ("UseMDR", YES_NO, CONFIRMED),
    ("MemScanExcludedProgramPath", Reads::Listed, INFERRED),
];

const NET: &[Row] = &[
    ("EncryptedConnectionsScan", YES_NO, CONFIRMED),
    ("EncryptedConnectionsScanErrorAction", Reads::Words(&["AddToAutoExclusions"]), CONFIRMED),
    ("ManageExclusions", YES_NO, CONFIRMED),
    ("UntrustedCertificateAction", Reads::Words(&["Allow"]), CONFIRMED),
    ("CertificateVerificationPolicy", Reads::Words(&["FullCheck"]), CONFIRMED),
    ("MonitorNetworkPorts", Reads::Words(&["Selected"]), CONFIRMED),
];

/// The tables of a place.
const fn tables(place: Place) -> &'static [&'static [Row]] {
    use TaskKind as K;
    match place {
        Place::Top => &[TOP],
        Place::App => &[APP],
        Place::Net => &[NET],
        Place::Task(kind) => match kind {
            K::OnAccess => &[ENVELOPE, FILES, ANALYSIS, EXCLUDE_MASKS, THREATS, ON_ACCESS],
            K::OnDemand => &[ENVELOPE, FILES, ANALYSIS, EXCLUDE_MASKS, THREATS, ON_DEMAND],
            K::Boot => &[ENVELOPE, ANALYSIS, EXCLUDE_MASKS, THREATS, BOOT],
            K::Memory => &[ENVELOPE, THREATS, MEMORY],
            K::Containers => &[ENVELOPE, FILES, ANALYSIS, EXCLUDE_MASKS, THREATS, CONTAINERS],
            K::AntiCryptor => &[ENVELOPE, EXCLUDE_MASKS, ANTI_CRYPTOR],
            K::Integrity => &[ENVELOPE, EXCLUDE_MASKS],
            K::Firewall => &[ENVELOPE, FIREWALL],
            K::Web => &[ENVELOPE, WEB],
            K::Network => &[ENVELOPE, NETWORK],
            K::Devices => &[ENVELOPE, DEVICES],
            K::RemovableDrives => &[ENVELOPE, REMOVABLE_DRIVES],
            K::Behaviour => &[ENVELOPE, BEHAVIOUR],
            K::Update => &[ENVELOPE, UPDATE],
            K::Backup => &[ENVELOPE, BACKUP],
            K::Inventory => &[ENVELOPE, INVENTORY],
            K::Rollback | K::Opaque | K::Schedule => &[ENVELOPE],
            // Which task it is will be asked: what any scan may have is read, and waits.
            K::Unknown => {
                &[ENVELOPE, FILES, ANALYSIS, EXCLUDE_MASKS, THREATS, ON_ACCESS, ON_DEMAND, BOOT, BEHAVIOUR]
            }
        },
    }
}

/// How a key is read in a place.
pub(super) fn look_up(place: Place, key: &str) -> Option<(Reads, Certainty)> {
    let rows = tables(place).iter().flat_map(|table| table.iter());
    let found = rows.into_iter().find(|(name, ..)| *name == key);
    found.map(|(_, reads, certainty)| (*reads, *certainty))
}

/// Keys that say how the product runs itself; they protect nothing.
const HOUSEKEEPING: &[&str] = &[
    "ReportCleanObjects",
    "ReportPackedObjects",
    "ReportUnprocessedObjects",
    "UseIChecker",
    "SambaConfigPath",
    "NfsExportPath",
    "TraceFolder",
    "TraceLevel",
    "TraceMaxFileCount",
    "TraceMaxFileSize",
    "MaxEventsNumber",
    "LimitNumberOfScanFileTasks",
    "EventsStoragePath",
    "DockerSocket",
    "IgnoreProxySettingsForKLServers",
    "IgnoreProxySettingsForCustomSources",
    "ConnectionTimeout",
    MISSPELT.0,
    MISSPELT.1,
];

/// Whether a key says how the product runs itself.
pub(super) fn is_housekeeping(key: &str) -> bool {
    HOUSEKEEPING.contains(&key)
}

/// Classes of devices, with what may be done with them.
const CLASSES: &[&str] = &[
    "HardDrive",
    "RemovableDrive",
    "Printer",
    "FloppyDrive",
    "OpticalDrive",
    "Modem",
    "TapeDrive",
    "MultifuncDevice",
    "SmartCardReader",
    "PortableDevice",
    "WiFiAdapter",
    "NetworkAdapter",
    "BluetoothDevice",
    "ImagingDevice",
    "SerialPortDevice",
    "ParallelPortDevice",
    "InputDevice",
    "SoundAdapter",
];

/// Sections whose keys are one setting each: section, keys, values.
const SECTIONS: &[(&str, &[&str], &[&str])] = &[
    ("DeviceClass", CLASSES, &["Allow", "DependsOnBus", "Block", "ByRule"]),
    ("DeviceBus", &["USB", "FireWire"], &["Allow", "Block"]),
];

/// How a key in a section of its own is read.
pub(super) fn look_up_in(section: &str, key: &str) -> Option<(Reads, Certainty)> {
    let (_, keys, values) = SECTIONS.iter().find(|(name, ..)| *name == section)?;
    keys.contains(&key).then_some((Reads::Words(values), CONFIRMED))
}

/// Classes of devices that have rules for users: `HardDrivePrincipals`.
const RULED: &[&str] = &["HardDrive", "RemovableDrive", "FloppyDrive", "OpticalDrive"];

/// The class of devices whose rules a list holds.
pub(super) fn principals_of(list: &str) -> Option<&str> {
    list.strip_suffix("Principals").filter(|class| RULED.contains(class))
}
