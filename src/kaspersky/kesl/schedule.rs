//! When a task starts (reference: kaspersky-linux, sections 8 and 10.19). Two spellings:
//!
//! ```text
//! RuleType=Hourly                                     --get-schedule: a word
//! StartTime=2026/March/02 06:30:00;4                  [date] time [; day of week or month] [; period]
//!
//! RuleType=6                                          full export: a number, 6 = Manual
//! ```
//!
//! Known from a real file are `Hourly` in the form above, and 6. Other words are documented, and that the numbers 0 to 8
//! follow their order is inferred: both wait until the user has compared them with the product.

use super::groups::{Group, of_task};
use super::tasks::{TaskKind, Tasks};
use super::{Key, Owner, one, setting, yes};
use crate::finding;
use crate::kaspersky::Part;
use crate::options::Answers;
use crate::policy::{Certainty, Clock, Day, Meaning, Rule, Schedule, State};

/// Name of the group that a task's schedule makes up.
pub(super) const SCHEDULE: &str = "Schedule";

/// Key of the question about schedules that are not established.
const QUESTION: &str = "kesl.schedule";

const CONFIRMED: &str = "confirmed";
const OPTIONS: &[(&str, &str)] = &[
    (CONFIRMED, "Yes, I compared each row with kesl-control --get-schedule"),
    ("by-hand", "No, or not compared: I set the schedules myself"),
];

const KEYS: &[&str] = &[
    "RuleType",
    "StartTime",
    "RandomInterval",
    "RunMissedStartRules",
    "UseWorkingTimeout",
    "WorkingTimeout",
];

/// Words of `RuleType` in the documented order, which the numbers are inferred to follow.
const RULES: &[(&str, Rule)] = &[
    ("Once", Rule::Once),
    ("Monthly", Rule::Monthly),
    ("Weekly", Rule::Weekly),
    ("Daily", Rule::Daily),
    ("Hourly", Rule::Hourly),
    ("Minutely", Rule::Minutely),
    ("Manual", Rule::Manual),
    ("PS", Rule::ProductStart),
    ("BR", Rule::DatabaseUpdate),
];

/// Whether a key belongs to a schedule file, where the keys stand at the top level.
pub(super) fn is_schedule_key(tasks: &Tasks, key: &Key<'_>) -> bool {
    let known = matches!(key.tail().as_slice(), [name] if KEYS.contains(name));
    known && tasks.get(key.owner).is_some_and(|(_, t)| t.kind == TaskKind::Schedule)
}

/// How sure a reading is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sure {
    Yes(Certainty),
    /// Until the user has compared it.
    After(Certainty),
}

/// The schedule of a task.
pub(super) fn convert(
    part: &mut Part<'_>,
    tasks: &Tasks,
    owner: Owner,
    group: &Group<'_>,
    answers: &Answers,
) {
    let Some((index, entry)) = tasks.get(owner) else { return };
    let (known, strange): (Vec<&Key<'_>>, Vec<&Key<'_>>) = group.keys.iter().partition(|k| {
        k.tail()
            .as_slice()
            .split_last()
            .is_some_and(|(last, above)| KEYS.contains(last) && matches!(above, [] | [SCHEDULE]))
    });
    let text: Vec<String> = known.iter().map(|k| format!("{}={}", k.tail().last(), k.value)).collect();
    let source = format!("{}: schedule {}", entry.task.name, text.join(", "));
    let get = |name: &str| known.iter().find(|k| k.is(name)).map(|k| k.value);
    let by_hand = |code, reason: &str| State::ByHand { code, reason: reason.to_owned() };
    let incomplete = if group.spoilt {
        Some("A line in the same section could not be read; it may belong to the schedule")
    } else if !strange.is_empty() {
        Some("The schedule has a setting that Crosswalk does not know")
    } else if known.iter().any(|k| k.repeated) {
        Some("A setting stands twice in the schedule")
    } else {
        None
    };
    let (schedule, state, certainty) = match read(&get) {
        _ if let Some(reason) = incomplete => {
            (None, by_hand(finding::RULE_INCOMPLETE, reason), Certainty::Inferred)
        }
        None => {
            let reason =
                "What this schedule says is not established; look it up with kesl-control --get-schedule";
            (None, by_hand(finding::NOT_ESTABLISHED, reason), Certainty::Inferred)
        }
        Some((schedule, Sure::Yes(certainty))) => (Some(schedule), of_task(entry, State::Active), certainty),
        Some((schedule, Sure::After(certainty))) => {
            let words: Vec<&str> = OPTIONS.iter().map(|(value, _)| *value).collect();
            let answer = part.answer(answers, QUESTION, &words);
            let state = match answer.as_deref() {
                Some(CONFIRMED) => of_task(entry, State::Active),
                Some(_) => by_hand(finding::NOT_ESTABLISHED, "You set this schedule yourself"),
                None => State::Waits {
                    question: QUESTION,
                    code: finding::WAITS,
                    reason: format!("Read as: {}; nobody has shown that it is", schedule.rule.word()),
                },
            };
            if !part.read.questions.iter().any(|q| q.key == QUESTION) {
                part.ask(
                    QUESTION,
                    "Are the schedules read as the product shows them?",
                    "Numbers from 0 to 8 are read as Once, Monthly, Weekly, Daily, Hourly, Minutely, Manual, PS, BR in this order. Compare the rows with `kesl-control --get-schedule` and the number of the task",
                    OPTIONS,
                    answer,
                );
            }
            (Some(schedule), state, certainty)
        }
    };
    let mut ranges: Vec<_> = known.iter().map(|k| one(k.leaf)).collect();
    ranges.sort_by_key(|r| r.start);
    let leaves = part.claim(ranges);
    part.push(leaves, setting(Some(index), Meaning::Schedule(schedule)), state, certainty, source);
}

