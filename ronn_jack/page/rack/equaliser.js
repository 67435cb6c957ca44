// The equaliser's panel: its curve with a handle for each band, the plane of its words, and all its controls.

import { html } from "../libraries.js";
import { restOf } from "../controls/control.js";
import { parameter } from "../node.js";
import { BOX_INSET, HERTZ, axes, hertzWords, inside, line, linear, logarithmic, short } from "../see/axes.js";
import { Canvas } from "../see/canvas.js";
import { equaliser } from "../see/pictures.js";
import { BANDS, RANGE_HERTZ } from "./bands.js";
import { Handles, chosenBand, reach } from "./handles.js";
import { Cells, rowsOf } from "./panel.js";
import { WordPlane } from "./words.js";

const ROWS = rowsOf("Equaliser");
const HEAD = ["eq", "eq_mode", "eq_position", "eq_model"];
const OF_BANDS = BANDS.flatMap(({ rows }) => rows);
const POINT = ROWS.filter((row) => !HEAD.includes(row.name) && !OF_BANDS.includes(row));

export function EqualiserPanel() {
  return html`<section class="group" aria-labelledby="rack-equaliser">
    <h2 id="rack-equaliser">Equaliser</h2>
    <${Cells} rows=${ROWS.filter(({ name }) => HEAD.includes(name))} under="EQ" title="Equaliser" />
    <p class="facts">${source()}${madeUp()}</p>
    <div class="plot">
      <${Canvas} kind="curve" label=${curveWords()} draw=${drawCurve} />
      <div class="plot-field" style=${{ inset: BOX_INSET }}><${Handles} /></div>
    </div>
    <div class="latent">
      <${WordPlane} />
      <${Cells} rows=${POINT} under="EQ" flat=${["eq_z"]} />
    </div>
    <div class="bands">
      ${BANDS.map(
        ({ name, label, rows }, number) =>
          html`<div key=${name} role="group" aria-label=${label}>
            <h3><span class="band-number">${number + 1}</span> ${restOf(label, "EQ")}</h3>
            <${Cells} rows=${rows} under=${label} />
          </div>`,
      )}
    </div>
  </section>`;
}

/** Say what the bands come from. */
function source() {
  const mode = parameter("eq_mode");
  if (mode === "latent") return "From the point. A band that is dragged takes over by hand";
  if (mode === "words") {
    const share = Math.round(100 * parameter("eq_interpolate"));
    return `${parameter("eq_word_a")} → ${parameter("eq_word_b")}, ${share} %. A dragged band takes over by hand`;
  }
  return "By hand. EQ mode brings point and words back";
}

function madeUp() {
  const gain = equaliser.value?.makeup;
  return gain ? ` · ${gain > 0 ? "+" : ""}${short(gain, 2)} dB to hold the loudness` : "";
}

function curveWords() {
  const known = equaliser.value;
  if (!known) return "Curve of the equaliser";
  const { gains, frequencies } = known;
  const bands = BANDS.map(({ label }, i) => `${label} ${short(gains[i])} dB at ${short(frequencies[i])} Hz`);
  return `Curve of the equaliser: ${bands.join(", ")}`;
}

function drawCurve(context, view) {
  const { colours } = view;
  const known = equaliser.value;
  const box = inside(view);
  const most = reach.value;
  const x = logarithmic(RANGE_HERTZ, [box.left, box.right]);
  const y = linear([-most, most], [box.bottom, box.top]);
  const levels = [-1, -0.5, 0, 0.5, 1].map((share) => share * most);
  axes(
    context,
    box,
    colours,
    HERTZ.map((hertz) => [x(hertz), hertzWords(hertz)]),
    levels.map((db) => [y(db), `${db > 0 ? "+" : ""}${short(db)}`]),
  );
  context.strokeStyle = colours.edge;
  line(context, box.left, Math.round(y(0)) + 0.5, box.right, Math.round(y(0)) + 0.5);
  if (!known) return;
  const count = known.curve.length;
  const place = (i) => box.left + ((box.right - box.left) * i) / (count - 1);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  const follow = (levels) => {
    context.beginPath();
    levels.forEach((db, i) => context.lineTo(place(i), y(db)));
  };
  BANDS.forEach(({ name }, band) => {
    const alone = known.bands.subarray(band * count, (band + 1) * count);
    follow(alone);
    context.strokeStyle = context.fillStyle = colours.input;
    context.lineWidth = 1;
    context.globalAlpha = 0.6;
    context.stroke();
    if (name === chosenBand.value) {
      context.lineTo(place(count - 1), y(0));
      context.lineTo(place(0), y(0));
      context.globalAlpha = 0.18;
      context.fill();
    }
  });
  context.globalAlpha = 1;
  follow(known.curve);
  context.strokeStyle = parameter("eq") ? colours.accent : colours.quiet;
  context.lineWidth = 2.5;
  context.stroke();
  context.restore();
}
