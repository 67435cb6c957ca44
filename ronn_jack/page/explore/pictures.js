// Small pictures of a sound: its spectrum, and how loud it is over the time that it was heard.

import { html } from "../libraries.js";

const FLOOR_DB = -60;
/** Of the level over time, whose tail is looked at rather than its noise. */
const COURSE_FLOOR_DB = -42;
/** Where the input ends and its tail alone is heard, as a share of the time. */
export const TAIL_FROM = 0.8;
const WIDTH = 100;
const HEIGHT = 40;
const COURSE_HEIGHT = 16;
/** Width of a bar, as a share of its step. */
const BAR = 0.7;

/** The mean spectrum from low to high, in dB below its loudest band. */
export function Spectrum({ bands }) {
  const step = WIDTH / (bands.length - 1);
  const points = bands.map((db, band) => `${(band * step).toFixed(1)},${(HEIGHT * (1 - share(db))).toFixed(1)}`);
  const line = `M${points.join("L")}`;
  return html`<svg class="spectrum" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
    <path class="spectrum-area" d=${`${line}L${WIDTH},${HEIGHT}L0,${HEIGHT}Z`} />
    <path class="spectrum-line" d=${line} />
  </svg>`;
}

/** The level over time, as bars on both sides of a line; what sounds on after the input stands out. */
export function Course({ steps }) {
  const width = WIDTH / steps.length;
  const bars = (from, to) =>
    steps
      .slice(from, to)
      .map((db, place) => {
        const half = Math.max(0.4, (share(db, COURSE_FLOOR_DB) * COURSE_HEIGHT) / 2);
        const [x, y] = [(from + place) * width, COURSE_HEIGHT / 2 - half].map((number) => number.toFixed(2));
        return `M${x},${y}h${BAR * width}v${(2 * half).toFixed(2)}h${-BAR * width}z`;
      })
      .join("");
  const tail = Math.round(TAIL_FROM * steps.length);
  return html`<svg
    class="course"
    viewBox=${`0 0 ${WIDTH} ${COURSE_HEIGHT}`}
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <path class="course-played" d=${bars(0, tail)} />
    <path class="course-tail" d=${bars(tail, steps.length)} />
  </svg>`;
}

function share(db, floor = FLOOR_DB) {
  return Math.min(1, Math.max(0, 1 - db / floor));
}
