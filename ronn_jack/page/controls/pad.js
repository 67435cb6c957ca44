// A pad: a finger on it turns two numbers at once, one across and one up.
//
// Its knobs stand beside it for the keyboard and for those who don't see it.

import { html } from "../libraries.js";
import { parameter, set } from "../node.js";
import { PARAMETERS, placeOf, valueAt } from "../table.js";
import { useFinger } from "./finger.js";
import { useTaps } from "./taps.js";

/** Return the stems of pairs in rows, such as xy of xy_x and xy_y. */
export function padsOf(rows) {
  const names = new Set(rows.map(({ name }) => name));
  const stems = rows.filter(({ name }) => name.endsWith("_x")).map(({ name }) => name.slice(0, -2));
  return stems.filter((stem) => names.has(`${stem}_y`));
}

export function Pad({ stem }) {
  const axes = [PARAMETERS.get(`${stem}_x`), PARAMETERS.get(`${stem}_y`)];
  const taps = useTaps(() => axes.forEach((row) => set(row.name, row.default)));
  const [x, y] = axes.map((row) => placeOf(row, parameter(row.name)));
  const idle = PARAMETERS.has(stem) && !parameter(stem);

  const move = (event, { left, bottom, width, height }) => {
    const places = [(event.clientX - left) / width, (bottom - event.clientY) / height];
    axes.forEach((row, axis) => {
      const next = valueAt(row, places[axis]);
      if (next !== parameter(row.name)) set(row.name, next);
    });
  };
  return html`<div class=${idle ? "pad idle" : "pad"} ...${useFinger(axes, move, taps)}>
    <span class="pad-mark" style=${{ left: `${x * 100}%`, bottom: `${y * 100}%` }}></span>
  </div>`;
}
