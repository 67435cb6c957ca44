// Dark or light: as the system is set, until somebody chooses.

import { IconButton } from "./icons.js";
import { keep, kept } from "./keeping.js";
import { html, signal } from "./libraries.js";

const KEY = "ronn-theme";
const theme = signal(kept(KEY) ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
apply(kept(KEY));

/** A button that goes to the other one. */
export function ThemeButton() {
  const other = theme.value === "dark" ? "light" : "dark";
  const choose = () => {
    theme.value = other;
    apply(other);
    keep(KEY, other);
  };
  return html`<${IconButton} name="theme" kind="theme" label=${`Make the page ${other}`} onClick=${choose} />`;
}

function apply(chosen) {
  if (chosen) document.documentElement.dataset.theme = chosen;
}
