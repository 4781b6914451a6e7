//! The worker as the page sees it, and the few things that only a browser can do: keep files, hand over downloads,
//! copy, move the focus.
//!
//! `boot.js` leaves three functions. `crosswalk.spawn()` starts a worker from the module that is already compiled and in
//! memory, so *cancel* is simple: end the worker, start a fresh one, send the files again; no request is made.
//! `crosswalk.save(name, blob)` hands over a download. `crosswalk.dropped(transfer)` walks through what was dropped, folders
//! with all below them.

use std::collections::BTreeMap;

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, Document, DragEvent, FileList, HtmlElement, MessageEvent, Worker};

use super::protocol::{InputId, Request, Response, SPAN};

/// What comes from the worker.
#[derive(Debug)]
pub enum News {
    /// An answer or progress, and the bytes that go with it.
    Told(Response, Option<Blob>),
    /// The worker died; the message is for the user.
    Broke(String),
}

/// A file that the user handed over.
#[derive(Debug)]
pub struct Found {
    /// Which of the things that were dropped or chosen together it came with, counted from 0.
    pub thing: u32,
    /// Its path from there, `/` between names.
    pub path: String,
    /// The file.
    pub blob: Blob,
}

/// The page's end of the line.
pub struct Bridge {
    listener: std::rc::Rc<dyn Fn(News)>,
    line: Option<Line>,
    files: BTreeMap<InputId, Blob>,
    next: InputId,
}

/// A worker with its listeners; dropping it ends the worker, so nothing of an old one is ever heard.
struct Line {
    worker: Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(JsValue)>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Bridge {
    /// Starts a worker; `listener` hears what it says.
    pub fn new(listener: impl Fn(News) + 'static) -> Self {
        let mut bridge =
            Self { listener: std::rc::Rc::new(listener), line: None, files: BTreeMap::new(), next: 1 };
        bridge.restart();
        bridge
    }

    /// Ends the worker, if there is one, and starts a fresh one.
    pub fn restart(&mut self) {
        self.line = None;
        match spawn() {
            Ok(worker) => self.line = Some(listen(worker, &self.listener)),
            Err(_) => {
                (self.listener)(News::Broke("This browser does not let the page start a worker".into()))
            }
        }
    }

    /// Keeps a file and gives it a number.
    pub fn keep(&mut self, file: Blob) -> InputId {
        let id = self.number();
        self.files.insert(id, file);
        id
    }

    /// A number for an input without a file, or for something that inputs came with.
    pub fn number(&mut self) -> InputId {
        let id = self.next;
        self.next = self.next.saturating_add(SPAN);
        id
    }

    /// Lets go of a file.
    pub fn forget(&mut self, id: InputId) {
        self.files.remove(&id);
    }

    /// Sends a request, with the file that belongs to it.
    pub fn ask(&self, request: &Request) {
        let message = Array::new();
        match serde_wasm_bindgen::to_value(request) {
            Ok(value) => message.push(&value),
            Err(error) => return (self.listener)(News::Broke(error.to_string())),
        };
        if let Request::Open { id, .. } = request
            && let Some(file) = self.files.get(id)
        {
            message.push(file);
        }
        if let Some(line) = &self.line
            && line.worker.post_message(&message).is_err()
        {
            (self.listener)(News::Broke("The file could not be handed to the engine".into()));
        }
    }
}

/// What `boot.js` left for the page.
fn ours() -> Result<JsValue, JsValue> {
    Reflect::get(&js_sys::global(), &"crosswalk".into())
}

fn spawn() -> Result<Worker, JsValue> {
    let ours = ours()?;
    let spawn: Function = Reflect::get(&ours, &"spawn".into())?.dyn_into()?;
    spawn.call0(&ours)?.dyn_into()
}

fn listen(worker: Worker, listener: &std::rc::Rc<dyn Fn(News)>) -> Line {
    let hear = listener.clone();
    let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let parts: Array = event.data().unchecked_into();
        match serde_wasm_bindgen::from_value::<Response>(parts.get(0)) {
            Ok(response) => hear(News::Told(response, parts.get(1).dyn_into().ok())),
            Err(_) => {
                let text = parts.get(1).as_string().or_else(|| parts.get(0).as_string()).unwrap_or_default();
                hear(News::Broke(text));
            }
        }
    });
    let hear = listener.clone();
    let error = Closure::<dyn FnMut(JsValue)>::new(move |_| {
        hear(News::Broke(
            "If it happens again with the same file, please report it with a sanitised copy".into(),
        ));
    });
    worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(error.as_ref().unchecked_ref()));
    Line { worker, _message: message, _error: error }
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Says to the world outside of the page that it is ready: the worker is up, and `boot.js` had locked the page before.
pub fn mark_ready() {
    if let Some(root) = document().and_then(|d| d.document_element()) {
        let _ = root.set_attribute("data-ready", "yes");
    }
}

