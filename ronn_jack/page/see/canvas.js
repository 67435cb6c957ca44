// A canvas that is drawn anew whenever what it shows, its size or the colours change, while it is in sight.

import { effect, html, signal, useEffect, useRef } from "../libraries.js";

const NAMES = [
  "panel", "ground", "raised", "edge", "faint-edge", "text", "quiet", "track", "accent", "good", "hot", "input",
];

/** Counts the changes of colours. */
const themed = signal(0);
const change = () => (themed.value += 1);
new MutationObserver(change).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);

let colours = null;
let coloursOf = -1;

/** Return the page's colours by their names. */
function colourTable() {
  if (coloursOf !== themed.value) {
    const style = getComputedStyle(document.documentElement);
    colours = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`)]));
    colours.key = themed.value;
    coloursOf = themed.value;
  }
  return colours;
}

/**
 * A picture.
 *
 * `draw(context, { width, height, colours, ratio })` is called with lengths in CSS pixels; it is drawn again
 * when a signal that it has read changes. `onPick(x, width)` is told where it was clicked.
 */
export function Canvas({ label, kind = "", draw, onPick }) {
  const canvas = useRef(null);
  useEffect(() => paint(canvas.current, draw), [draw]);
  const pick = onPick && (({ offsetX, target }) => onPick(offsetX, target.clientWidth));
  const name = kind ? `picture ${kind}` : "picture";
  return html`<canvas ref=${canvas} class=${name} role="img" aria-label=${label} onClick=${pick}></canvas>`;
}

function paint(canvas, draw) {
  const size = signal(null);
  const inSight = signal(false);
  const resized = new ResizeObserver(() => (size.value = [canvas.clientWidth, canvas.clientHeight].join()));
  const seen = new IntersectionObserver(([entry]) => (inSight.value = entry.isIntersecting));
  resized.observe(canvas);
  seen.observe(canvas);
  const context = canvas.getContext("2d");
  const end = effect(() => {
    if (!size.value || !inSight.value) return;
    const [width, height] = size.value.split(",").map(Number);
    const ratio = window.devicePixelRatio;
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== across || canvas.height !== down) {
      canvas.width = across;
      canvas.height = down;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    draw(context, { width, height, ratio, colours: colourTable() });
  });
  return () => {
    end();
    resized.disconnect();
    seen.disconnect();
  };
}

/** Return what draws a picture within a picture, which is made again only if one of `keys` is another. */
export function kept() {
  const layer = document.createElement("canvas");
  let known = null;
  return (context, { width, height, ratio }, keys, draw) => {
    const now = [width, height, ratio, ...keys];
    if (known === null || now.some((key, i) => key !== known[i])) {
      known = now;
      layer.width = Math.round(width * ratio);
      layer.height = Math.round(height * ratio);
      const own = layer.getContext("2d");
      own.setTransform(ratio, 0, 0, ratio, 0, 0);
      draw(own);
    }
    context.drawImage(layer, 0, 0, width, height);
  };
}
