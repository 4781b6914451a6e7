//! Step 2: what each file is, what was read, what to know about it, and what the bytes leave open.

use std::rc::Rc;

use yew::prelude::*;

use super::parts::{Pager, findings, step};
use super::questions::Questions;
use crate::app::state::{Action, Entry, State};
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
    let several = props.state.read().count() > 1;
    html! {
        <section class="card" aria-labelledby="understand">
            { step(2, "understand", "Check what was read", "This is how Crosswalk understands the export.") }
            { for props.state.read().map(|(entry, view)| html! {
                <article class="input" key={entry.id.to_string()} aria-label={view.name.clone()}>
                    if several { <h3>{ &view.name }</h3> }
                    { facts(view) }
                    { findings(&view.findings) }
                    <Questions list={view.questions.clone()} on={props.on.clone()} />
                    { items(entry, view, &props.on) }
                </article>
            }) }
        </section>
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

fn items(entry: &Entry, view: &InputView, on: &Callback<Action>) -> Html {
    let id = entry.id;
    let on_turn = on.reform(move |to: usize| Action::Leafed(id, to));
    html! {
        <details class="read">
            <summary>{ format!("Everything that was read: {}", words::things(view.items, "setting")) }</summary>
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
        </details>
    }
}
