// Dark or light: as the system is set, until somebody chooses.

import { Icon } from "./icons.js";
import { html, signal } from "./libraries.js";

const KEY = "ronn-theme";
const theme = signal(kept() ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
apply(kept());

/** A button that goes to the other one. */
export function ThemeButton() {
  const other = theme.value === "dark" ? "light" : "dark";
  return html`<button
    type="button"
    class="button theme"
    aria-label=${`Make the page ${other}`}
    onClick=${() => {
      theme.value = other;
      apply(other);
      keep(other);
    }}
  >
    <${Icon} name="theme" />
  </button>`;
}

function apply(chosen) {
  if (chosen) document.documentElement.dataset.theme = chosen;
}

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // a browser that keeps nothing
  }
}

function keep(chosen) {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // It holds until the page is left.
  }
}
