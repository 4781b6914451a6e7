//! What the rows of a list can be, and what their columns can say. Two tables: the page, the recipe, its schema and the
//! documentation all show the same words.

use serde::{Deserialize, Serialize};

/// What each row of a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rows {
    /// Not scanned.
    Exclusion,
    /// A program that is trusted.
    TrustedApplication,
    /// A packet rule.
    FirewallRule,
    /// Addresses of the web.
    WebRule,
    /// A device.
    DeviceRule,
    /// An address that network protection leaves alone.
    NetworkAttackExclusion,
    /// Nothing that is converted: the rows are only listed.
    Listed,
}

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The row is on or off.
    Enabled,
    /// File, folder or mask; of a trusted application its program.
    Path,
    /// Folders below are meant, too.
    Subfolders,
    /// Threat name or mask.
    Threat,
    /// Hash of the file.
    Hash,
    /// Program that touches the files.
    Process,
    /// Components that the row is for.
    Components,
    /// Opened files are not scanned.
    OpenedFiles,
    /// Child processes are trusted, too.
    Children,
    /// Position in the list.
    Order,
    /// Name of the row.
    Name,
    /// Allow or block.
    Action,
    /// Incoming, outgoing, both.
    Direction,
    /// Protocol.
    Protocol,
    /// Ports of this machine.
    LocalPorts,
    /// Ports of the other side.
    RemotePorts,
    /// Addresses of this machine.
    LocalAddress,
    /// Addresses of the other side.
    RemoteAddress,
    /// Type of ICMP message.
    IcmpType,
    /// Code of ICMP message.
    IcmpCode,
    /// Program that a packet rule is for.
    Program,
    /// Matches are logged.
    Logging,
    /// The number by which packet rules refer to this block of settings.
    Reference,
    /// Web address or mask.
    Url,
    /// Device id or mask.
    Device,
    /// User or group.
    User,
    /// Remark, without effect.
    Comment,
    /// Something else that has no effect on what the row does.
    NoEffect,
    /// Not known: a row with a value here stays with a person.
    Unknown,
}

/// One line of the table of row kinds.
pub struct RowsInfo {
    /// Which.
    pub rows: Rows,
    /// Word of the recipe.
    pub word: &'static str,
    /// For people, in the plural.
    pub label: &'static str,
    /// Roles that make sense, in the order of the list that people choose from.
    pub roles: &'static [Role],
    /// Roles of which at least one must be there.
    pub needs: &'static [Role],
}

/// One line of the table of roles.
pub struct RoleInfo {
    /// Which.
    pub role: Role,
    /// Word of the recipe.
    pub word: &'static str,
    /// For people.
    pub label: &'static str,
    /// Whether more than one column may have it.
    pub several: bool,
}

/// Every kind of rows.
pub const ROWS: &[RowsInfo] = &[
    RowsInfo {
        rows: Rows::Exclusion,
        word: "exclusion",
        label: "exclusions from scanning",
        roles: &[
            Role::Path,
            Role::Subfolders,
            Role::Threat,
            Role::Hash,
            Role::Process,
            Role::Components,
            Role::Enabled,
            Role::Name,
        ],
        needs: &[Role::Path, Role::Threat, Role::Hash, Role::Process],
    },
    RowsInfo {
        rows: Rows::TrustedApplication,
        word: "trusted-application",
        label: "trusted applications",
        roles: &[Role::Path, Role::Hash, Role::OpenedFiles, Role::Children, Role::Enabled, Role::Name],
        needs: &[Role::Path],
    },
    RowsInfo {
        rows: Rows::FirewallRule,
        word: "firewall-rule",
        label: "firewall rules",
        roles: &[
            Role::Order,
            Role::Name,
            Role::Enabled,
            Role::Action,
            Role::Direction,
            Role::Protocol,
            Role::LocalPorts,
            Role::RemotePorts,
            Role::LocalAddress,
            Role::RemoteAddress,
            Role::IcmpType,
            Role::IcmpCode,
            Role::Program,
            Role::Logging,
            Role::Reference,
        ],
        needs: &[Role::Action, Role::Reference],
    },
    RowsInfo {
        rows: Rows::WebRule,
        word: "web-rule",
        label: "web addresses, allowed or blocked",
        roles: &[Role::Url, Role::Action, Role::Enabled, Role::Name],
        needs: &[Role::Url],
    },
    RowsInfo {
        rows: Rows::DeviceRule,
        word: "device-rule",
        label: "devices, allowed or blocked",
        roles: &[Role::Device, Role::Action, Role::User, Role::Enabled, Role::Name],
        needs: &[Role::Device],
    },
    RowsInfo {
        rows: Rows::NetworkAttackExclusion,
        word: "network-attack-exclusion",
        label: "addresses that network protection leaves alone",
        roles: &[Role::RemoteAddress, Role::Enabled, Role::Name],
        needs: &[Role::RemoteAddress],
    },
    RowsInfo {
        rows: Rows::Listed,
        word: "listed",
        label: "something else: list the rows, convert nothing",
        roles: &[],
        needs: &[],
    },
];

