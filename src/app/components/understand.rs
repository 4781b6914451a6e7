//! Step 2: what each file is, what was read, what to know about it, and what the bytes leave open.

use std::rc::Rc;

use yew::prelude::*;

use super::fold::{by_customer, fold};
use super::lists::lists;
use super::parts::{Pager, findings, step};
use super::questions::Questions;
use crate::app::state::{Action, Entry, Fold, State, Step};
use crate::app::words;
use crate::view::InputView;

/// Properties of [`Understand`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The state.
    pub state: Rc<State>,
    /// What the user does.
    pub on: Callback<Action>,
}

/// The step.
#[component]
pub fn Understand(props: &Props) -> Html {
    let Props { state, on } = props;
    html! {
        <section class="card" aria-labelledby="understand">
            { step(2, "understand", "Check what was read", "This is how Crosswalk understands the export.") }
            { open(state) }
            { by_customer(state, Step::Understand, on, |_| true, about, |entry, view| html! {
                <>
                    { facts(view) }
                    { findings(&view.findings) }
                    { lists(state, entry, on) }
                    <Questions id={entry.id} list={view.questions.clone()} state={state.clone()} on={on.clone()} />
                    { items(state, entry, view, on) }
                </>
            }) }
        </section>
    }
}

/// What waits for the user, over all inputs; only where not everything is in view anyway.
fn open(state: &State) -> Html {
    if state.read().nth(1).is_none() {
        return html! {};
    }
    let lists: usize = state.read().map(|(e, _)| e.open_tables()).sum();
    let questions: usize = state.read().map(|(e, _)| e.open_questions()).sum();
    match waits(lists, questions) {
        None => html! {},
        Some(waits) => html! { <p class="waiting">{ waits }</p> },
    }
}

fn waits(lists: usize, questions: usize) -> Option<String> {
    let lists = (lists > 0).then(|| format!("{} to confirm", words::things(lists, "list")));
    let questions = (questions > 0).then(|| format!("{} to answer", words::things(questions, "question")));
    let parts: Vec<String> = [lists, questions].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// An input in one line.
fn about(entry: &Entry, view: &InputView) -> String {
    let settings = words::things(view.items, "setting");
    match waits(entry.open_tables(), entry.open_questions()) {
        Some(waits) => format!("{settings}; {waits}"),
        None => settings,
    }
}

fn facts(view: &InputView) -> Html {
    let product = match (view.product.is_empty(), view.version.is_empty()) {
        (true, _) => "The file does not say".to_owned(),
        (false, true) => view.product.clone(),
        (false, false) => format!("{} {}", view.product, view.version),
    };
    let mut counts: Vec<&(String, usize)> =
        view.counts.iter().filter(|(kind, _)| kind != "description").collect();
    counts.sort_by_key(|(kind, _)| words::rank(kind));
    html! {
        <dl class="facts">
            <div><dt>{ "It is" }</dt><dd>{ &view.label }</dd></div>
            <div><dt>{ "Product" }</dt><dd>{ product }</dd></div>
            <div><dt>{ "System" }</dt><dd>{ words::platform(&view.platform) }</dd></div>
            <div class="wide">
                <dt>{ "It holds" }</dt>
                <dd>
                    <ul class="counts">
                        { for counts.into_iter().map(|(kind, n)| html! { <li>{ words::kinds(*n, kind) }</li> }) }
                    </ul>
                </dd>
            </div>
        </dl>
    }
}

fn items(state: &State, entry: &Entry, view: &InputView, on: &Callback<Action>) -> Html {
    let summary = html! { { format!("Everything that was read: {}", words::things(view.items, "setting")) } };
    fold(state, Fold::Items(entry.id), "read", summary, on, || table(entry, view, on))
}

fn table(entry: &Entry, view: &InputView, on: &Callback<Action>) -> Html {
    let id = entry.id;
    let on_turn = on.reform(move |to: usize| Action::Leafed(id, to));
    html! {
        <>
            <div class="scroll" tabindex="0" role="region" aria-label={format!("What was read from {}", view.name)}>
                <table>
                    <caption>{ format!("What was read from {}, with the line where it stands", view.name) }</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="line">{ "Line" }</th>
                            <th scope="col">{ "Setting" }</th>
                            <th scope="col">{ "State" }</th>
                            <th scope="col">{ "How sure the reading is" }</th>
                        </tr>
                    </thead>
                    <tbody>
                        { for entry.items.iter().map(|item| html! {
                            <tr key={item.id.clone()}>
                                <td class="line" data-label="Line">{ item.line }</td>
                                <th scope="row" data-label="Setting">
                                    <span class="kind">{ &item.kind }</span>
                                    <span class="source">{ &item.source }</span>
                                </th>
                                <td data-label="State">{ &item.state }</td>
                                <td data-label="Reading">{ item.certainty.to_lowercase() }</td>
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
            <Pager offset={entry.offset} count={view.items} noun={format!("what was read from {}", view.name)} {on_turn} />
        </>
    }
}
