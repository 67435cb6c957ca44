// Dark or light: as the system is set, until somebody chooses.

import { IconButton } from "./icons.js";
import { html, signal } from "./libraries.js";

const KEY = "ronn-theme";
const theme = signal(kept() ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
apply(kept());

/** A button that goes to the other one. */
export function ThemeButton() {
  const other = theme.value === "dark" ? "light" : "dark";
  const choose = () => {
    theme.value = other;
    apply(other);
    keep(other);
  };
  return html`<${IconButton} name="theme" kind="theme" label=${`Make the page ${other}`} onClick=${choose} />`;
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
