//! What the page shows, as a value. [`State::update`] takes an [`Action`] (something the user did, or the worker said)
//! and answers with [`Effect`]s for the page to carry out. It knows no browser, so all of it is tested natively.

use std::collections::{BTreeMap, VecDeque};

use super::protocol::{
    Choices, InputId, PAGE, Parcel, Purpose, RefusalView, Request, Response, ResultView, RouteView, Sample,
};
use super::words;
use crate::intake::{display_name, unique_name};
use crate::options::{Choice, Decision};
use crate::view::{InputView, ItemView, RowView};

/// How many steps can be undone.
const UNDO: usize = 200;

/// How many workers may die one after the other.
const FAILURES: usize = 3;

/// Where the worker stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Not up yet.
    #[default]
    Starting,
    /// Up, and the page is locked.
    Ready,
}

/// How far an input is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On its way through the worker.
    Reading,
    /// Read.
    Read(Box<InputView>),
    /// Not read, and why.
    Refused(Box<RefusalView>),
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: InputId,
    /// Its name, unique among the inputs.
    pub name: String,
    /// The sample it is, when it is one.
    pub sample: Option<Sample>,
    /// How far it is.
    pub stage: Stage,
    /// First item shown.
    pub offset: usize,
    /// Items shown.
    pub items: Vec<ItemView>,
}

impl Entry {
    /// What was read, when it was read.
    pub fn view(&self) -> Option<&InputView> {
        match &self.stage {
            Stage::Read(view) => Some(view),
            Stage::Reading | Stage::Refused(_) => None,
        }
    }
}

/// The ledger of one conversion: what is in view of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The conversion.
    pub result: ResultView,
    /// The fate in view; `None` = all rows.
    pub fate: Option<String>,
    /// First row in view.
    pub offset: usize,
    /// Rows in view.
    pub rows: Vec<RowView>,
}

impl Ledger {
    /// How many rows the fate in view has.
    pub fn count(&self) -> usize {
        words::count(&self.result.view, self.fate.as_deref())
    }
}

/// Something the user did, or the worker said.
#[allow(clippy::large_enum_variant, reason = "one at a time exists, and it is moved at once")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Files were dropped, chosen or pasted: number and name.
    Brought(Vec<(InputId, String)>),
    /// A sample is wanted.
    Sampled(InputId, Sample),
    /// An input is not wanted any more.
    Removed(InputId),
    /// A question was answered.
    Answered {
        /// Input it is about.
        input: String,
        /// Key of the question.
        key: String,
        /// The answer.
        value: String,
    },
    /// A route was chosen for a platform.
    Chosen {
        /// The platform.
        platform: String,
        /// The route.
        target: String,
    },
    /// The looser form was accepted for all rows of a reason, or taken back.
    Accepted {
        /// Code of the reason.
        code: String,
        /// Accepted or taken back.
        on: bool,
    },
    /// A row was decided, or the decision taken back.
    Decided {
        /// The input.
        id: InputId,
        /// The row.
        row: String,
        /// What was decided.
        choice: Option<Choice>,
    },
    /// The last step is undone.
    Undone,
    /// Another fate is in view.
    Filtered(InputId, Option<String>),
    /// Another part of the ledger is in view.
    Turned(InputId, usize),
    /// Another part of what was read is in view.
    Leafed(InputId, usize),
    /// Something is taken away.
    Taken(Parcel, Purpose),
    /// The work in progress is not wanted any more.
    Cancelled,
    /// Work that was cancelled is wanted after all.
    Resumed,
    /// The worker said something.
    Told(Response),
    /// The worker died.
    Broke(String),
    /// Something in the page went wrong, or went well, and the user should know.
    Noted(String),
}

/// What the page has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a request.
    Ask(Request),
    /// End the worker and start a fresh one.
    Restart,
    /// Let go of the file behind an input.
    Forget(InputId),
    /// Move the focus to the element of this id.
    Focus(&'static str),
    /// Move the focus to the element of this id if it got lost.
    Rescue(String),
}

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Where the worker stands.
    pub phase: Phase,
    /// The inputs, in the order they came.
    pub entries: Vec<Entry>,
    /// The routes that fit.
    pub routes: Vec<RouteView>,
    /// The conversions.
    pub ledgers: BTreeMap<InputId, Ledger>,
    /// Everything the user decided.
    pub choices: Choices,
    /// What was decided before, for undo.
    past: Vec<Choices>,
    /// Requests that wait for their answer.
    jobs: VecDeque<Request>,
    /// How far the first of them is.
    pub progress: Option<(usize, usize)>,
    /// The choices in the worker are older than those here.
    stale: bool,
    /// Workers that died one after the other.
    failures: usize,
    /// The user cancelled; nothing is converted until the user goes on.
    pub held: bool,
    /// Where the focus goes when the choices hold.
    focus: Option<&'static str>,
    /// Last thing said to the user.
    pub notice: String,
}