/// Every role.
pub const ROLES: &[RoleInfo] = &[
    role(Role::Path, "path", "file, folder, program or mask"),
    role(Role::Subfolders, "subfolders", "sub-folders, too"),
    role(Role::Threat, "threat", "threat name or mask"),
    role(Role::Hash, "hash", "hash of the file"),
    role(Role::Process, "process", "only when this program touches the file"),
    role(Role::Components, "components", "protection components"),
    role(Role::OpenedFiles, "opened-files", "do not scan opened files"),
    role(Role::Children, "children", "child processes, too"),
    role(Role::Enabled, "enabled", "on or off"),
    role(Role::Order, "order", "position in the list"),
    role(Role::Name, "name", "name of the row"),
    role(Role::Action, "action", "allow or block"),
    role(Role::Direction, "direction", "direction"),
    role(Role::Protocol, "protocol", "protocol"),
    many(Role::LocalPorts, "local-ports", "local ports"),
    many(Role::RemotePorts, "remote-ports", "remote ports"),
    many(Role::LocalAddress, "local-address", "local address"),
    many(Role::RemoteAddress, "remote-address", "remote address"),
    role(Role::IcmpType, "icmp-type", "ICMP type"),
    role(Role::IcmpCode, "icmp-code", "ICMP code"),
    role(Role::Program, "program", "program"),
    role(Role::Logging, "logging", "written to the log"),
    role(Role::Reference, "reference", "number by which rules refer to this block"),
    role(Role::Url, "url", "web address or mask"),
    role(Role::Device, "device", "device id or mask"),
    many(Role::User, "user", "user or group"),
    many(Role::Comment, "comment", "remark"),
    many(Role::NoEffect, "no-effect", "has no effect on what the row does"),
    many(Role::Unknown, "unknown", "I do not know: rows with a value here stay with a person"),
];

const fn role(role: Role, word: &'static str, label: &'static str) -> RoleInfo {
    RoleInfo { role, word, label, several: false }
}

const fn many(role: Role, word: &'static str, label: &'static str) -> RoleInfo {
    RoleInfo { role, word, label, several: true }
}

/// Roles that every kind of rows can have, after its own.
pub const ALWAYS: &[Role] = &[Role::Comment, Role::NoEffect, Role::Unknown];

impl Rows {
    /// Its line of the table.
    pub fn info(self) -> Option<&'static RowsInfo> {
        ROWS.iter().find(|info| info.rows == self)
    }

    /// Word of the recipe.
    pub fn word(self) -> &'static str {
        self.info().map_or("", |info| info.word)
    }

    /// For people.
    pub fn label(self) -> &'static str {
        self.info().map_or("", |info| info.label)
    }

    /// Roles that its columns can have, in the order to choose from.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        self.info().map_or(&[][..], |info| info.roles).iter().chain(ALWAYS).copied()
    }
}

impl Role {
    /// Its line of the table.
    pub fn info(self) -> Option<&'static RoleInfo> {
        ROLES.iter().find(|info| info.role == self)
    }

    /// Word of the recipe.
    pub fn word(self) -> &'static str {
        self.info().map_or("", |info| info.word)
    }

    /// For people.
    pub fn label(self) -> &'static str {
        self.info().map_or("", |info| info.label)
    }

    /// Whether a value of the column can make its row hold for less.
    pub const fn narrows(self) -> bool {
        self.matters()
            && !matches!(self, Self::Path | Self::Enabled | Self::Subfolders | Self::Order | Self::Logging)
    }

    /// Whether a value of the column can change what its row does.
    pub const fn matters(self) -> bool {
        !matches!(self, Self::Comment | Self::NoEffect | Self::Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_serde_use_the_same_words() {
        for info in ROLES {
            assert_eq!(serde_json::to_value(info.role).unwrap(), info.word);
        }
        for info in ROWS {
            assert_eq!(serde_json::to_value(info.rows).unwrap(), info.word);
            assert!(info.needs.iter().all(|r| info.roles.contains(r)), "{}", info.word);
        }
    }
}
