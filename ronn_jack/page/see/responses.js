// What the network answers to test signals, as the node has measured it beside the one that sounds.

import { html } from "../libraries.js";
import { axes, inside, linear, roundNumbers, short, time } from "./axes.js";
import { Canvas } from "./canvas.js";
import { responses } from "./pictures.js";
import { trace } from "./signal.js";

const LOWEST_HARMONIC_DB = -80;

export function ResponseCards() {
  const known = responses.value;
  const length = known ? `${known.whole ? "" : "the first "}${time(known.frames / known.rate)}` : "";
  const sine = known ? `Of a sine of ${short(known.hertz)} Hz at ${short(known.sine_db)} dBFS` : "";
  const levels = known ? "Level of a sine after the network, for its level before" : "";
  return html`
    <${ResponseCard} name="harmonics" title="Harmonics" facts=${sine} draw=${drawHarmonics} />
    <${ResponseCard} name="curve" title="Input and output" facts=${levels} draw=${drawCurve} />
    <${ResponseCard} name="impulse" title="Impulse response" facts=${length} draw=${drawImpulse} />
    <${ResponseCard} name="step" title="Step response" facts=${length} draw=${drawStep} />
  `;
}

function ResponseCard({ name, title, facts, draw }) {
  const id = `see-${name}`;
  return html`<section class="group" aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2>
    <p class="facts">${facts || "Being measured…"}</p>
    <${Canvas} label=${facts ? `${title}: ${facts}` : title} draw=${draw} />
  </section>`;
}

function drawHarmonics(context, view) {
  const { colours } = view;
  const known = responses.value;
  const box = inside(view);
  const y = linear([LOWEST_HARMONIC_DB, 0], [box.bottom, box.top + 4]);
  const count = known?.harmonics.length ?? 16;
  const pitch = (box.right - box.left) / count;
  const middle = (i) => box.left + (i + 0.5) * pitch;
  axes(context, box, colours, [], [-60, -40, -20, 0].map((db) => [y(db), short(db)]));
  context.textAlign = "center";
  context.textBaseline = "top";
  for (let i = 0; i < count; i += pitch < 16 ? 2 : 1) {
    context.fillStyle = colours.quiet;
    context.fillText(String(i + 1), middle(i), box.bottom + 4);
  }
  if (!known) return;
  context.fillStyle = colours.accent;
  known.harmonics.forEach((level, i) => {
    const top = Math.min(box.bottom, y(level));
    context.fillRect(middle(i) - pitch * 0.3, top, pitch * 0.6, box.bottom - top);
  });
}

function drawCurve(context, view) {
  const { colours } = view;
  const known = responses.value;
  const box = inside(view);
  const x = linear([-60, 0], [box.left, box.right]);
  const highest = known ? Math.ceil(Math.max(...known.levels) / 20) * 20 : 0;
  const y = linear([highest - 80, highest], [box.bottom, box.top]);
  axes(
    context,
    box,
    colours,
    [-60, -40, -20, 0].map((db) => [x(db), `${short(db)} dB`]),
    [60, 40, 20, 0].map((below) => [y(highest - below), short(highest - below)]),
  );
  if (!known) return;
  context.strokeStyle = colours.accent;
  context.lineWidth = 2;
  context.beginPath();
  known.levels.forEach((level, i) => context.lineTo(x(known.input_levels[i]), Math.min(box.bottom, y(level))));
  context.stroke();
}

const drawImpulse = drawCourse("impulse");
const drawStep = drawCourse("step");

/** Return what draws a response over time: its least and its most in each column. */
function drawCourse(name) {
  return (context, view) => {
    const { colours } = view;
    const known = responses.value;
    const box = inside(view);
    const course = known?.[name];
    const count = course ? course.length / 2 : 0;
    const top = course ? Math.max(1e-9, ...course.map(Math.abs)) * 1.05 : 1;
    const seconds = known ? known.frames / known.rate : 0.1;
    const x = linear([0, seconds], [box.left, box.right]);
    const y = linear([-top, top], [box.bottom, box.top]);
    axes(
      context,
      box,
      colours,
      roundNumbers(0, seconds, 6).map((each) => [x(each), each ? time(each) : "0"]),
      roundNumbers(-top, top, 6).map((each) => [y(each), short(each)]),
    );
    if (!course) return;
    trace(context, course.subarray(0, count), box, y, colours.accent);
    trace(context, course.subarray(count), box, y, colours.accent);
    context.fillStyle = colours.accent;
    const step = (box.right - box.left) / Math.max(1, count - 1);
    for (let i = 0; i < count; i += 1) {
      const [low, high] = [y(course[i]), y(course[count + i])];
      context.fillRect(box.left + (i - 0.5) * step, high, Math.max(1, step), low - high);
    }
  };
}