impl State {
    /// Applies an action. The effects are to be carried out in order.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.act(action, &mut effects);
        self.settle(&mut effects);
        effects
    }

    fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Brought(files) => {
                for (id, name) in files {
                    self.bring(id, &name, None, effects);
                }
            }
            Action::Sampled(id, which) => self.bring(id, words::sample_name(which), Some(which), effects),
            Action::Removed(id) => self.remove(id, effects),
            Action::Answered { input, key, value } => {
                self.show_answer(&input, &key, &value);
                self.change(|choices| {
                    choices.answers.insert(format!("{key}@{input}"), value);
                });
            }
            Action::Chosen { platform, target } => {
                self.focus = Some("decide");
                self.change(|choices| {
                    choices.targets.insert(platform, target);
                });
                self.stale = true;
            }
            Action::Accepted { code, on } => self.change(|choices| {
                if on {
                    choices.accept.insert(code);
                } else {
                    choices.accept.remove(&code);
                }
            }),
            Action::Decided { id, row, choice } => self.decide(id, row, choice),
            Action::Undone => {
                if let Some(before) = self.past.pop() {
                    self.choices = before;
                    self.stale = true;
                    self.notice = "The last step was undone".into();
                }
            }
            Action::Filtered(id, fate) => self.look(id, Some(fate), 0, effects),
            Action::Turned(id, offset) => self.look(id, None, offset, effects),
            Action::Leafed(id, offset) => {
                if self.entries.iter().any(|e| e.id == id && e.view().is_some()) {
                    self.ask(Request::Items { id, offset }, effects);
                }
            }
            Action::Taken(what, purpose) => self.ask(Request::Take { what, purpose }, effects),
            Action::Cancelled => self.cancel(effects),
            Action::Resumed => {
                self.held = false;
                self.stale = true;
            }
            Action::Told(response) => self.hear(response, effects),
            Action::Broke(message) => self.broke(&message, effects),
            Action::Noted(text) => self.notice = text,
        }
    }

    /// Takes an input in and has it read.
    fn bring(&mut self, id: InputId, name: &str, sample: Option<Sample>, effects: &mut Vec<Effect>) {
        // A file that was refused and comes again replaces the refusal.
        let plain = display_name(name);
        self.entries.retain(|e| !(e.name == plain && matches!(e.stage, Stage::Refused(_))));
        let name = unique_name(&plain, |n| self.entries.iter().any(|e| e.name == n));
        let entry = Entry { id, name, sample, stage: Stage::Reading, offset: 0, items: Vec::new() };
        self.ask(open(&entry), effects);
        self.entries.push(entry);
        self.held = false;
    }

    fn remove(&mut self, id: InputId, effects: &mut Vec<Effect>) {
        let Some(at) = self.entries.iter().position(|e| e.id == id) else { return };
        let entry = self.entries.remove(at);
        let suffix = format!("@{}", entry.name);
        self.choices.answers.retain(|key, _| !key.ends_with(&suffix));
        self.past.clear();
        self.ledgers.remove(&id);
        effects.push(Effect::Forget(id));
        if !matches!(entry.stage, Stage::Refused(_)) {
            self.ask(Request::Close { id }, effects);
            self.stale = true;
        }
        self.notice = format!("{} was removed", entry.name);
        effects.push(Effect::Focus("bring"));
    }

    /// Changes the choices so that it can be undone.
    fn change(&mut self, with: impl FnOnce(&mut Choices)) {
        let before = self.choices.clone();
        with(&mut self.choices);
        if self.choices != before {
            self.past.push(before);
            if self.past.len() > UNDO {
                self.past.remove(0);
            }
            self.stale = true;
            self.held = false;
        }
    }

    /// Shows an answer at once; the worker confirms it.
    fn show_answer(&mut self, input: &str, key: &str, value: &str) {
        for entry in self.entries.iter_mut().filter(|e| e.name == input) {
            if let Stage::Read(view) = &mut entry.stage {
                for question in view.questions.iter_mut().filter(|q| q.key == key) {
                    question.answer = Some(value.into());
                }
            }
        }
    }

    fn decide(&mut self, id: InputId, row: String, choice: Option<Choice>) {
        let Some(target) = self.ledgers.get(&id).map(|l| l.result.view.target.id.clone()) else { return };
        let Some(input) =
            self.entries.iter().find(|e| e.id == id).and_then(Entry::view).map(|v| v.sha256.clone())
        else {
            return;
        };
        self.change(|choices| {
            choices.decisions.retain(|d| !(d.input == input && d.target == target && d.row == row));
            if let Some(choice) = choice {
                choices.decisions.push(Decision { input, target, row, choice });
            }
        });
    }

    /// Brings another part of a ledger into view.
    fn look(&mut self, id: InputId, fate: Option<Option<String>>, offset: usize, effects: &mut Vec<Effect>) {
        let Some(ledger) = self.ledgers.get_mut(&id) else { return };
        if let Some(fate) = fate {
            ledger.fate = fate;
        }
        let last = ledger.count().saturating_sub(1);
        ledger.offset = offset.min(last) / PAGE * PAGE;
        let request = Request::Rows { id, fate: ledger.fate.clone(), offset: ledger.offset };
        self.ask(request, effects);
    }

    fn ask(&mut self, request: Request, effects: &mut Vec<Effect>) {
        self.jobs.push_back(request.clone());
        effects.push(Effect::Ask(request));
    }

    /// Ends what the worker is doing. What had been read is read again by the fresh worker, so the user keeps it.
    fn cancel(&mut self, effects: &mut Vec<Effect>) {
        let reading = self.entries.iter().any(|e| e.stage == Stage::Reading);
        for entry in self.entries.iter().filter(|e| e.stage == Stage::Reading) {
            effects.push(Effect::Forget(entry.id));
        }
        self.entries.retain(|e| e.stage != Stage::Reading);
        self.jobs.clear();
        self.progress = None;
        self.focus = None;
        effects.push(Effect::Restart);
        let again: Vec<Request> = self.entries.iter().filter(|e| e.view().is_some()).map(open).collect();
        self.held = !reading && !again.is_empty();
        self.stale = !self.held && !again.is_empty();
        if self.held {
            self.ledgers.clear();
        }
        for request in again {
            self.ask(request, effects);
        }
        self.notice = "Cancelled. What had been read before is kept".into();
        effects.push(Effect::Focus(if self.held { "choose" } else { "bring" }));
    }

    /// A worker died. A fresh one takes over, unless workers keep dying without having done anything.
    fn broke(&mut self, message: &str, effects: &mut Vec<Effect>) {
        self.failures += 1;
        if self.failures > FAILURES {
            self.jobs.clear();
            self.progress = None;
            self.entries.retain(|e| e.stage != Stage::Reading);
            self.held = true;
            self.notice = format!("The engine does not run in this browser. {message}");
            return;
        }
        self.cancel(effects);
        self.notice = format!("The engine stopped and was started again. {message}");
    }

    /// Takes in what the worker said.
    fn hear(&mut self, response: Response, effects: &mut Vec<Effect>) {
        if let Response::Progress { done, total } = response {
            self.progress = Some((done, total));
            return;
        }
        if response == Response::Up {
            self.phase = Phase::Ready;
            return;
        }
        let job = self.jobs.pop_front();
        self.progress = None;
        self.failures = 0;
        match response {
            Response::Up | Response::Progress { .. } => {}
            Response::Opened { id, view, items } => {
                let Some(entry) = self.entries.iter_mut().find(|e| e.id == id) else { return };
                if entry.stage == Stage::Reading {
                    self.focus = Some("understand");
                    self.notice =
                        format!("{} was read: {}", entry.name, words::things(view.items, "setting"));
                }
                entry.stage = Stage::Read(view);
                entry.offset = 0;
                entry.items = items;
                self.stale = true;
            }
            Response::Refused { id, refusal } => {
                let Some(entry) = self.entries.iter_mut().find(|e| e.id == id) else { return };
                self.notice = format!("{} cannot be read", entry.name);
                entry.stage = Stage::Refused(Box::new(refusal));
                effects.push(Effect::Forget(id));
                effects.push(Effect::Focus("brought"));
            }
            Response::Closed { .. } => {}
            Response::Applied { inputs, routes, results } => self.applied(inputs, routes, results, effects),
            Response::Items { id, offset, items } => {
                if let Some(entry) = self.entries.iter_mut().find(|e| e.id == id) {
                    entry.offset = offset;
                    entry.items = items;
                }
            }
            Response::Rows { id, fate, offset, rows } => {
                let Some(ledger) = self.ledgers.get_mut(&id) else { return };
                if ledger.fate == fate && ledger.offset == offset {
                    ledger.rows = rows;
                    effects.push(Effect::Rescue(format!("ledger-{id}")));
                }
            }
            Response::Parcel { name, purpose } => {
                self.notice = match purpose {
                    Purpose::Save => format!("{name} was handed to your browser's downloads"),
                    Purpose::Copy => format!("{name} is being copied"),
                };
            }
            Response::Failed { message } => {
                if let Some(Request::Open { id, .. } | Request::Sample { id, .. }) = job {
                    self.entries.retain(|e| e.id != id);
                    effects.push(Effect::Forget(id));
                }
                self.notice = message;
            }
        }
    }

    fn applied(
        &mut self,
        inputs: Vec<(InputId, InputView)>,
        routes: Vec<RouteView>,
        results: Vec<(InputId, ResultView)>,
        effects: &mut Vec<Effect>,
    ) {
        for (id, view) in inputs {
            if let Some(entry) = self.entries.iter_mut().find(|e| e.id == id) {
                entry.stage = Stage::Read(Box::new(view));
                // The states of items follow the answers.
                let offset = entry.offset;
                self.ask(Request::Items { id, offset }, effects);
            }
        }
        self.routes = routes;
        let mut before = std::mem::take(&mut self.ledgers);
        for (id, result) in results {
            let old = before.remove(&id).filter(|l| l.result.view.target.id == result.view.target.id);
            let ledger = match old {
                Some(old) => Ledger { result, ..old },
                None => {
                    let fate = words::first_fate(&result.view);
                    Ledger { result, fate, offset: 0, rows: Vec::new() }
                }
            };
            let offset = ledger.offset;
            self.ledgers.insert(id, ledger);
            self.look(id, None, offset, effects);
        }
        if !self.ledgers.is_empty() {
            self.notice = words::outcome(self.ledgers.values().map(|l| &l.result));
        }
        if let Some(place) = self.focus.take() {
            effects.push(Effect::Focus(place));
        }
    }

    /// Sends the choices when they changed and nothing that will change them again is on its way.
    fn settle(&mut self, effects: &mut Vec<Effect>) {
        let waits =
            |r: &Request| matches!(r, Request::Open { .. } | Request::Sample { .. } | Request::Apply(_));
        if !self.stale || self.held || self.jobs.iter().any(waits) {
            return;
        }
        self.stale = false;
        if self.entries.iter().any(|e| e.view().is_some()) {
            self.ask(Request::Apply(self.choices.clone()), effects);
        } else {
            self.routes.clear();
            self.ledgers.clear();
            self.past.clear();
            self.choices = Choices::default();
        }
    }

    /// What the worker is doing, in words, when it takes long enough to matter.
    pub fn work(&self) -> Option<String> {
        self.jobs.iter().find_map(|job| match job {
            Request::Open { name, .. } | Request::Sample { name, .. } => Some(format!("Reading {name}")),
            Request::Apply(choices) if choices.targets.is_empty() => Some("Comparing the products".into()),
            Request::Apply(_) => Some("Converting".into()),
            Request::Take { .. } => Some("Packing the files".into()),
            Request::Close { .. } | Request::Items { .. } | Request::Rows { .. } => None,
        })
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Inputs that were read.
    pub fn read(&self) -> impl Iterator<Item = (&Entry, &InputView)> {
        self.entries.iter().filter_map(|e| e.view().map(|v| (e, v)))
    }

    /// The platforms of the inputs that were read, each once.
    pub fn platforms(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for (_, view) in self.read() {
            if !found.contains(&view.platform.as_str()) {
                found.push(&view.platform);
            }
        }
        found
    }
}

/// The request that has an input read.
fn open(entry: &Entry) -> Request {
    match entry.sample {
        Some(which) => Request::Sample { id: entry.id, name: entry.name.clone(), which },
        None => Request::Open { id: entry.id, name: entry.name.clone() },
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
