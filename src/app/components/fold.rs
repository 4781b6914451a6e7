//! What can be folded. The summary is always there; the content is drawn only while it is unfolded, so that a thousand
//! inputs cost as little as one.

use yew::prelude::*;

use crate::app::protocol::InputId;
use crate::app::state::{Action, Entry, Fold, State, Step};
use crate::app::words;
use crate::view::InputView;

/// Something with a summary. The state says whether it is unfolded; a click or a key on the summary changes that.
pub fn fold(
    state: &State,
    fold: Fold,
    class: &'static str,
    summary: Html,
    on: &Callback<Action>,
    content: impl FnOnce() -> Html,
) -> Html {
    let open = state.unfolded(&fold);
    let onclick = on.reform(move |event: MouseEvent| {
        event.prevent_default();
        Action::Folded(fold.clone(), !open)
    });
    html! {
        <details {class} {open}>
            <summary {onclick}>{ summary }</summary>
            if open { { content() } }
        </details>
    }
}

/// The inputs that were read, by customer: a heading with counts for each customer, then each of its inputs.
pub fn by_customer(
    state: &State,
    step: Step,
    on: &Callback<Action>,
    shown: impl Fn(&Entry) -> bool,
    about: impl Fn(&Entry, &InputView) -> String,
    content: impl Fn(&Entry, &InputView) -> Html,
) -> Html {
    let several = state.read().filter(|(e, _)| shown(e)).nth(1).is_some();
    let customers = state.customers();
    let apart = customers.iter().any(|(name, _)| !name.is_empty());
    let inputs = |own: &[(&Entry, &InputView)]| {
        html! {
            { for own.iter().filter(|(e, _)| shown(e)).map(|(entry, view)| {
                if !several {
                    return html! {
                        <article key={entry.id.to_string()} class="input" aria-label={view.name.clone()}>
                            { content(entry, view) }
                        </article>
                    };
                }
                let name = heading(if apart { 4 } else { 3 }, "", &view.name);
                let summary = html! { <>{ name }{ " " }<span class="about">{ about(entry, view) }</span></> };
                let label = label(entry);
                html! {
                    <article key={entry.id.to_string()} class="input" aria-label={label}>
                        { fold(state, Fold::Input(step, entry.id), "one", summary, on, || html! {
                            <div class="content">{ content(entry, view) }</div>
                        }) }
                    </article>
                }
            }) }
        }
    };
    html! {
        { for customers.iter().filter(|(_, own)| own.iter().any(|(e, _)| shown(e))).map(|(name, own)| {
            if !apart {
                return inputs(own);
            }
            let ids: Vec<InputId> = own.iter().map(|(e, _)| e.id).collect();
            let summary = html! {
                <>
                    <h3>{ customer(name) }</h3>
                    { " " }<span class="about">{ words::things(ids.len(), "input") }</span>
                </>
            };
            let key = format!("customer {name}");
            html! {
                <div {key} class="customer" role="group" aria-label={customer(name)}>
                    { fold(state, Fold::Customer(step, (*name).to_owned()), "all", summary, on, || inputs(own)) }
                </div>
            }
        }) }
    }
}

/// A heading of a level; the focus can be moved to one that has an id.
pub fn heading(level: u8, id: &str, text: &str) -> Html {
    let tag = format!("h{level}");
    if id.is_empty() {
        return html! { <@{tag}>{ text }</@> };
    }
    html! { <@{tag} id={id.to_owned()} tabindex="-1">{ text }</@> }
}

/// The level of headings inside of an input: below the customer's and the input's, where these are shown.
pub fn level(state: &State) -> u8 {
    let apart = state.read().any(|(e, _)| !e.customer().is_empty());
    let several = state.read().nth(1).is_some();
    3 + u8::from(apart) + u8::from(several)
}

/// What a customer is called; files by themselves belong to none.
pub fn customer(name: &str) -> String {
    if name.is_empty() { "Files by themselves".into() } else { name.into() }
}

/// An input's name among those of all customers.
pub fn label(entry: &Entry) -> String {
    match entry.customer() {
        "" => entry.name.clone(),
        customer => format!("{customer}: {}", entry.name),
    }
}
