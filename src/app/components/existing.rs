//! Comparing with what a machine has already: the output of the target's own tool, pasted. What comes out stands among the
//! findings above and in a file of its own.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::app::protocol::InputId;
use crate::app::state::Action;

/// Properties of [`Existing`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which input.
    pub id: InputId,
    /// The command that prints it.
    pub command: AttrValue,
    /// Whether something was given.
    pub given: bool,
    /// What the user does.
    pub on: Callback<Action>,
}

/// The field.
#[component]
pub fn Existing(props: &Props) -> Html {
    let text = use_node_ref();
    let id = props.id;
    let compare = {
        let (text, on) = (text.clone(), props.on.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(area) = text.cast::<HtmlTextAreaElement>().filter(|a| !a.value().trim().is_empty()) {
                on.emit(Action::Existing(id, area.value()));
            }
        })
    };
    let forget = props.on.reform(move |_: MouseEvent| Action::Existing(id, String::new()));
    let field = format!("existing-{id}");
    html! {
        <details class="existing">
            <summary>{ "Compare with what a machine has already" }</summary>
            <label for={field.clone()}>
                { "Run this on the machine, as administrator, and paste what it prints: " }<code>{ &props.command }</code>
            </label>
            <textarea id={field} ref={text} rows="5" spellcheck="false" autocomplete="off" />
            <button type="button" class="quiet" onclick={compare}>{ "Compare" }</button>
            if props.given {
                <button type="button" class="quiet" onclick={forget}>{ "Do not compare any more" }</button>
                <p class="hint">{ "The result stands under \"Know before you import\" and, entry by entry, in existing.csv." }</p>
            }
        </details>
    }
}