/// Moves the focus.
pub fn focus(id: &str) {
    if let Some(element) = document().and_then(|d| d.get_element_by_id(id))
        && let Ok(element) = element.dyn_into::<HtmlElement>()
    {
        let _ = element.focus();
    }
}

/// Moves the focus if the element that had it is gone.
pub fn rescue(id: &str) {
    let Some(document) = document() else { return };
    let lost = match document.active_element() {
        None => true,
        Some(active) => active.tag_name() == "BODY",
    };
    if lost {
        focus(id);
    }
}

/// Hands a download to the browser.
pub fn save(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let ours = ours()?;
    let save: Function = Reflect::get(&ours, &"save".into())?.dyn_into()?;
    save.call2(&ours, &name.into(), blob).map(drop)
}

/// Takes files that are dropped beside the zone, too. Without this the browser would leave the page and open them.
pub fn drops(take: impl Fn(web_sys::Event) + 'static) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let options = EventListenerOptions::enable_prevent_default();
    let over = EventListener::new_with_options(&window, "dragover", options, |event| event.prevent_default());
    let drop = EventListener::new_with_options(&window, "drop", options, move |event| {
        // The zone itself has taken it then.
        if !event.default_prevented() {
            event.prevent_default();
            take(event.clone());
        }
    });
    vec![over, drop]
}

/// Walks through what was dropped and hands over every file; or says why it cannot.
pub fn dropped(event: &web_sys::Event, take: impl Fn(Result<Vec<Found>, String>) + 'static) {
    let Some(transfer) = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer) else { return };
    // The transfer is emptied when the event is over, so the walk begins at once.
    let Ok(walk) = walk(&transfer) else { return };
    spawn_local(async move {
        match JsFuture::from(walk).await {
            Ok(list) => take(Ok(in_order(Array::from(&list).iter().filter_map(|one| found(&one)).collect()))),
            Err(error) => {
                let why = Reflect::get(&error, &"message".into()).ok().and_then(|m| m.as_string());
                take(Err(why.unwrap_or_else(|| "What was dropped could not be read".into())));
            }
        }
    });
}

fn walk(transfer: &JsValue) -> Result<js_sys::Promise, JsValue> {
    let ours = ours()?;
    let walk: Function = Reflect::get(&ours, &"dropped".into())?.dyn_into()?;
    walk.call1(&ours, transfer)?.dyn_into()
}

/// One of what `crosswalk.dropped` gives: thing, path, file.
fn found(one: &JsValue) -> Option<Found> {
    let one = Array::from(one);
    let thing = one.get(0).as_f64()? as u32;
    Some(Found { thing, path: one.get(1).as_string()?, blob: one.get(2).dyn_into().ok()? })
}

/// Files of a folder in order of their names, level by level, as the command line reads them.
fn in_order(mut files: Vec<Found>) -> Vec<Found> {
    files.sort_by(|a, b| a.thing.cmp(&b.thing).then_with(|| a.path.split('/').cmp(b.path.split('/'))));
    files
}

/// Files that were chosen, each by itself.
pub fn files(list: &FileList) -> Vec<Found> {
    let files = (0..list.length()).filter_map(|at| Some((at, list.get(at)?)));
    files.map(|(thing, file)| Found { thing, path: plain(&file.name()), blob: file.into() }).collect()
}

/// Files of a folder that was chosen.
pub fn folder(list: &FileList) -> Vec<Found> {
    let files = (0..list.length()).filter_map(|at| list.get(at)).map(|file| {
        let path = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|p| p.as_string());
        let path = path.filter(|p| !p.is_empty()).unwrap_or_else(|| plain(&file.name()));
        Found { thing: 0, path, blob: file.into() }
    });
    in_order(files.collect())
}

/// The name of a file by itself: a separator in it would make a folder of it.
fn plain(name: &str) -> String {
    name.replace('/', "_")
}

/// Text as a file.
pub fn text_file(text: &str) -> Result<Blob, JsValue> {
    Blob::new_with_str_sequence(&Array::of1(&text.into()))
}

/// Puts the text of a blob on the clipboard; tells whether it worked.
pub fn copy(blob: &Blob, done: impl Fn(bool) + 'static) {
    let blob = blob.clone();
    spawn_local(async move {
        let worked = match JsFuture::from(blob.text()).await {
            Err(_) => false,
            Ok(text) => match web_sys::window() {
                None => false,
                Some(window) => {
                    let text = text.as_string().unwrap_or_default();
                    let writing = window.navigator().clipboard().write_text(&text);
                    JsFuture::from(writing).await.is_ok()
                }
            },
        };
        done(worked);
    });
}
