//! The meanings of one list's columns while the user still says them: what a choice changes, and what must change with it.
//! Nothing here converts anything; that begins with the confirmation.

use crate::columns::vocabulary::{self, Meaning};
use crate::columns::{ColumnMeaning, Mapping, Role, Rows};
use crate::view::{PreviewView, TableView};

/// Something the user said about a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What each row is.
    Rows(Rows),
    /// Whose rules the masks follow.
    Language(Option<String>),
    /// What a column says.
    Role {
        /// Which column.
        column: usize,
        /// What it says.
        role: Role,
    },
    /// What a value of a column means.
    Value {
        /// Which column.
        column: usize,
        /// The value as it is written.
        value: String,
        /// A word of the vocabulary; `None` = not said.
        word: Option<String>,
    },
    /// What no column says, said once for all rows.
    Otherwise {
        /// What it is about.
        role: Role,
        /// A word; `None` = not told.
        word: Option<String>,
    },
    /// Whether it is for every list of this shape.
    Everywhere(bool),
}

/// What the user said about a list so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The meanings.
    pub mapping: Mapping,
    /// For every list of this shape.
    pub everywhere: bool,
    /// Being changed although it was confirmed before.
    pub reopened: bool,
    /// The user changed something: from now on, what it comes to is said.
    pub touched: bool,
    /// How the first rows would be read, or what is missing; `None` while the worker looks.
    pub preview: Option<Result<Vec<PreviewView>, String>>,
    /// What was proposed, to come back to.
    pub(super) proposed: Vec<Role>,
}

/// A thing that can be said once for all rows when no column says it.
pub struct Setting {
    /// What it is about.
    pub role: Role,
    /// For which rows.
    rows: &'static [Rows],
    /// For people.
    pub label: &'static str,
    /// Words and labels to choose from; an empty word = not told.
    pub options: &'static [(&'static str, &'static str)],
    /// What is set at first.
    usual: Option<&'static str>,
}

const YES_NO: &[(&str, &str)] = &[("", "not told"), ("on", "yes"), ("off", "no")];

/// Everything that can be said once.
pub const SETTINGS: &[Setting] = &[
    Setting {
        role: Role::Enabled,
        rows: &[
            Rows::Exclusion,
            Rows::TrustedApplication,
            Rows::FirewallRule,
            Rows::WebRule,
            Rows::DeviceRule,
            Rows::NetworkAttackExclusion,
        ],
        label: "Rows are switched on",
        options: &[("on", "yes, all of them"), ("off", "no, none of them")],
        usual: Some("on"),
    },
    Setting {
        role: Role::Subfolders,
        rows: &[Rows::Exclusion],
        label: "A folder means its sub-folders, too",
        options: &[("not-told", "not told: read as narrowly as it can be"), ("on", "yes"), ("off", "no")],
        usual: Some("not-told"),
    },
    Setting {
        role: Role::Components,
        rows: &[Rows::Exclusion],
        label: "Protection components that rows are for",
        options: &[
            ("all", "every component"),
            ("on-access", "real-time protection of files"),
            ("on-demand", "scans"),
            ("behaviour", "behaviour detection"),
            ("network", "network protection"),
        ],
        usual: Some("all"),
    },
    Setting {
        role: Role::OpenedFiles,
        rows: &[Rows::TrustedApplication],
        label: "“Do not scan opened files” was ticked",
        options: YES_NO,
        usual: None,
    },
    Setting {
        role: Role::Children,
        rows: &[Rows::TrustedApplication],
        label: "Child processes are meant, too",
        options: YES_NO,
        usual: None,
    },
    Setting {
        role: Role::Direction,
        rows: &[Rows::FirewallRule],
        label: "Direction of the traffic",
        options: &[("", "not told"), ("in", "incoming"), ("out", "outgoing"), ("both", "both ways")],
        usual: None,
    },
    Setting {
        role: Role::Action,
        rows: &[Rows::WebRule, Rows::DeviceRule],
        label: "Rows allow or block",
        options: &[("", "not told"), ("allow", "all of them allow"), ("block", "all of them block")],
        usual: None,
    },
];

/// What can be said once for all rows of a list: what its rows can have and no column says.
pub fn settings(mapping: &Mapping) -> impl Iterator<Item = &'static Setting> {
    let has = |role: Role| mapping.columns.iter().any(|c| c.role == role);
    let unsaid = move |s: &&Setting| s.rows.contains(&mapping.rows) && !has(s.role);
    SETTINGS.iter().filter(unsaid)
}

/// Whether the rows have masks whose language matters.
pub fn has_masks(mapping: &Mapping) -> bool {
    mapping.columns.iter().any(|c| matches!(c.role, Role::Path | Role::Process | Role::Program))
}

/// A value, what it was said to mean or means anyway, and what it can mean.
pub struct Word<'t> {
    /// The value as it is written.
    pub value: &'t str,
    /// In how many rows.
    pub rows: usize,
    /// What it means as things stand.
    pub word: Option<&'t str>,
    /// The vocabulary knows it, so "not said" is no choice.
    pub known: bool,
}

