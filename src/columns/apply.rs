//! One row and the confirmed meanings of its columns become an item of the policy. A row whose values cannot all be read
//! stays with a person: what was not understood may narrow it.

use super::look::{self, Look, is_hash};
use super::mapping::Fitted;
use super::role::{Role, Rows};
use super::table::Table;
use super::vocabulary;
use crate::finding;
use crate::intake::Document;
use crate::mask::{Language, Machine};
use crate::policy::{
    Addresses, Component, DeviceRule, Direction, Exclusion, FirewallRule, Kind, NotUnderstood, PathMask,
    Ports, Protocol, Reach, RuleAction, RulePlace, State, TrustedApplication, WebRule,
};

/// A row of a table with the meanings of its columns.
pub struct Row<'a> {
    /// What the columns mean.
    pub fitted: &'a Fitted<'a>,
    /// The table.
    pub table: &'a Table,
    /// Which row.
    pub at: usize,
    /// The document that holds the values.
    pub document: &'a Document,
    /// What is known about the machine; for variables in paths.
    pub machine: Machine,
}

/// What became of a row.
pub struct Made {
    /// The item.
    pub kind: Kind,
    /// Whether it may be converted.
    pub state: State,
    /// How it reads.
    pub source: String,
}

type Reason = String;

/// Makes an item of a row.
pub fn apply(row: &Row<'_>) -> Made {
    let rows = row.fitted.mapping.rows;
    let made = match rows {
        Rows::Exclusion => row.exclusion(),
        Rows::TrustedApplication => row.trusted(),
        Rows::FirewallRule => row
            .rule(None)
            .map(|rule| (format!("Packet rule {}: {rule}", rule.name), Kind::FirewallRule(rule))),
        Rows::WebRule => row.web(),
        Rows::DeviceRule => row.device(),
        Rows::NetworkAttackExclusion => row.address(),
        Rows::Listed => {
            let state = State::ByHand {
                code: finding::NOT_ESTABLISHED,
                reason: "These rows are only listed".to_owned(),
            };
            return Made { kind: Kind::Inventory, state, source: row.table.verbatim(row.at, row.document) };
        }
    };
    let (source, kind, problem) = match made {
        Ok((source, kind)) => (source, kind, row.problem()),
        Err(reason) => {
            let kind = match rows {
                Rows::FirewallRule => {
                    Kind::RuleNotRead(RulePlace { list: row.list_start(), order: row.order().ok() })
                }
                _ => Kind::Inventory,
            };
            (row.table.verbatim(row.at, row.document), kind, Some(reason))
        }
    };
    let state = match (row.enabled(), problem) {
        (Ok(false), _) => State::Inactive("Switched off in the list".to_owned()),
        (Err(reason), _) | (Ok(true), Some(reason)) => {
            State::ByHand { code: finding::RULE_INCOMPLETE, reason }
        }
        (Ok(true), None) => State::Active,
    };
    Made { kind, state, source }
}

