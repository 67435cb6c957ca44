// The presets: the one that is played, its neighbours, all of them to search, and saving.

import { html, useLayoutEffect, useRef, useState } from "./libraries.js";
import { ActionButton } from "./controls/control.js";
import { Icon, IconButton } from "./icons.js";
import { ROOT, act, preset, presets } from "./node.js";

export function PresetBar() {
  const [dialog, setDialog] = useState(null);
  const { name, edited } = preset();
  const close = () => setDialog(null);
  return html`<div class="bar-group presets" role="group" aria-label="Presets">
    <${ActionButton} name="preset_previous"><${Icon} name="previous" /><//>
    <button
      type="button"
      class="button preset-name"
      data-address=${`${ROOT}preset_load`}
      aria-haspopup="dialog"
      aria-label=${`Preset: ${name || "no preset"}${edited ? ", edited" : ""}. Choose another`}
      onClick=${() => setDialog("load")}
    >
      <span class="preset-words">${name || "no preset"}</span>
      <span class="edited" aria-hidden="true">${edited ? "edited" : ""}</span>
    </button>
    <${ActionButton} name="preset_next"><${Icon} name="next" /><//>
    <button
      type="button"
      class="button"
      aria-haspopup="dialog"
      data-address=${`${ROOT}preset_save`}
      onClick=${() => setDialog("save")}
    >
      Save
    </button>
    ${dialog === "load" && html`<${LoadDialog} onClose=${close} />`}
    ${dialog === "save" && html`<${SaveDialog} onClose=${close} name=${name} />`}
  </div>`;
}

function LoadDialog({ onClose }) {
  const [search, setSearch] = useState("");
  const current = preset().name;
  const wanted = search.toLowerCase().split(/\s+/);
  const found = presets().filter((name) => wanted.every((word) => name.toLowerCase().includes(word)));
  const load = (name) => {
    act("preset_load", name);
    onClose();
  };
  return html`<${Dialog} title="Load a preset" onClose=${onClose}>
    <form
      class="dialog-row"
      onSubmit=${(event) => {
        event.preventDefault();
        if (found.length) load(found[0]);
      }}
    >
      <input
        type="search"
        aria-label="Search presets"
        placeholder="Search"
        value=${search}
        onInput=${(event) => setSearch(event.target.value)}
      />
    </form>
    <ul class="names">
      ${found.map(
        (name) =>
          html`<li key=${name}>
            <button
              type="button"
              class="button"
              aria-current=${name === current ? "true" : undefined}
              onClick=${() => load(name)}
            >
              ${name}
            </button>
          </li>`,
      )}
    </ul>
    <p class="none" role="status">${found.length ? "" : "No preset has a name like that."}</p>
  <//>`;
}

function SaveDialog({ name, onClose }) {
  const [wanted, setWanted] = useState(name);
  return html`<${Dialog} title="Save the sound" onClose=${onClose}>
    <form
      class="dialog-row"
      onSubmit=${(event) => {
        event.preventDefault();
        act("preset_save", wanted.trim());
        onClose();
      }}
    >
      <input
        aria-label="Name"
        placeholder="Name"
        required
        value=${wanted}
        onInput=${(event) => setWanted(event.target.value)}
      />
      <button type="submit" class="button strong">${presets().includes(wanted.trim()) ? "Replace" : "Save"}</button>
    </form>
  <//>`;
}

/** A window above the page, which keeps the keyboard to itself until it is closed. */
function Dialog({ title, onClose, children }) {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    dialog.current.showModal();
    dialog.current.querySelector("input").focus();
  }, []);
  return html`<dialog
    ref=${dialog}
    aria-label=${title}
    onClose=${onClose}
    onClick=${({ target }) => target === dialog.current && dialog.current.close()}
  >
    <div class="dialog-head">
      <h2>${title}</h2>
      <${IconButton} name="close" label="Close" onClick=${() => dialog.current.close()} />
    </div>
    ${children}
  </dialog>`;
}
