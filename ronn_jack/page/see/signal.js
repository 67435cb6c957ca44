// What is heard at this moment: waveforms, spectra, and how those have gone on.

import { html } from "../libraries.js";
import { HERTZ, axes, hertzWords, inside, linear, logarithmic, roundNumbers, short } from "./axes.js";
import { Canvas } from "./canvas.js";
import { live } from "./pictures.js";

const FULL_SCALE = 32767;
const FLOOR_DB = -120;
const STEP_DB = 0.5;
const LOWEST_DB = -100;
const RANGE_HERTZ = [20, 20000];
/** Scales that a waveform is shown in. */
const SCALES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const SHRINK_FRAMES = 45;
const SHOWN_SECONDS = 0.03;

function Legend() {
  return html`<p class="facts legend"><span class="key in">In</span> <span class="key out">Out</span></p>`;
}

export function ScopeCard() {
  return html`<section class="group" aria-labelledby="see-scope">
    <h2 id="see-scope">Waveform</h2>
    <${Legend} />
    <${Canvas} label="Waveforms of input and output at this moment" draw=${drawScope} />
  </section>`;
}

export function SpectrumCard() {
  return html`<section class="group" aria-labelledby="see-spectrum">
    <h2 id="see-spectrum">Spectrum</h2>
    <${Legend} />
    <${Canvas} label="Spectra of input and output at this moment" draw=${drawSpectrum} />
  </section>`;
}

const scope = { scale: 1, quiet: 0 };

/** Return the scale that holds a waveform; a smaller one is taken only once it has served for a while. */
function scaleFor(peak) {
  const fits = SCALES.find((each) => each >= peak) ?? 1;
  scope.quiet = fits < scope.scale ? scope.quiet + 1 : 0;
  if (fits > scope.scale || scope.quiet > SHRINK_FRAMES) [scope.scale, scope.quiet] = [fits, 0];
  return scope.scale;
}

function drawScope(context, view) {
  const { colours } = view;
  const now = live.value;
  const box = inside(view);
  let peak = 0;
  for (const trace of now ? [now.scope_in, now.scope_out] : []) {
    for (const sample of trace) peak = Math.max(peak, Math.abs(sample));
  }
  const scale = scaleFor(peak / FULL_SCALE);
  const y = linear([-scale, scale], [box.bottom, box.top]);
  const x = linear([0, SHOWN_SECONDS * 1e3], [box.left, box.right]);
  axes(
    context,
    box,
    colours,
    roundNumbers(0, SHOWN_SECONDS * 1e3, 6).map((ms) => [x(ms), ms ? `${short(ms)} ms` : "0"]),
    [-scale, -scale / 2, 0, scale / 2, scale].map((each) => [y(each), short(each)]),
  );
  if (!now) return;
  trace(context, now.scope_in, box, (sample) => y(sample / FULL_SCALE), colours.input);
  trace(context, now.scope_out, box, (sample) => y(sample / FULL_SCALE), colours.accent);
}

/** A line through values, from side to side. */
export function trace(context, values, box, y, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  const step = (box.right - box.left) / Math.max(1, values.length - 1);
  for (let i = 0; i < values.length; i += 1) context.lineTo(box.left + i * step, y(values[i]));
  context.stroke();
}

/** Return the axes of a spectrum. */
export function hertzAcross(box) {
  const x = logarithmic(RANGE_HERTZ, [box.left, box.right]);
  return HERTZ.map((hertz) => [x(hertz), hertzWords(hertz)]);
}

function drawSpectrum(context, view) {
  const { colours } = view;
  const now = live.value;
  const box = inside(view);
  const y = linear([LOWEST_DB, 0], [box.bottom, box.top]);
  axes(
    context,
    box,
    colours,
    hertzAcross(box),
    [-80, -60, -40, -20, 0].map((db) => [y(db), short(db)]),
  );
  if (!now) return;
  const place = (byte) => Math.min(box.bottom, y(FLOOR_DB + byte * STEP_DB));
  const bands = now.spectrum_out.length;
  // A band is drawn in its middle.
  const half = (box.right - box.left) / bands / 2;
  const within = { ...box, left: box.left + half, right: box.right - half };
  context.globalAlpha = 0.2;
  context.fillStyle = colours.accent;
  context.beginPath();
  context.moveTo(within.left, box.bottom);
  now.spectrum_out.forEach((byte, i) =>
    context.lineTo(within.left + (i * (within.right - within.left)) / (bands - 1), place(byte)),
  );
  context.lineTo(within.right, box.bottom);
  context.fill();
  context.globalAlpha = 1;
  trace(context, now.spectrum_in, within, place, colours.input);
  trace(context, now.spectrum_out, within, place, colours.accent);
}
