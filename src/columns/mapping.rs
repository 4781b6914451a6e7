//! What the user confirmed for one list, and which lists it fits. A mapping holds names of columns, what they mean, and words such as
//! `Да` for *on*; it holds no path, name or address of anybody, so a recipe can go from customer to customer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::look::{self, Look};
use super::role::{Role, Rows};
use super::table::{Source, Table};
use crate::intake::Document;

/// How many rows are looked at to tell what an unnamed column looks like, or to propose a meaning.
pub const SAMPLE: usize = 200;

/// Confirmed columns of one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What the list stands in.
    pub source: Source,
    /// Which list of the export: its path by field names; empty when the export is one list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub list: String,
    /// Whether a person confirmed it. A draft that says `false` converts nothing.
    pub confirmed: bool,
    /// What each row is.
    pub rows: Rows,
    /// Whose rules the masks follow: a mask language id such as `kes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Every column of the list, in its order.
    pub columns: Vec<ColumnMeaning>,
    /// What no column says, by role: `{"subfolders":"on"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub otherwise: BTreeMap<Role, String>,
}

/// What one column means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMeaning {
    /// Its name in the export; absent when the export has no names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its values look like; only for a column without a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
    /// What it says.
    pub role: Role,
    /// Values with a meaning that the user gave them: `{"305":"on"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

/// A mapping that fits a table: which of its columns each column of the table is.
#[derive(Clone, Debug)]
pub struct Fitted<'m> {
    /// The mapping.
    pub mapping: &'m Mapping,
    columns: Vec<usize>,
}

impl Fitted<'_> {
    /// What a column of the table means.
    pub fn column(&self, column: u16) -> Option<&ColumnMeaning> {
        self.columns.get(usize::from(column)).and_then(|at| self.mapping.columns.get(*at))
    }

    /// The columns of the table with this role.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = u16> + '_ {
        (0u16..)
            .zip(&self.columns)
            .filter(move |(_, at)| self.mapping.columns.get(**at).is_some_and(|c| c.role == role))
            .map(|(column, _)| column)
    }
}

