// The plane that the equaliser's point moves on, with the words where they are; or the line between two.

import { useFinger } from "../controls/finger.js";
import { Pad } from "../controls/pad.js";
import { TAP_PIXELS } from "../controls/taps.js";
import { html, useRef } from "../libraries.js";
import { parameter, set } from "../node.js";
import { FONT, line } from "../see/axes.js";
import { Canvas } from "../see/canvas.js";
import { equaliser } from "../see/pictures.js";
import { PARAMETERS, placeOf, valueAt } from "../table.js";
import { Ways } from "./panel.js";

const AXES = ["eq_x", "eq_y", "eq_z"].map((name) => PARAMETERS.get(name));
const SHARE = PARAMETERS.get("eq_interpolate");
/** How near a tap means the word. */
const NEAR_PIXELS = 14;
const DOT = 3.5;
const ROW = 14;
/** A word is nearly at the height of the point if it is not farther from it, in z. */
const LEVEL = 0.5;

export function WordPlane() {
  const mode = parameter("eq_mode");
  const plane = useRef(null);
  const down = useRef(null);
  const pressed = ({ clientX, clientY }) => (down.current = [clientX, clientY]);
  // Heard after the pad, which has moved the point to where the finger is.
  const tapped = ({ clientX, clientY }) => {
    const [x, y] = down.current ?? [Infinity, Infinity];
    if (mode !== "latent" || Math.hypot(clientX - x, clientY - y) > TAP_PIXELS) return;
    const { left, top, width, height } = plane.current.getBoundingClientRect();
    const near = wordAt(clientX - left, clientY - top, width, height);
    if (near) AXES.forEach(({ name }, axis) => set(name, near[axis]));
  };
  return html`<div>
    <div ref=${plane} class="plane" onPointerDown=${pressed} onClick=${tapped}>
      <${Canvas} label=${planeWords()} draw=${drawWords} />
      ${mode === "latent" && html`<${Pad} stem="eq" />`} ${mode === "words" && html`<${WordLine} />`}
    </div>
    <${Ways} across=${AXES[0]} up=${AXES[1]} />
  </div>`;
}

/** What a finger moves from the one word to the other. */
function WordLine() {
  const [a, b] = ends();
  const at = a && b ? a.map((start, axis) => start + (b[axis] - start) * parameter(SHARE.name)) : null;

  const move = (event, { left, top, width, height }) => {
    if (!at) return;
    const [[ax, ay], [bx, by]] = [a, b].map((point) => spot(point, width, height));
    const square = (bx - ax) ** 2 + (by - ay) ** 2;
    if (!square) return;
    const along = (event.clientX - left - ax) * (bx - ax) + (event.clientY - top - ay) * (by - ay);
    const next = valueAt(SHARE, along / square);
    if (next !== parameter(SHARE.name)) set(SHARE.name, next);
  };
  const finger = useFinger([SHARE], move);
  const [left, top] = at ? spot(at, 100, 100) : [];
  return html`<div class=${parameter("eq") ? "pad" : "pad idle"} ...${finger}>
    ${at && html`<span class="pad-mark" style=${{ left: `${left}%`, top: `${top}%` }}></span>`}
  </div>`;
}

/** Return the words' places: name to [x, y, z]. */
function places() {
  return Object.entries(equaliser.value?.words ?? {});
}

function ends() {
  const known = equaliser.value?.words ?? {};
  return [known[parameter("eq_word_a")], known[parameter("eq_word_b")]];
}

/** Return where a point lies on a plane of a size. */
function spot(point, width, height) {
  return [placeOf(AXES[0], point[0]) * width, (1 - placeOf(AXES[1], point[1])) * height];
}

function wordAt(x, y, width, height) {
  const far = ([, point]) => {
    const [left, top] = spot(point, width, height);
    return Math.hypot(x - left, y - top);
  };
  const [nearest] = places().sort((a, b) => far(a) - far(b));
  return nearest && far(nearest) <= NEAR_PIXELS ? nearest[1] : null;
}

function planeWords() {
  const [x, y] = AXES.map(({ name }) => parameter(name));
  return `Plane of the equaliser's point, at ${x}, ${y}, with the words ${places().map(([word]) => word).join(", ")}`;
}

function drawWords(context, view) {
  const { width, height, colours } = view;
  const mode = parameter("eq_mode");
  context.strokeStyle = colours["faint-edge"];
  line(context, width / 2, 0, width / 2, height);
  line(context, 0, height / 2, width, height / 2);
  if (mode === "words") drawLine(context, view);
  const z = parameter("eq_z");
  const chosen = mode === "words" ? ["eq_word_a", "eq_word_b"].map(parameter) : [];
  const words = places().map(([word, point]) => {
    const [left, top] = spot(point, width, height);
    // In sight, at the end of an axis too.
    const x = Math.min(width - 2 * DOT, Math.max(2 * DOT, left));
    const y = Math.min(height - 2 * DOT, Math.max(2 * DOT, top));
    return { word, x, y, level: mode !== "latent" || Math.abs(point[2] - z) <= LEVEL, on: chosen.includes(word) };
  });
  context.font = FONT;
  context.lineWidth = 1.5;
  const taken = words.map(({ x, y }) => [x - 2 * DOT, y - DOT, x + 2 * DOT, y + DOT]);
  // Those that are chosen are named where one looks for it; the others go round them.
  for (const each of [...words].sort((a, b) => b.on - a.on || a.y - b.y)) {
    context.fillStyle = context.strokeStyle = each.on ? colours.accent : colours.quiet;
    context.beginPath();
    context.arc(each.x, each.y, DOT, 0, 2 * Math.PI);
    if (each.level) context.fill();
    else context.stroke();
    name(context, each, taken, width, height);
  }
}

function drawLine(context, { width, height, colours }) {
  const [a, b] = ends();
  if (!a || !b) return;
  context.strokeStyle = colours.accent;
  context.lineWidth = 2;
  line(context, ...spot(a, width, height), ...spot(b, width, height));
}

/** Write a word beside its dot, where nothing is yet. */
function name(context, { word, x, y }, taken, width, height) {
  const wide = context.measureText(word).width;
  const tries = [0, -0.8, 0.8, 1.6, -1.6, 2.4, -2.4, 3.2, -3.2, 4, -4, 4.8, -4.8, 5.6, -5.6].flatMap((row) =>
    [x + 2 * DOT + 1, x - 2 * DOT - 1 - wide, x - wide / 2].map((left) => [left, y + row * ROW - ROW / 2]),
  );
  const boxes = tries.map(([left, top]) => [left, top, left + wide, top + ROW]);
  const free = boxes.find(
    (box) =>
      box[0] >= 2 && box[2] <= width - 2 && box[1] >= 1 && box[3] <= height - 1 &&
      !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]),
  );
  if (!free) return;
  taken.push(free);
  context.textAlign = "left";
  context.textBaseline = "middle";
  const middle = (free[1] + free[3]) / 2;
  if (Math.abs(middle - y) > ROW * 1.2) {
    context.globalAlpha = 0.5;
    context.lineWidth = 1;
    line(context, x, y + Math.sign(middle - y) * DOT, x, middle - (Math.sign(middle - y) * ROW) / 2);
    context.globalAlpha = 1;
  }
  context.fillText(word, free[0], middle);
}
