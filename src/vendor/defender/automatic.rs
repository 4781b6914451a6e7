//! Exclusions that Microsoft Defender brings along: those of the operating system, and those of a server role where the role is
//! installed. An exclusion of the source that lies inside one of them need not be written.
//!
//! Documented by Microsoft: "Configure Microsoft Defender Antivirus exclusions on Windows Server", the lists of automatic and of
//! built-in exclusions (learn.microsoft.com). Only rows of those lists whose path is plain are here.
//!
//! | what holds | |
//! |---|---|
//! | where | Windows Server 2016 and later; of clients the page says only that files of the system need no exclusion |
//! | for which scans | real-time scanning. Quick, full and custom scans look at these files all the same |
//! | switched off by | `DisableAutoExclusions` = 1; the exclusions of roles are then gone |
//! | not on | folders that were moved away from where the role puts them at first |
//!
//! So an exclusion of the source that holds for scans on demand, too, is only partly covered, and one of a role only if the
//! role is there.
//!
//! ```
//! use crosswalk::mask::{Flags, Language, Machine, Side, parse};
//! use crosswalk::vendor::defender::automatic::Automatics;
//!
//! let known = Automatics::of(Machine::default());
//! let set = |mask| parse(Language::Kes, mask, &Flags::default(), Side::Target).unwrap().set;
//! assert_eq!(known.covers(&set(r"%windir%\Security\database\secedit.sdb")).unwrap().role, None);
//! assert_eq!(known.covers(&set(r"%windir%\NTDS\ntds.dit")).unwrap().role, Some("Active Directory Domain Services"));
//! assert!(known.covers(&set(r"%windir%\Security\database\")).is_none());
//! ```

use crate::mask::{self, Flags, Language, Machine, Outline, PathSet, Relation, Side};

/// One of Defender's own exclusions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Automatic {
    /// The server role that brings it; `None` = the operating system.
    pub role: Option<&'static str>,
    /// A path of Defender, or `*.ext` for an extension.
    pub mask: &'static str,
}

const ADDS: Option<&str> = Some("Active Directory Domain Services");
const SYSVOL: Option<&str> = Some("Active Directory Domain Services, SYSVOL");
const FRS: Option<&str> = Some("File Replication Service");
const DFSR: Option<&str> = Some("DFS Replication");
const DHCP: Option<&str> = Some("DHCP Server");
const DNS: Option<&str> = Some("DNS Server");
const FILES: Option<&str> = Some("File and Storage Services");
const HYPER_V: Option<&str> = Some("Hyper-V");
const PRINT: Option<&str> = Some("Print Server");
const WEB: Option<&str> = Some("Web Server");
const WSUS: Option<&str> = Some("Windows Server Update Services");

macro_rules! table {
    ($($role:ident: $($mask:literal)*;)*) => {
        &[$($(Automatic { role: $role, mask: $mask },)*)*]
    };
}

