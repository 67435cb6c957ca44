// Candidates as the node tells them, and one of them heard for a try.
//
// What is heard is the node's to know. The page remembers only what it has asked for itself, so that
// it goes back from that and not from what somebody else hears.

import { signal, useEffect } from "../libraries.js";
import { act, actTogether, ignore, listen, status, valuesAt } from "../node.js";
import { table } from "../table.js";

const ROOT = "/ronn/candidate/";
/** Within this a pointer that crosses a tile, or the gap between two, does nothing. */
const DWELL_MS = 150;
const BANDS = 40;

export const CANDIDATES = numbered(1, table.candidates);
export const KEPT = numbered(table.candidates + 1, table.kept_sounds);

/** Whether to point at a candidate is to hear it. */
export const auditioning = signal(false);

/** What this page has asked for and has not gone back from; 0 for nothing. */
let asked = 0;
/** Whether the node has said that it is heard. */
let begun = false;
/** What the mouse or the keyboard points at, whichever has moved last; 0 for nothing. */
let pointed = 0;
let waiting = null;

/** Let a view be told of all candidates while it is there, and go back to the sound before with it. */
export function useCandidates() {
  useEffect(() => {
    const places = [...CANDIDATES, ...KEPT].map((place) => ROOT + place);
    const hidden = () => document.hidden && back();
    places.forEach(listen);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      back();
      places.forEach(ignore);
      document.removeEventListener("visibilitychange", hidden);
    };
  }, []);
  const now = status("audition");
  useEffect(() => {
    if (now === asked) begun = true;
    else if (begun) asked = 0; // somebody has kept it, gone back, or hears another
  }, [now]);
}

/** Return what is to be seen of the sound at a place; null where there is none. */
export function candidateAt(place) {
  const [words, seed, liked, tail, crest, brightness, pitch, ...picture] = valuesAt(ROOT + place) ?? [""];
  if (!words) return null;
  const described = tail !== undefined;
  const numbers = described ? { tail, crest, brightness, pitch } : null;
  return { words, seed, liked: liked === 1, numbers, spectrum: picture.slice(0, BANDS), course: picture.slice(BANDS) };
}

/** Hear what is pointed at, by whatever means, once it has been for a moment. */
export function point(place) {
  if (pointed === place) return;
  pointed = place;
  clearTimeout(waiting);
  if (auditioning.value) waiting = setTimeout(() => hear(place), DWELL_MS);
}

/** Go back from what is pointed at no more, unless another one is before long. */
export function pointAway(place) {
  if (pointed !== place) return;
  pointed = 0;
  clearTimeout(waiting);
  waiting = setTimeout(back, DWELL_MS);
}

/** Hear a candidate for a try. */
export function hear(place) {
  clearTimeout(waiting);
  if (asked === place) return;
  asked = place;
  begun = false;
  act("audition", place);
}

/** Say whether this page has asked to hear a candidate. */
export function isAsked(place) {
  return asked === place;
}

/** Stay at a candidate: at what is heard, though another one may have its place by now. */
export function keep(place) {
  clearTimeout(waiting);
  // What is told comes late: by then this page may have gone back already.
  const heard = asked === place && status("audition") === place;
  asked = 0;
  if (heard) act("audition_keep");
  else actTogether(["audition", place], ["audition_keep"]);
}

/** Go back to the sound before, if this page has left it. */
export function back() {
  clearTimeout(waiting);
  if (!asked) return;
  asked = 0;
  act("audition_end");
}

/** Let to point at a candidate be to hear it, or no longer. */
export function switchAuditioning() {
  auditioning.value = !auditioning.value;
  if (!auditioning.value) back();
}

function numbered(first, count) {
  return Array.from({ length: count }, (_, place) => first + place);
}
