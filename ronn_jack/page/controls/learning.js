// MIDI controls: bound by touching them, shown at what they drive, and how far they are from it.

import { html } from "../libraries.js";
import { Icon } from "../icons.js";
import { ROOT, act, bindings, learns, waiting } from "../node.js";
import { ACTIONS } from "../table.js";
import { Cover, CoverButton, covering } from "./covers.js";

/** Actions that a control can do: those that need to know no more than that they are to be done. */
const DONE_BY_TOUCH = ["", "amount"];

/** Say whether a MIDI control can be bound to a parameter or action. */
export function canLearn(name) {
  return !ACTIONS.has(name) || DONE_BY_TOUCH.includes(ACTIONS.get(name).argument);
}

/** Bind the next control that is moved; or not, where it is waited for already. */
export function learn(name) {
  if (learns() === name) act("learn_cancel");
  else act("learn", name);
}

/** What has keys and a menu of its own. */
const TYPED = "input, select";

let byMouse = true;
document.addEventListener("pointerdown", ({ pointerType }) => (byMouse = pointerType === "mouse"), true);

/** What an element needs so that a right click on it, or the key m, learns what it is for. */
export function learnable(name) {
  return {
    onContextMenu: (event) => {
      if (event.target.matches(TYPED)) return;
      event.preventDefault();
      if (byMouse) learn(name); // a finger that stays too long means nothing by it
    },
    onKeyDown: (event) => {
      if (event.key !== "m" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!event.repeat && !event.target.matches(TYPED)) learn(name);
    },
  };
}

/** Return the controls that drive something, in words. */
export function bindingWords(name) {
  const words = bindings(name);
  return words.length ? ` MIDI: ${words.join(", ")}.` : "";
}

/** What shows at a control which MIDI control drives it, and the way that one has still to go. */
export function Bound({ row }) {
  const gap = waiting(row.name);
  const [first, ...more] = gap ? [gap.control] : bindings(row.name);
  if (!first) return null;
  const way = gap ? ` ${gap.gap > 0 ? "↓" : "↑"} ${Math.max(1, Math.round(Math.abs(gap.gap) * 100))} %` : "";
  const words = first.replace(/ on channel \d+$/, "");
  return html`<span class=${gap ? "bound waits" : "bound"} aria-hidden="true">
    ${words}${more.length ? ` +${more.length}` : ""}${way}
  </span>`;
}

/** What lies over a control while it is about MIDI. */
export function LearnCover({ row }) {
  if (covering.value !== "learn") return null;
  const now = learns() === row.name;
  const words = bindings(row.name);
  return html`<${Cover}
    label=${`Learn a MIDI control for ${row.label}${words.length ? `, now ${words.join(", ")}` : ""}`}
    pressed=${now}
    onClick=${() => learn(row.name)}
  >
    <span class="cover-words">${now ? "move it…" : words.join(", ") || "learn"}</span>
  <//>`;
}

/** The button that puts covers over all that can be learned, and takes them off. */
export function LearnButton() {
  return html`<${CoverButton} kind="learn" label="Learn MIDI controls" address=${`${ROOT}learn`}>
    <${Icon} name="midi" />
  <//>`;
}
