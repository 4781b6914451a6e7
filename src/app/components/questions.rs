//! Questions that the bytes leave open, as radio buttons: one field set each.

use yew::prelude::*;

use crate::app::state::Action;
use crate::app::words;
use crate::view::QuestionView;

/// Properties of [`Questions`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The questions.
    pub list: Vec<QuestionView>,
    /// What the user does.
    pub on: Callback<Action>,
}

/// All questions of one input.
#[component]
pub fn Questions(props: &Props) -> Html {
    html! { <>{ for props.list.iter().map(|q| question(q, &props.on)) }</> }
}

fn question(q: &QuestionView, on: &Callback<Action>) -> Html {
    let name = format!("{}@{}", q.key, q.input);
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
                let (key, input, chosen) = (q.key.clone(), q.input.clone(), value.clone());
                let onchange = on.reform(move |_: Event| Action::Answered {
                    key: key.clone(), input: input.clone(), value: chosen.clone(),
                });
                html! {
                    <label class="option" key={value.clone()}>
                        <input type="radio" name={name.clone()} value={value.clone()}
                            checked={q.answer.as_ref() == Some(value)} {onchange} />
                        <span>{ label }</span>
                    </label>
                }
            }) }
        </fieldset>
    }
}
