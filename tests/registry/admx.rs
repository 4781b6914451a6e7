//! What Microsoft's policy template lets into the registry: keys, names, types, ranges, lists. Read twice: from the template
//! itself, and from the table that the conformance data made of it.

use std::collections::BTreeMap;

use super::{Data, Value};

/// What one value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// One of these.
    Numbers(Vec<u32>),
    /// From first to last.
    Range(u32, u32),
    /// A text.
    Text,
}

/// A template: by key and name; lists by key, with the key and name of what switches each on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    pub values: BTreeMap<(String, String), Allowed>,
    pub lists: BTreeMap<String, (String, String)>,
}

impl Template {
    /// Two policies may write one value: what either may write is allowed.
    fn allow(&mut self, key: &str, name: &str, allowed: Allowed) {
        let place = (key.to_owned(), name.to_owned());
        match (self.values.get_mut(&place), allowed) {
            (Some(Allowed::Numbers(known)), Allowed::Numbers(more)) => {
                known.extend(more);
                known.sort_unstable();
                known.dedup();
            }
            (None, allowed) => {
                self.values.insert(place, allowed);
            }
            (Some(known), allowed) => assert_eq!(*known, allowed, "{place:?}"),
        }
    }

    /// The template itself.
    pub fn of_admx(xml: &str) -> Self {
        let mut template = Self::default();
        let document = roxmltree::Document::parse(xml).unwrap();
        let named = |node: &roxmltree::Node<'_, '_>, name: &str| node.tag_name().name() == name;
        for policy in document.descendants().filter(|n| named(n, "policy")) {
            assert_eq!(policy.attribute("class"), Some("Machine"));
            let key = policy.attribute("key").unwrap();
            let child = |name: &str| policy.children().find(|n| named(n, name));
            let mut own = policy.attribute("valueName");
            for element in child("elements").iter().flat_map(|e| e.children()).filter(|n| n.is_element()) {
                let key = element.attribute("key").unwrap_or(key);
                let name = element.attribute("valueName").unwrap_or_default();
                let number = |name: &str| element.attribute(name).map(|n| n.parse().unwrap());
                match element.tag_name().name() {
                    "list" => {
                        assert_eq!(element.attribute("explicitValue"), Some("true"), "{key}");
                        assert_eq!(element.attribute("additive"), Some("true"), "{key}");
                        let switch = policy.attribute("valueName").unwrap();
                        let switch = (policy.attribute("key").unwrap().to_owned(), switch.to_owned());
                        assert!(template.lists.insert(key.to_owned(), switch).is_none(), "{key}");
                    }
                    "decimal" => {
                        let (first, last) = (number("minValue").unwrap_or(0), number("maxValue"));
                        template.allow(key, name, Allowed::Range(first, last.unwrap_or(9999)));
                    }
                    "enum" => {
                        let numbers = element.descendants().filter(|n| named(n, "decimal"));
                        let numbers =
                            numbers.map(|n| n.attribute("value").unwrap().parse().unwrap()).collect();
                        template.allow(key, name, Allowed::Numbers(sorted(numbers)));
                    }
                    "text" => template.allow(key, name, Allowed::Text),
                    other => panic!("an element {other}"),
                }
                own = own.filter(|own| *own != name);
            }
            if let Some(name) = own {
                // Without a value of its own, a policy that is enabled writes 1.
                let state = |of: &str| {
                    let number =
                        child(of)?.descendants().find(|n| named(n, "decimal"))?.attribute("value")?;
                    number.parse().ok()
                };
                let numbers = [Some(state("enabledValue").unwrap_or(1)), state("disabledValue")];
                template.allow(key, name, Allowed::Numbers(sorted(numbers.into_iter().flatten().collect())));
            }
        }
        template
    }

    /// The table.
    pub fn of_tsv(text: &str) -> Self {
        let mut template = Self::default();
        let mut switch = BTreeMap::new();
        for line in text.lines().skip(1) {
            let [policy, _, key, name, kind, range, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            match kind {
                "REG_DWORD (state)" => {
                    let states = range.split(' ').filter_map(|state| state.split_once('='));
                    let numbers = states.filter_map(|(_, number)| number.parse().ok()).collect();
                    template.allow(key, name, Allowed::Numbers(sorted(numbers)));
                    switch.insert(policy, (key.to_owned(), name.to_owned()));
                }
                "REG_DWORD" => template.allow(
                    key,
                    name,
                    match range.split_once("..") {
                        Some((first, last)) => Allowed::Range(first.parse().unwrap(), last.parse().unwrap()),
                        None => Allowed::Numbers(sorted(
                            range.split('|').map(|o| o.split_once('=').unwrap().0.parse().unwrap()).collect(),
                        )),
                    },
                ),
                "REG_SZ" => template.allow(key, name, Allowed::Text),
                "REG_SZ list" => {
                    assert_eq!(range, "explicitValue=true additive=true");
                    template.lists.insert(key.to_owned(), switch[policy].clone());
                }
                other => panic!("a type {other}"),
            }
        }
        template
    }

    /// What is wrong with values: a key or name that no policy writes, another type, a number outside, a list that nobody
    /// switches on, or one that is switched on and empty.
    pub fn faults(&self, values: &[Value]) -> Vec<String> {
        let mut faults = Vec::new();
        for Value { key, name, data } in values {
            let fault = match (self.values.get(&(key.clone(), name.clone())), self.lists.get(key), data) {
                (Some(Allowed::Numbers(numbers)), _, Data::Dword(n)) if numbers.contains(n) => None,
                (Some(Allowed::Range(first, last)), _, Data::Dword(n)) if (first..=last).contains(&n) => None,
                (Some(Allowed::Text), _, Data::Text(_)) => None,
                (None, Some((switch_key, switch)), Data::Text(text)) => {
                    let on = values
                        .iter()
                        .any(|v| v.key == *switch_key && v.name == *switch && v.data == Data::Dword(1));
                    // The words of the template: alert levels and actions; elsewhere "it is recommended that this be set to 0".
                    let right = if key.ends_with("\\ThreatSeverityDefaultAction") {
                        ["1", "2", "4", "5"].contains(&name.as_str())
                            && ["2", "3", "6"].contains(&text.as_str())
                    } else {
                        text == "0"
                    };
                    if on && right {
                        None
                    } else {
                        Some("not an entry of that list, or nobody switches it on")
                    }
                }
                (None, None, _) => Some("no policy writes it"),
                _ => Some("another type or number"),
            };
            faults.extend(fault.map(|why| format!("{key}!{name} = {data:?}: {why}")));
            for (list, (switch_key, switch)) in &self.lists {
                if switch_key == key && switch == name && !values.iter().any(|v| v.key == *list) {
                    faults.push(format!("{key}!{name}: the list is empty"));
                }
            }
        }
        for (at, value) in values.iter().enumerate() {
            let same =
                |v: &&Value| v.key.eq_ignore_ascii_case(&value.key) && upper(&v.name) == upper(&value.name);
            if values[..at].iter().any(|v| same(&v)) {
                faults.push(format!("{}!{} twice", value.key, value.name));
            }
        }
        faults
    }
}

fn sorted(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Letters that have one upper-case letter as it: `ß` stays.
fn upper(name: &str) -> String {
    let one = |c: char| {
        let mut upper = c.to_uppercase();
        upper.next().filter(|_| upper.next().is_none()).unwrap_or(c)
    };
    name.chars().map(one).collect()
}
