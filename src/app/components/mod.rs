//! What is drawn. [`App`] holds the state and the bridge and carries out effects; every other component is a function
//! of typed properties that calls back with an [`Action`]. Classes only: the page's policy allows no style attributes.

mod bring;
mod choose;
mod decide;
mod existing;
mod fold;
mod how;
mod ledger;
mod lists;
mod parts;
mod questions;
mod status;
mod take;
mod understand;

use std::collections::BTreeMap;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use web_sys::Blob;
use yew::prelude::*;

use super::bridge::{self, Bridge, Found, News};
use super::protocol::{Purpose, Response, Sample};
use super::state::{Action, Brought, Effect, Phase, State};
use bring::Bring;
use choose::Choose;
use decide::Decide;
use status::Status;
use take::Take;
use understand::Understand;

/// Draws the page in place of the *loading* line.
pub fn mount() {
    let place = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("app"));
    if let Some(place) = place {
        place.set_text_content(None);
        yew::Renderer::<App>::with_root(place).render();
    }
}

/// What reaches the page.
#[derive(Debug)]
pub enum Message {
    /// Something for the state.
    Act(Action),
    /// Files that the user chose, or of what was dropped.
    Files(Vec<Found>),
    /// Something was dropped.
    Dropped(Event),
    /// Text that the user pasted.
    Pasted(String),
    /// A sample that the user wants to see.
    Sample(Sample),
    /// Something from the worker.
    News(News),
}

/// The page.
pub struct App {
    state: Rc<State>,
    bridge: Bridge,
    /// Focus moves that wait until the page is drawn.
    moves: Vec<Effect>,
    /// Listeners for files that are dropped beside the zone.
    _drops: Vec<EventListener>,
    /// Takes the last notice off the screen after a while; what it says stands in the page too.
    hush: Option<Timeout>,
}

/// How long a notice stays, in milliseconds.
const NOTICE: u32 = 8_000;

impl App {
    fn act(&mut self, action: Action) {
        for effect in Rc::make_mut(&mut self.state).update(action) {
            match effect {
                Effect::Ask(request) => self.bridge.ask(&request),
                Effect::Restart => self.bridge.restart(),
                Effect::Forget(id) => self.bridge.forget(id),
                Effect::Focus(_) | Effect::Rescue(_) => self.moves.push(effect),
            }
        }
    }

    fn bring(&mut self, files: impl IntoIterator<Item = Found>) {
        let mut roots: BTreeMap<u32, u32> = BTreeMap::new();
        let files = files.into_iter().map(|Found { thing, path, blob }| {
            let root = *roots.entry(thing).or_insert_with(|| self.bridge.number());
            Brought { id: self.bridge.keep(blob), root, path }
        });
        let files = files.collect();
        self.act(Action::Brought(files));
    }

    fn parcel(&mut self, ctx: &Context<Self>, name: &str, purpose: Purpose, blob: &Blob) {
        let note = ctx.link().callback(|text| Message::Act(Action::Noted(text)));
        match purpose {
            Purpose::Save => {
                if bridge::save(name, blob).is_err() {
                    note.emit(format!("Your browser did not take the download of {name}"));
                }
            }
            Purpose::Copy => {
                let name = name.to_owned();
                bridge::copy(blob, move |worked| {
                    note.emit(if worked {
                        format!("{name} was copied")
                    } else {
                        format!("Your browser did not let the page copy {name}: download it instead")
                    });
                });
            }
        }
    }
}

