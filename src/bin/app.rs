//! The page and its worker: one module, two roles. Which one it plays follows from where it wakes up.

use wasm_bindgen::JsCast;

fn main() {
    if js_sys::global().has_type::<web_sys::Window>() {
        crosswalk::app::components::mount();
    } else {
        crosswalk::app::worker::start();
    }
}
