// Two taps that follow each other, of a finger or of a mouse.

import { useRef } from "../libraries.js";

/** How far a pointer may go so that it is a tap, and no drag. */
export const TAP_PIXELS = 4;
const DOUBLE_TAP_MS = 350;

/** Return what is to be called as a pointer goes down and up; it calls back at a second tap. */
export function useTaps(twice) {
  const down = useRef(null);
  const last = useRef(-DOUBLE_TAP_MS);
  return {
    down: ({ clientX, clientY }) => {
      down.current = { x: clientX, y: clientY };
    },
    up: ({ clientX, clientY, timeStamp }) => {
      const { x, y } = down.current;
      const isTap = Math.hypot(clientX - x, clientY - y) <= TAP_PIXELS;
      const isSecond = isTap && timeStamp - last.current < DOUBLE_TAP_MS;
      last.current = isTap && !isSecond ? timeStamp : -DOUBLE_TAP_MS;
      if (isSecond) twice();
    },
  };
}
