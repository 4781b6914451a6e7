// Starts the page: everything it loads, it loads here.
'use strict';
wasm_bindgen({ module_or_path: './app_bg.wasm' });
