// The view for the floor: presets and snapshots, to be read and hit from where one stands.
//
// Pedals that turn pages send Page Up and Page Down or arrows; digits recall snapshots.

import { html, useEffect, useState } from "./libraries.js";
import { ActionButton } from "./controls/control.js";
import { Icon } from "./icons.js";
import { ROOT, act, preset, presets, status } from "./node.js";
import { LoadDialog } from "./presets.js";
import { SNAPSHOTS, filledSnapshots } from "./recall.js";

const STEPS = {
  PageDown: "preset_next",
  ArrowRight: "preset_next",
  PageUp: "preset_previous",
  ArrowLeft: "preset_previous",
};
/** What has a use of its own for those keys. */
const TURNED = "[role=slider], [role=tab], input, select, dialog";

export function Stage() {
  const [choosing, setChoosing] = useState(false);
  useEffect(() => {
    document.addEventListener("keydown", pressed);
    const letSleep = keepAwake();
    return () => {
      document.removeEventListener("keydown", pressed);
      letSleep();
    };
  }, []);
  return html`<div class="stage">
    <div class="stage-presets" role="group" aria-label="Presets">
      <${ActionButton} name="preset_previous"><${Icon} name="previous" /><//>
      <${Name} onChoose=${() => setChoosing(true)} />
      <${ActionButton} name="preset_next"><${Icon} name="next" /><//>
    </div>
    <${Snapshots} />
    <div class="stage-actions" role="group" aria-label="Actions">
      <${ActionButton} name="undo" disabled=${!status("undo_steps")} />
      <${ActionButton} name="tap" />
      <${ActionButton} name="ab" />
      <${ActionButton} name="randomize" />
    </div>
    ${choosing && html`<${LoadDialog} onClose=${() => setChoosing(false)} />`}
  </div>`;
}

function Name({ onChoose }) {
  const { name, edited } = preset();
  const all = presets();
  const place = all.indexOf(name);
  return html`<button
    type="button"
    class="button stage-name"
    aria-haspopup="dialog"
    data-address=${`${ROOT}preset_load`}
    onClick=${onChoose}
  >
    <span class="stage-words">${name || "no preset"}</span>
    <span class="stage-place">${place < 0 ? "" : `${place + 1} of ${all.length}`}${edited ? " · edited" : ""}</span>
  </button>`;
}

/** Those that are stored can be recalled; nothing is stored here by a foot that is too long on it. */
function Snapshots() {
  const current = status("snapshot");
  const filled = filledSnapshots();
  return html`<div class="stage-snapshots" role="group" aria-label="Snapshots" data-address=${`${ROOT}snapshot_load`}>
    ${SNAPSHOTS.map(
      (number) =>
        html`<button
          key=${number}
          type="button"
          class=${filled.has(number) ? "button snapshot filled" : "button snapshot"}
          aria-label=${`Recall snapshot ${number}${filled.has(number) ? "" : ", empty"}`}
          aria-pressed=${number === current}
          aria-disabled=${!filled.has(number)}
          onClick=${() => recall(number)}
        >
          ${number}
        </button>`,
    )}
  </div>`;
}

function recall(number) {
  if (filledSnapshots().has(number)) act("snapshot_load", number);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TURNED)) return;
  const { key } = event;
  const isStep = key in STEPS;
  if (!isStep && !SNAPSHOTS.includes(Number(key))) return;
  event.preventDefault();
  if (event.repeat) return; // of a foot that is long on it
  if (isStep) act(STEPS[key]);
  else recall(Number(key));
}

/** Let the screen stay on, where the browser allows that; return what lets it go off again. */
function keepAwake() {
  let lock = null;
  let wanted = true;
  const ask = async () => {
    if (document.hidden) return;
    const given = await navigator.wakeLock?.request("screen").catch(() => null);
    if (wanted) lock = given;
    else given?.release();
  };
  ask();
  document.addEventListener("visibilitychange", ask); // a hidden page loses it
  return () => {
    wanted = false;
    document.removeEventListener("visibilitychange", ask);
    lock?.release();
  };
}
