// How far back the network goes: the frames that each of its layers reads for the output of this moment.

import { axes, inside, line, linear, roundNumbers, time } from "./axes.js";
import { kept } from "./canvas.js";
import { layer, live, network } from "./pictures.js";
import { fieldOf, tapsOf } from "./structure.js";

/** Lines of a layer are drawn one by one up to so many, and as one area beyond. */
const MOST_LINES = 1200;
const MARGIN = 4;
/** Height of the strip in which the input goes by. */
const PAST = 48;
/** Peak, of 32767, below which the input is drawn as quiet as it is. */
const QUIETEST = 300;

const taps = kept();

export function drawField(context, view) {
  const known = network.value;
  if (!known?.layers.length) return;
  drawPast(context, view, known);
  taps(context, view, [known.key, layer.value, view.colours.key], (own) => drawTaps(own, view, known));
}

/** Return where the taps are drawn: what they read goes by below them. */
function tapsBox(view) {
  const box = inside(view);
  return { ...box, bottom: box.bottom - PAST };
}

/** The input that the network goes back to, on its way from now to where it is forgotten. */
function drawPast(context, view, known) {
  const now = live.value;
  if (now?.network !== known.key || !now.past.length) return;
  const { left, right, bottom } = inside(view);
  const count = now.past.length / 2;
  const middle = bottom - PAST / 2;
  const peak = Math.max(QUIETEST, ...now.past.map(Math.abs));
  const x = linear([0, Math.max(1, count - 1)], [left + MARGIN, right - MARGIN]);
  const y = linear([0, peak], [middle, middle - PAST / 2 + 3]);
  context.fillStyle = context.strokeStyle = view.colours.input;
  context.lineWidth = 1;
  context.beginPath();
  for (let i = 0; i < count; i += 1) context.lineTo(x(i), y(now.past[count + i]));
  for (let i = count - 1; i >= 0; i -= 1) context.lineTo(x(i), y(now.past[i]));
  context.closePath();
  context.fill();
  context.stroke();
}

function drawTaps(context, view, known) {
  const { colours } = view;
  const box = tapsBox(view);
  const field = fieldOf(known.layers);
  const span = Math.max(1, field - 1);
  const x = linear([-span, 0], [box.left + MARGIN, box.right - MARGIN]);
  const rows = tapsOf(known.layers, span / (box.right - box.left) / 2);
  const count = rows.length;
  const y = (row) => box.top + 6 + (row / (count - 1)) * (box.bottom - box.top - 12);
  const seconds = span / known.rate;
  const ticks = roundNumbers(-seconds, 0, Math.max(2, view.width / 110));
  const across = ticks.map((each) => [x(each * known.rate), each ? `−${time(-each)}` : "now"]);
  axes(context, inside(view), colours, across, rowNames(count, y));
  const place = (offset) => x(-offset);
  for (let i = 1; i < count; i += 1) {
    drawReads(context, colours, known.layers[count - 1 - i], rows[i - 1], place, y(i - 1), y(i));
  }
  rows.forEach((row, i) => {
    const dense = row.length > (box.right - box.left) / 6;
    const chosen = count - 1 - layer.value === i; // its input
    context.fillStyle = chosen ? colours.accent : dense ? colours.quiet : colours.text;
    const wide = dense ? 1 : 2;
    for (const offset of row) context.fillRect(x(-offset) - wide / 2, y(i) - 3, wide, 6);
  });
}

/** Return the places and names of as many rows as can be named beside each other. */
function rowNames(count, y) {
  const every = Math.ceil(14 / (y(1) - y(0)));
  const inner = Array.from({ length: count }, (_, i) => i).filter(
    (i) => i % every === 0 && i >= every && count - 1 - i >= every,
  );
  return [[y(0), "out"], ...inner.map((i) => [y(i), String(count - 1 - i)]), [y(count - 1), "in"]];
}

/** The lines from what a layer puts out to what it reads. */
function drawReads(context, colours, { kernel, dilation }, row, x, above, below) {
  context.strokeStyle = context.fillStyle = colours.edge;
  if (row.length * kernel <= MOST_LINES) {
    context.globalAlpha = Math.max(0.12, Math.min(0.8, 24 / (row.length * kernel)));
    context.lineWidth = 1;
    for (const from of row) {
      for (let tap = 0; tap < kernel; tap += 1) line(context, x(from), above, x(from + tap * dilation), below);
    }
  } else {
    context.globalAlpha = 0.2;
    const last = row.at(-1);
    context.beginPath();
    context.moveTo(x(0), above);
    context.lineTo(x(0), below);
    context.lineTo(x(last + (kernel - 1) * dilation), below);
    context.lineTo(x(last), above);
    context.fill();
  }
  context.globalAlpha = 1;
}

