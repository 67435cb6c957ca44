// The network as it is: a column for each layer with a mark for each channel, lit by what it does.

import { html } from "../libraries.js";
import { FONT, time } from "./axes.js";
import { Canvas, kept } from "./canvas.js";
import { drawField } from "./field.js";
import { LayerChoice } from "./layer.js";
import { choose, heard, layer, layers, live, network } from "./pictures.js";

const HEAD = 30;
const FOOT = 20;
/** Where the layers' numbers stand; residuals go below them. */
const NAMES = 9;
const BOW = 18;
/** Per cent of the input from which on it is as good as all of it. */
const WHOLE = 90;
const SIDE = 16;
const LARGEST_MARK = 9;
/** Connections of two layers are drawn one by one up to so many, and as one area beyond. */
const MOST_LINES = 1200;
const FLOOR_DB = -120;
const STEP_DB = 0.5;
/** Below the loudest channel of its layer, where a mark is dark. */
const RANGE_DB = 42;
const QUIET_DB = -110;

export function NetworkCard() {
  const known = network.value;
  if (!known) return html`<section class="group wide" aria-label="Network"></section>`;
  const field = known.receptive_field;
  return html`<section class="group wide" aria-labelledby="see-network">
    <h2 id="see-network">Network</h2>
    <div class="network-head">
      <p class="facts">
        ${known.summary} · ${known.parameters} parameters. Each mark is a channel, lit by what it does now;
        below each layer stands its dilation<${Watched} />
      </p>
      <${LayerChoice} />
    </div>
    <${Canvas} kind="tall" label=${`The network: ${known.summary}`} draw=${drawNetwork} onPick=${pick} />
    <p class="facts field" data-frames=${field}>
      Receptive field <strong>${time(field / known.rate)}</strong>, ${field} frames: what the output of this
      moment depends on
    </p>
    <${Canvas}
      kind="deep"
      label=${`Taps of each layer over the last ${time(field / known.rate)}, above the input of that time`}
      draw=${drawField}
    />
  </section>`;
}

/** Says where a network is so heavy that it can't be watched all the time. */
function Watched() {
  return heard.value < WHOLE ? html`. Watched on ${heard.value} % of the input` : null;
}

/** Return the place of each column, and of each channel in it. */
function plan({ width, height }, known) {
  const counts = [known.inputs, ...known.layers.map(({ outputs }) => outputs)];
  const step = (width - 2 * SIDE) / Math.max(1, counts.length - 1);
  const most = Math.max(...counts);
  const room = (height - HEAD - FOOT) / most;
  const mark = Math.max(1.5, Math.min(LARGEST_MARK, room * 0.72, step * 0.5));
  const pitch = Math.min(room, 3 * mark);
  const middle = HEAD + (height - HEAD - FOOT) / 2;
  const columns = counts.map((count, i) => ({
    x: SIDE + i * step,
    ys: Array.from({ length: count }, (_, channel) => middle + (channel - (count - 1) / 2) * pitch),
  }));
  return { columns, mark, step };
}

function pick(x, width) {
  const count = layers.value.length;
  const step = (width - 2 * SIDE) / Math.max(1, count);
  choose(Math.max(0, Math.min(count - 1, Math.round((x - SIDE) / step) - 1)));
}

const wires = kept();

function drawNetwork(context, view) {
  const known = network.value;
  if (!known?.layers.length) return;
  const { columns, mark, step } = plan(view, known);
  const { colours } = view;
  wires(context, view, [known.key, colours.key], (own) => drawWires(own, known, columns, colours));
  drawChosen(context, view, columns, step);
  const { width, height } = view;
  write(context, colours, columns.map(({ x }, i) => [x, i ? String(i) : "in"]), NAMES, width);
  const dilations = known.layers.map(({ dilation }, i) => [columns[i + 1].x, `×${dilation}`]);
  write(context, colours, dilations, height - FOOT / 2, width);
  drawMarks(context, columns, mark, colours, activityOf(known));
}

