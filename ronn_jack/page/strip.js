// The strip at the foot of every view: how loud, how busy, dry or wet, and silence.

import { html } from "./libraries.js";
import { ActionButton, Control } from "./controls/control.js";
import { parameter, status } from "./node.js";
import { IN_STRIP } from "./play.js";
import { PARAMETERS } from "./table.js";

const LOWEST_DB = -60;
const HOT_DB = -3;

export function Strip() {
  return html`<footer class="strip">
    <div class="meters">
      <${Level} name="level_in" label="In" />
      <${Level} name="level_out" label="Out" />
      <${Load} />
    </div>
    <div class="master">
      ${IN_STRIP.map((name) => html`<${Control} key=${name} row=${PARAMETERS.get(name)} />`)}
      <${ActionButton} name="panic" pressed=${status("state") === "silent"}>Panic<//>
    </div>
  </footer>`;
}

function Level({ name, label }) {
  const level = status(name) ?? LOWEST_DB;
  const shown = level <= LOWEST_DB ? "−∞" : level.toFixed(1).replace("-", "−");
  return html`<${Meter}
    label=${label}
    share=${1 - level / LOWEST_DB}
    hot=${level > HOT_DB}
    words=${`${shown} dBFS`}
  />`;
}

/** What the callback takes of the period, with a line where a network would be refused. */
function Load() {
  const load = status("load") ?? 0;
  const xruns = status("xruns") ?? 0;
  const late = xruns ? ` · ${xruns} ${xruns > 1 ? "xruns" : "xrun"}` : "";
  return html`<${Meter}
    label="Load"
    share=${load}
    hot=${load > parameter("budget")}
    line=${parameter("budget")}
    words=${`${Math.round(load * 100)} %${late}`}
  />`;
}

function Meter({ label, share, hot, line, words }) {
  const place = Math.min(1, Math.max(0, share));
  return html`<div
    class="meter"
    role="meter"
    aria-label=${label}
    aria-valuemin="0"
    aria-valuemax="1"
    aria-valuenow=${place.toFixed(3)}
    aria-valuetext=${words}
  >
    <span class="meter-label" aria-hidden="true">${label}</span>
    <span class="meter-track" aria-hidden="true">
      <span class=${hot ? "meter-value hot" : "meter-value"} style=${{ transform: `scaleX(${place})` }}></span>
      ${line !== undefined && html`<span class="meter-line" style=${{ left: `${line * 100}%` }}></span>`}
    </span>
    <span class="meter-words" aria-hidden="true">${words}</span>
  </div>`;
}
