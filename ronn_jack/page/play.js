// The view to play: every parameter of the network and of the levels, in its group.

import { html } from "./libraries.js";
import { ActionButton, Control, isKnob } from "./controls/control.js";
import { LockButton } from "./controls/locks.js";
import { Pad, padsOf } from "./controls/pad.js";
import { ACTIONS, table } from "./table.js";

/** Parameters that stand in the strip below, whatever is looked at. */
export const IN_STRIP = ["mix", "bypass"];
/** Groups that have a view of their own, the rack. */
const IN_RACK = ["Equaliser", "Reverb"];
/** Actions that belong to what a group turns. */
const ACTIONS_OF = { Seed: ["randomize", "like", "dislike"], Time: ["tap"] };

export function Play() {
  return html`<div class="groups">
    ${[...groups()].map(([name, rows]) => html`<${Group} key=${name} name=${name} rows=${rows} />`)}
  </div>`;
}

function groups() {
  const found = new Map();
  for (const row of table.parameters) {
    if (IN_STRIP.includes(row.name) || IN_RACK.includes(row.group)) continue;
    found.set(row.group, [...(found.get(row.group) ?? []), row]);
  }
  return found;
}

function Group({ name, rows }) {
  const id = `group-${name.toLowerCase()}`;
  const actions = (ACTIONS_OF[name] ?? []).filter((action) => ACTIONS.has(action));
  const large = rows.filter(isKnob); // first, so that what is small finds its place beside them
  const small = rows.filter((row) => !isKnob(row));
  return html`<section class="group" aria-labelledby=${id}>
    <h2 id=${id}>${name}</h2>
    <div class="cells">
      ${padsOf(rows).map((stem) => html`<${Pad} key=${stem} stem=${stem} />`)}
      ${[...large, ...small].map((row) => html`<${Control} key=${row.name} row=${row} />`)}
    </div>
    <div class="actions">
      ${actions.map((action) => html`<${ActionButton} key=${action} name=${action} />`)}
      ${actions.includes("randomize") && html`<${LockButton} />`}
    </div>
  </section>`;
}
