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
  heart: "M12 20l-7.2-7.4a4.4 4.4 0 0 1 6.2-6.2l1 1 1-1a4.4 4.4 0 0 1 6.2 6.2z",
  dislike: "M7 4v9l4 7c1.6 0 2.4-1.2 2-3l-.6-3H18a2 2 0 0 0 2-2.4l-1.2-6A2 2 0 0 0 16.8 4zM7 4H4v9h3",
  more: "M12 5v14M5 12h14",
  never: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6.3 6.3l11.4 11.4",
  breed: "M7 4v3c0 5 10 5 10 10v3M17 4v3c0 5-10 5-10 10v3M8 8h8M8 16h8",
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