/// Those of the system first.
pub const TABLE: &[Automatic] = table! {
    None:
        // Windows Update and the search index
        r"%windir%\SoftwareDistribution\Datastore\*\Datastore.edb"
        r"%windir%\SoftwareDistribution\Datastore\*\edb.chk"
        r"%windir%\SoftwareDistribution\Datastore\*\edb*.log"
        r"%windir%\SoftwareDistribution\Datastore\*\Edb*.jrs"
        r"%windir%\SoftwareDistribution\Datastore\*\Res*.log"
        r"%windir%\SoftwareDistribution\Datastore\*\tmp.edb"
        r"%ProgramData%\Microsoft\Search\Data\Applications\Windows\*\*.log"
        // Security database
        r"%windir%\Security\database\*.chk"
        r"%windir%\Security\database\*.edb"
        r"%windir%\Security\database\*.jrs"
        r"%windir%\Security\database\*.log"
        r"%windir%\Security\database\*.sdb"
        // Group policy
        r"%ALLUSERSPROFILE%\NTUser.pol"
        r"%SystemRoot%\System32\GroupPolicy\Machine\registry.pol"
        r"%SystemRoot%\System32\GroupPolicy\User\registry.pol"
        // WINS
        r"%SystemRoot%\System32\Wins\*\*.chk"
        r"%SystemRoot%\System32\Wins\*\*.log"
        r"%SystemRoot%\System32\Wins\*\*.mdb"
        r"%SystemRoot%\System32\LogFiles\"
        r"%SystemRoot%\SysWow64\LogFiles\";
    ADDS:
        r"%windir%\Ntds\ntds.dit" r"%windir%\Ntds\ntds.pat" r"%windir%\Ntds\EDB*.log" r"%windir%\Ntds\Res*.log"
        r"%windir%\Ntds\Edb*.jrs" r"%windir%\Ntds\Ntds*.pat" r"%windir%\Ntds\Temp.edb" r"%windir%\Ntds\Edb.chk";
    SYSVOL:
        r"%SystemRoot%\Sysvol\Domain\*.adm" r"%SystemRoot%\Sysvol\Domain\*.admx" r"%SystemRoot%\Sysvol\Domain\*.adml"
        r"%SystemRoot%\Sysvol\Domain\Registry.pol" r"%SystemRoot%\Sysvol\Domain\*.aas"
        r"%SystemRoot%\Sysvol\Domain\*.inf" r"%SystemRoot%\Sysvol\Domain\*Scripts.ini"
        r"%SystemRoot%\Sysvol\Domain\*.ins" r"%SystemRoot%\Sysvol\Domain\Oscfilter.ini";
    FRS:
        r"%windir%\Ntfrs\jet\sys\*\edb.chk" r"%windir%\Ntfrs\jet\*\Ntfrs.jdb" r"%windir%\Ntfrs\jet\log\*\*.log"
        r"%windir%\Ntfrs\*\Edb*.log" r"%SystemRoot%\Sysvol\*\Ntfrs_cmp*\";
    DFSR:
        r"%SystemDrive%\System Volume Information\DFSR\$db_normal$"
        r"%SystemDrive%\System Volume Information\DFSR\FileIDTable_*"
        r"%SystemDrive%\System Volume Information\DFSR\SimilarityTable_*"
        r"%SystemDrive%\System Volume Information\DFSR\*.XML"
        r"%SystemDrive%\System Volume Information\DFSR\$db_dirty$"
        r"%SystemDrive%\System Volume Information\DFSR\$db_clean$"
        r"%SystemDrive%\System Volume Information\DFSR\$db_lost$"
        r"%SystemDrive%\System Volume Information\DFSR\Dfsr.db"
        r"%SystemDrive%\System Volume Information\DFSR\*.frx"
        r"%SystemDrive%\System Volume Information\DFSR\*.log"
        r"%SystemDrive%\System Volume Information\DFSR\Fsr*.jrs"
        r"%SystemDrive%\System Volume Information\DFSR\Tmp.edb";
    DHCP:
        r"%SystemRoot%\System32\DHCP\*\*.mdb" r"%SystemRoot%\System32\DHCP\*\*.pat"
        r"%SystemRoot%\System32\DHCP\*\*.log" r"%SystemRoot%\System32\DHCP\*\*.chk"
        r"%SystemRoot%\System32\DHCP\*\*.edb";
    DNS:
        r"%SystemRoot%\System32\Dns\*\*.log" r"%SystemRoot%\System32\Dns\*\*.dns"
        r"%SystemRoot%\System32\Dns\*\*.scc" r"%SystemRoot%\System32\Dns\*\BOOT";
    FILES:
        r"%SystemDrive%\ClusterStorage";
    HYPER_V:
        "*.vhd" "*.vhdx" "*.avhd" "*.avhdx" "*.vsv" "*.iso" "*.rct" "*.vmcx" "*.vmrs"
        r"%ProgramData%\Microsoft\Windows\Hyper-V" r"%ProgramFiles%\Hyper-V"
        r"%SystemDrive%\ProgramData\Microsoft\Windows\Hyper-V\Snapshots"
        r"%PUBLIC%\Documents\Hyper-V\Virtual Hard Disks";
    PRINT:
        "*.shd" "*.spl" r"%SystemRoot%\System32\spool\printers\*";
    WEB:
        r"%SystemRoot%\IIS Temporary Compressed Files"
        r"%SystemDrive%\inetpub\temp\IIS Temporary Compressed Files"
        r"%SystemDrive%\inetpub\temp\ASP Compiled Templates"
        r"%SystemDrive%\inetpub\logs" r"%SystemDrive%\inetpub\wwwroot";
    WSUS:
        r"%SystemRoot%\WSUS\WSUSContent" r"%SystemRoot%\WSUS\UpdateServicesDBFiles"
        r"%SystemRoot%\SoftwareDistribution\Datastore" r"%SystemRoot%\SoftwareDistribution\Download";
};

/// Defender's own exclusions as sets, for one machine.
pub struct Automatics {
    rows: Vec<(&'static Automatic, PathSet, Outline)>,
}

impl Automatics {
    /// In their narrowest sense; with the drive, variables of the machine are folders.
    pub fn of(machine: Machine) -> Self {
        let flags = Flags { machine, ..Flags::default() };
        let row = |row: &'static Automatic| {
            let (language, text) = match row.mask.strip_prefix("*.") {
                Some(extension) => (Language::DefExt, extension),
                None => (Language::DefPath, row.mask),
            };
            let set = mask::parse(language, text, &flags, Side::Source).ok()?.set;
            let outline = set.outline()?;
            Some((row, set, outline))
        };
        Self { rows: TABLE.iter().filter_map(row).collect() }
    }

    /// The first of them that a set lies inside. Give the set in its widest sense.
    pub fn covers(&self, set: &PathSet) -> Option<&'static Automatic> {
        let sample = set.outline()?.sample();
        let inside = |other: &PathSet| {
            let compared = mask::compare(set, other).ok();
            compared
                .is_some_and(|c| c.both.is_some() && matches!(c.relation, Relation::Equal | Relation::Inside))
        };
        let row = self.rows.iter().find(|(_, other, outline)| {
            set.system() == other.system() && outline.takes(&sample) && inside(other)
        })?;
        Some(row.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert_eq!(Automatics::of(Machine::default()).rows.len(), TABLE.len());
        assert!(TABLE.is_sorted_by_key(|row| row.role.is_some()), "those of the system stand first");
    }

