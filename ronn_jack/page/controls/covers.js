// What lies over controls while a tap on one does something with it, rather than turns it.

import { html, signal } from "../libraries.js";

/** What a tap does now: "lock", "learn", or null where it turns. */
export const covering = signal(null);

/** The button that puts covers of a kind over the controls, and takes them off. */
export function CoverButton({ kind, look = "button", label, address, children }) {
  const on = covering.value === kind;
  return html`<button
    type="button"
    class=${look}
    data-address=${address}
    aria-label=${label}
    aria-pressed=${on}
    onClick=${() => (covering.value = on ? null : kind)}
  >
    ${children}
  </button>`;
}

/** One cover; what is pressed of it is what is so already. */
export function Cover({ label, pressed, onClick, children }) {
  return html`<button type="button" class="button cover" aria-label=${label} aria-pressed=${pressed} onClick=${onClick}>
    ${children}
  </button>`;
}