impl Component for App {
    type Message = Message;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let news = ctx.link().callback(Message::News);
        let bridge = Bridge::new(move |n| news.emit(n));
        let dropped = ctx.link().callback(Message::Dropped);
        let drops = bridge::drops(move |event| dropped.emit(event));
        Self { state: Rc::default(), bridge, moves: Vec::new(), _drops: drops, hush: None }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        let before = self.state.notice.clone();
        match message {
            Message::Act(action) => self.act(action),
            Message::Files(files) => self.bring(files),
            Message::Dropped(event) => {
                let link = ctx.link().clone();
                bridge::dropped(&event, move |files| {
                    link.send_message(match files {
                        Ok(files) if files.is_empty() => {
                            Message::Act(Action::Noted("No file was found in what was dropped".into()))
                        }
                        Ok(files) => Message::Files(files),
                        Err(why) => Message::Act(Action::Noted(why)),
                    });
                });
            }
            Message::Pasted(text) => match bridge::text_file(&text) {
                Ok(blob) => self.bring([Found { thing: 0, path: "pasted.txt".into(), blob }]),
                Err(_) => {
                    self.act(Action::Noted("The pasted text could not be taken: save it as a file".into()))
                }
            },
            Message::Sample(which) => {
                let id = self.bridge.number();
                self.act(Action::Sampled(id, which));
            }
            Message::News(News::Broke(text)) => self.act(Action::Broke(text)),
            Message::News(News::Told(response, blob)) => {
                if let (Response::Parcel { name, purpose }, Some(blob)) = (&response, &blob) {
                    self.parcel(ctx, name, *purpose, blob);
                }
                self.act(Action::Told(response));
            }
        }
        if self.state.notice != before && !self.state.notice.is_empty() {
            let link = ctx.link().clone();
            self.hush = Some(Timeout::new(NOTICE, move || {
                link.send_message(Message::Act(Action::Noted(String::new())));
            }));
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let state = &self.state;
        let act = ctx.link().callback(Message::Act);
        let ready = state.phase == Phase::Ready;
        let any = state.read().next().is_some();
        let done = !state.ledgers.is_empty();
        html! {
            <>
                <a class="skip" href="#bring">{ "Skip to the content" }</a>
                <header class="masthead">
                    <div class="bar">
                        <p class="brand"><span class="mark" aria-hidden="true"></span>{ "Crosswalk" }</p>
                        <p class={classes!("pill", ready.then_some("on"))}>
                            { if ready { "Ready. Nothing leaves this computer" } else { "Starting …" } }
                        </p>
                    </div>
                </header>
                <main class="page">
                    <div class="intro">
                        <h1>{ "Move a Kaspersky policy to its replacement" }</h1>
                        <p>{ "Bring what Kaspersky exported. You get the same protection written for Microsoft Defender or \
                              ClamAV, and a list that says what became of every single setting." }</p>
                    </div>
                    <Bring
                        state={state.clone()}
                        on_files={ctx.link().callback(Message::Files)}
                        on_drop={ctx.link().callback(Message::Dropped)}
                        on_paste={ctx.link().callback(Message::Pasted)}
                        on_sample={ctx.link().callback(Message::Sample)}
                        on={act.clone()}
                        {ready}
                    />
                    if any {
                        <Understand state={state.clone()} on={act.clone()} />
                        <Choose state={state.clone()} on={act.clone()} />
                    }
                    if done {
                        <Decide state={state.clone()} on={act.clone()} />
                        <Take state={state.clone()} on={act.clone()} />
                    }
                </main>
                <footer class="foot">
                    <p>{ "Crosswalk runs in this page. It has locked itself: it makes no connection, keeps nothing and \
                          works with the network cut." }</p>
                    <p>{ "Crosswalk is an open-source project. It is not affiliated with, or endorsed by, Kaspersky, \
                          Microsoft, Cisco or any other vendor named here; the names belong to their owners." }</p>
                    <p>{ format!("Version {}", crate::VERSION) }</p>
                </footer>
                <Status
                    work={state.work()}
                    progress={state.progress}
                    notice={state.notice.clone()}
                    on_cancel={act.reform(|()| Action::Cancelled)}
                />
            </>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if self.state.phase == Phase::Ready {
            bridge::mark_ready();
        }
        for effect in std::mem::take(&mut self.moves) {
            match effect {
                Effect::Focus(id) => bridge::focus(&id),
                Effect::Rescue(id) => bridge::rescue(&id),
                Effect::Ask(_) | Effect::Restart | Effect::Forget(_) => {}
            }
        }
    }
}