    /// A mask of Kaspersky Endpoint Security, with ` +` for sub-folders; the role, `system`, or nothing.
    const WALL: &[(&str, &str)] = &[
        (r"%windir%\SoftwareDistribution\Datastore\Logs\edb.chk", "system"),
        (r"%SystemRoot%\softwaredistribution\datastore\logs\edb0001A.log", "system"),
        (r"%windir%\SoftwareDistribution\Datastore\Logs\edb*.log", "system"),
        (r"%windir%\SoftwareDistribution\Datastore\*\tmp.edb", "system"),
        (r"%windir%\SoftwareDistribution\Datastore\ +", "Windows Server Update Services"),
        (r"%windir%\SoftwareDistribution\Datastore\Datastore.edb", "Windows Server Update Services"),
        (r"%windir%\SoftwareDistribution\ +", ""),
        (r"%windir%\Security\database\*.sdb", "system"),
        (r"%windir%\Security\database\edb.log", "system"),
        (r"%windir%\Security\database\sub\edb.log", ""),
        (r"%windir%\Security\database\ +", ""),
        (r"%windir%\Security\*.log", ""),
        (r"%ProgramData%\ntuser.pol", "system"),
        (r"%ALLUSERSPROFILE%\NTUser.pol", "system"),
        (r"%windir%\System32\GroupPolicy\Machine\Registry.pol", "system"),
        (r"%windir%\System32\GroupPolicy\User\registry.pol", "system"),
        (r"%windir%\System32\GroupPolicy\Machine\*", ""),
        (r"%windir%\System32\Wins\x\a.mdb", "system"),
        (r"%windir%\System32\Wins\a.mdb", ""),
        (r"%windir%\System32\LogFiles\ +", "system"),
        (r"%windir%\System32\LogFiles\W3SVC1\u_ex.log", "system"),
        (r"%windir%\NTDS\ntds.dit", "Active Directory Domain Services"),
        (r"%windir%\NTDS\edb*.log", "Active Directory Domain Services"),
        (r"%windir%\NTDS\ +", ""),
        (r"%windir%\SYSVOL\domain\*.admx", "Active Directory Domain Services, SYSVOL"),
        (r"%windir%\System32\dhcp\backup\dhcp.mdb", "DHCP Server"),
        (r"%windir%\System32\dns\backup\x.dns", "DNS Server"),
        ("*.vhdx", "Hyper-V"),
        (r"D:\VMs\*.vhdx", "Hyper-V"),
        (r"D:\VMs\ +", ""),
        (r"%ProgramData%\Microsoft\Windows\Hyper-V\ +", "Hyper-V"),
        (r"%windir%\System32\spool\printers\00001.spl", "Print Server"),
        (r"%windir%\System32\spool\ +", ""),
        (r"%SystemDrive%\inetpub\logs\ +", "Web Server"),
        (r"%SystemDrive%\ClusterStorage\ +", "File and Storage Services"),
        (r"%windir%\WSUS\WSUSContent\ +", "Windows Server Update Services"),
        (r"C:\Windows\NTDS\ntds.dit", ""),
        ("*.edb", ""),
        ("*.log", ""),
        (r"%windir%\Temp\ +", ""),
    ];

    fn set(mask: &str, machine: Machine) -> PathSet {
        let (text, ticked) = mask.strip_suffix(" +").map_or((mask, false), |t| (t, true));
        let flags = Flags { subfolders: ticked.then_some(true), machine, ..Flags::default() };
        mask::parse(Language::Kes, text, &flags, Side::Target).unwrap().set
    }

    #[test]
    fn a_set_inside_one_of_them_is_covered() {
        let automatics = Automatics::of(Machine::default());
        for (mask, wanted) in WALL {
            let found = automatics.covers(&set(mask, Machine::default()));
            let role = found.map_or("", |a| a.role.unwrap_or("system"));
            assert_eq!(role, *wanted, "{mask} {found:?}");
        }
        assert!(
            Automatics::of(Machine::default())
                .covers(&set(r"%windir%\NTDS\ntds.dit", Machine::default()))
                .is_some()
        );
    }

    #[test]
    fn with_the_drive_variables_are_folders() {
        let machine = Machine { drive: Some('D'), system_account: false };
        let automatics = Automatics::of(machine);
        for (mask, covered) in [
            (r"D:\Windows\NTDS\ntds.dit", true),
            (r"%windir%\NTDS\ntds.dit", true),
            (r"C:\Windows\NTDS\ntds.dit", false),
            (r"D:\ProgramData\ntuser.pol", true),
        ] {
            assert_eq!(automatics.covers(&set(mask, machine)).is_some(), covered, "{mask}");
        }
    }
}
