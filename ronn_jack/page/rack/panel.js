// What both panels are made of: rows of controls, from the table.

import { html } from "../libraries.js";
import { Control, isKnob } from "../controls/control.js";
import { table } from "../table.js";

/** Return the rows of a group. */
export function rowsOf(group) {
  return table.parameters.filter((row) => row.group === group);
}

/**
 * Controls whose names need not say again what stands above them: `title` what is switched on, `under`
 * what the others' begin with. Those in `flat` are sliders.
 */
export function Cells({ rows, under, title = under, flat = [] }) {
  const large = rows.filter((row) => isKnob(row) && !flat.includes(row.name));
  const small = rows.filter((row) => !large.includes(row));
  return html`<div class="cells">
    ${[...large, ...small].map((row) => {
      const above = row.label === title ? title : under;
      return html`<${Control} key=${row.name} row=${row} under=${above} flat=${flat.includes(row.name)} />`;
    })}
  </div>`;
}

/** Return what a row's description says of its ends, such as "dark … bright". */
export function endsOf(row) {
  return row.description.split(": ").at(-1);
}

/** Say what the two ways of a plane mean. */
export function Ways({ across, up }) {
  return html`<p class="facts ways">
    <span>→ ${endsOf(across)}</span> <span>↑ ${endsOf(up)}</span>
  </p>`;
}
