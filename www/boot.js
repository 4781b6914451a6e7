// Starts the page, and locks it before it reads anything.
//
// 1. Fetches what is needed: the WebAssembly module, and the text of the glue script for the worker.
// 2. LOCKS: a second policy forbids every connection from here on, in this page and in each worker that it starts.
//    Policies add up, so nothing can take the lock off again.
// 3. Starts the module in the page. The page starts its worker through `crosswalk.spawn()`: the same module in
//    another role, from a blob that holds the glue, so starting it (again, after a cancel) asks nobody for anything.
//
// A build in one file keeps the module in <script id="module" type="text/plain"> (gzip, base64) and the glue inside
// <script id="glue">; then nothing is fetched at all.
'use strict';

(async () => {
  const LOCK = "connect-src 'none'; manifest-src 'none'; frame-src 'none'; object-src 'none'; media-src 'none'; font-src 'none'";
  // Most files of one drop: as many as an archive may hold.
  const MOST = 10_000;
  const IN_WORKER = `
self.onmessage = (event) => {
  self.onmessage = null;
  wasm_bindgen({ module_or_path: event.data }).catch((error) => self.postMessage(['failed', String(error)]));
};`;

  const say = (text) => {
    const place = document.getElementById('boot');
    if (place) place.textContent = text;
  };

  const glueText = async () => {
    const script = document.getElementById('glue');
    return script.src ? (await fetch(script.src)).text() : script.textContent;
  };

  const compiled = async () => {
    const packed = document.getElementById('module');
    if (!packed) {
      const answer = await fetch('app_bg.wasm');
      if (!answer.ok) throw new Error(`app_bg.wasm: ${answer.status}`);
      // Hosts that do not know the file type can still serve the page: compile from the bytes.
      return WebAssembly.compile(await answer.arrayBuffer());
    }
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (c) => c.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return WebAssembly.compile(await new Response(plain).arrayBuffer());
  };

  const lock = () => {
    const meta = document.createElement('meta');
    meta.httpEquiv = 'Content-Security-Policy';
    meta.content = LOCK;
    document.head.append(meta);
    document.documentElement.dataset.locked = 'yes';
  };

  try {
    const [text, module] = await Promise.all([glueText(), compiled()]);
    const source = URL.createObjectURL(new Blob([text, IN_WORKER], { type: 'text/javascript' }));
    const rules = {
      createScriptURL: (url) => {
        if (url === source) return url;
        throw new TypeError('Crosswalk starts no other script');
      },
    };
    const policy = globalThis.trustedTypes ? trustedTypes.createPolicy('crosswalk', rules) : rules;

    lock();

    globalThis.crosswalk = Object.freeze({
      spawn() {
        const worker = new Worker(policy.createScriptURL(source));
        worker.postMessage(module);
        return worker;
      },
      // Every file of a drop as [thing, path, file]; of a folder all that is below it. The list of things is taken
      // before anything is waited for: the browser empties it when the event is over.
      dropped(transfer) {
        const things = [...transfer.items]
          .filter((item) => item.kind === 'file')
          .map((item) => [item.webkitGetAsEntry && item.webkitGetAsEntry(), item.getAsFile()]);
        const found = [];
        const take = (thing, path, file) => {
          if (found.length >= MOST) throw new Error(`More than ${MOST} files were dropped: bring the folders of the exports alone`);
          found.push([thing, path, file]);
        };
        const walk = async (thing, path, entry) => {
          if (entry.isFile) return take(thing, path, await new Promise((done, fail) => entry.file(done, fail)));
          const reader = entry.createReader();
          for (;;) {
            const some = await new Promise((done, fail) => reader.readEntries(done, fail));
            if (!some.length) return undefined;
            for (const one of some) await walk(thing, `${path}/${one.name}`, one);
          }
        };
        return (async () => {
          for (const [thing, [entry, file]] of things.entries()) {
            if (entry && entry.isDirectory) await walk(thing, entry.name, entry);
            else if (file) take(thing, file.name.replaceAll('/', '_'), file);
          }
          return found;
        })();
      },
      // A download is a blob of this page and nothing else: the module itself can follow no link.
      save(name, blob) {
        const link = document.createElement('a');
        const url = URL.createObjectURL(blob);
        link.href = url;
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(url), 60_000);
      },
    });
    await wasm_bindgen({ module_or_path: module });
  } catch (error) {
    say(`Crosswalk could not start. This browser may be too old, or a file of the page is missing. (${error})`);
    throw error;
  }
})();