/** Write words in a row, as many as there is room for, the last of all. */
function write(context, colours, words, y, width) {
  context.font = FONT;
  context.fillStyle = colours.quiet;
  context.textAlign = "center";
  context.textBaseline = "middle";
  let free = Infinity;
  for (const [x, word] of [...words].reverse()) {
    const half = context.measureText(word).width / 2;
    const middle = Math.min(x, width - half);
    if (middle + half > free) continue;
    context.fillText(word, middle, y);
    free = middle - half - 6;
  }
}

function drawWires(context, known, columns, colours) {
  known.layers.forEach(({ inputs, outputs, groups, residual_delay: late }, i) => {
    const [from, to] = [columns[i], columns[i + 1]];
    context.strokeStyle = context.fillStyle = colours.edge;
    const lines = (inputs * outputs) / groups;
    if (lines <= MOST_LINES) {
      context.globalAlpha = Math.max(0.09, Math.min(0.7, 20 / lines));
      context.lineWidth = 1;
      context.beginPath();
      from.ys.slice(0, inputs).forEach((y, source) => {
        to.ys.forEach((target, channel) => {
          if (Math.floor((channel * groups) / outputs) !== Math.floor((source * groups) / inputs)) return;
          context.moveTo(from.x, y);
          context.lineTo(to.x, target);
        });
      });
      context.stroke();
    } else {
      context.globalAlpha = 0.22;
      context.beginPath();
      context.moveTo(from.x, from.ys[0]);
      context.lineTo(to.x, to.ys[0]);
      context.lineTo(to.x, to.ys.at(-1));
      context.lineTo(from.x, from.ys.at(-1));
      context.fill();
    }
    context.globalAlpha = 1;
    if (late !== null) drawResidual(context, from, to, colours);
  });
}

/** A residual goes around its layer. */
function drawResidual(context, from, to, colours) {
  context.strokeStyle = colours.good;
  context.lineWidth = 1.5;
  const top = Math.min(from.ys[0], to.ys[0]);
  context.beginPath();
  context.moveTo(from.x, from.ys[0] - 3);
  context.bezierCurveTo(from.x, top - BOW, to.x, top - BOW, to.x, to.ys[0] - 3);
  context.stroke();
}

function drawChosen(context, { height, colours }, columns, step) {
  const column = columns[layer.value + 1];
  if (!column) return;
  const half = Math.max(5, Math.min(14, step / 2 - 1));
  context.strokeStyle = colours.accent;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(column.x - half, 1, 2 * half, height - 2, 6);
  context.stroke();
}

function drawMarks(context, columns, mark, colours, activity) {
  columns.forEach(({ x, ys }, i) => {
    ys.forEach((y, channel) => {
      const share = activity && i ? activity[i - 1][channel] : 0;
      context.globalAlpha = 1;
      context.fillStyle = i ? colours.track : colours.input;
      context.fillRect(x - mark / 2, y - mark / 2, mark, mark);
      if (!share) return;
      context.globalAlpha = share;
      context.fillStyle = colours.accent;
      context.fillRect(x - mark / 2, y - mark / 2, mark, mark);
    });
  });
  context.globalAlpha = 1;
}

/** Return how bright each channel of each layer is, against the loudest that its layer has been lately. */
function activityOf(known) {
  const now = live.value;
  if (!now?.activity || now.network !== known.key) return null;
  let place = 0;
  return known.layers.map(({ outputs }, i) => {
    const bytes = now.activity.subarray(place, place + outputs);
    const levels = Array.from(bytes, (byte) => FLOOR_DB + byte * STEP_DB);
    place += outputs;
    const loudest = loudestOf(known.key, i, Math.max(...levels));
    return levels.map((level) => (level < QUIET_DB ? 0 : Math.max(0, 1 - (loudest - level) / RANGE_DB)));
  });
}

/** How slowly the loudest is forgotten, in dB a frame. */
const FORGOTTEN_DB = 0.1;
let loudestKey = "";
let loudest = [];

function loudestOf(key, index, level) {
  if (loudestKey !== key) [loudestKey, loudest] = [key, []];
  loudest[index] = Math.max(level, (loudest[index] ?? level) - FORGOTTEN_DB);
  return loudest[index];
}
