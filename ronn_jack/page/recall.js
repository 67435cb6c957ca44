// The way back: undo and redo, two sounds to compare, and the snapshots of a preset.

import { html, useEffect, useRef, useState } from "./libraries.js";
import { ActionButton } from "./controls/control.js";
import { Icon } from "./icons.js";
import { ROOT, act, status } from "./node.js";
import { table } from "./table.js";

const LONG_PRESS_MS = 600;
export const SNAPSHOTS = Array.from({ length: table.snapshots }, (_, place) => place + 1);
const EDITED = "input, select, textarea, dialog";

/** Undo, redo and A/B. */
export function History() {
  useEffect(() => {
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  const side = status("ab");
  return html`<div class="bar-group" role="group" aria-label="History">
    <${ActionButton} name="undo" disabled=${!status("undo_steps")}><${Icon} name="undo" /><//>
    <${ActionButton} name="redo" disabled=${!status("redo_steps")}><${Icon} name="redo" /><//>
    <${ActionButton} name="ab" label=${side === "off" ? "A/B" : `A/B: now ${side?.toUpperCase()}`}>
      <${Side} name="A" on=${side === "a"} />/<${Side} name="B" on=${side === "b"} />
    <//>
  </div>`;
}

function Side({ name, on }) {
  return html`<span class=${on ? "side on" : "side"}>${name}</span>`;
}

/** The numbers of the snapshots that are not empty. */
export function filledSnapshots() {
  return new Set(String(status("snapshots") ?? "").match(/\d+/g)?.map(Number));
}

/** A row of snapshots: a tap recalls one, a long press or one while Store is on keeps the sound there. */
export function SnapshotRow() {
  const [storing, setStoring] = useState(false);
  const current = status("snapshot");
  const filled = filledSnapshots();
  const pressed = useRef(null);
  const press = (number) => {
    pressed.current = setTimeout(() => {
      pressed.current = null;
      act("snapshot_save", number);
    }, LONG_PRESS_MS);
  };
  const release = () => clearTimeout(pressed.current);
  const choose = (number, byHand) => {
    if (byHand && pressed.current === null) return; // stored by now
    act(storing ? "snapshot_save" : "snapshot_load", number);
    setStoring(false);
  };
  return html`<div
    class=${storing ? "bar-group snapshots storing" : "bar-group snapshots"}
    role="group"
    aria-label="Snapshots"
    data-address=${`${ROOT}snapshot_load`}
  >
    ${SNAPSHOTS.map(
      (number) =>
        html`<button
          key=${number}
          type="button"
          class=${filled.has(number) ? "button snapshot filled" : "button snapshot"}
          aria-label=${`${storing ? "Store" : "Recall"} snapshot ${number}${filled.has(number) ? "" : ", empty"}`}
          aria-pressed=${number === current}
          onPointerDown=${() => press(number)}
          onPointerUp=${release}
          onPointerLeave=${release}
          onPointerCancel=${release}
          onClick=${({ detail }) => choose(number, detail > 0)}
        >
          ${number}
        </button>`,
    )}
    <button
      type="button"
      class="button store"
      aria-pressed=${storing}
      data-address=${`${ROOT}snapshot_save`}
      onClick=${() => setStoring(!storing)}
    >
      Store
    </button>
  </div>`;
}

/** Undo and redo by the keys that do so everywhere. */
function pressed(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest(EDITED)) return;
  const key = event.key.toLowerCase();
  if (key === "z") act(event.shiftKey ? "redo" : "undo");
  else if (key === "y") act("redo");
  else return;
  event.preventDefault();
}