/// The schedule with how sure it is; `None` when a value is not established.
fn read<'v>(get: &impl Fn(&str) -> Option<&'v str>) -> Option<(Schedule, Sure)> {
    let rule = get("RuleType")?;
    let start = get("StartTime").unwrap_or("");
    let numeric = rule.parse::<usize>().ok();
    let (_, rule) = match numeric {
        Some(number) => RULES.get(number)?,
        None => RULES.iter().find(|(word, _)| word.eq_ignore_ascii_case(rule))?,
    };
    let mut schedule = Schedule::of(*rule);
    let mut confirmed_form = false;
    if needs_start(*rule) || !start.is_empty() {
        let time = StartTime::parse(start, *rule)?;
        schedule.start = Some(time.clock);
        schedule.day = time.day;
        schedule.period = time.period;
        confirmed_form = *rule == Rule::Hourly && time.clock.date.is_some() && time.period.is_some();
    }
    let number = |name: &str| match get(name) {
        Some(text) => text.parse::<u32>().ok().map(Some),
        None => Some(None),
    };
    let switch = |name: &str| match get(name) {
        Some(text) => yes(text).map(Some),
        None => Some(None),
    };
    schedule.random_minutes = number("RandomInterval")?;
    schedule.run_missed = switch("RunMissedStartRules")?;
    let limit = number("WorkingTimeout")?;
    if switch("UseWorkingTimeout")? == Some(true) {
        schedule.limit_minutes = limit;
    }
    let sure = match (numeric, rule) {
        // The number is well supported, though nobody states it.
        (Some(_), Rule::Manual) => Sure::Yes(Certainty::Inferred),
        (Some(_), _) => Sure::After(Certainty::Inferred),
        (None, Rule::Manual) => Sure::Yes(Certainty::Documented),
        (None, Rule::Hourly) if confirmed_form => Sure::Yes(Certainty::Confirmed),
        (None, _) => Sure::After(Certainty::Documented),
    };
    Some((schedule, sure))
}

const fn needs_start(rule: Rule) -> bool {
    !matches!(rule, Rule::Manual | Rule::ProductStart | Rule::DatabaseUpdate)
}

/// `[<year>/<month>/<day>] [hh]:[mm]:[ss]; [<day of month>|<weekday>]; [<period>]`
struct StartTime {
    clock: Clock,
    day: Option<Day>,
    period: Option<u32>,
}

impl StartTime {
    fn parse(text: &str, rule: Rule) -> Option<Self> {
        let mut fields = text.split(';').map(str::trim);
        let when = fields.next()?;
        let (date, time) = match when.rsplit_once(' ') {
            Some((date, time)) => (Some(parse_date(date.trim())?), time),
            None => (None, when),
        };
        let clock = Clock { date, time: parse_time(time)? };
        let rest: Vec<&str> = fields.collect();
        // One field is the period where a day makes no sense.
        let (day, period) = match (rest.as_slice(), rule) {
            ([], _) => ("", ""),
            ([period], Rule::Hourly | Rule::Minutely | Rule::Daily) => ("", *period),
            ([day], _) => (*day, ""),
            ([day, period], _) => (*day, *period),
            _ => return None,
        };
        let day = match (day, rule) {
            ("", _) => None,
            (day, Rule::Weekly) => Some(Day::OfWeek(weekday(day)?)),
            (day, Rule::Monthly) => Some(Day::OfMonth(day.parse().ok().filter(|d| (1..=31).contains(d))?)),
            _ => return None,
        };
        let period = if period.is_empty() { None } else { Some(period.parse().ok().filter(|p| *p > 0)?) };
        Some(Self { clock, day, period })
    }
}

