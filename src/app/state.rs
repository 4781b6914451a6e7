//! What the page shows, as a value. [`State::update`] takes an [`Action`] (something the user did, or the worker said)
//! and answers with [`Effect`]s for the page to carry out. It knows no browser, so all of it is tested natively.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::draft::{Change, Draft, same_shape};
use super::protocol::{
    Choices, ConfirmedColumns, InputId, Kept, PAGE, Parcel, Piece, Purpose, RefusalView, Request, Response,
    ResultView, RouteView, Sample, SheetView, Way,
};
use super::words;
use crate::intake::batch::leftover;
use crate::intake::{display_name, unique_name};
use crate::options::{Choice, Decision};
use crate::view::{FindingView, InputView, ItemView, RowView, TableView};

/// How many steps can be undone.
const UNDO: usize = 200;

/// How many workers may die one after the other.
const FAILURES: usize = 3;

/// Up to so many inputs, each is unfolded; of several customers none is.
pub const HANDFUL: usize = 5;

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
    Read(Rc<SheetView>),
    /// Not read, and why.
    Refused(Rc<RefusalView>),
}

/// A file that the user brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Its number.
    pub id: InputId,
    /// Which of the things that were dropped or chosen it came with.
    pub root: u32,
    /// Its path from there, `/` between names; a file by itself has only its name.
    pub path: String,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: InputId,
    /// The file that it came in: itself, or an archive.
    pub file: InputId,
    /// Which thing the file came with, and its path from there.
    root: u32,
    path: String,
    /// Its name: as it will be in the output, once the worker told.
    pub name: String,
    /// The sample it is, when it is one.
    pub sample: Option<Sample>,
    /// How far it is.
    pub stage: Stage,
    /// First item shown.
    pub offset: usize,
    /// Items shown; none before they were asked for.
    pub items: Rc<[ItemView]>,
}

impl Entry {
    /// What was read, when it was read.
    pub fn view(&self) -> Option<&InputView> {
        self.sheet().map(|s| &s.view)
    }

    /// What was read with its lists.
    pub fn sheet(&self) -> Option<&SheetView> {
        match &self.stage {
            Stage::Read(sheet) => Some(sheet),
            Stage::Reading | Stage::Refused(_) => None,
        }
    }

    /// Whose it is; empty for a file by itself.
    pub fn customer(&self) -> &str {
        self.sheet().map_or("", |s| &s.customer)
    }

    /// One of its lists.
    pub fn table(&self, at: usize) -> Option<&TableView> {
        self.sheet()?.tables.iter().find(|t| t.at == at)
    }

    /// Lists that wait for their columns.
    pub fn open_tables(&self) -> usize {
        self.sheet().map_or(0, |s| s.tables.iter().filter(|t| !t.applied).count())
    }

    /// Questions without an answer that settings wait for.
    pub fn open_questions(&self) -> usize {
        self.view().map_or(0, |v| v.questions.iter().filter(|q| q.answer.is_none()).count())
    }
}

/// A step of the page whose inputs can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// 1
    Bring,
    /// 2
    Understand,
    /// 4
    Decide,
    /// 5
    Take,
}

/// Something that can be folded and unfolded. What is folded is not drawn, so a thousand inputs cost little.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fold {
    /// The inputs of a customer.
    Customer(Step, String),
    /// One input.
    Input(Step, InputId),
    /// Everything that was read of an input.
    Items(InputId),
    /// One list of an input.
    Table(InputId, usize),
}

