// How the spectrum of the output has gone on: a column for each thirtieth of a second.

import { html } from "../libraries.js";
import { axes, hertzWords, inside, linear, logarithmic } from "./axes.js";
import { Canvas } from "./canvas.js";
import { live } from "./pictures.js";

const SECONDS = 10;
const COLUMNS_A_SECOND = 30;
const COLUMNS = SECONDS * COLUMNS_A_SECOND;
const LOWEST_BYTE = 40; // −100 dBFS
const HIGHEST_BYTE = 220; // −10 dBFS
export const SHADES = 64;
/** Frequencies that are written beside it. */
const HERTZ = [50, 200, 1000, 5000, 20000];

export function SpectrogramCard() {
  return html`<section class="group" aria-labelledby="see-spectrogram">
    <h2 id="see-spectrogram">Spectrogram</h2>
    <p class="facts">Output, the last ${SECONDS} s</p>
    <${Canvas} label=${`Spectrogram of the output over the last ${SECONDS} s`} draw=${drawSpectrogram} />
  </section>`;
}

/** Levels of bands, column after column in a ring, and the picture of the same. */
let bands = 0;
let levels = null;
let picture = null;
let last = 0;
let inColours = null;
let shades = null;
let seen = null;

function drawSpectrogram(context, view) {
  const { colours } = view;
  const now = live.value;
  const box = inside(view);
  if (now && now !== seen) take(now, colours);
  else if (picture && inColours !== colours.key) repaint(colours);
  if (picture) {
    const width = box.right - box.left;
    const newest = (last % COLUMNS) + 1;
    const older = COLUMNS - newest;
    const height = box.bottom - box.top;
    const one = width / COLUMNS;
    context.imageSmoothingEnabled = true;
    if (older) context.drawImage(picture, newest, 0, older, bands, box.left, box.top, older * one, height);
    context.drawImage(picture, 0, 0, newest, bands, box.left + older * one, box.top, newest * one, height);
  }
  const x = linear([-SECONDS, 0], [box.left, box.right]);
  const y = logarithmic([20, 20000], [box.bottom, box.top]);
  const across = [-10, -8, -6, -4, -2, 0].map((s) => [x(s), s ? `−${-s} s` : "now"]);
  const down = HERTZ.map((hertz) => [y(hertz), hertzWords(hertz)]);
  axes(context, box, { ...colours, "faint-edge": "transparent" }, across, down);
}

/** Take the newest spectrum; frames that were dropped are like it. */
function take(now, colours) {
  seen = now;
  const column = Math.floor((now.position / now.rate) * COLUMNS_A_SECOND);
  if (now.spectrum_out.length !== bands || column < last) begin(now.spectrum_out.length, column);
  if (inColours !== colours.key) repaint(colours);
  const first = Math.max(last + 1, column - COLUMNS + 1);
  for (let each = first; each <= column; each += 1) {
    levels.set(now.spectrum_out, (each % COLUMNS) * bands);
    paint(each % COLUMNS);
  }
  last = column;
}

function begin(count, column) {
  bands = count;
  last = column - 1;
  levels = new Uint8Array(COLUMNS * bands);
  picture = document.createElement("canvas");
  picture.width = COLUMNS;
  picture.height = bands;
  inColours = null;
}

function repaint(colours) {
  inColours = colours.key;
  shades = shadesOf([colours.ground, colours.input, colours.accent, colours.text]);
  for (let column = 0; column < COLUMNS; column += 1) paint(column);
}

function paint(column) {
  const context = picture.getContext("2d");
  const pixels = context.createImageData(1, bands);
  for (let band = 0; band < bands; band += 1) {
    const share = (levels[column * bands + band] - LOWEST_BYTE) / (HIGHEST_BYTE - LOWEST_BYTE);
    const shade = Math.round(Math.max(0, Math.min(1, share)) * (SHADES - 1));
    pixels.data.set(shades.subarray(4 * shade, 4 * shade + 4), 4 * (bands - 1 - band));
  }
  context.putImageData(pixels, column, 0);
}

/** Return the shades between colours, as pixels. */
export function shadesOf(stops) {
  const scale = document.createElement("canvas");
  scale.width = SHADES;
  scale.height = 1;
  const context = scale.getContext("2d");
  const gradient = context.createLinearGradient(0, 0, SHADES, 0);
  stops.forEach((colour, i) => gradient.addColorStop(i / (stops.length - 1), colour));
  context.fillStyle = gradient;
  context.fillRect(0, 0, SHADES, 1);
  return context.getImageData(0, 0, SHADES, 1).data;
}