impl Mapping {
    /// Fits the mapping to a table.
    ///
    /// # Errors
    ///
    /// The table has another shape: what is different, in one phrase.
    pub fn fit<'m>(&'m self, table: &Table, document: &Document) -> Result<Fitted<'m>, String> {
        if self.source != table.source {
            return Err(format!("it is for a {}, this is a {}", self.source.label(), table.source.label()));
        }
        if self.list != table.list {
            return Err(format!("it is for the list \"{}\", this is \"{}\"", self.list, table.list));
        }
        if self.columns.iter().any(|c| c.name.is_some()) != table.named {
            let state = |named: bool| if named { "with names" } else { "without names" };
            return Err(format!(
                "it is for columns {}, these are {}",
                state(!table.named),
                state(table.named)
            ));
        }
        let columns = if table.named { self.by_name(table)? } else { self.by_look(table, document)? };
        Ok(Fitted { mapping: self, columns })
    }

    fn by_name(&self, table: &Table) -> Result<Vec<usize>, String> {
        let known = |name: &str| self.columns.iter().position(|c| c.name.as_deref() == Some(name));
        let columns = table.columns.iter().map(|c| {
            known(&c.name).ok_or_else(|| format!("this list has a column that it does not know: {}", c.name))
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        // Columns of lists inside a row are absent where no row has such an element.
        let missing = self
            .columns
            .iter()
            .filter_map(|c| c.name.as_deref())
            .find(|name| !name.contains("/*") && table.columns.iter().all(|c| c.name != **name));
        match missing {
            Some(name) => Err(format!("this list does not have the column {name}")),
            None => Ok(columns),
        }
    }

    fn by_look(&self, table: &Table, document: &Document) -> Result<Vec<usize>, String> {
        if self.columns.len() != table.columns.len() {
            return Err(format!(
                "it is for {} columns, this list has {}",
                self.columns.len(),
                table.columns.len()
            ));
        }
        for (at, column) in (0u16..).zip(&self.columns) {
            let seen = look_of(table, at, document);
            if seen != Look::Empty && column.look.is_some_and(|l| l != Look::Empty && l != seen) {
                return Err(format!(
                    "column {} holds {} here, it expects {}",
                    at + 1,
                    seen.label(),
                    column.look.map_or("", Look::label)
                ));
            }
        }
        Ok((0..self.columns.len()).collect())
    }

    /// Whether two columns of a list without names look the same and say different things: then another list may have them in
    /// another order, and nothing tells.
    pub fn is_ambiguous(&self) -> bool {
        let unnamed: Vec<&ColumnMeaning> = self.columns.iter().filter(|c| c.name.is_none()).collect();
        let alike = |a: &ColumnMeaning, b: &ColumnMeaning| a.look == b.look && a.role != b.role;
        unnamed.iter().enumerate().any(|(at, a)| unnamed.iter().skip(at + 1).any(|b| alike(a, b)))
    }

    /// Whether everything is there that its rows need; else what is missing, for the user.
    ///
    /// # Errors
    ///
    /// What to do before it can be confirmed.
    pub fn complete(&self) -> Result<(), String> {
        let Some(info) = self.rows.info() else { return Ok(()) };
        let has = |role: &Role| self.columns.iter().any(|c| c.role == *role);
        if !info.needs.is_empty() && !info.needs.iter().any(has) {
            let labels: Vec<&str> = info.needs.iter().map(|r| r.label()).collect();
            return Err(format!("No column is marked as: {}", labels.join("; or ")));
        }
        for column in &self.columns {
            let role = column.role;
            if !self.rows.roles().any(|r| r == role) {
                return Err(format!("{} do not have a column for: {}", info.label, role.label()));
            }
            let twice = self.columns.iter().filter(|c| c.role == role).count() > 1;
            if twice && role.info().is_some_and(|i| !i.several) {
                return Err(format!("Two columns are marked as: {}", role.label()));
            }
        }
        let paths = [Role::Path, Role::Process, Role::Program];
        if self.columns.iter().any(|c| paths.contains(&c.role)) && self.mask_language().is_none() {
            return Err("Say which product's masks these are".to_owned());
        }
        Ok(())
    }

    /// The mask language, if it is one that lists of Kaspersky products use.
    pub fn mask_language(&self) -> Option<crate::mask::Language> {
        let id = self.language.as_deref()?;
        LANGUAGES.iter().find(|(language, _)| language.id() == id).map(|(language, _)| *language)
    }
}

/// Mask languages to choose from.
pub const LANGUAGES: &[(crate::mask::Language, &str)] = &[
    (crate::mask::Language::Kes, "Kaspersky Endpoint Security for Windows 11 or 12"),
    (crate::mask::Language::Kes10, "Kaspersky Endpoint Security for Windows 8 or 10"),
    (crate::mask::Language::Ksws, "Kaspersky Security for Windows Server, KESS or KICS for Nodes"),
    (
        crate::mask::Language::KswsProcess,
        "Trusted processes of Kaspersky Security for Windows Server, KESS or KICS for Nodes",
    ),
    (crate::mask::Language::LocalList, "Kaspersky Standard, Plus, Premium or Small Office Security"),
    (crate::mask::Language::Kesl, "Kaspersky Endpoint Security for Linux"),
    (crate::mask::Language::MacPath, "Kaspersky Endpoint Security for Mac: paths written out in full"),
];

/// What most values of a column look like.
pub fn look_of(table: &Table, column: u16, document: &Document) -> Look {
    let texts: Vec<String> =
        (0..table.len().min(SAMPLE)).map(|row| table.text(row, column, document)).collect();
    look::of_most(texts.iter().map(String::as_str)).0
}
