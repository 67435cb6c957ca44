// Locks, which keep a parameter from being drawn at random.

import { html } from "../libraries.js";
import { Icon } from "../icons.js";
import { ROOT, act, status } from "../node.js";
import { ACTIONS } from "../table.js";
import { Cover, CoverButton, covering } from "./covers.js";

function isLocked(name) {
  return (status("locks") ?? "").split(" ").includes(name);
}

/** What shows, beside a control's name, that it is locked. */
export function LockMark({ row }) {
  return isLocked(row.name) && html`<${Icon} name="lock" />`;
}

/** What lies over a control that can be locked, while it is about locks. */
export function LockCover({ row }) {
  if (covering.value !== "lock" || row.draw === "kept") return null;
  const locked = isLocked(row.name);
  return html`<${Cover}
    label=${`Lock ${row.label}`}
    pressed=${locked}
    onClick=${() => act(locked ? "unlock" : "lock", row.name)}
  >
    <${Icon} name=${locked ? "lock" : "unlocked"} />
  <//>`;
}

/** The button that puts covers over all that can be locked, and takes them off. */
export function LockButton() {
  return ACTIONS.has("lock") && html`<${CoverButton} kind="lock" address=${`${ROOT}lock`}>Lock…<//>`;
}
