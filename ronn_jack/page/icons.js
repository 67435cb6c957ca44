// The page's pictures on buttons: lines of one weight, in the colour of the text.

import { html } from "./libraries.js";

const PATHS = {
  previous: "M15 5l-8 7 8 7z",
  next: "M9 5l8 7-8 7z",
  undo: "M9 6L4 11l5 5M4 11h10a5 5 0 0 1 0 10h-3",
  redo: "M15 6l5 5-5 5M20 11H10a5 5 0 0 0 0 10h3",
  dice:
    "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z" +
    "M9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01",
  theme: "M12 4a8 8 0 0 0 0 16zM12 4a8 8 0 0 1 0 16",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  unlocked: "M6 11h12v9H6zM8.5 11V7a3.5 3.5 0 0 1 6.8-1.2",
  midi:
    "M12 3.5a8.5 8.5 0 1 0 .01 0z" +
    "M7.5 12h.01M8.8 8.8h.01M12 7.5h.01M15.2 8.8h.01M16.5 12h.01M10 20v-3h4v3",
  close: "M6 6l12 12M18 6L6 18",
};
const FILLED = ["previous", "next"];

/** A button that shows a picture, and says its name to those who don't see it. */
export function IconButton({ name, label, onClick, kind = "" }) {
  return html`<button type="button" class=${`button ${kind}`} aria-label=${label} onClick=${onClick}>
    <${Icon} name=${name} />
  </button>`;
}

export function Icon({ name }) {
  return html`<svg class=${FILLED.includes(name) ? "icon filled" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
    <path d=${PATHS[name]} />
  </svg>`;
}
