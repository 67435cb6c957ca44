// The handles of the equaliser's bands, which lie over its curve.
//
// One is dragged along frequency and gain; Shift, the wheel or a second finger turn its Q. As what is
// pressed is the nearest handle, those that lie close to each other can be told apart. The bands' knobs
// stand below for whoever wants one number at a time.

import { hide, hinted } from "../bubbles.js";
import { classes } from "../controls/control.js";
import { TAP_PIXELS, useTaps } from "../controls/taps.js";
import { computed, html, signal, useEffect, useRef } from "../libraries.js";
import { hold, letGo, parameter, set, useLettingGo } from "../node.js";
import { linear, logarithmic } from "../see/axes.js";
import { equaliser } from "../see/pictures.js";
import { placeOf, valueAt, words } from "../table.js";
import { BANDS, RANGE_HERTZ } from "./bands.js";

/** Ends of the scale, of which the first is taken that holds all. */
const REACHES = [12, 24, 36];
/** How far from a handle it can still be taken. */
const NEAR_PIXELS = 40;
/** Up or down, with Shift: so far, Q doubles or halves. */
const Q_PIXELS = 60;
const WHEEL_PIXELS = 400;
const WHEEL_LINES = 10;
const STEP_DB = 0.5;
const STEP_RATIO = 2 ** (1 / 12);
const MEANING =
  "Drag it: frequency and gain. With Shift, a second finger or the wheel: Q. Two taps: 0 dB. " +
  "By keys: arrows, and Page Up and Down for Q.";

/** The band that is held, or has the focus; null if none does. */
export const chosenBand = signal(null);
/** What is at either end of the scale, in dB: it does not shrink under a hand. */
const held = signal(0);
export const reach = computed(() => {
  const curve = equaliser.value?.curve ?? [];
  const gains = BANDS.map(({ gain }) => parameter(gain.name));
  const needed = Math.max(...[...curve, ...gains].map(Math.abs), held.value);
  return REACHES.find((each) => needed <= each) ?? REACHES.at(-1);
});

export function Handles() {
  const field = useRef(null);
  const drag = useRef(null);
  const pinch = useRef(null);
  const taps = useTaps(() => set(drag.current.band.gain.name, 0));
  useLettingGo(...BANDS.flatMap(({ rows }) => rows));
  useWheel(field);

  const begin = (event) => {
    if (event.button !== 0) return;
    hide();
    const now = drag.current;
    if (now) {
      pinch.current ??= { pointer: event.pointerId, span: spanOf(now, event), q: valueOf(now.band.q) };
      return;
    }
    const band = nearest(field.current, event);
    if (!band) return;
    field.current.setPointerCapture(event.pointerId);
    event.preventDefault(); // which would take the focus away again
    field.current.querySelector(`[data-band="${band.name}"]`).focus({ preventScroll: true });
    band.rows.forEach(({ name }) => hold(name));
    taps.down(event);
    held.value = reach.value;
    const [gain, hertz, q] = [band.gain, band.frequency, band.q].map(valueOf);
    const { clientX: x, clientY: y, pointerId: pointer } = event;
    drag.current = { pointer, band, x, y, gain, hertz, q, path: 0 };
  };

  const move = (event) => {
    const now = drag.current;
    if (pinch.current?.pointer === event.pointerId) {
      const { span, q } = pinch.current;
      turn(now.band.q, (q * span) / Math.max(1, spanOf(now, event)));
    }
    if (now?.pointer !== event.pointerId) return;
    const { width, height } = field.current.getBoundingClientRect();
    const right = event.clientX - now.x;
    const up = now.y - event.clientY;
    now.x = event.clientX;
    now.y = event.clientY;
    now.path += Math.abs(right) + Math.abs(up);
    if (event.shiftKey && now.band.q) now.q = within(now.band.q, now.q * 2 ** (up / Q_PIXELS));
    else {
      now.gain = within(now.band.gain, now.gain + (2 * reach.value * up) / height);
      now.hertz = within(now.band.frequency, now.hertz * (RANGE_HERTZ[1] / RANGE_HERTZ[0]) ** (right / width));
    }
    if (now.path <= TAP_PIXELS) return;
    turn(now.band.gain, now.gain);
    turn(now.band.frequency, now.hertz);
    if (event.shiftKey) turn(now.band.q, now.q);
  };

  const end = (event) => {
    if (pinch.current?.pointer === event.pointerId) pinch.current = null;
    const now = drag.current;
    if (now?.pointer !== event.pointerId) return;
    now.band.rows.forEach(({ name }) => letGo(name));
    if (event.type === "pointerup") taps.up(event);
    held.value = 0;
    drag.current = pinch.current = null;
  };

  return html`<div
    ref=${field}
    class="handles"
    onPointerMove=${move}
    onPointerUp=${end}
    onPointerCancel=${end}
    onLostPointerCapture=${end}
    ...${hinted(MEANING)}
    onPointerDown=${begin}
  >
    <span class="for-readers" id="band-meaning">${MEANING}</span>
    ${BANDS.map((band) => html`<${Handle} key=${band.name} band=${band} />`)}
  </div>`;
}

