// A finger, or a mouse, on a field: it is followed until it is lifted, wherever it goes meanwhile.

import { useRef } from "../libraries.js";
import { hold, letGo, useLettingGo } from "../node.js";

/**
 * Return what an element needs so that a finger on it turns parameters.
 *
 * `move` is called with each event and the element's box; `taps` is what useTaps returns.
 */
export function useFinger(rows, move, taps = null) {
  const element = useRef(null);
  const pointer = useRef(null);
  useLettingGo(...rows);

  const follow = (event) => {
    if (pointer.current === event.pointerId) move(event, element.current.getBoundingClientRect());
  };
  const begin = (event) => {
    if (event.button !== 0 || pointer.current !== null) return;
    element.current.setPointerCapture(event.pointerId);
    pointer.current = event.pointerId;
    taps?.down(event);
    rows.forEach((row) => hold(row.name));
    follow(event);
  };
  const end = (event) => {
    if (pointer.current !== event.pointerId) return;
    pointer.current = null;
    rows.forEach((row) => letGo(row.name));
    if (event.type === "pointerup") taps?.up(event);
  };
  return {
    ref: element,
    "aria-hidden": "true",
    onPointerDown: begin,
    onPointerMove: follow,
    onPointerUp: end,
    onPointerCancel: end,
    onLostPointerCapture: end,
  };
}