impl Row<'_> {
    /// The values of the columns with a role; empty ones are left out.
    fn values(&self, role: Role) -> Vec<String> {
        let columns: Vec<u16> = self.fitted.with_role(role).collect();
        let values = self.table.values(self.at, self.document).filter(|v| columns.contains(&v.column));
        values.map(|v| v.text.trim().to_owned()).filter(|v| !v.is_empty()).collect()
    }

    /// The one value of a role that only one column can have.
    fn one(&self, role: Role) -> Result<Option<String>, Reason> {
        let mut values = self.values(role);
        if values.len() > 1 {
            return Err(format!("There are several values for: {}", role.label()));
        }
        Ok(values.pop())
    }

    fn has_column(&self, role: Role) -> bool {
        self.fitted.with_role(role).next().is_some()
    }

    /// The meaning of a value with a vocabulary; what no column says is said once for all rows.
    fn word(&self, role: Role) -> Result<Option<String>, Reason> {
        let mapping = self.fitted.mapping;
        if !self.has_column(role) {
            return Ok(mapping.otherwise.get(&role).cloned());
        }
        let Some(value) = self.one(role)? else {
            return Err(format!("Nothing stands in the column for: {}", role.label()));
        };
        let own: Vec<(&String, &String)> =
            mapping.columns.iter().filter(|c| c.role == role).flat_map(|c| &c.values).collect();
        // The word as it was confirmed; else in another letter case, if that has one meaning.
        if let Some((_, word)) = own.iter().find(|(written, _)| written.trim() == value) {
            return Ok(Some((*word).clone()));
        }
        let lower = value.to_lowercase();
        let alike = own.iter().filter(|(written, _)| written.trim().to_lowercase() == lower);
        let mut alike = alike.map(|(_, word)| *word);
        if let Some(word) = alike.next() {
            if alike.any(|other| other != word) {
                return Err(format!("{value} was given two meanings"));
            }
            return Ok(Some(word.clone()));
        }
        // A number that holds several check boxes is no yes or no.
        let flags = role == Role::OpenedFiles && value.parse::<u64>().is_ok_and(|n| n > 1);
        match vocabulary::meaning_of(role, &value) {
            Some(word) if !flags => Ok(Some(word.to_owned())),
            _ => Err(format!("What {value} means in the column for \"{}\" was not said", role.label())),
        }
    }

    fn switch(&self, role: Role) -> Result<Option<bool>, Reason> {
        Ok(match self.word(role)?.as_deref() {
            Some("on") => Some(true),
            Some("off") => Some(false),
            _ => None,
        })
    }

    fn enabled(&self) -> Result<bool, Reason> {
        self.switch(Role::Enabled)?.ok_or_else(|| "Whether the row is on was not said".to_owned())
    }

    /// Why the row may say more than was read.
    pub fn problem(&self) -> Option<Reason> {
        // Cells that a short row does not have say nothing, and one of them may be a condition.
        let missing = self.table.missing(self.at).filter_map(|column| self.fitted.column(column));
        if let Some(missing) = missing.map(|m| m.role).find(|role| role.narrows()) {
            return Some(format!("The row ends before the column for: {}", missing.label()));
        }
        for value in self.table.values(self.at, self.document) {
            let Some(meaning) = self.fitted.column(value.column) else { continue };
            let column = self.table.columns.get(usize::from(value.column));
            let name = column.map_or("", |c| c.name.as_str());
            if meaning.role.matters() && value.leaf.is_some_and(|leaf| self.document.leaf_is_secret(leaf)) {
                return Some(format!("The value of {name} looks like a secret and was not read"));
            }
            let hint = column.and_then(|c| c.hint);
            let blank =
                value.text.trim().is_empty() || hint.is_some_and(|h| h.blank.contains(&value.text.trim()));
            // Where no heading says that it is a remark, the next list of the same shape may hold a condition there.
            let telling = [Look::Threat, Look::Path, Look::Hash, Look::Address];
            if !self.table.named && !meaning.role.matters() && telling.contains(&look::look(value.text)) {
                return Some(format!("{name} holds more than a remark: {}", value.text));
            }
            if meaning.role == Role::Unknown && !blank {
                return Some(format!(
                    "What {name} means is not known, and it may narrow the row: {}",
                    value.text
                ));
            }
        }
        None
    }

    fn mask(&self, text: String, subfolders: Option<bool>) -> Result<PathMask, Reason> {
        let language = self.fitted.mapping.mask_language();
        let language = language.ok_or("Whose masks these are was not said")?;
        let several = text.contains('\n')
            || text.split(';').skip(1).map(str::trim_start).any(|rest| {
                rest.starts_with('/') || rest.starts_with("\\\\") || rest.get(1..3) == Some(":\\")
            });
        if several {
            return Err(
                "The value looks like several paths in one cell; give each a row of its own".to_owned()
            );
        }
        // A folder of KESL always takes what lies below.
        let subfolders = subfolders.filter(|on| !(*on && language == Language::Kesl));
        Ok(PathMask { language, text, subfolders, machine: self.machine })
    }

    fn hashes(&self) -> Result<Vec<String>, Reason> {
        let mut hashes = self.values(Role::Hash);
        for hash in &mut hashes {
            if !is_hash(hash) {
                return Err("The hash is not one of 32, 40 or 64 hexadecimal digits".to_owned());
            }
            hash.make_ascii_lowercase();
        }
        Ok(hashes)
    }

    fn remark(&self) -> String {
        let words = [self.values(Role::Name), self.values(Role::Comment)].concat();
        if words.is_empty() { String::new() } else { format!(" ({})", words.join("; ")) }
    }

    fn exclusion(&self) -> Result<(String, Kind), Reason> {
        let subfolders = match self.switch(Role::Subfolders) {
            Ok(told) => told,
            // An empty cell does not tell; the mask is read in its narrowest sense.
            Err(_) if self.values(Role::Subfolders).is_empty() => None,
            Err(reason) => return Err(reason),
        };
        let path = match self.one(Role::Path)?.filter(|p| p != "*") {
            Some(text) => Some(self.mask(text, subfolders)?),
            None => None,
        };
        let threats: Vec<String> = self.one(Role::Threat)?.filter(|t| t != "*").into_iter().collect();
        let processes = self.values(Role::Process).into_iter().map(|p| self.mask(p, Some(false)));
        let processes = processes.collect::<Result<Vec<_>, _>>()?;
        let hashes = self.hashes()?;
        let reach = match self.word(Role::Components)?.as_deref() {
            Some("all") => Reach::Everything,
            Some("on-access") => Reach::Components(vec![Component::OnAccess]),
            Some("on-demand") => Reach::Components(vec![Component::OnDemand]),
            Some("behaviour") => Reach::Components(vec![Component::Behaviour]),
            Some("network") => Reach::Components(vec![Component::NetworkThreats]),
            _ => return Err("Which components the row is for was not said".to_owned()),
        };
        if path.is_none() && threats.is_empty() && hashes.is_empty() && processes.is_empty() {
            return Err("The row names no file, threat, hash or program".to_owned());
        }
        let mut source = format!("Do not scan {}", path.as_ref().map_or("any file", |p| p.text.as_str()));
        for (what, list) in [("threat", &threats), ("hash", &hashes)] {
            if !list.is_empty() {
                source.push_str(&format!(", only {what} {}", list.join(" ")));
            }
        }
        for process in &processes {
            source.push_str(&format!(", only when {} touches it", process.text));
        }
        source.push_str(&self.remark());
        Ok((
            source,
            Kind::Exclusion(Exclusion { path, names: Vec::new(), threats, hashes, processes, reach }),
        ))
    }

    fn trusted(&self) -> Result<(String, Kind), Reason> {
        let Some(text) = self.one(Role::Path)? else { return Err("The row names no program".to_owned()) };
        let source = format!("Trust {text}{}", self.remark());
        let image = self.mask(text, Some(false))?;
        let trusted = TrustedApplication {
            image,
            opened_files: self.switch(Role::OpenedFiles)?,
            children: self.switch(Role::Children)?,
            hashes: self.hashes()?,
        };
        Ok((source, Kind::TrustedApplication(trusted)))
    }

    fn list<T: std::str::FromStr<Err = NotUnderstood>>(&self, role: Role) -> Result<Option<T>, Reason> {
        let values = self.values(role);
        if values.is_empty() {
            return Ok(None);
        }
        let text = values.join(", ");
        let parsed = text.parse().map_err(|NotUnderstood(what)| format!("{text} is not {what}"))?;
        Ok(Some(parsed))
    }

    fn number(&self, role: Role) -> Result<Option<u8>, Reason> {
        match self.one(role)? {
            None => Ok(None),
            Some(any) if any.eq_ignore_ascii_case("any") || any == "*" => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| format!("{text} is no number from 0 to 255")),
        }
    }

    /// The value by which packet rules refer to this block.
    pub fn reference(&self) -> Option<String> {
        self.one(Role::Reference).ok().flatten()
    }

    /// The list of a packet rule.
    fn list_start(&self) -> u32 {
        self.table.leaves(0).start
    }

    /// The position of a packet rule.
    fn order(&self) -> Result<usize, Reason> {
        match self.one(Role::Order)? {
            Some(text) => text.parse().map_err(|_| format!("{text} is no position in the list")),
            None => Ok(self.at),
        }
    }

    /// A packet rule. `rule` holds what another list says about it: order, name, action, logging.
    pub fn rule(&self, rule: Option<(usize, String, RuleAction, bool)>) -> Result<FirewallRule, Reason> {
        let (order, name, action, log) = match rule {
            Some((order, name, action, log)) => (order, name, action, Some(log)),
            None => {
                let order = self.order()?;
                let action = match self.word(Role::Action)?.as_deref() {
                    Some("allow") => RuleAction::Allow,
                    Some("block") => RuleAction::Block,
                    Some("by-application") => RuleAction::ByApplication,
                    _ => return Err("Whether the rule allows or blocks was not said".to_owned()),
                };
                (order, self.one(Role::Name)?.unwrap_or_default(), action, self.switch(Role::Logging)?)
            }
        };
        let way = |inbound, outbound, packets| Direction { inbound, outbound, packets };
        let direction = match self.word(Role::Direction)?.as_deref() {
            Some("in") => way(true, false, false),
            Some("out") => way(false, true, false),
            Some("both") => Direction::BOTH,
            Some("in-packets") => way(true, false, true),
            Some("out-packets") => way(false, true, true),
            Some("both-packets") => way(true, true, true),
            _ => return Err("Which way the traffic goes was not said".to_owned()),
        };
        let protocol = match self.list::<Protocol>(Role::Protocol)? {
            Some(protocol) => protocol,
            None if self.has_column(Role::Protocol) => Protocol::Any,
            None => return Err("No column says which protocol the rule is for".to_owned()),
        };
        let local_ports = self.list::<Ports>(Role::LocalPorts)?.unwrap_or_default();
        let remote_ports = self.list::<Ports>(Role::RemotePorts)?.unwrap_or_default();
        if !protocol.has_ports() && (local_ports != Ports::Any || remote_ports != Ports::Any) {
            return Err(format!("The rule has ports, but {protocol} has none"));
        }
        let program = match self.one(Role::Program)? {
            Some(text) => Some(self.mask(text, Some(false))?),
            None => None,
        };
        Ok(FirewallRule {
            name,
            list: self.list_start(),
            order,
            action,
            direction,
            protocol,
            icmp_type: self.number(Role::IcmpType)?,
            icmp_code: self.number(Role::IcmpCode)?,
            local_ports,
            remote_ports,
            local: self.list::<Addresses>(Role::LocalAddress)?.unwrap_or_default(),
            remote: self.list::<Addresses>(Role::RemoteAddress)?.unwrap_or_default(),
            program,
            log,
        })
    }

    fn allows(&self) -> Result<bool, Reason> {
        match self.word(Role::Action)?.as_deref() {
            Some("allow") => Ok(true),
            Some("block") => Ok(false),
            _ => Err("Whether the row allows or blocks was not said".to_owned()),
        }
    }

    fn web(&self) -> Result<(String, Kind), Reason> {
        let Some(address) = self.one(Role::Url)? else {
            return Err("The row names no web address".to_owned());
        };
        let allow = self.allows()?;
        let source = format!("{} {address}{}", verb(allow), self.remark());
        let name = self.one(Role::Name)?.unwrap_or_default();
        Ok((source, Kind::WebRule(WebRule { name, allow, addresses: vec![address] })))
    }

    fn device(&self) -> Result<(String, Kind), Reason> {
        let Some(device) = self.one(Role::Device)? else { return Err("The row names no device".to_owned()) };
        let allow = self.allows()?;
        let users = self.values(Role::User);
        let who = if users.is_empty() { String::new() } else { format!(" for {}", users.join(", ")) };
        let source = format!("{} the device {device}{who}{}", verb(allow), self.remark());
        let name = self.one(Role::Name)?.unwrap_or_default();
        Ok((source, Kind::DeviceRule(DeviceRule { name, allow, devices: vec![device], users })))
    }

    fn address(&self) -> Result<(String, Kind), Reason> {
        match self.list::<Addresses>(Role::RemoteAddress)? {
            None | Some(Addresses::Any) => Err("The row names no address".to_owned()),
            Some(addresses) => {
                let source = format!("Network protection leaves {addresses} alone{}", self.remark());
                Ok((source, Kind::NetworkAttackExclusion(addresses.to_string())))
            }
        }
    }
}

const fn verb(allow: bool) -> &'static str {
    if allow { "Allow" } else { "Block" }
}