/// The values of a column that need a meaning: those of a column with few different ones whose role has a vocabulary.
pub fn words<'t>(
    column: &'t ColumnMeaning,
    values: &'t [(String, usize)],
) -> (&'static [Meaning], Vec<Word<'t>>) {
    let meanings = vocabulary::meanings(column.role);
    if meanings.is_empty() {
        return (meanings, Vec::new());
    }
    let filled = values.iter().filter(|(value, _)| !value.is_empty());
    let words = filled.map(|(value, rows)| {
        let known = vocabulary::meaning_of(column.role, value);
        let word = column.values.get(value).map(String::as_str).or(known);
        Word { value, rows: *rows, word, known: known.is_some() }
    });
    (meanings, words.collect())
}

impl Draft {
    /// What holds for a list, or was proposed for it, to be changed.
    pub fn of(table: &TableView) -> Self {
        let mut mapping = table.mapping.clone();
        mapping.confirmed = false;
        Self {
            proposed: mapping.columns.iter().map(|c| c.role).collect(),
            mapping,
            everywhere: false,
            reopened: table.applied,
            touched: false,
            preview: None,
        }
    }

    /// The columns in the order in which they are shown: what the rows are about, what else may say something, what differs
    /// from row to row, and at the end what looks as if it said nothing. It does not change while the user speaks.
    pub fn order(&self, table: &TableView) -> Vec<usize> {
        let needs = table.mapping.rows.info().map_or(&[][..], |info| info.needs);
        let rank = |at: &usize| {
            let role = self.proposed.get(*at).copied().unwrap_or(Role::Unknown);
            let first = table.sample.first().and_then(|row| row.get(*at));
            match role {
                role if needs.contains(&role) => 0,
                role if !matches!(role, Role::Unknown | Role::NoEffect) => 1,
                _ if table.sample.iter().any(|row| row.get(*at) != first) => 2,
                _ => 3,
            }
        };
        let mut order: Vec<usize> = (0..table.columns.len()).collect();
        order.sort_by_key(rank);
        order
    }

    /// Takes in what the user said, with what follows from it.
    pub fn change(&mut self, change: Change) {
        self.touched = true;
        if !matches!(change, Change::Everywhere(_)) {
            self.preview = None;
        }
        let mapping = &mut self.mapping;
        match change {
            Change::Rows(rows) => {
                mapping.rows = rows;
                self.refit();
            }
            Change::Language(language) => mapping.language = language,
            Change::Role { column, role } => {
                if let Some(column) = mapping.columns.get_mut(column) {
                    column.role = role;
                    column.values.clear();
                }
                self.refit();
            }
            Change::Value { column, value, word } => {
                if let Some(column) = mapping.columns.get_mut(column) {
                    match word {
                        Some(word) => column.values.insert(value, word),
                        None => column.values.remove(&value),
                    };
                }
            }
            Change::Otherwise { role, word } => {
                match word {
                    Some(word) => mapping.otherwise.insert(role, word),
                    None => mapping.otherwise.remove(&role),
                };
            }
            Change::Everywhere(everywhere) => self.everywhere = everywhere,
        }
    }

    /// Meanings that such rows cannot have go back to the proposal, or to *not known*; what is said once follows.
    fn refit(&mut self) {
        let mapping = &mut self.mapping;
        let allowed: Vec<Role> = mapping.rows.roles().collect();
        for at in 0..mapping.columns.len() {
            let taken: Vec<Role> = mapping.columns.iter().map(|c| c.role).collect();
            let proposed = self.proposed.get(at).copied().unwrap_or(Role::Unknown);
            let Some(column) = mapping.columns.get_mut(at) else { continue };
            if !allowed.contains(&column.role) {
                let several = proposed.info().is_some_and(|i| i.several);
                let fits = allowed.contains(&proposed) && (several || !taken.contains(&proposed));
                column.role = if fits { proposed } else { Role::Unknown };
                column.values.clear();
            }
        }
        let open: Vec<&Setting> = settings(mapping).collect();
        mapping.otherwise.retain(|role, _| open.iter().any(|s| s.role == *role));
        for setting in open {
            if let Some(usual) = setting.usual {
                mapping.otherwise.entry(setting.role).or_insert_with(|| usual.to_owned());
            }
        }
    }
}

