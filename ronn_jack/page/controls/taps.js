// Two taps that follow each other, of a finger or of a mouse.

import { useRef } from "../libraries.js";

const DOUBLE_TAP_MS = 350;

/** Return what is to be called at the end of each tap, and calls back at that of a second one. */
export function useTaps(twice) {
  const last = useRef(-DOUBLE_TAP_MS);
  return ({ timeStamp }) => {
    const second = timeStamp - last.current < DOUBLE_TAP_MS;
    last.current = second ? -DOUBLE_TAP_MS : timeStamp;
    if (second) twice();
  };
}
