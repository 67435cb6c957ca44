// A room's decay as pictures: the energy still to come by frequency and time, and how long each octave lasts.

import { axes, hertzWords, inside, linear, logarithmic, roundNumbers, short, time } from "../see/axes.js";
import { kept } from "../see/canvas.js";
import { room } from "../see/pictures.js";
import { SHADES, shadesOf } from "../see/spectrogram.js";

/** What lies so far below the most is as dark as silence. */
export const RANGE_DB = 60;
const STEPS_PER_DB = 2;
/** From a band's middle to its ends. */
const HALF_BAND = 2 ** (1 / 6);
/** Frequencies that are written beside the relief. */
const HERTZ = [100, 200, 500, 1000, 2000, 5000, 10000];

const picture = kept();

export function drawRelief(context, view) {
  const { colours } = view;
  const known = room.value;
  const box = inside(view);
  if (known) picture(context, view, [known.key, colours.key], (own) => drawBands(own, view, known, box));
  const seconds = known?.seconds ?? 1;
  const x = linear([0, seconds], [box.left, box.right]);
  const y = logarithmic(rangeOf(known), [box.bottom, box.top]);
  const ticks = roundNumbers(0, seconds, Math.max(2, view.width / 90));
  axes(
    context,
    box,
    { ...colours, "faint-edge": "transparent" },
    ticks.map((each) => [x(each), each ? time(each) : "0"]),
    HERTZ.map((hertz) => [y(hertz), hertzWords(hertz)]),
  );
}

function rangeOf(known) {
  return [(known?.lowest ?? 62.5) / HALF_BAND, (known?.highest ?? 16000) * HALF_BAND];
}

/** Rows are bands from the highest down; columns are times. */
function drawBands(context, { colours }, known, box) {
  const [bands, columns] = known.shape;
  const shades = shadesOf([colours.ground, colours.input, colours.accent, colours.text]);
  const image = new ImageData(columns, bands);
  known.below.forEach((byte, i) => {
    const share = Math.max(0, 1 - byte / STEPS_PER_DB / RANGE_DB);
    const shade = Math.round(share * (SHADES - 1));
    const row = bands - 1 - Math.floor(i / columns);
    image.data.set(shades.subarray(4 * shade, 4 * shade + 4), 4 * (row * columns + (i % columns)));
  });
  const small = document.createElement("canvas");
  small.width = columns;
  small.height = bands;
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(small, box.left, box.top, box.right - box.left, box.bottom - box.top);
}

export function drawTimes(context, view) {
  const { colours } = view;
  const known = room.value;
  const box = inside(view);
  const octaves = known?.octaves ?? [];
  const top = 1.15 * Math.max(0.1, ...(known?.t60 ?? []).map(Number));
  const y = linear([0, top], [box.bottom, box.top]);
  const pitch = (box.right - box.left) / Math.max(1, octaves.length);
  const middle = (i) => box.left + (i + 0.5) * pitch;
  axes(
    context,
    box,
    colours,
    [],
    roundNumbers(0, top, 4).map((each) => [y(each), each ? `${short(each)} s` : "0"]),
  );
  context.textAlign = "center";
  octaves.forEach((hertz, i) => {
    context.fillStyle = colours.quiet;
    context.textBaseline = "top";
    context.fillText(hertzWords(hertz), middle(i), box.bottom + 4);
    const seconds = known.t60[i];
    if (seconds === null) return;
    context.fillStyle = colours.accent;
    context.fillRect(middle(i) - pitch * 0.3, y(seconds), pitch * 0.6, box.bottom - y(seconds));
    context.fillStyle = colours.text;
    context.textBaseline = "bottom";
    context.fillText(short(seconds, 2), middle(i), y(seconds) - 2);
  });
}
