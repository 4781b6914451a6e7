//! The settings of Microsoft Defender Antivirus on Windows that a policy can state, and where each carrier keeps them
//! (reference: defender, 3.1, 4.4, 5.1).
//!
//! One row for each parameter of `Set-MpPreference`. Its value is a whole number in every carrier, the same one: what the
//! registry and the CSP call 0 to 10; PowerShell gets `$true` or `$false` where its parameter is a switch. Intune words a few
//! switches the other way round (`allow…` for `Disable…`); a setting without a column has no proven place there.

/// What the value of a setting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 0 or 1; a Boolean for PowerShell.
    Switch,
    /// One of these numbers; for PowerShell the number, too.
    Choice(&'static [u32]),
    /// A number from first to last.
    Number(u32, u32),
    /// Minutes after midnight; a time of day for PowerShell.
    TimeOfDay,
}

impl Form {
    /// The number that a value is, where the setting can have it.
    pub fn read(self, value: &str) -> Option<u32> {
        value.parse().ok().filter(|n| self.takes(*n))
    }

    /// Whether a number is one of its values.
    pub fn takes(self, number: u32) -> bool {
        match self {
            Self::Switch => number <= 1,
            Self::Choice(all) => all.contains(&number),
            Self::Number(first, last) => (first..=last).contains(&number),
            Self::TimeOfDay => number < 1440,
        }
    }
}

/// Where Group Policy keeps a setting, below `Software\Policies\Microsoft\Windows Defender`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    /// A DWORD: key, value name.
    Dword(&'static str, &'static str),
    /// An element of `Threats\ThreatSeverityDefaultAction`, REG_SZ, by the number of the severity.
    Severity(&'static str),
}

