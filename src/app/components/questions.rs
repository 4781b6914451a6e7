//! Questions that the bytes leave open, as radio buttons: one field set each.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::protocol::InputId;
use crate::app::state::{Action, State};
use crate::app::words;
use crate::view::QuestionView;

/// Properties of [`Questions`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The input.
    pub id: InputId,
    /// The questions.
    pub list: Vec<QuestionView>,
    /// The state.
    pub state: Rc<State>,
    /// What the user does.
    pub on: Callback<Action>,
}

/// All questions of one input.
#[component]
pub fn Questions(props: &Props) -> Html {
    html! { <>{ for props.list.iter().map(|q| question(props.id, q, &props.state, &props.on)) }</> }
}

fn question(id: InputId, q: &QuestionView, state: &State, on: &Callback<Action>) -> Html {
    let name = format!("{}@{id}", q.key);
    let waits = match (&q.answer, q.rows) {
        (None, 0) => "Not answered yet.".to_owned(),
        (None, n) => {
            let wait = if n == 1 { "waits" } else { "wait" };
            format!("{} {wait} for the answer.", words::things(n, "setting"))
        }
        (Some(_), _) => "Answered. You can change it.".to_owned(),
    };
    let help = format!("help-{name}");
    html! {
        <fieldset key={name.clone()} class={classes!("question", q.answer.is_none().then_some("open"))}
            aria-describedby={help.clone()}>
            <legend>{ &q.text }</legend>
            <div id={help}>
                <p class="hint">{ &q.help }</p>
                <p class="waits">{ waits }</p>
            </div>
            { for q.options.iter().map(|(value, label)| {
                let (key, chosen) = (q.key.clone(), value.clone());
                let onchange = on.reform(move |_: Event| Action::Answered {
                    id, key: key.clone(), value: chosen.clone(),
                });
                html! {
                    <label class="option" key={value.clone()}>
                        <input type="radio" name={name.clone()} value={value.clone()}
                            checked={q.answer.as_ref() == Some(value)} {onchange} />
                        <span>{ label }</span>
                    </label>
                }
            }) }
            { others(id, q, state, on) }
        </fieldset>
    }
}

/// The same answer for the other inputs that ask, in one go.
fn others(id: InputId, q: &QuestionView, state: &State, on: &Callback<Action>) -> Html {
    let Some(value) = q.answer.clone() else { return html! {} };
    let count = state.asking(&q.key, Some(id)).len();
    if count == 0 {
        return html! {};
    }
    let key = q.key.clone();
    let onclick =
        on.reform(move |_: MouseEvent| Action::AnsweredAll { key: key.clone(), value: value.clone() });
    let asks = if count == 1 { "asks" } else { "ask" };
    html! {
        <button type="button" class="quiet small" {onclick}>
            { format!("Answer the same for {} that {asks} this and have no answer", words::things(count, "other input")) }
        </button>
    }
}
