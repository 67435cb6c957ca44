// A pad: a finger on it turns two numbers at once, one across and one up.
//
// Its knobs stand beside it for the keyboard and for those who don't see it.

import { html, useRef } from "../libraries.js";
import { hold, letGo, parameter, set, useLettingGo } from "../node.js";
import { PARAMETERS, placeOf, valueAt } from "../table.js";
import { useTaps } from "./taps.js";

/** Return the stems of pairs in rows, such as xy of xy_x and xy_y. */
export function padsOf(rows) {
  const names = new Set(rows.map(({ name }) => name));
  const stems = rows.filter(({ name }) => name.endsWith("_x")).map(({ name }) => name.slice(0, -2));
  return stems.filter((stem) => names.has(`${stem}_y`));
}

export function Pad({ stem }) {
  const element = useRef(null);
  const pointer = useRef(null);
  const axes = [PARAMETERS.get(`${stem}_x`), PARAMETERS.get(`${stem}_y`)];
  const taps = useTaps(() => axes.forEach((row) => set(row.name, row.default)));
  const [x, y] = axes.map((row) => placeOf(row, parameter(row.name)));
  const idle = PARAMETERS.has(stem) && !parameter(stem);

  useLettingGo(...axes);

  const move = (event) => {
    if (pointer.current !== event.pointerId) return;
    const { left, bottom, width, height } = element.current.getBoundingClientRect();
    const places = [(event.clientX - left) / width, (bottom - event.clientY) / height];
    axes.forEach((row, axis) => {
      const next = valueAt(row, places[axis]);
      if (next !== parameter(row.name)) set(row.name, next);
    });
  };
  const begin = (event) => {
    if (event.button !== 0 || pointer.current !== null) return;
    element.current.setPointerCapture(event.pointerId);
    pointer.current = event.pointerId;
    taps.down(event);
    axes.forEach((row) => hold(row.name));
    move(event);
  };
  const end = (event) => {
    if (pointer.current !== event.pointerId) return;
    pointer.current = null;
    axes.forEach((row) => letGo(row.name));
    if (event.type === "pointerup") taps.up(event);
  };

  return html`<div
    ref=${element}
    class=${idle ? "pad idle" : "pad"}
    aria-hidden="true"
    onPointerDown=${begin}
    onPointerMove=${move}
    onPointerUp=${end}
    onPointerCancel=${end}
    onLostPointerCapture=${end}
  >
    <span class="pad-mark" style=${{ left: `${x * 100}%`, bottom: `${y * 100}%` }}></span>
  </div>`;
}