/// Where the settings catalog of Intune keeps a setting, behind `device_vendor_msft_policy_config_defender_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intune {
    /// A choice; its suffix is the value.
    Choice(&'static str),
    /// A choice; its suffix is 1 for the value 0, and 0 for 1.
    Inverse(&'static str),
    /// A number up to this one.
    Integer(&'static str, u32),
    /// A child of the group `threatseveritydefaultaction`, with a word for the value.
    Severity(&'static str),
    /// Taking part in the cloud: off is a switch of its own, advanced membership a policy of the template for Group Policy;
    /// nothing seen says basic membership.
    Membership,
}

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The parameter of `Set-MpPreference`, and what `Get-MpPreference` calls it.
    pub name: &'static str,
    /// What its value is.
    pub form: Form,
    /// Its place in Group Policy.
    pub registry: Option<Registry>,
    /// Its place in Intune.
    pub intune: Option<Intune>,
}

const fn switch(name: &'static str, key: &'static str, intune: Option<Intune>) -> Setting {
    Setting { name, form: Form::Switch, registry: Some(Registry::Dword(key, name)), intune }
}

const fn severity(name: &'static str, number: &'static str, child: &'static str) -> Setting {
    Setting {
        name,
        form: Form::Choice(&[2, 3]),
        registry: Some(Registry::Severity(number)),
        intune: Some(Intune::Severity(child)),
    }
}

const REAL_TIME: &str = "Real-Time Protection";
const SCAN: &str = "Scan";

/// Every setting, in the order of the files.
pub const SETTINGS: &[Setting] = &[
    switch("DisableRealtimeMonitoring", REAL_TIME, Some(Intune::Inverse("allowrealtimemonitoring"))),
    switch("DisableBehaviorMonitoring", REAL_TIME, Some(Intune::Inverse("allowbehaviormonitoring"))),
    switch("DisableArchiveScanning", SCAN, Some(Intune::Inverse("allowarchivescanning"))),
    switch("DisableScanningNetworkFiles", SCAN, Some(Intune::Inverse("allowscanningnetworkfiles"))),
    switch(
        "DisableRemovableDriveScanning",
        SCAN,
        Some(Intune::Inverse("allowfullscanremovabledrivescanning")),
    ),
    Setting {
        name: "PUAProtection",
        form: Form::Choice(&[0, 1, 2]),
        registry: Some(Registry::Dword("", "PUAProtection")),
        intune: Some(Intune::Choice("puaprotection")),
    },
    Setting {
        name: "MAPSReporting",
        form: Form::Choice(&[0, 1, 2]),
        registry: Some(Registry::Dword("Spynet", "SpynetReporting")),
        intune: Some(Intune::Membership),
    },
    Setting {
        name: "SubmitSamplesConsent",
        form: Form::Choice(&[0, 1, 2, 3]),
        registry: Some(Registry::Dword("Spynet", "SubmitSamplesConsent")),
        intune: Some(Intune::Choice("submitsamplesconsent")),
    },
    Setting {
        name: "CloudBlockLevel",
        // 1 (moderate) is not a value of the CSP.
        form: Form::Choice(&[0, 2, 4, 6]),
        registry: Some(Registry::Dword("MpEngine", "MpCloudBlockLevel")),
        intune: Some(Intune::Choice("cloudblocklevel")),
    },
    severity("LowThreatDefaultAction", "1", "_lowseveritythreats"),
    severity("ModerateThreatDefaultAction", "2", "_moderateseveritythreats"),
    severity("HighThreatDefaultAction", "4", "_highseveritythreats"),
    severity("SevereThreatDefaultAction", "5", "_severethreats"),
    Setting {
        name: "ScanParameters",
        form: Form::Choice(&[1, 2]),
        registry: Some(Registry::Dword(SCAN, "ScanParameters")),
        intune: Some(Intune::Choice("scanparameter")),
    },
    Setting {
        name: "ScanScheduleDay",
        form: Form::Choice(&[0, 1, 2, 3, 4, 5, 6, 7, 8]),
        registry: Some(Registry::Dword(SCAN, "ScheduleDay")),
        intune: Some(Intune::Choice("schedulescanday")),
    },
    Setting {
        name: "ScanScheduleTime",
        form: Form::TimeOfDay,
        registry: Some(Registry::Dword(SCAN, "ScheduleTime")),
        intune: Some(Intune::Integer("schedulescantime", 1380)),
    },
    Setting {
        name: "ScanScheduleQuickScanTime",
        form: Form::TimeOfDay,
        registry: Some(Registry::Dword(SCAN, "ScheduleQuickScanTime")),
        intune: Some(Intune::Integer("schedulequickscantime", 1380)),
    },
    Setting {
        name: "DisableCatchupFullScan",
        form: Form::Switch,
        registry: Some(Registry::Dword(SCAN, "DisableCatchupFullScan")),
        intune: Some(Intune::Choice("disablecatchupfullscan")),
    },
    Setting {
        name: "DisableCatchupQuickScan",
        form: Form::Switch,
        registry: Some(Registry::Dword(SCAN, "DisableCatchupQuickScan")),
        intune: Some(Intune::Choice("disablecatchupquickscan")),
    },
    Setting {
        name: "ScanAvgCPULoadFactor",
        form: Form::Number(5, 100),
        registry: Some(Registry::Dword(SCAN, "AvgCPULoadFactor")),
        intune: Some(Intune::Integer("avgcpuloadfactor", 100)),
    },
    Setting {
        name: "UILockdown",
        form: Form::Switch,
        registry: Some(Registry::Dword("UX Configuration", "UILockdown")),
        intune: Some(Intune::Inverse("allowuseruiaccess")),
    },
];

/// A value as a person reads it.
pub fn shown(form: Form, value: u32) -> String {
    match form {
        Form::TimeOfDay => format!("{:02}:{:02}", value / 60, value % 60),
        _ => value.to_string(),
    }
}

/// The setting of that name.
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (at, setting) in SETTINGS.iter().enumerate() {
            assert!(SETTINGS[at + 1..].iter().all(|s| s.name != setting.name), "{}", setting.name);
        }
    }
}