/// Who said what the columns of a list mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The user, for this list.
    Here,
    /// The user, for every list of this shape.
    Shape,
    /// A recipe of this name.
    Recipe(String),
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
    /// Files were dropped, chosen or pasted.
    Brought(Vec<Brought>),
    /// A sample is wanted.
    Sampled(InputId, Sample),
    /// An input is not wanted any more.
    Removed(InputId),
    /// The inputs of a customer are not wanted any more.
    Dismissed(String),
    /// A recipe is not wanted any more: its place among the recipes.
    RecipeRemoved(usize),
    /// A question was answered.
    Answered {
        /// Input it is about.
        id: InputId,
        /// Key of the question.
        key: String,
        /// The answer.
        value: String,
    },
    /// The same answer for every input that asks the same and has no answer yet.
    AnsweredAll {
        /// Key of the question.
        key: String,
        /// The answer.
        value: String,
    },
    /// Something was said about the columns of a list.
    Columns(InputId, usize, Change),
    /// The columns of a list are confirmed as they were said.
    Confirmed(InputId, usize),
    /// Confirmed columns are to be changed.
    Reopened(InputId, usize),
    /// The change is not wanted after all.
    Closed(InputId, usize),
    /// The confirmation is taken back.
    Unconfirmed(InputId, usize),
    /// Something is folded or unfolded.
    Folded(Fold, bool),
    /// A route was chosen for a platform, or is not wanted any more.
    Chosen {
        /// The platform.
        platform: String,
        /// The route.
        target: String,
        /// Chosen or not.
        on: bool,
    },
    /// The looser form was accepted for all rows of a reason, or taken back.
    Accepted {
        /// In which conversion.
        way: Way,
        /// Code of the reason.
        code: String,
        /// Accepted or taken back.
        on: bool,
    },
    /// A row was decided, or the decision taken back.
    Decided {
        /// The conversion.
        way: Way,
        /// The row.
        row: String,
        /// What was decided.
        choice: Option<Choice>,
    },
    /// What a machine has already was given, to compare with; nothing = no comparison any more.
    Existing(InputId, String),
    /// The last step is undone.
    Undone,
    /// Another fate is in view.
    Filtered(Way, Option<String>),
    /// Another part of the ledger is in view.
    Turned(Way, usize),
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
    Focus(String),
    /// Move the focus to the element of this id if it got lost.
    Rescue(String),
}

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Where the worker stands.
    pub phase: Phase,
    /// The inputs, in the order they came.
    pub entries: Vec<Rc<Entry>>,
    /// Files that nobody exported and that were left out, with the file they were found in.
    pub left: Vec<(InputId, Rc<FindingView>)>,
    /// The routes that fit.
    pub routes: Rc<[RouteView]>,
    /// The conversions.
    pub ledgers: BTreeMap<Way, Rc<Ledger>>,
    /// Everything the user decided.
    pub choices: Rc<Choices>,
    /// Columns that are not confirmed yet, as far as they were looked at.
    drafts: BTreeMap<(InputId, usize), Rc<Draft>>,
    /// What the user folded or unfolded.
    folds: BTreeMap<Fold, bool>,
    /// What was decided before, for undo.
    past: Vec<Rc<Choices>>,
    /// Inputs of archives that were removed: a fresh worker finds them again.
    removed: BTreeSet<InputId>,
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
    focus: Option<String>,
    /// What is said when the choices hold.
    say: Option<String>,
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
                for file in files {
                    self.bring(file, None, effects);
                }
            }
            Action::Sampled(id, which) => {
                let file = Brought { id, root: id, path: words::sample_name(which).into() };
                self.bring(file, Some(which), effects);
            }
            Action::Removed(id) => {
                if let Some(name) = self.remove(id, effects) {
                    self.notice = format!("{name} was removed");
                    effects.push(Effect::Focus("bring".into()));
                }
            }
            Action::Dismissed(customer) => {
                let of = |e: &&Rc<Entry>| e.view().is_some() && e.customer() == customer;
                let ids: Vec<InputId> = self.entries.iter().filter(of).map(|e| e.id).collect();
                for id in &ids {
                    self.remove(*id, effects);
                }
                self.notice = format!("{} of {customer} removed", words::things(ids.len(), "input"));
                effects.push(Effect::Focus("bring".into()));
            }
            Action::RecipeRemoved(at) => {
                self.say = Some("The recipe is not applied any more".into());
                self.focus = Some("bring".into());
                self.change(|choices| {
                    if at < choices.recipes.len() {
                        choices.recipes.remove(at);
                    }
                });
            }
            Action::Answered { id, key, value } => self.answer(&[id], &key, &value),
            Action::AnsweredAll { key, value } => {
                let ids = self.asking(&key, None);
                self.answer(&ids, &key, &value);
                self.say = Some(format!("Answered for {} more", words::things(ids.len(), "input")));
            }
            Action::Columns(id, at, change) => self.columns(id, at, change, effects),
            Action::Confirmed(id, at) => self.confirm(id, at, effects),
            Action::Reopened(id, at) => {
                let Some(table) = self.table(id, at) else { return };
                self.drafts.insert((id, at), Rc::new(Draft::of(table)));
                self.preview(id, at, effects);
                effects.push(Effect::Focus(place(id, at)));
            }
            Action::Closed(id, at) => {
                self.drafts.remove(&(id, at));
                self.notice = "Nothing was changed".into();
                effects.push(Effect::Focus(place(id, at)));
            }
            Action::Unconfirmed(id, at) => self.unconfirm(id, at),
            Action::Folded(fold, open) => self.fold(fold, open, effects),
            Action::Chosen { platform, target, on } => {
                // One product is the rule: it leads on to the result. Whoever chooses a second one stays there.
                if on && self.choices.targets.is_empty() {
                    self.focus = Some("decide".into());
                }
                self.change(|choices| {
                    let own = choices.targets.entry(platform).or_default();
                    if on {
                        own.insert(target);
                    } else {
                        own.remove(&target);
                    }
                    choices.targets.retain(|_, own| !own.is_empty());
                });
                self.stale = true;
            }
            Action::Accepted { way, code, on } => self.change(|choices| {
                let targets = choices.accept.entry(way.id).or_default();
                let own = targets.entry(way.target).or_default();
                if on {
                    own.insert(code);
                } else {
                    own.remove(&code);
                }
                targets.retain(|_, own| !own.is_empty());
                choices.accept.retain(|_, targets| !targets.is_empty());
            }),
            Action::Decided { way, row, choice } => self.decide(way, row, choice),
            Action::Existing(id, text) => {
                self.say = Some(if text.is_empty() { "Not compared any more" } else { "Compared" }.into());
                self.change(|choices| {
                    if text.is_empty() {
                        choices.existing.remove(&id);
                    } else {
                        choices.existing.insert(id, text);
                    }
                });
            }
            Action::Undone => {
                if let Some(before) = self.past.pop() {
                    self.choices = before;
                    self.stale = true;
                    self.say = Some("The last step was undone".into());
                }
            }
            Action::Filtered(way, fate) => self.look(&way, Some(fate), 0, effects),
            Action::Turned(way, offset) => self.look(&way, None, offset, effects),
            Action::Leafed(id, offset) => {
                if self.entry(id).is_some_and(|e| e.view().is_some()) {
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

    /// An input.
    pub fn entry(&self, id: InputId) -> Option<&Entry> {
        self.entries.iter().find(|e| e.id == id).map(Rc::as_ref)
    }

    fn entry_mut(&mut self, id: InputId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|e| e.id == id).map(Rc::make_mut)
    }

    fn table(&self, id: InputId, at: usize) -> Option<&TableView> {
        self.entry(id)?.table(at)
    }

    /// Whether something is unfolded: as the user left it, else when there is only a handful of its kind.
    pub fn unfolded(&self, fold: &Fold) -> bool {
        if let Some(open) = self.folds.get(fold) {
            return *open;
        }
        match fold {
            Fold::Customer(_, customer) => {
                self.read().filter(|(e, _)| e.customer() == customer).nth(HANDFUL).is_none()
            }
            Fold::Input(Step::Bring, _) => true,
            Fold::Input(..) => {
                let mut customers = self.read().map(|(e, _)| e.customer());
                let first = customers.next();
                self.read().nth(HANDFUL).is_none() && customers.all(|c| Some(c) == first)
            }
            Fold::Items(_) => false,
            Fold::Table(id, at) => {
                let tables = self.entry(*id).and_then(Entry::sheet).map_or(&[][..], |s| &s.tables);
                tables.len() <= HANDFUL || tables.iter().find(|t| !t.applied).is_some_and(|t| t.at == *at)
            }
        }
    }

    fn fold(&mut self, fold: Fold, open: bool, effects: &mut Vec<Effect>) {
        self.folds.insert(fold.clone(), open);
        if !open {
            return;
        }
        match fold {
            Fold::Items(id) => self.ask(Request::Items { id, offset: 0 }, effects),
            Fold::Input(Step::Decide, id) => {
                for (way, _) in self.ways(id) {
                    self.look(&way, None, 0, effects);
                }
            }
            Fold::Input(Step::Understand, id) | Fold::Table(id, _) => self.sketch(id, effects),
            Fold::Customer(Step::Understand | Step::Decide, customer) => {
                let of = |e: &&Rc<Entry>| e.view().is_some() && e.customer() == customer;
                let ids: Vec<InputId> = self.entries.iter().filter(of).map(|e| e.id).collect();
                for id in ids {
                    self.fetch(id, effects);
                }
            }
            Fold::Customer(..) | Fold::Input(..) => {}
        }
    }

    /// Whether the content of an input is drawn in a step.
    fn drawn(&self, step: Step, id: InputId) -> bool {
        let customer = self.entry(id).map(|e| Fold::Customer(step, e.customer().to_owned()));
        customer.is_some_and(|c| self.unfolded(&c)) && self.unfolded(&Fold::Input(step, id))
    }

    /// Asks for what is in view of an input.
    fn fetch(&mut self, id: InputId, effects: &mut Vec<Effect>) {
        if self.drawn(Step::Understand, id) {
            self.sketch(id, effects);
            if self.unfolded(&Fold::Items(id)) {
                let offset = self.entry(id).map_or(0, |e| e.offset);
                self.ask(Request::Items { id, offset }, effects);
            }
        }
        if self.drawn(Step::Decide, id) {
            for (way, offset) in self.ways(id) {
                self.look(&way, None, offset, effects);
            }
        }
    }

    /// The conversions of an input, each with its first row in view.
    fn ways(&self, id: InputId) -> Vec<(Way, usize)> {
        self.ledgers_of(id).map(|(way, ledger)| (way.clone(), ledger.offset)).collect()
    }

    /// The conversions of an input.
    pub fn ledgers_of(&self, id: InputId) -> impl Iterator<Item = (&Way, &Rc<Ledger>)> {
        self.ledgers.range(Way { id, target: String::new() }..).take_while(move |(way, _)| way.id == id)
    }

    /// Begins drafts for the lists in view that wait for their columns.
    fn sketch(&mut self, id: InputId, effects: &mut Vec<Effect>) {
        let tables = self.entry(id).and_then(Entry::sheet).map_or(&[][..], |s| &s.tables);
        let open: Vec<(usize, Draft)> = tables
            .iter()
            .filter(|t| !t.applied && self.unfolded(&Fold::Table(id, t.at)))
            .filter(|t| self.drafts.get(&(id, t.at)).is_none_or(|d| d.preview.is_none()))
            .map(|t| (t.at, Draft::of(t)))
            .collect();
        for (at, draft) in open {
            self.drafts.entry((id, at)).or_insert_with(|| Rc::new(draft));
            let asked =
                |j: &Request| matches!(j, Request::Preview { id: of, at: n, .. } if (*of, *n) == (id, at));
            if !self.jobs.iter().any(asked) {
                self.preview(id, at, effects);
            }
        }
    }

    /// What was said about the columns of a list so far, when it is being said.
    pub fn draft(&self, id: InputId, at: usize) -> Option<&Rc<Draft>> {
        self.drafts.get(&(id, at))
    }

    /// How many other lists have the shape of this one.
    pub fn of_this_shape(&self, id: InputId, table: &TableView) -> usize {
        let others = self.read().filter_map(|(e, _)| Some((e.id, e.sheet()?)));
        let lists = others.flat_map(|(other, sheet)| sheet.tables.iter().map(move |t| (other, t)));
        lists.filter(|(o, t)| (*o, t.at) != (id, table.at) && same_shape(&t.mapping, &table.mapping)).count()
    }

    /// Who said what the columns of an applied list mean.
    pub fn by(&self, id: InputId, table: &TableView) -> Option<By> {
        let fits = |m: &crate::columns::Mapping| same_shape(m, &table.mapping);
        let of = |input: Option<InputId>| {
            self.choices.columns.iter().any(|c| c.input == input && fits(&c.mapping))
        };
        if of(Some(id)) {
            return Some(By::Here);
        }
        if of(None) {
            return Some(By::Shape);
        }
        let kept = self.choices.recipes.iter().find(|k| k.recipe.tables.iter().any(fits));
        kept.map(|k| By::Recipe(k.name.clone()))
    }

    /// Has the worker look at a draft.
    fn preview(&mut self, id: InputId, at: usize, effects: &mut Vec<Effect>) {
        if let Some(draft) = self.drafts.get(&(id, at)) {
            let mapping = draft.mapping.clone();
            self.ask(Request::Preview { id, at, mapping }, effects);
        }
    }

    fn columns(&mut self, id: InputId, at: usize, change: Change, effects: &mut Vec<Effect>) {
        let Some(draft) = self.drafts.get_mut(&(id, at)) else { return };
        Rc::make_mut(draft).change(change);
        if draft.preview.is_none() {
            self.preview(id, at, effects);
        }
    }

    fn confirm(&mut self, id: InputId, at: usize, effects: &mut Vec<Effect>) {
        let Some(draft) = self.drafts.get(&(id, at)).cloned() else { return };
        let outcome = draft.mapping.complete();
        if let Err(why) | Ok(Err(why)) =
            outcome.map(|()| draft.preview.clone().map_or(Ok(()), |p| p.map(drop)))
        {
            self.notice = format!("Not confirmed. {why}");
            effects.push(Effect::Focus(format!("{}-outcome", place(id, at))));
            return;
        }
        let mut mapping = draft.mapping.clone();
        mapping.confirmed = true;
        let input = (!draft.everywhere).then_some(id);
        if let Some(kept) = self.drafts.get_mut(&(id, at)) {
            // It stays as it is, for the case that the confirmation is undone.
            Rc::make_mut(kept).reopened = false;
        }
        self.change(|choices| {
            choices.columns.retain(|c| {
                let replaced = c.input == Some(id) || c.input == input;
                !(replaced && same_shape(&c.mapping, &mapping))
            });
            choices.columns.push(ConfirmedColumns { input, mapping });
        });
        self.stale = true;
        self.say = Some("The columns are confirmed".into());
        self.focus = Some(place(id, at));
    }

    fn unconfirm(&mut self, id: InputId, at: usize) {
        let Some(table) = self.table(id, at).cloned() else { return };
        let input = match self.by(id, &table) {
            Some(By::Here) => Some(id),
            Some(By::Shape) => None,
            Some(By::Recipe(_)) | None => return,
        };
        // To begin where the user was, not at the proposal.
        self.drafts.insert((id, at), Rc::new(Draft { reopened: false, ..Draft::of(&table) }));
        self.change(|choices| {
            choices.columns.retain(|c| !(c.input == input && same_shape(&c.mapping, &table.mapping)));
        });
        self.say = Some("The confirmation was taken back. Nothing of the list is converted now".into());
        self.focus = Some(place(id, at));
    }

    /// Takes a file in and has it read.
    fn bring(&mut self, file: Brought, sample: Option<Sample>, effects: &mut Vec<Effect>) {
        let Brought { id, root, path } = file;
        self.held = false;
        let name = match path.split_once('/') {
            // Of a folder, what systems leave behind is no export; the folder itself may have any name.
            Some((_, below)) => {
                if let Some(what) = leftover(below) {
                    let note = FindingView {
                        code: crate::finding::LEFT_OUT.into(),
                        severity: "info".into(),
                        input: crate::text::owned(path),
                        line: 0,
                        message: format!("Not read: {what}"),
                        hint: String::new(),
                    };
                    self.left.push((id, Rc::new(note)));
                    effects.push(Effect::Forget(id));
                    return;
                }
                crate::text::owned(path.clone())
            }
            // A file that was refused and comes again replaces the refusal.
            None => {
                let plain = display_name(&path);
                self.entries.retain(|e| !(e.name == plain && matches!(e.stage, Stage::Refused(_))));
                unique_name(&plain, |n| self.entries.iter().any(|e| e.name == n))
            }
        };
        let (stage, items) = (Stage::Reading, Rc::default());
        let entry = Entry { id, file: id, root, path, name, sample, stage, offset: 0, items };
        self.ask(open(&entry), effects);
        self.entries.push(Rc::new(entry));
    }

    /// Takes an input out; tells its name.
    fn remove(&mut self, id: InputId, effects: &mut Vec<Effect>) -> Option<String> {
        let at = self.entries.iter().position(|e| e.id == id)?;
        let entry = self.entries.remove(at);
        let choices = Rc::make_mut(&mut self.choices);
        choices.answers.remove(&id);
        choices.accept.remove(&id);
        choices.existing.remove(&id);
        choices.columns.retain(|c| c.input != Some(id));
        self.drafts.retain(|(of, _), _| *of != id);
        self.past.clear();
        self.ledgers.retain(|way, _| way.id != id);
        if entry.file != id {
            self.removed.insert(id);
        }
        if self.entries.iter().all(|e| e.file != entry.file) {
            self.left.retain(|(file, _)| *file != entry.file);
            effects.push(Effect::Forget(entry.file));
        }
        if !matches!(entry.stage, Stage::Refused(_)) {
            self.ask(Request::Close { id }, effects);
            self.stale = true;
        }
        Some(entry.name.clone())
    }

    /// Changes the choices so that it can be undone.
    fn change(&mut self, with: impl FnOnce(&mut Choices)) {
        let before = self.choices.clone();
        with(Rc::make_mut(&mut self.choices));
        if self.choices != before {
            self.past.push(before);
            if self.past.len() > UNDO {
                self.past.remove(0);
            }
            self.stale = true;
            self.held = false;
        }
    }

    /// Inputs that ask a question and have no answer to it, but for one of them.
    pub fn asking(&self, key: &str, but: Option<InputId>) -> Vec<InputId> {
        let asks = |v: &InputView| v.questions.iter().any(|q| q.key == key && q.answer.is_none());
        self.read().filter(|(e, v)| Some(e.id) != but && asks(v)).map(|(e, _)| e.id).collect()
    }

    /// Answers a question of some inputs. It is shown at once; the worker confirms it.
    fn answer(&mut self, ids: &[InputId], key: &str, value: &str) {
        for id in ids {
            if let Some(Stage::Read(sheet)) = self.entry_mut(*id).map(|e| &mut e.stage) {
                for question in Rc::make_mut(sheet).view.questions.iter_mut().filter(|q| q.key == key) {
                    question.answer = Some(value.into());
                }
            }
        }
        self.change(|choices| {
            for id in ids {
                choices.answers.entry(*id).or_default().insert(key.into(), value.into());
            }
        });
    }

    fn decide(&mut self, Way { id, target }: Way, row: String, choice: Option<Choice>) {
        let Some(input) = self.entry(id).and_then(Entry::view).map(|v| v.sha256.clone()) else { return };
        self.change(|choices| {
            choices.decisions.retain(|d| !(d.input == input && d.target == target && d.row == row));
            if let Some(choice) = choice {
                choices.decisions.push(Decision { input, target, row, choice });
            }
        });
    }

    /// Brings another part of a ledger into view.
    fn look(&mut self, way: &Way, fate: Option<Option<String>>, offset: usize, effects: &mut Vec<Effect>) {
        let Some(ledger) = self.ledgers.get_mut(way).map(Rc::make_mut) else { return };
        if let Some(fate) = fate {
            ledger.fate = fate;
        }
        let last = ledger.count().saturating_sub(1);
        ledger.offset = offset.min(last) / PAGE * PAGE;
        let request = Request::Rows { way: way.clone(), fate: ledger.fate.clone(), offset: ledger.offset };
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
            effects.push(Effect::Forget(entry.file));
        }
        self.entries.retain(|e| e.stage != Stage::Reading);
        self.jobs.clear();
        self.progress = None;
        self.focus = None;
        self.say = None;
        effects.push(Effect::Restart);
        let mut again: Vec<Request> = Vec::new();
        let mut files = BTreeSet::new();
        for entry in self.entries.iter().filter(|e| e.view().is_some()) {
            if files.insert(entry.file) {
                again.push(open(entry));
            }
        }
        self.held = !reading && !again.is_empty();
        self.stale = !self.held && !again.is_empty();
        if self.held {
            self.ledgers.clear();
        }
        for request in again {
            self.ask(request, effects);
        }
        self.notice = "Cancelled. What had been read before is kept".into();
        effects.push(Effect::Focus(if self.held { "choose" } else { "bring" }.into()));
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
            Response::Opened { id, pieces, left } => self.opened(id, pieces, left, effects),
            Response::Recipe { id, kept } => self.keep(id, kept, effects),
            Response::Closed { .. } => {}
            Response::Applied { sheets, routes, converted, results } => {
                self.applied(sheets, routes, &converted, results, effects);
            }
            Response::Preview { id, at, outcome } => {
                let Some(draft) = self.drafts.get_mut(&(id, at)).map(Rc::make_mut) else { return };
                // An answer about meanings that were changed since is no answer.
                if matches!(&job, Some(Request::Preview { mapping, .. }) if *mapping == draft.mapping) {
                    if draft.touched {
                        self.notice = words::previewed(&outcome);
                    }
                    draft.preview = Some(outcome);
                }
            }
            Response::Items { id, offset, items } => {
                if let Some(entry) = self.entry_mut(id) {
                    entry.offset = offset;
                    entry.items = items.into();
                }
            }
            Response::Rows { way, fate, offset, rows } => {
                let Some(ledger) = self.ledgers.get_mut(&way).map(Rc::make_mut) else { return };
                if ledger.fate == fate && ledger.offset == offset {
                    ledger.rows = rows;
                    effects.push(Effect::Rescue(format!("ledger-{}", way.slug())));
                }
            }
            Response::Parcel { name, purpose } => {
                self.notice = match purpose {
                    Purpose::Save => format!("{name} was handed to your browser's downloads"),
                    Purpose::Copy => format!("{name} is being copied"),
                };
            }
            Response::Failed { message } => {
                if let Some(Request::Open { id, .. } | Request::Sample { id, .. }) = job
                    && let Some(entry) = self.entry_mut(id)
                {
                    let refusal = RefusalView {
                        code: String::new(),
                        input: entry.name.clone(),
                        line: 0,
                        column: 0,
                        message: message.clone(),
                        hint: String::new(),
                    };
                    entry.stage = Stage::Refused(Rc::new(refusal));
                    effects.push(Effect::Forget(id));
                }
                self.notice = message;
            }
        }
    }

    /// Takes in what a file holds: itself, or the files of an archive, which stand in its place.
    fn opened(
        &mut self,
        file: InputId,
        pieces: Vec<Piece>,
        left: Vec<FindingView>,
        effects: &mut Vec<Effect>,
    ) {
        let mut place = self.entries.iter().position(|e| e.file == file);
        let Some(at) = place else { return };
        let Some(first) = self.entries.get(at).cloned() else { return };
        let fresh = first.stage == Stage::Reading;
        if fresh {
            self.entries.remove(at);
            self.left.extend(left.into_iter().map(|note| (file, Rc::new(note))));
        }
        let (mut read, mut refused, mut settings) = (0, 0, 0);
        for piece in pieces {
            let Piece { id, path, outcome } = piece;
            if self.removed.contains(&id) {
                self.ask(Request::Close { id }, effects);
                continue;
            }
            let stage = match outcome {
                Ok(sheet) => {
                    read += 1;
                    settings += sheet.view.items;
                    Stage::Read(Rc::new(sheet))
                }
                Err(refusal) => {
                    refused += 1;
                    Stage::Refused(Rc::new(refusal))
                }
            };
            if let Some(entry) = self.entry_mut(id) {
                entry.stage = stage;
                continue;
            }
            let name = match &stage {
                Stage::Refused(refusal) if id != file => refusal.input.clone(),
                _ if id != file => display_name(&path),
                _ => first.name.clone(),
            };
            let entry = Entry { id, file, name, stage, items: Rc::default(), ..Entry::clone(&first) };
            let to = place.map_or(self.entries.len(), |p| p.min(self.entries.len()));
            self.entries.insert(to, Rc::new(entry));
            place = Some(to + 1);
        }
        self.stale |= read > 0;
        if !fresh {
            return;
        }
        self.notice = match (read, refused) {
            (0, _) => format!("{} cannot be read", first.name),
            (1, 0) => format!("{} was read: {}", first.name, words::things(settings, "setting")),
            (_, 0) => format!("{} was read: {}", first.name, words::things(read, "input")),
            _ => format!(
                "{} was read: {}; {} cannot be read",
                first.name,
                words::things(read, "input"),
                words::things(refused, "file")
            ),
        };
        if read > 0 {
            self.focus = Some("understand".into());
        } else {
            effects.push(Effect::Forget(file));
            effects.push(Effect::Focus("brought".into()));
        }
    }

    /// What became of all that was brought, in one sentence.
    fn brought(&self) -> String {
        let customers = self.customers().iter().filter(|(name, _)| !name.is_empty()).count();
        let read = words::things(self.read().count(), "input");
        let refused = self.entries.iter().filter(|e| matches!(e.stage, Stage::Refused(_))).count();
        let of = if customers > 1 { format!(" of {customers} customers") } else { String::new() };
        let not = if refused > 0 {
            format!("; {} cannot be read", words::things(refused, "file"))
        } else {
            String::new()
        };
        format!("{read}{of} read{not}")
    }

    /// Takes in a recipe: it is no input, it applies to all of them.
    fn keep(&mut self, file: InputId, kept: Kept, effects: &mut Vec<Effect>) {
        let Some(at) = self.entries.iter().position(|e| e.id == file) else { return };
        self.entries.remove(at);
        effects.push(Effect::Forget(file));
        self.notice = format!("{} is applied to all inputs: {}", kept.name, words::recipe(&kept.recipe));
        self.say = Some(self.notice.clone());
        self.focus = Some("recipes".into());
        if self.read().next().is_none() {
            self.focus = None;
            effects.push(Effect::Focus("recipes".into()));
        }
        self.change(|choices| {
            if !choices.recipes.contains(&kept) {
                choices.recipes.push(kept);
            }
        });
        self.stale = true;
    }

    fn applied(
        &mut self,
        sheets: Vec<(InputId, SheetView)>,
        routes: Vec<RouteView>,
        converted: &[Way],
        results: Vec<(InputId, ResultView)>,
        effects: &mut Vec<Effect>,
    ) {
        for (id, sheet) in sheets {
            if let Some(entry) = self.entry_mut(id) {
                entry.name.clone_from(&sheet.view.name);
                entry.stage = Stage::Read(Rc::new(sheet));
            }
        }
        self.routes = routes.into();
        let kept: BTreeSet<&Way> = converted.iter().collect();
        self.ledgers.retain(|way, _| kept.contains(way));
        for (id, result) in results {
            let way = Way { id, target: result.view.target.id.clone() };
            let old = self.ledgers.remove(&way);
            let ledger = match old {
                Some(old) => Ledger { result, ..Ledger::clone(&old) },
                None => {
                    let fate = words::first_fate(&result.view);
                    Ledger { result, fate, offset: 0, rows: Vec::new() }
                }
            };
            self.ledgers.insert(way, Rc::new(ledger));
        }
        // States of items and decisions of rows follow the choices.
        let ids: Vec<InputId> = self.read().map(|(e, _)| e.id).collect();
        for id in ids {
            self.fetch(id, effects);
        }
        let several = self.focus.as_deref() == Some("understand") && self.entries.len() > 1;
        let said = self.say.take().or_else(|| several.then(|| self.brought()));
        if !self.ledgers.is_empty() {
            let outcome = words::outcome(self.ledgers.values().map(|l| &l.result));
            self.notice = said.map_or(outcome.clone(), |said| format!("{said}. {outcome}"));
        } else if let Some(said) = said {
            self.notice = said;
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
            self.ask(Request::Apply(Choices::clone(&self.choices)), effects);
        } else {
            self.routes = Rc::default();
            self.ledgers.clear();
            self.past.clear();
            // A recipe is for whatever comes.
            let recipes = self.choices.recipes.clone();
            self.choices = Rc::new(Choices { recipes, ..Choices::default() });
            if let Some(said) = self.say.take() {
                self.notice = said;
            }
        }
    }

    /// What the worker is doing, in words, when it takes long enough to matter.
    pub fn work(&self) -> Option<String> {
        self.jobs.iter().find_map(|job| match job {
            Request::Open { path: name, .. } | Request::Sample { name, .. } => {
                let waiting = self.entries.iter().filter(|e| e.stage == Stage::Reading).count();
                let more = if waiting > 1 { format!(" and {} more", waiting - 1) } else { String::new() };
                Some(format!("Reading {}{more}", display_name(name)))
            }
            Request::Apply(choices) if choices.targets.is_empty() => Some("Comparing the products".into()),
            Request::Apply(_) => Some("Converting".into()),
            Request::Take { .. } => Some("Packing the files".into()),
            Request::Close { .. }
            | Request::Preview { .. }
            | Request::Items { .. }
            | Request::Rows { .. } => None,
        })
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Inputs that were read.
    pub fn read(&self) -> impl Iterator<Item = (&Entry, &InputView)> {
        self.entries.iter().filter_map(|e| e.view().map(|v| (e.as_ref(), v)))
    }

    /// Inputs that were read, by customer; customers in the order in which they came.
    pub fn customers(&self) -> Vec<(&str, Vec<(&Entry, &InputView)>)> {
        let mut groups: Vec<(&str, Vec<(&Entry, &InputView)>)> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (entry, view) in self.read() {
            let at = *places.entry(entry.customer()).or_insert(groups.len());
            if at == groups.len() {
                groups.push((entry.customer(), Vec::new()));
            }
            if let Some((_, own)) = groups.get_mut(at) {
                own.push((entry, view));
            }
        }
        groups
    }

    /// Whether one file was brought and nothing else, neither a folder nor an archive.
    pub fn alone(&self) -> bool {
        matches!(self.entries.as_slice(), [one] if one.file == one.id && !one.path.contains('/'))
    }

    /// Whether there is something for a recipe.
    pub fn has_recipe(&self) -> bool {
        !self.choices.columns.is_empty() || !self.choices.answers.is_empty()
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

/// Id of the element for a list, where the focus can go.
pub fn place(id: InputId, at: usize) -> String {
    format!("list-{id}-{at}")
}

/// The request that has the file of an input read.
fn open(entry: &Entry) -> Request {
    match entry.sample {
        Some(which) => Request::Sample { id: entry.id, name: entry.name.clone(), which },
        None => Request::Open { id: entry.file, root: entry.root, path: entry.path.clone() },
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
