//! When a task starts by itself, in words that no vendor owns.

/// What starts a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A person.
    Manual,
    /// Once, at a date and time.
    Once,
    /// Every so many months.
    Monthly,
    /// Every so many weeks.
    Weekly,
    /// Every so many days.
    Daily,
    /// Every so many hours.
    Hourly,
    /// Every so many minutes.
    Minutely,
    /// The start of the product.
    ProductStart,
    /// An update of the databases.
    DatabaseUpdate,
}

impl Rule {
    /// In plain words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Manual => "by hand",
            Self::Once => "once",
            Self::Monthly => "monthly",
            Self::Weekly => "weekly",
            Self::Daily => "daily",
            Self::Hourly => "hourly",
            Self::Minutely => "every few minutes",
            Self::ProductStart => "when the product starts",
            Self::DatabaseUpdate => "after a database update",
        }
    }
}

/// A date and a time of day, local time of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Year, month and day (1-based); `None` = any day.
    pub date: Option<(u16, u8, u8)>,
    /// Hour, minute, second.
    pub time: (u8, u8, u8),
}

/// A day that a weekly or monthly schedule names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// Of the week, 1 = Monday.
    OfWeek(u8),
    /// Of the month, 1-based.
    OfMonth(u8),
}

/// A schedule. What the source does not say is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What starts the task.
    pub rule: Rule,
    /// First start, or time of day.
    pub start: Option<Clock>,
    /// The day of the week or month.
    pub day: Option<Day>,
    /// Every how many months, weeks, days, hours or minutes.
    pub period: Option<u32>,
    /// Starts are spread over so many minutes.
    pub random_minutes: Option<u32>,
    /// A start that was missed is made up for.
    pub run_missed: Option<bool>,
    /// The task is stopped after so many minutes.
    pub limit_minutes: Option<u32>,
}

impl Schedule {
    /// A schedule of which only the rule is known.
    pub const fn of(rule: Rule) -> Self {
        Self {
            rule,
            start: None,
            day: None,
            period: None,
            random_minutes: None,
            run_missed: None,
            limit_minutes: None,
        }
    }

    /// Whether only a person starts the task.
    pub fn is_manual(&self) -> bool {
        self.rule == Rule::Manual
    }
}
