// What shows where a number stands: a ring for a knob, a bar for a slider.

import { html } from "../libraries.js";

const RADIUS = 23;
const MIDDLE = 28;
/** From where a ring begins, at seven o'clock, to its end at five; in degrees clockwise from the top. */
const FIRST = -135;
const SPAN = 270;
const MARK = { from: 9, to: 17 };

/** A knob at a place 0 to 1, its ring filled from another, and where a control stands that has missed it. */
export function Ring({ place, origin, missed }) {
  const angle = FIRST + SPAN * place;
  const [x1, y1] = point(angle, MARK.from);
  const [x2, y2] = point(angle, MARK.to);
  return html`<svg class="ring" viewBox="0 0 56 56" aria-hidden="true">
    <circle class="ring-cap" cx=${MIDDLE} cy=${MIDDLE} r="19" />
    <path class="ring-track" d=${arc(0, 1)} />
    <path class="ring-value" d=${arc(Math.min(place, origin), Math.max(place, origin))} />
    <line class="ring-mark" x1=${x1} y1=${y1} x2=${x2} y2=${y2} />
    ${missed !== null && html`<${Missed} angle=${FIRST + SPAN * missed} />`}
  </svg>`;
}

function Missed({ angle }) {
  const [cx, cy] = point(angle, RADIUS);
  return html`<circle class="ring-missed" cx=${cx} cy=${cy} r="3.5" />`;
}

/** A slider at a place 0 to 1, filled from another, and where a control stands that has missed it. */
export function Bar({ place, origin, missed }) {
  const [from, to] = [Math.min(place, origin), Math.max(place, origin)];
  return html`<span class="bar" aria-hidden="true">
    <span class="bar-track">
      <span class="bar-value" style=${{ width: `${(to - from) * 100}%`, marginLeft: `${from * 100}%` }}></span>
    </span>
    ${missed !== null && html`<span class="bar-missed" style=${{ left: `${missed * 100}%` }}></span>`}
    <span class="bar-mark" style=${{ left: `${place * 100}%` }}></span>
  </span>`;
}

function arc(from, to) {
  if (to <= from) return "";
  const begin = point(FIRST + SPAN * from, RADIUS);
  const end = point(FIRST + SPAN * to, RADIUS);
  const large = SPAN * (to - from) > 180 ? 1 : 0;
  return `M${begin} A${RADIUS} ${RADIUS} 0 ${large} 1 ${end}`;
}

function point(angle, radius) {
  const turn = (angle * Math.PI) / 180;
  return [MIDDLE + radius * Math.sin(turn), MIDDLE - radius * Math.cos(turn)].map((c) => c.toFixed(2));
}