function Handle({ band }) {
  const [gain, hertz] = [band.gain, band.frequency].map(valueOf);
  const [left, top] = placeIn(band, 100, 100);
  const told = band.rows.slice(1).map((row) => {
    return `${row.label.replace(`${band.label} `, "")} ${words(row, valueOf(row))}`;
  });
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key === "ArrowUp" || key === "ArrowDown") turn(band.gain, gain + (key === "ArrowUp" ? STEP_DB : -STEP_DB));
    else if (key === "ArrowRight") turn(band.frequency, hertz * STEP_RATIO);
    else if (key === "ArrowLeft") turn(band.frequency, hertz / STEP_RATIO);
    else if (key === "PageUp") turn(band.q, valueOf(band.q) * STEP_RATIO);
    else if (key === "PageDown") turn(band.q, valueOf(band.q) / STEP_RATIO);
    else if (key === "Delete" || key === "Backspace") set(band.gain.name, 0);
    else return;
    event.preventDefault();
  };
  return html`<div
    class=${classes("handle", { off: !valueOf(band.on) || !parameter("eq") })}
    style=${{ left: `${left}%`, top: `${top}%` }}
    role="slider"
    tabindex="0"
    data-band=${band.name}
    aria-label=${band.label}
    aria-describedby="band-meaning"
    aria-valuemin=${band.gain.minimum}
    aria-valuemax=${band.gain.maximum}
    aria-valuenow=${gain}
    aria-valuetext=${told.join(", ")}
    onKeyDown=${press}
    onFocus=${() => (chosenBand.value = band.name)}
    onBlur=${() => (chosenBand.value = null)}
  >
    <span aria-hidden="true">${BANDS.indexOf(band) + 1}</span>
  </div>`;
}

/** Turn Q by the wheel where a handle has the focus: a page that is scrolled turns nothing. */
function useWheel(field) {
  useEffect(() => {
    const { current } = field;
    const wheel = (event) => {
      const band = BANDS.find(({ name }) => name === document.activeElement.dataset?.band);
      if (!band?.q || event.ctrlKey) return;
      event.preventDefault();
      turn(band.q, valueOf(band.q) * 2 ** (-event.deltaY / (event.deltaMode ? WHEEL_LINES : WHEEL_PIXELS)));
    };
    current.addEventListener("wheel", wheel, { passive: false });
    return () => current.removeEventListener("wheel", wheel);
  }, []);
}

function valueOf(row) {
  return row && parameter(row.name);
}

function within(row, value) {
  return Math.min(row.maximum, Math.max(row.minimum, value));
}

/** Set a parameter, if there is one and it is to be another. */
function turn(row, value) {
  if (!row) return;
  const next = valueAt(row, placeOf(row, within(row, value)));
  if (next !== parameter(row.name)) set(row.name, next);
}

function placeIn(band, width, height) {
  const x = logarithmic(RANGE_HERTZ, [0, width]);
  const y = linear([-reach.value, reach.value], [height, 0]);
  return [x(valueOf(band.frequency)), y(valueOf(band.gain))];
}

/** Return the band whose handle is nearest to a pointer; undefined where none is near. */
function nearest(field, { clientX, clientY }) {
  const { left, top, width, height } = field.getBoundingClientRect();
  const far = (band) => {
    const [x, y] = placeIn(band, width, height);
    return Math.hypot(clientX - left - x, clientY - top - y);
  };
  return [...BANDS].filter((band) => far(band) <= NEAR_PIXELS).sort((a, b) => far(a) - far(b))[0];
}

function spanOf({ x, y }, { clientX, clientY }) {
  return Math.hypot(clientX - x, clientY - y);
}
