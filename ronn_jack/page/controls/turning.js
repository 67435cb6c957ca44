// Turning a number: by drag, keys and wheel, whatever it looks like.

import { useEffect, useRef } from "../libraries.js";
import { hold, letGo, parameter, set, useLettingGo } from "../node.js";
import { placeOf, stepped, valueAt, words } from "../table.js";
import { TAP_PIXELS, useTaps } from "./taps.js";

const DRAG_PIXELS = 200;
/** What Shift makes of every movement. */
const FINE = 0.1;
const LARGE_STEPS = 10;
const WHEEL_PIXELS = 40;
const WHEEL_LINES = 1;

const STEPS = {
  ArrowUp: 1,
  ArrowRight: 1,
  ArrowDown: -1,
  ArrowLeft: -1,
  PageUp: LARGE_STEPS,
  PageDown: -LARGE_STEPS,
};

/**
 * Return what an element needs to turn a parameter.
 *
 * A drag goes up and to the right, or, where `track` is true, along the element's own width. It is
 * relative: touching a control never moves it. Two taps reset it.
 */
export function useTurning(row, { track = false, onType }) {
  const element = useRef(null);
  const drag = useRef(null);
  const taps = useTaps(() => set(row.name, row.default));
  const value = parameter(row.name);

  const step = (steps, fine) => {
    const by = fine ? steps * FINE : steps;
    const next = stepped(row, parameter(row.name), by);
    if (next !== parameter(row.name)) set(row.name, next);
  };

  useEffect(() => {
    // Only where the hand has chosen the control: a page that is scrolled turns nothing.
    let left = 0;
    const wheel = (event) => {
      if (document.activeElement !== element.current || event.ctrlKey) return;
      event.preventDefault();
      left -= event.deltaY / (event.deltaMode ? WHEEL_LINES : WHEEL_PIXELS);
      const steps = Math.trunc(left);
      left -= steps;
      if (steps) step(steps, event.shiftKey);
    };
    const { current } = element;
    current.addEventListener("wheel", wheel, { passive: false });
    return () => current.removeEventListener("wheel", wheel);
  }, []);
  useLettingGo(row);

  const begin = (event) => {
    if (event.button !== 0 || drag.current) return;
    element.current.setPointerCapture(event.pointerId);
    hold(row.name);
    taps.down(event);
    drag.current = {
      pointer: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      path: 0,
      place: placeOf(row, parameter(row.name)),
    };
  };

  const move = (event) => {
    const now = drag.current;
    if (now?.pointer !== event.pointerId) return;
    const right = event.clientX - now.x;
    const up = now.y - event.clientY;
    now.x = event.clientX;
    now.y = event.clientY;
    now.path += Math.abs(right) + Math.abs(up);
    const pixels = track ? element.current.clientWidth : DRAG_PIXELS;
    const by = (track ? right : right + up) / pixels;
    now.place = Math.min(1, Math.max(0, now.place + (event.shiftKey ? by * FINE : by)));
    const next = valueAt(row, now.place);
    if (now.path > TAP_PIXELS && next !== parameter(row.name)) set(row.name, next);
  };

  const end = (event) => {
    const now = drag.current;
    if (now?.pointer !== event.pointerId) return;
    drag.current = null;
    letGo(row.name);
    if (event.type === "pointerup") taps.up(event);
  };

  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key in STEPS) step(STEPS[key], event.shiftKey);
    else if (key === "Home") set(row.name, row.minimum);
    else if (key === "End") set(row.name, row.maximum);
    else if (key === "Delete" || key === "Backspace") set(row.name, row.default);
    else if (key === "Enter") onType("");
    else if (/^[-0-9.]$/.test(key)) onType(key);
    else return;
    event.preventDefault();
  };

  return {
    ref: element,
    role: "slider",
    tabIndex: 0,
    "aria-valuemin": row.minimum,
    "aria-valuemax": row.maximum,
    "aria-valuenow": value,
    "aria-valuetext": words(row, value),
    onPointerDown: begin,
    onPointerMove: move,
    onPointerUp: end,
    onPointerCancel: end,
    onLostPointerCapture: end,
    onKeyDown: press,
  };
}