/// Whether two mappings are for lists of the same shape, so that one confirmation can stand for the other.
pub fn same_shape(a: &Mapping, b: &Mapping) -> bool {
    // Columns of lists inside a row are absent where no row has such an element.
    fn shape(mapping: &Mapping) -> Vec<Option<&str>> {
        let names = mapping.columns.iter().map(|c| c.name.as_deref());
        let mut names: Vec<_> = names.filter(|n| !n.is_some_and(|n| n.contains("/*"))).collect();
        names.sort_unstable();
        names
    }
    let named = |m: &Mapping| m.columns.iter().any(|c| c.name.is_some());
    let looks = || a.columns.iter().map(|c| c.look).eq(b.columns.iter().map(|c| c.look));
    a.source == b.source && a.list == b.list && shape(a) == shape(b) && (named(a) || looks())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::columns::Source;
    use crate::columns::role::{ALWAYS, ROWS};

    fn mapping(columns: &[(&str, Role)]) -> Mapping {
        let columns = columns.iter().map(|(name, role)| ColumnMeaning {
            name: Some((*name).into()),
            look: None,
            role: *role,
            values: BTreeMap::new(),
        });
        Mapping {
            source: Source::Rows,
            list: String::new(),
            confirmed: false,
            rows: Rows::Exclusion,
            language: Some("kes".into()),
            columns: columns.collect(),
            otherwise: BTreeMap::new(),
        }
    }

    fn draft(columns: &[(&str, Role)]) -> Draft {
        let mapping = mapping(columns);
        let proposed = mapping.columns.iter().map(|c| c.role).collect();
        Draft { mapping, everywhere: false, reopened: false, touched: false, preview: None, proposed }
    }

    fn roles(draft: &Draft) -> Vec<Role> {
        draft.mapping.columns.iter().map(|c| c.role).collect()
    }

    #[test]
    fn other_rows_keep_what_they_can_have_and_come_back() {
        let mut draft = draft(&[("Path", Role::Path), ("Threat", Role::Threat), ("Note", Role::Comment)]);
        draft.change(Change::Rows(Rows::TrustedApplication));
        assert_eq!(roles(&draft), [Role::Path, Role::Unknown, Role::Comment]);
        assert!(!draft.mapping.otherwise.contains_key(&Role::Components));
        draft.change(Change::Rows(Rows::Listed));
        assert_eq!(roles(&draft), [Role::Unknown, Role::Unknown, Role::Comment]);
        assert!(draft.mapping.otherwise.is_empty());
        draft.change(Change::Rows(Rows::Exclusion));
        // What is "not known" is a meaning that such rows can have, so it stays as it was said.
        assert_eq!(roles(&draft), [Role::Unknown, Role::Unknown, Role::Comment]);
        assert_eq!(draft.mapping.otherwise[&Role::Subfolders], "not-told");
    }

    #[test]
    fn what_a_column_says_is_not_said_once() {
        let mut draft = draft(&[("Path", Role::Path), ("On", Role::Unknown)]);
        draft.change(Change::Role { column: 1, role: Role::Subfolders });
        let open = |d: &Draft| settings(&d.mapping).map(|s| s.role).collect::<Vec<_>>();
        assert_eq!(open(&draft), [Role::Enabled, Role::Components]);
        draft.change(Change::Role { column: 1, role: Role::Enabled });
        assert_eq!(open(&draft), [Role::Subfolders, Role::Components]);
        assert!(!draft.mapping.otherwise.contains_key(&Role::Enabled));
    }

    #[test]
    fn values_get_a_meaning_or_have_one() {
        let mut draft = draft(&[("Path", Role::Path), ("nTriggers", Role::OpenedFiles)]);
        let values = [("305".to_owned(), 3), ("0".to_owned(), 1), (String::new(), 2)];
        let words = |d: &Draft| -> Vec<(String, Option<String>, bool)> {
            let (_, words) = words(&d.mapping.columns[1], &values);
            words.iter().map(|w| (w.value.into(), w.word.map(String::from), w.known)).collect()
        };
        let before = [("305".into(), None, false), ("0".into(), Some("off".into()), true)];
        assert_eq!(words(&draft), before);
        let say = |word: Option<&str>| Change::Value {
            column: 1,
            value: "305".into(),
            word: word.map(String::from),
        };
        draft.change(say(Some("on")));
        assert_eq!(words(&draft)[0].1.as_deref(), Some("on"));
        draft.change(say(None));
        assert_eq!(words(&draft), before);
        // Another meaning of the column makes the meanings of its values void.
        draft.change(say(Some("on")));
        draft.change(Change::Role { column: 1, role: Role::Enabled });
        assert_eq!(words(&draft)[0].1, None);
    }

    #[test]
    fn settings_use_words_of_the_vocabulary_and_roles_of_the_rows() {
        for setting in SETTINGS {
            for rows in setting.rows {
                assert!(rows.roles().any(|r| r == setting.role), "{} of {rows:?}", setting.label);
            }
            let words: Vec<&str> = vocabulary::meanings(setting.role).iter().map(|m| m.word).collect();
            for (word, _) in setting.options.iter().filter(|(w, _)| !["", "not-told"].contains(w)) {
                assert!(words.contains(word), "{word}");
            }
        }
        assert!(ROWS.iter().all(|info| info.roles.iter().all(|r| !ALWAYS.contains(r))));
    }

    #[test]
    fn shapes() {
        let a = mapping(&[("Path", Role::Path), ("Hosts/*/Host", Role::Unknown)]);
        assert!(same_shape(&a, &mapping(&[("Path", Role::Name)])));
        assert!(!same_shape(&a, &mapping(&[("Path", Role::Path), ("More", Role::Name)])));
        assert!(!same_shape(&a, &Mapping { list: "other".into(), ..a.clone() }));
    }
}
