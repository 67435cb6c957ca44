// The strip at the foot of every view: how loud, how busy, dry or wet, and silence.

import { html, useEffect, useRef, useState } from "./libraries.js";
import { ActionButton, Control } from "./controls/control.js";
import { parameter, status } from "./node.js";
import { IN_STRIP } from "./play.js";
import { PARAMETERS } from "./table.js";

const LOWEST_DB = -60;
const HOT_DB = -3;
/** How long the highest level stays marked. */
const HOLD_MS = 2000;

export function Strip() {
  return html`<footer class="strip">
    <div class="meters">
      <${Level} name="level_in" label="In" />
      <${Level} name="level_out" label="Out" loudness=${status("loudness")} />
      <${Load} />
    </div>
    <div class="master">
      ${IN_STRIP.map((name) => html`<${Control} key=${name} row=${PARAMETERS.get(name)} />`)}
      <${ActionButton} name="panic" pressed=${status("state") === "silent"}>Panic<//>
    </div>
  </footer>`;
}

/** A level, the highest of a while ago, and how loud that is. */
function Level({ name, label, loudness }) {
  const level = status(name) ?? LOWEST_DB;
  const peak = usePeak(level);
  const loud = loudness === undefined ? "" : ` · ${decibels(loudness)} LUFS`;
  return html`<${Meter}
    label=${label}
    share=${shareOf(level)}
    peak=${peak > LOWEST_DB ? shareOf(peak) : undefined}
    hot=${peak > HOT_DB}
    words=${`${decibels(peak)} dBFS${loud}`}
  />`;
}

/** Return the highest of the levels lately: it stays a while, and then follows the present one. */
function usePeak(level) {
  const held = useRef({ level, since: performance.now() });
  const [, lookAgain] = useState(0);
  const now = performance.now();
  if (level >= held.current.level || now - held.current.since > HOLD_MS) held.current = { level, since: now };
  const { since } = held.current;
  useEffect(() => {
    const timer = setTimeout(() => lookAgain(since), HOLD_MS + 1 - (performance.now() - since));
    return () => clearTimeout(timer);
  }, [since]);
  return held.current.level;
}

function shareOf(level) {
  return Math.max(0, 1 - level / LOWEST_DB);
}

function decibels(level) {
  return level === null || level <= LOWEST_DB ? "−∞" : level.toFixed(1).replace("-", "−");
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

function Meter({ label, share, peak, hot, line, words }) {
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
      ${peak !== undefined && html`<span class="meter-peak" style=${{ left: `${Math.min(1, peak) * 100}%` }}></span>`}
      ${line !== undefined && html`<span class="meter-line" style=${{ left: `${line * 100}%` }}></span>`}
    </span>
    <span class="meter-words" aria-hidden="true">${words}</span>
  </div>`;
}
