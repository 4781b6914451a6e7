//! The workbench behind `postMessage`: the role of the module in the worker.
//!
//! A message is an array: the request or response, and the `Blob` that goes with it, if any. A blob is a handle: a
//! file of any size crosses without a copy, and its bytes are read here, where waiting blocks nobody.

use std::cell::RefCell;
use std::ops::ControlFlow;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, FileReaderSync, MessageEvent};

use super::protocol::{Request, Response};
use super::workbench::Workbench;
use crate::watch::Progress;

/// Starts listening, and says so.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let bench = RefCell::new(Workbench::default());
    let ears = scope.clone();
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        // Messages come one after the other, so the workbench is never lent out twice.
        if let Ok(mut bench) = bench.try_borrow_mut() {
            serve(&ears, &mut bench, &event.data());
        }
    });
    scope.set_onmessage(Some(listen.as_ref().unchecked_ref()));
    // The worker listens for as long as it lives.
    listen.forget();
    post(&scope, &Response::Up, None);
}

fn serve(scope: &DedicatedWorkerGlobalScope, bench: &mut Workbench, message: &JsValue) {
    let parts: Array = message.clone().unchecked_into();
    let request: Request = match serde_wasm_bindgen::from_value(parts.get(0)) {
        Ok(request) => request,
        Err(error) => {
            return post(scope, &failed(format!("The page asked for something unknown: {error}")), None);
        }
    };
    let bytes = match parts.get(1).dyn_into::<Blob>() {
        Err(_) => Vec::new(),
        Ok(blob) => match contents(&blob) {
            Ok(bytes) => bytes,
            Err(_) => return post(scope, &failed(unreadable(&request)), None),
        },
    };
    let mut percent = 0;
    let (response, out) = bench.handle(request, &bytes, &mut |Progress { done, total }| {
        let now = done.saturating_mul(100).checked_div(total).unwrap_or(0);
        if now > percent {
            percent = now;
            post(scope, &Response::Progress { done, total }, None);
        }
        ControlFlow::Continue(())
    });
    post(scope, &response, out.as_deref());
}

fn contents(blob: &Blob) -> Result<Vec<u8>, JsValue> {
    let buffer = FileReaderSync::new()?.read_as_array_buffer(blob)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn unreadable(request: &Request) -> String {
    match request {
        Request::Open { path: name, .. } => format!(
            "{name} could not be read from the disk. If it is a folder, open it and bring the files in it; if it is \
             a file, it may have been moved or changed: bring it again"
        ),
        _ => "A file could not be read from the disk: bring it again".into(),
    }
}

fn failed(message: String) -> Response {
    Response::Failed { message }
}

fn post(scope: &DedicatedWorkerGlobalScope, response: &Response, bytes: Option<&[u8]>) {
    let message = Array::new();
    match serde_wasm_bindgen::to_value(response) {
        Ok(value) => message.push(&value),
        // A response of plain values always has a form; should it not, the page must not wait for ever.
        Err(error) => message.push(&JsValue::from_str(&error.to_string())),
    };
    if let Some(bytes) = bytes {
        match blob(bytes) {
            Ok(blob) => message.push(&blob),
            Err(error) => message.push(&error),
        };
    }
    // It fails for values that cannot be cloned; an array of plain values and a blob can.
    let _ = scope.post_message(&message);
}

fn blob(bytes: &[u8]) -> Result<Blob, JsValue> {
    let how = BlobPropertyBag::new();
    how.set_type("application/octet-stream");
    let parts = Array::of1(&Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence_and_options(&parts, &how)
}
