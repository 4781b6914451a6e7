//! The whole list at once.
//!
//! The source's rules are ordered: the first that matches a packet decides. The rules of Windows are not: a packet that any
//! block rule matches is blocked, else one that an allow rule matches is let through.
//!
//! **Why the result is the same.** Let M₁, M₂, … be the traffic of the rules in the order of the source. Write each allow rule as
//! it is, and each block rule j as Mⱼ without the traffic of every allow rule before it. Take a packet that some rule matches,
//! and let d be the first one that does.
//! - d blocks. No allow rule before d matches the packet, so it is in what was written for d: Windows blocks it.
//! - d allows. It is in the rule that was written for d. Every block rule before d does not match it at all, and from every block
//!   rule behind d the traffic of d was taken out: no block rule of Windows matches it, so Windows lets it through.
//!
//! So only block rules are rewritten, and only where an allow rule stands before them.
//!
//! **What is not written** breaks this, and is counted against the rules behind it:
//! - A rule that is not written and may block leaves a hole. An allow rule behind it is written without the traffic that the other
//!   one may match, so that nothing is opened which the source may have closed.
//! - A rule that is not written and may allow: block rules behind it are written whole. That blocks more than the source did, and
//!   the row says so, because a person who adds the allow rule must know that the block rule goes before it.
//! - A block rule takes out only what is really written for the allow rules before it.
//!
//! What a rule may match is the most it can be: a zone is every address, a program with wildcards is every program, a rule that
//! was not understood is everything in both directions. What a rule surely decides is the least: nothing, if any part of it
//! is not understood.

use super::express::{self, Rule};
use super::source::{Read, SURE, everything, traffic};
use super::traffic::{Piece, merged, minus, program_key, shared};
use crate::finding as codes;
use crate::ledger::Fate;
use crate::policy::{FirewallRule, Item, Kind, Policy, RuleAction, RulePlace, State};

/// Work that comparing the rules of one policy may take, in comparisons of pieces; what is left then stays with a person.
const MOST_WORK: usize = 40_000_000;

/// Rules of one policy that are compared at all.
const MOST_PLACED: usize = 2000;

/// What becomes of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its fate: exact, stricter, looser (by decision), covered or by hand.
    pub fate: Fate,
    /// Code of the reason.
    pub code: &'static str,
    /// The reason.
    pub reason: String,
    /// Traffic that shows the difference.
    pub example: Option<String>,
    /// Block rules rather than allow rules.
    pub block: bool,
    /// Whether traffic of rules before it was taken out.
    pub rewritten: bool,
    /// The rules of Windows.
    pub rules: Vec<Rule>,
    /// Directions that only the default action can block: towards this machine?
    pub defaults: Vec<bool>,
}

/// What becomes of every rule of a policy.
#[derive(Debug, Default)]
pub struct Plan {
    /// By input and first leaf, sorted.
    outcomes: Vec<((usize, u32), Outcome)>,
    /// The programs of the rules, as [`program_key`] and as written, sorted.
    programs: Vec<(String, String)>,
    /// How many lists of rules in force there are.
    pub lists: usize,
}

/// Whether an item is a rule of a list that is in force.
fn in_force(item: &Item) -> bool {
    matches!(item.kind, Kind::FirewallRule(_) | Kind::RuleNotRead(_))
        && !matches!(item.state, State::Inactive(_))
}

/// A rule in its place.
struct Placed<'a> {
    key: (usize, u32),
    row: String,
    list: (usize, u32),
    order: (Option<usize>, usize),
    rule: Option<&'a FirewallRule>,
    /// The most that it may match.
    most: Vec<Piece>,
    /// Whether it matches just that.
    sure: bool,
    /// Why it is not written.
    hand: Option<(&'static str, String)>,
    /// Whether the route is asked about it at all.
    judged: bool,
}

impl Placed<'_> {
    fn action(&self) -> Option<RuleAction> {
        self.rule.map(|r| r.action)
    }
}

