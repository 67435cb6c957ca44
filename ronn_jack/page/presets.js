// The presets: the one that is played, its neighbours, all of them to search, and saving.

import { html, useLayoutEffect, useRef, useState } from "./libraries.js";
import { ActionButton } from "./controls/control.js";
import { Icon, IconButton } from "./icons.js";
import { ROOT, act, preset, presetList, presets } from "./node.js";

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

/** All presets, to search and load one. */
export function LoadDialog({ onClose }) {
  const [search, setSearch] = useState("");
  const [tags, setTags] = useState([]);
  const current = preset().name;
  const all = presetList();
  const words = search.toLowerCase().split(/\s+/);
  const found = all.filter((each) => isFound(each, words, tags));
  const load = ({ name }) => {
    act("preset_load", name);
    onClose();
  };
  return html`<${Dialog} title="Load a preset" kind="tall" onClose=${onClose}>
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
    <${Tags} all=${all} chosen=${tags} onChoose=${setTags} />
    <ul class="names">
      ${found.map(
        (each) =>
          html`<li key=${each.name}>
            <button
              type="button"
              class="button"
              aria-current=${each.name === current ? "true" : undefined}
              onClick=${() => load(each)}
            >
              <span class="name">${each.name}</span>
              <span class="description">${each.description}</span>
            </button>
          </li>`,
      )}
    </ul>
    <p class="none" role="status">${found.length ? "" : "No preset is like that."}</p>
  <//>`;
}

/** The tags of all presets, the most used first; those that are chosen a preset must have. */
function Tags({ all, chosen, onChoose }) {
  const uses = new Map();
  for (const { tags } of all) for (const tag of tags) uses.set(tag, (uses.get(tag) ?? 0) + 1);
  const sorted = [...uses.keys()].sort((one, other) => uses.get(other) - uses.get(one) || one.localeCompare(other));
  const toggle = (tag) => onChoose(chosen.includes(tag) ? chosen.filter((each) => each !== tag) : [...chosen, tag]);
  return html`<div class="tags" role="group" aria-label="Tags">
    ${sorted.map(
      (tag) =>
        html`<button
          key=${tag}
          type="button"
          class="button tag"
          aria-pressed=${chosen.includes(tag)}
          onClick=${() => toggle(tag)}
        >
          ${tag}
        </button>`,
    )}
  </div>`;
}

/** Say whether a preset has all the tags, and all the words somewhere. */
function isFound({ name, description, tags }, words, wanted) {
  const text = [name, description, ...tags].join("\n").toLowerCase();
  return wanted.every((tag) => tags.includes(tag)) && words.every((word) => text.includes(word));
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
function Dialog({ title, kind = "", onClose, children }) {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    dialog.current.showModal();
    dialog.current.querySelector("input").focus();
  }, []);
  return html`<dialog
    ref=${dialog}
    class=${kind}
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
