// The tabs, and the view that is chosen; which it is stands in the address, to be kept and gone back to.

import { html, signal } from "./libraries.js";
import { VIEWS } from "./views.js";

const MOVES = { ArrowLeft: -1, ArrowRight: 1 };

/** The view that is looked at: its row. */
export const chosen = signal(wanted());
window.addEventListener("hashchange", () => (chosen.value = wanted()));

function wanted() {
  return VIEWS.find(({ name }) => location.hash === `#${name}`) ?? VIEWS[0];
}

/** One tab for each view; of them the keyboard comes to one, and goes on by arrows. */
export function Tabs() {
  return html`<nav class="tabs" role="tablist" aria-label="Views" onKeyDown=${press}>
    ${VIEWS.map((view) => html`<${Tab} key=${view.name} view=${view} on=${view === chosen.value} />`)}
  </nav>`;
}

function Tab({ view: { name, label }, on }) {
  return html`<button
    type="button"
    role="tab"
    class="tab"
    id=${`tab-${name}`}
    aria-selected=${on}
    aria-controls=${on ? `view-${name}` : undefined}
    tabindex=${on ? 0 : -1}
    onClick=${() => (location.hash = name)}
  >
    ${label}
  </button>`;
}

function press(event) {
  const last = VIEWS.length - 1;
  const by = MOVES[event.key];
  let place = VIEWS.indexOf(chosen.value);
  if (by) place = (place + by + VIEWS.length) % VIEWS.length;
  else if (event.key === "Home") place = 0;
  else if (event.key === "End") place = last;
  else return;
  event.preventDefault();
  location.hash = VIEWS[place].name;
  document.getElementById(`tab-${VIEWS[place].name}`).focus();
}

/** The view that is chosen. */
export function ChosenView() {
  const { name, View } = chosen.value;
  return html`<main class="chosen">
    <div role="tabpanel" key=${name} id=${`view-${name}`} aria-labelledby=${`tab-${name}`}><${View} /></div>
  </main>`;
}