/// What the rules so far have done.
#[derive(Default)]
struct Before {
    /// Traffic that is surely decided, with the row.
    decided: Vec<(String, Vec<Piece>)>,
    /// The same without what block rules decide that are not written.
    in_force: Vec<Piece>,
    /// What written allow rules let through.
    allowed: Vec<(String, Vec<Piece>)>,
    /// What rules may block that are not written; whether they surely do.
    holes: Vec<(String, Vec<Piece>, bool)>,
    /// What the source may let through and nothing that is written does.
    lost: Vec<(String, Vec<Piece>)>,
}

/// How much work was done.
struct Work(usize);

impl Work {
    fn spend(&mut self, a: usize, b: usize) -> bool {
        self.0 = self.0.saturating_add(a.saturating_mul(b));
        self.0 < MOST_WORK
    }
}

impl Plan {
    /// The plan for a policy.
    pub fn of(policy: &Policy) -> Self {
        if policy.items.iter().filter(|item| in_force(item)).count() > MOST_PLACED {
            return Self::default();
        }
        let mut rules: Vec<Placed<'_>> =
            policy.items.iter().enumerate().filter_map(|(at, item)| placed(at, item, policy)).collect();
        rules.sort_by_key(|r| (r.list, r.order));
        let mut lists: Vec<_> = rules.iter().map(|r| r.list).collect();
        lists.dedup();
        let mut work = Work(0);
        if lists.len() > 1 {
            apart(&mut rules, &mut work);
        }
        let mut outcomes = Vec::with_capacity(rules.len());
        for list in &lists {
            let mut before = Before::default();
            for rule in rules.iter().filter(|r| r.list == *list) {
                let outcome = one(rule, &mut before, &mut work);
                if rule.judged {
                    outcomes.push((rule.key, outcome));
                }
            }
        }
        outcomes.sort_by_key(|(key, _)| *key);
        let programs = rules.iter().filter_map(|r| r.rule?.program.as_ref());
        let mut programs: Vec<_> = programs.map(|p| (program_key(&p.text), p.text.clone())).collect();
        programs.sort_unstable();
        Self { outcomes, programs, lists: lists.len() }
    }

    /// Whether the traffic of rules before it was taken out of a rule.
    pub fn rewrites(&self) -> bool {
        self.outcomes.iter().any(|(_, o)| o.rewritten)
    }

    /// A program as the source writes it.
    pub fn program<'p>(&'p self, key: &'p str) -> &'p str {
        let at = self.programs.partition_point(|(known, _)| known.as_str() < key);
        self.programs.get(at).filter(|(known, _)| known == key).map_or(key, |(_, text)| text.as_str())
    }

    /// What becomes of the rule of an item; `None` where the list is too long to compare its rules.
    pub fn outcome(&self, item: &Item) -> Option<&Outcome> {
        let key = key(item);
        let at = self.outcomes.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.outcomes.get(at).map(|(_, outcome)| outcome)
    }
}

fn key(item: &Item) -> (usize, u32) {
    (item.input, item.leaves.first().unwrap_or(0))
}

/// The number of a row, as the ledger has it.
pub fn row(item: &Item, policy: &Policy) -> String {
    let row = item.leaves.first().map_or(0, |l| l.saturating_add(1));
    match policy.inputs.len() {
        0 | 1 => row.to_string(),
        _ => format!("{}.{row}", item.input.saturating_add(1)),
    }
}

