// What pictures have around them: a frame, lines at round numbers, and those numbers.

export const FONT = "11px system-ui, sans-serif";
const LEFT = 46;
const BOTTOM = 18;
const EDGE = 6;
/** The same box as what lies over a picture has to keep to: CSS's inset. */
export const BOX_INSET = `${EDGE}px ${EDGE}px ${BOTTOM}px ${LEFT}px`;
/** Numbers below it are written as powers of ten. */
const TINY = 1e-3;

/** Linear and logarithmic scales from values to places, [from, to] to [start, end]. */
export function linear([from, to], [start, end]) {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}
export function logarithmic([from, to], [start, end]) {
  return (value) => start + (Math.log(value / from) / Math.log(to / from)) * (end - start);
}

/** Return the box that is left for a picture beside its numbers. */
export function inside({ width, height }) {
  return { left: LEFT, right: width - EDGE, top: EDGE, bottom: height - BOTTOM };
}

/**
 * Draw lines and numbers.
 *
 * `across` and `down` are lists of [place, words], words being "" for a line alone.
 */
export function axes(context, box, colours, across, down) {
  context.font = FONT;
  context.lineWidth = 1;
  context.strokeStyle = colours["faint-edge"];
  context.fillStyle = colours.quiet;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const [y, words] of down) {
    line(context, box.left, crisp(y), box.right, crisp(y));
    context.fillText(words, box.left - 5, Math.max(box.top + 5, y));
  }
  context.textBaseline = "top";
  let free = -Infinity;
  for (const [x, words] of across) {
    line(context, crisp(x), box.top, crisp(x), box.bottom);
    const half = context.measureText(words).width / 2;
    const middle = Math.min(box.right - half, Math.max(half, x));
    if (!words || middle - half < free) continue;
    context.textAlign = "center";
    context.fillText(words, middle, box.bottom + 4);
    free = middle + half + 8;
  }
}

export function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** Return about so many round numbers from one to another. */
export function roundNumbers(from, to, count) {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i += 1) found.push(i * step);
  return found;
}

/** Return a number in few digits, with a real minus. */
export function short(value, digits = 3) {
  const rounded = Number(value.toPrecision(digits));
  const tiny = rounded !== 0 && Math.abs(rounded) < TINY;
  return (tiny ? rounded.toExponential() : String(rounded)).replaceAll("-", "−");
}

/** Return a time in seconds as it is said. */
export function time(seconds) {
  if (seconds >= 1) return `${short(seconds)} s`;
  return seconds >= 1e-3 ? `${short(seconds * 1e3)} ms` : `${short(seconds * 1e6)} µs`;
}

/** The frequencies that have lines, and the words of those that have any. */
export const HERTZ = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];
export function hertzWords(hertz) {
  return hertz >= 1000 ? `${hertz / 1000}k` : String(hertz);
}

function crisp(place) {
  return Math.round(place) + 0.5;
}
