// Words beside a control: its meaning while it is looked at, and why something was refused.
//
// They lie above the page and never move it.

import { IconButton } from "./icons.js";
import { html, signal, useEffect, useLayoutEffect, useRef } from "./libraries.js";
import { ROOT, act, bindings, dismiss, learns, refusals } from "./node.js";

const HOVER_MS = 600;
const EDGE = 8;

/** The element whose meaning is shown, and the words. */
const hint = signal(null);
let waiting = null;

/** Return what an element needs so that words are shown beside it while it is looked at. */
export function hinted(words) {
  return {
    onPointerEnter: ({ currentTarget, pointerType }) => {
      clearTimeout(waiting);
      if (pointerType === "mouse") waiting = setTimeout(() => show(currentTarget, words), HOVER_MS);
    },
    onPointerLeave: hide,
    onPointerDown: hide,
    onFocusIn: ({ currentTarget, target }) => {
      if (target.matches(":focus-visible")) show(currentTarget, words);
    },
    onFocusOut: hide,
  };
}

/** Show words beside an element until something else is done. */
export function show(element, words) {
  clearTimeout(waiting);
  hint.value = { element, words };
}

/** Show the meaning of nothing. */
export function hide() {
  clearTimeout(waiting);
  hint.value = null;
}

/** All the words that are shown now. */
export function Bubbles() {
  useEffect(() => {
    const escape = ({ key }) => {
      if (key !== "Escape") return;
      hide();
      refusals.value = [];
    };
    document.addEventListener("keydown", escape);
    document.addEventListener("scroll", hide, true);
    return () => {
      document.removeEventListener("keydown", escape);
      document.removeEventListener("scroll", hide, true);
    };
  }, []);
  const shown = hint.value;
  return html`<div class="bubbles">
    ${shown && html`<${Bubble} kind="hint" anchor=${() => shown.element} role="tooltip">${shown.words}<//>`}
    ${learns() && html`<${LearnBubble} name=${learns()} />`}
    ${refusals.value.map(
      ({ address, reason, number }) =>
        html`<${Bubble} key=${number} kind="refusal" role="alert" anchor=${() => anchorOf(address)}>
          <span>${reason}</span>
          <${IconButton} name="close" label="Dismiss" onClick=${() => dismiss(number)} />
        <//>`,
    )}
  </div>`;
}

/** What is to be done so that a MIDI control is bound, and the ways out of it. */
function LearnBubble({ name }) {
  const words = bindings(name).join(", ");
  return html`<${Bubble} kind="learns" role="status" anchor=${() => anchorOf(ROOT + name)}>
    <span>Move a MIDI control for ${name}: an encoder right, then left.</span>
    ${
      words &&
      html`<button type="button" class="button" onClick=${() => unbind(name)} aria-label=${`Unbind ${words}`}>
        Unbind
      </button>`
    }
    <button type="button" class="button" onClick=${() => act("learn_cancel")}>Cancel</button>
  <//>`;
}

function unbind(name) {
  act("learn_cancel");
  act("unlearn", name);
}

function anchorOf(address) {
  return document.querySelector(`[data-address="${CSS.escape(address)}"]`) ?? document.querySelector("header");
}

function Bubble({ kind, role, anchor, children }) {
  const bubble = useRef(null);
  useLayoutEffect(() => {
    const place = () => put(bubble.current, anchor());
    place();
    document.addEventListener("scroll", place, true);
    window.addEventListener("resize", place);
    return () => {
      document.removeEventListener("scroll", place, true);
      window.removeEventListener("resize", place);
    };
  });
  return html`<div ref=${bubble} class=${`bubble ${kind}`} role=${role}>${children}</div>`;
}

/** Put a bubble below its anchor, or above where there is no room, and within the window. */
function put(bubble, anchor) {
  if (!anchor?.isConnected) return;
  const { left, width, top, bottom } = anchor.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = bubble;
  const most = document.documentElement.clientWidth - offsetWidth - EDGE;
  const below = bottom + EDGE + offsetHeight <= window.innerHeight;
  const highest = Math.max(EDGE, window.innerHeight - offsetHeight - EDGE);
  const y = below ? bottom + EDGE / 2 : top - offsetHeight - EDGE / 2;
  bubble.style.left = `${Math.max(EDGE, Math.min(most, left + (width - offsetWidth) / 2))}px`;
  bubble.style.top = `${Math.max(EDGE, Math.min(highest, y))}px`;
}