/// A rule of a list, unless it is switched off.
fn placed<'a>(at: usize, item: &'a Item, policy: &Policy) -> Option<Placed<'a>> {
    if !in_force(item) {
        return None;
    }
    let judged = item.state == State::Active;
    let (rule, RulePlace { list, order }) = match &item.kind {
        Kind::FirewallRule(rule) => (Some(rule), RulePlace { list: rule.list, order: Some(rule.order) }),
        Kind::RuleNotRead(place) => (None, *place),
        _ => return None,
    };
    let read = rule.filter(|_| judged).map(traffic);
    let (most, hand) = match read {
        Some(Read { most, hand }) => (most, hand),
        None => (everything(), Some((codes::NOT_ESTABLISHED, "The rule was not read".to_owned()))),
    };
    Some(Placed {
        key: key(item),
        row: row(item, policy),
        list: (item.input, list),
        order: (order, at),
        // An action is known only where the rule is.
        rule: rule.filter(|_| judged),
        sure: hand.as_ref().is_none_or(|(code, _)| *code == SURE),
        most,
        hand: hand.map(|(code, reason)| (if code == SURE { codes::CONDITION } else { code }, reason)),
        judged,
    })
}

/// Where an input holds several lists, rules of one that overlap rules of another stay with a person.
fn apart(rules: &mut [Placed<'_>], work: &mut Work) {
    let mut clash = vec![false; rules.len()];
    for (n, one) in rules.iter().enumerate() {
        for (m, other) in rules.iter().enumerate().skip(n + 1).filter(|(_, o)| o.list != one.list) {
            let same = one.sure && other.sure && one.action() == other.action();
            let met = !same
                && (!work.spend(one.most.len(), other.most.len())
                    || shared(&one.most, &other.most).is_some());
            for at in [n, m] {
                if let Some(clash) = clash.get_mut(at) {
                    *clash |= met;
                }
            }
        }
    }
    for (rule, clash) in rules.iter_mut().zip(clash) {
        if clash && rule.hand.is_none() {
            rule.hand = Some((
                codes::RULE_ORDER,
                "A rule of another list is for the same traffic, and nothing says which of the lists comes first".to_owned(),
            ));
        }
    }
}

fn outcome(rule: &Placed<'_>, fate: Fate, code: &'static str, reason: impl Into<String>) -> Outcome {
    Outcome {
        fate,
        code,
        reason: reason.into(),
        example: None,
        block: rule.action() == Some(RuleAction::Block),
        rewritten: false,
        rules: Vec::new(),
        defaults: Vec::new(),
    }
}

/// Rows in words: `row 3`, `rows 3 and 5`, `rows 3, 5, 7 and others`.
fn rows(names: &[&str]) -> String {
    match names {
        [one] => format!("row {one}"),
        [one, two] => format!("rows {one} and {two}"),
        [one, two, three] => format!("rows {one}, {two} and {three}"),
        [one, two, three, ..] => format!("rows {one}, {two}, {three} and others"),
        [] => "earlier rows".to_owned(),
    }
}

/// Those of them that share traffic with these pieces.
fn touching<'n>(pieces: &[Piece], others: impl IntoIterator<Item = (&'n str, &'n [Piece])>) -> Vec<&'n str> {
    let met = others.into_iter().filter(|(_, other)| shared(pieces, other).is_some());
    met.map(|(name, _)| name).collect()
}

fn named(list: &[(String, Vec<Piece>)]) -> impl Iterator<Item = (&str, &[Piece])> {
    list.iter().map(|(name, pieces)| (name.as_str(), pieces.as_slice()))
}

/// Judges a rule, and counts it for the ones behind it.
fn one(rule: &Placed<'_>, before: &mut Before, work: &mut Work) -> Outcome {
    let pieces = |list: &[(String, Vec<Piece>)]| list.iter().map(|(_, p)| p.len()).sum::<usize>();
    let holes: usize = before.holes.iter().map(|(_, p, _)| p.len()).sum();
    let all = pieces(&before.decided) + pieces(&before.allowed) + pieces(&before.lost) + holes;
    let affordable = work.spend(rule.most.len() * 4, all + 1);
    // What is left for this rule to decide.
    let left = if affordable {
        minus(&rule.most, before.decided.iter().flat_map(|(_, p)| p)).map(merged)
    } else {
        None
    };
    let left = left.unwrap_or_else(|| rule.most.clone());
    if left.is_empty() {
        let in_force = minus(&rule.most, &before.in_force).is_some_and(|left| left.is_empty());
        if in_force || rule.action() != Some(RuleAction::Block) || rule.hand.is_some() {
            let by = touching(&rule.most, named(&before.decided));
            let reason = format!("No traffic is left for this rule: {} decide before it", rows(&by));
            let reason = if by.len() == 1 {
                reason.replace(" decide before it", " decides before it")
            } else {
                reason
            };
            return outcome(rule, Fate::Covered, codes::RULE_ORDER, reason);
        }
    }
    let outcome = match (&rule.hand, rule.action()) {
        (Some((code, reason)), _) => outcome(rule, Fate::ByHand, code, reason.as_str()),
        _ if !affordable => outcome(
            rule,
            Fate::ByHand,
            codes::RULE_ORDER,
            "The list is too long to compare every rule with those before it",
        ),
        (None, Some(RuleAction::Block)) => block(rule, before),
        (None, _) => allow(rule, &left, before),
    };
    let written = matches!(outcome.fate, Fate::Exact | Fate::Stricter);
    let action = rule.action();
    if !written {
        if action != Some(RuleAction::Block) {
            before.lost.push((rule.row.clone(), left.clone()));
        }
        if action != Some(RuleAction::Allow) {
            before.holes.push((rule.row.clone(), left, rule.sure && action == Some(RuleAction::Block)));
        }
    }
    if rule.sure {
        before.decided.push((rule.row.clone(), rule.most.clone()));
        if written || action == Some(RuleAction::Allow) {
            before.in_force.extend(rule.most.iter().cloned());
        }
    }
    outcome
}

/// The rules of both directions, or the directions that have none.
fn expressed(pieces: &[Piece]) -> (Vec<Rule>, Vec<bool>) {
    let mut rules = Vec::new();
    let mut missing = Vec::new();
    for inbound in [true, false] {
        let of: Vec<Piece> = pieces.iter().filter(|p| p.inbound == inbound).cloned().collect();
        match express::rules(&of) {
            Some(of) => rules.extend(of),
            None => missing.push(inbound),
        }
    }
    (rules, missing)
}

/// An allow rule: as it is, without what rules before it may block that are not written.
fn allow(rule: &Placed<'_>, left: &[Piece], before: &mut Before) -> Outcome {
    let holes = before.holes.iter().map(|(name, p, _)| (name.as_str(), p.as_slice()));
    let met = touching(&rule.most, holes);
    // What may really be let through in the source, though it is not written: not what is decided before.
    let unsure = before.holes.iter().filter(|(.., sure)| !sure).flat_map(|(_, p, _)| p.as_slice());
    let lost: Vec<Piece> = unsure.flat_map(|hole| left.iter().filter_map(|p| p.and(hole))).collect();
    let want = minus(&rule.most, before.holes.iter().flat_map(|(_, p, _)| p)).map(merged);
    let by_hand = |reason: String| outcome(rule, Fate::ByHand, codes::RULE_ORDER, reason);
    let Some(want) = want else {
        return by_hand(format!("Too much stands before it that is not written: {}", rows(&met)));
    };
    if want.is_empty() {
        return by_hand(format!(
            "A rule that is not written may decide all of its traffic before it: {}. Look at that one first",
            rows(&met)
        ));
    }
    let (rules, missing) = expressed(&want);
    if !missing.is_empty() {
        return by_hand(if met.is_empty() {
            "Rules of Windows cannot say just this traffic".to_owned()
        } else {
            format!(
                "What it allows without the traffic that may be blocked before it ({}, not written) is more than {} rules of Windows can say",
                rows(&met),
                express::MOST_RULES
            )
        });
    }
    let example = lost.first().map(Piece::example);
    before.allowed.push((rule.row.clone(), want));
    if !lost.is_empty() {
        before.lost.push((rule.row.clone(), lost));
    }
    let verdict = match (&example, met.is_empty()) {
        (_, true) => outcome(rule, Fate::Exact, codes::SAME, "The same traffic"),
        (None, false) => outcome(
            rule,
            Fate::Exact,
            codes::SAME,
            format!("The same traffic, without what is decided before it and not written ({})", rows(&met)),
        ),
        (Some(_), false) => outcome(
            rule,
            Fate::Stricter,
            codes::RULE_ORDER,
            format!(
                "Written without the traffic that may be blocked before it by what is not written ({}). What is left out falls to the target's default",
                rows(&met)
            ),
        ),
    };
    Outcome { example, rules, ..verdict }
}

/// A block rule: without what allow rules before it let through.
fn block(rule: &Placed<'_>, before: &Before) -> Outcome {
    let met = touching(&rule.most, named(&before.allowed));
    let want = minus(&rule.most, before.allowed.iter().flat_map(|(_, p)| p)).map(merged);
    let wide = |inbound: bool| {
        let of: Vec<Piece> = everything().into_iter().filter(|p| p.inbound == inbound).collect();
        minus(&of, &rule.most).is_some_and(|left| left.is_empty())
    };
    let both = [true, false].into_iter().filter(|d| rule.most.iter().any(|p| p.inbound == *d));
    let (rules, missing) = match &want {
        Some(want) => expressed(want),
        None => (Vec::new(), both.collect()),
    };
    if missing.is_empty() {
        let lost =
            want.iter().flat_map(|want| before.lost.iter().map(move |(row, p)| (row, shared(want, p))));
        let lost: Vec<(&str, Piece)> = lost.filter_map(|(row, p)| Some((row.as_str(), p?))).collect();
        if let Some((_, example)) = lost.first() {
            let names: Vec<&str> = lost.iter().map(|(row, _)| *row).collect();
            let reason = format!(
                "What may be allowed before it is not written ({}), so this rule blocks that, too: on Windows a block goes before any rule that allows it",
                rows(&names)
            );
            let verdict = outcome(rule, Fate::Stricter, codes::RULE_ORDER, reason);
            let rewritten = !met.is_empty();
            return Outcome { example: Some(example.example()), rules, rewritten, ..verdict };
        }
        let reason = match (met.as_slice(), rules.len()) {
            ([], _) => "The same traffic".to_owned(),
            (_, count) => format!(
                "Written as {count} {} without the traffic that {} before it allows: on Windows a block goes before every allow",
                if count == 1 { "rule" } else { "rules" },
                rows(&met)
            ),
        };
        let rewritten = !met.is_empty();
        return Outcome { rules, rewritten, ..outcome(rule, Fate::Exact, codes::SAME, reason) };
    }
    if missing.iter().all(|inbound| wide(*inbound)) {
        let (way, example) = match missing.as_slice() {
            [true] => (
                "incoming",
                "incoming TCP to local port 3389, where a rule of Windows or of another program allows it",
            ),
            [false] => (
                "outgoing",
                "outgoing TCP to remote port 25, where a rule of Windows or of another program allows it",
            ),
            _ => (
                "incoming and outgoing",
                "incoming TCP to local port 3389, where a rule of Windows or of another program allows it",
            ),
        };
        let reason = format!(
            "It blocks all {way} traffic that nothing before it allows ({}). Windows says that by its default action; but rules that Windows or other programs bring still let traffic through",
            rows(&met)
        );
        let verdict = outcome(rule, Fate::Looser, codes::DEFAULT_ACTION, reason);
        return Outcome { example: Some(example.to_owned()), rules, defaults: missing, ..verdict };
    }
    outcome(
        rule,
        Fate::ByHand,
        codes::RULE_ORDER,
        format!(
            "What it blocks without the traffic that {} before it allows is more than {} rules of Windows can say, which have no order and cannot take all programs but one; written whole it would block that, too. Look at these rows together",
            rows(&met),
            express::MOST_RULES
        ),
    )
}