const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The number of a name, 1-based; its first three letters will do.
fn number_of(names: &[&str], name: &str) -> Option<u8> {
    let same = |full: &&str| {
        full.eq_ignore_ascii_case(name) || full.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(name))
    };
    names.iter().position(same).map(|at| at as u8 + 1)
}

fn weekday(name: &str) -> Option<u8> {
    number_of(WEEKDAYS, name)
}

/// `2026/March/02`
fn parse_date(text: &str) -> Option<(u16, u8, u8)> {
    let [year, month, day] = three(text, '/')?;
    let day = day.parse().ok().filter(|d| (1..=31).contains(d))?;
    Some((year.parse().ok().filter(|y| (1970..=9999).contains(y))?, number_of(MONTHS, month)?, day))
}

/// `06:30:00`
fn parse_time(text: &str) -> Option<(u8, u8, u8)> {
    let [hour, minute, second] = three(text, ':')?;
    let below = |text: &str, end: u8| text.parse::<u8>().ok().filter(|n| *n < end);
    Some((below(hour, 24)?, below(minute, 60)?, below(second, 60)?))
}

fn three(text: &str, separator: char) -> Option<[&str; 3]> {
    let mut parts = text.split(separator);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(a), Some(b), Some(c), None) => Some([a, b, c]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(rule: &str, start: &str) -> Option<(Schedule, bool)> {
        let get = |name: &str| match name {
            "RuleType" => Some(rule),
            "StartTime" => Some(start),
            _ => None,
        };
        read(&get).map(|(schedule, sure)| (schedule, matches!(sure, Sure::Yes(_))))
    }

    #[test]
    fn what_is_known_and_what_waits() {
        let clock = |date, time| Some(Clock { date, time });
        let table = [
            ("Manual", "", Schedule::of(Rule::Manual), true),
            ("manual", "", Schedule::of(Rule::Manual), true),
            ("6", "", Schedule::of(Rule::Manual), true),
            (
                "Hourly",
                "2026/March/02 06:30:00;4",
                Schedule {
                    start: clock(Some((2026, 3, 2)), (6, 30, 0)),
                    period: Some(4),
                    ..Schedule::of(Rule::Hourly)
                },
                true,
            ),
            (
                "4",
                "2026/Mar/02 06:30:00;4",
                Schedule {
                    start: clock(Some((2026, 3, 2)), (6, 30, 0)),
                    period: Some(4),
                    ..Schedule::of(Rule::Hourly)
                },
                false,
            ),
            (
                "Weekly",
                "05:15:00; Fri; 2",
                Schedule {
                    start: clock(None, (5, 15, 0)),
                    day: Some(Day::OfWeek(5)),
                    period: Some(2),
                    ..Schedule::of(Rule::Weekly)
                },
                false,
            ),
            (
                "Monthly",
                "05:15:00;31",
                Schedule {
                    start: clock(None, (5, 15, 0)),
                    day: Some(Day::OfMonth(31)),
                    ..Schedule::of(Rule::Monthly)
                },
                false,
            ),
            ("PS", "", Schedule::of(Rule::ProductStart), false),
            ("8", "", Schedule::of(Rule::DatabaseUpdate), false),
        ];
        for (rule, start, schedule, sure) in table {
            assert_eq!(reads(rule, start), Some((schedule, sure)), "{rule} {start}");
        }
        for (rule, start) in [
            ("9", ""),
            ("Yearly", "05:15:00"),
            ("Hourly", ""),
            ("0", ""),
            ("Hourly", "2026/March/02 24:30:00;4"),
            ("Hourly", "2026/Foo/02 06:30:00;4"),
            ("Hourly", "2026/March/02 06:30:00;0"),
            ("Hourly", "02.03.2026 06:30;4"),
            ("Weekly", "05:15:00;Someday"),
            ("Monthly", "05:15:00;32"),
            ("Once", "2026/March/02 06:30:00;1;2;3"),
        ] {
            assert_eq!(reads(rule, start), None, "{rule} {start}");
        }
    }
}
