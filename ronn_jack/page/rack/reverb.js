// The reverb's panel: how its room decays, the plane that the room is found on, and all its controls.

import { Pad } from "../controls/pad.js";
import { html } from "../libraries.js";
import { parameter } from "../node.js";
import { short, time } from "../see/axes.js";
import { Canvas } from "../see/canvas.js";
import { room } from "../see/pictures.js";
import { PARAMETERS } from "../table.js";
import { RANGE_DB, drawRelief, drawTimes } from "./decay.js";
import { Cells, Ways, rowsOf } from "./panel.js";

const ROWS = rowsOf("Reverb");
const HEAD = ["reverb", "reverb_weights", "reverb_model"];
const AXES = ["reverb_x", "reverb_y"].map((name) => PARAMETERS.get(name));

export function ReverbPanel() {
  return html`<section class="group" aria-labelledby="rack-reverb">
    <h2 id="rack-reverb">Reverb</h2>
    <${Cells} rows=${ROWS.filter(({ name }) => HEAD.includes(name))} under="Reverb" />
    <p class="facts">${facts()}</p>
    <${Canvas} kind="curve" label=${`Energy decay of the room: ${facts()}`} draw=${drawRelief} />
    <div class="latent">
      <div>
        <div class="plane">
          <div class="plane-ground"></div>
          <${Pad} stem="reverb" />
        </div>
        <${Ways} across=${AXES[0]} up=${AXES[1]} />
      </div>
      <${Cells} rows=${ROWS.filter(({ name }) => !HEAD.includes(name))} under="Reverb" flat=${["reverb_z"]} />
    </div>
    <h3>Reverberation time</h3>
    <${Canvas} label=${timesWords()} draw=${drawTimes} />
  </section>`;
}

function facts() {
  const known = room.value;
  if (!known) return "";
  const heard = parameter("reverb") ? "" : " · off";
  return `Energy still to come, 0 … −${RANGE_DB} dB, of a response of ${time(known.seconds)}${heard}`;
}

function timesWords() {
  const known = room.value;
  const told = (known?.octaves ?? []).map((hertz, i) => {
    return `${hertz} Hz ${known.t60[i] ? `${short(known.t60[i])} s` : "–"}`;
  });
  return `Reverberation time by octaves: ${told.join(", ")}`;
}
