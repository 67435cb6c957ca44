// One layer from near: its activation's curve with what enters it now, and its weights as an image.

import { html } from "../libraries.js";
import { axes, inside, linear, roundNumbers, short } from "./axes.js";
import { Canvas, kept } from "./canvas.js";
import { choose, layer, layers, live, network, weights } from "./pictures.js";

/** A range is let go so slowly: a share of what it is too large, at each frame. */
const LET_GO = 0.03;
/** How much of a curve is seen at least, so that its shape is. */
const USUAL_HALF = 1.5;
const LEAST_HALF = { sine30: 0.2 };

/** A menu of the layers. */
export function LayerChoice() {
  const chosen = layer.value;
  return html`<label class="layer-choice">
    <span class="label">Layer</span>
    <select value=${chosen} onChange=${({ target }) => choose(Number(target.value))}>
      ${layers.value.map(
        (each, i) => html`<option key=${i} value=${i} selected=${i === chosen}>${named(each, i)}</option>`,
      )}
    </select>
  </label>`;
}

export function ActivationCard() {
  const known = here();
  return html`<section class="group" aria-labelledby="see-activation">
    <h2 id="see-activation">Activation of layer ${layer.value + 1}</h2>
    <p class="facts">
      ${known && html`<strong>${known.activation}</strong>, with the range of what enters it now`}
    </p>
    <${Canvas} label="Curve of the activation, with the range of what enters it" draw=${drawTransfer} />
  </section>`;
}

export function WeightsCard() {
  const known = here();
  const size = known && `${known.shape.join(" × ")}, up to ±${short(known.peak)}`;
  const facts = known ? `${size}: outputs down, taps of inputs across` : "";
  return html`<section class="group" aria-labelledby="see-weights">
    <h2 id="see-weights">Weights of layer ${layer.value + 1}</h2>
    <p class="facts">${facts}</p>
    <${Canvas} label=${`Weights as an image, ${facts}`} draw=${drawWeights} />
  </section>`;
}

/** Return what is known of the layer that is looked at. */
function here() {
  return weights.value?.layer === layer.value ? weights.value : null;
}

function named({ inputs, outputs, kernel, dilation, groups, residual_delay: late }, i) {
  const more = (groups > 1 ? ", depthwise" : "") + (late === null ? "" : ", residual");
  return `${i + 1}: ${inputs} → ${outputs}, kernel ${kernel}, dilation ${dilation}${more}`;
}

let held = null;

/** Return the range of what enters, let go slowly, so that it can be read. */
function rangeOf(now, known) {
  const range = now?.network === network.value?.key ? now?.entered[known.layer] : null;
  if (!range) return null;
  if (held?.key !== known.key) held = { key: known.key, range };
  const [low, high] = held.range.map((end, i) => end + (range[i] - end) * LET_GO);
  held.range = [Math.min(range[0], low), Math.max(range[1], high)];
  return held.range;
}

function drawTransfer(context, view) {
  const known = here();
  if (!known) return;
  const { colours } = view;
  const range = rangeOf(live.value, known);
  const reach = range ? Math.max(-range[0], range[1]) : 0;
  const needed = Math.max(reach, LEAST_HALF[known.activation] ?? USUAL_HALF);
  const half = known.halves.find((each) => each >= needed) ?? known.halves.at(-1);
  const place = known.halves.indexOf(half);
  const count = known.curves.length / known.halves.length;
  const curve = known.curves.subarray(place * count, (place + 1) * count);
  const top = Math.max(1e-9, ...curve.map(Math.abs)) * 1.08;
  const box = inside(view);
  const x = linear([-half, half], [box.left, box.right]);
  const y = linear([-top, top], [box.bottom, box.top]);
  axes(
    context,
    box,
    colours,
    roundNumbers(-half, half, 6).map((each) => [x(each), short(each)]),
    roundNumbers(-top, top, 5).map((each) => [y(each), short(each)]),
  );
  if (range) {
    const [low, high] = range.map((each) => Math.max(box.left, Math.min(box.right, x(each))));
    context.globalAlpha = 0.18;
    context.fillStyle = colours.accent;
    context.fillRect(low, box.top, Math.max(1, high - low), box.bottom - box.top);
    context.globalAlpha = 1;
  }
  const between = (low, high) => {
    context.beginPath();
    for (let i = 0; i < count; i += 1) {
      const value = -half + (2 * half * i) / (count - 1);
      if (value >= low && value <= high) context.lineTo(x(value), y(curve[i]));
    }
    context.stroke();
  };
  context.lineWidth = 2;
  context.strokeStyle = colours.text;
  between(-half, half);
  if (range) {
    context.lineWidth = 3;
    context.strokeStyle = colours.accent;
    between(...range);
  }
}

const image = kept();

function drawWeights(context, view) {
  const known = here();
  if (!known?.image.length) return;
  image(context, view, [known.key, view.colours.key], (own) => drawImage(own, view, known));
}

/** Rows are outputs; columns are inputs, each with its taps from the oldest to the newest. */
function drawImage(context, { width, height, colours }, known) {
  const [rows] = known.shape;
  const columns = known.image.length / rows;
  const [across, down] = [width / columns, height / rows];
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, width, height);
  known.image.forEach((shade, i) => {
    if (!shade) return;
    context.globalAlpha = Math.abs(shade) / 127;
    context.fillStyle = shade > 0 ? colours.accent : colours.input;
    const left = Math.floor((i % columns) * across);
    const top = Math.floor(Math.floor(i / columns) * down);
    const right = Math.ceil(((i % columns) + 1) * across);
    const bottom = Math.ceil((Math.floor(i / columns) + 1) * down);
    context.fillRect(left, top, right - left, bottom - top);
  });
  context.globalAlpha = 1;
  const [, inputs, kernel] = known.shape;
  if (kernel * inputs !== columns || inputs === 1 || kernel === 1 || across * kernel < 6) return;
  context.fillStyle = colours.edge;
  for (let i = 1; i < inputs; i += 1) context.fillRect(Math.round(i * kernel * across), 0, 1, height);
}
