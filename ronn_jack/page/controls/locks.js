// Locks, which keep a parameter from being drawn at random.

import { html, signal } from "../libraries.js";
import { Icon } from "../icons.js";
import { ROOT, act, status } from "../node.js";
import { ACTIONS } from "../table.js";

/** Whether a tap on a control locks it now, rather than turns it. */
const locking = signal(false);

function isLocked(name) {
  return (status("locks") ?? "").split(" ").includes(name);
}

/** What shows, beside a control's name, that it is locked. */
export function LockMark({ row }) {
  return isLocked(row.name) && html`<${Icon} name="lock" />`;
}

/** What lies over a control that can be locked, while it is about locks. */
export function LockCover({ row }) {
  if (!locking.value || row.draw === "kept") return null;
  const locked = isLocked(row.name);
  return html`<button
    type="button"
    class="button lock-cover"
    aria-label=${`Lock ${row.label}`}
    aria-pressed=${locked}
    onClick=${() => act(locked ? "unlock" : "lock", row.name)}
  >
    <${Icon} name=${locked ? "lock" : "unlocked"} />
  </button>`;
}

/** The button that puts covers over all that can be locked, and takes them off. */
export function LockButton() {
  if (!ACTIONS.has("lock")) return null;
  return html`<button
    type="button"
    class="button"
    data-address=${`${ROOT}lock`}
    aria-pressed=${locking.value}
    onClick=${() => (locking.value = !locking.value)}
  >
    Lock…
  </button>`;
}
