// The token that lets the page in from another machine: it comes after the # of the address that the
// node has printed, where no server sees it, and is taken out of sight at once.

import { keep, kept } from "./keeping.js";

const KEY = "ronn-token";
const GIVEN = /^#token=(.+)$/;

const given = GIVEN.exec(location.hash)?.[1];
let token = given ? decodeURIComponent(given) : kept(KEY);
if (given) {
  keep(KEY, token);
  history.replaceState(null, "", location.pathname);
}

/** Return the token; null if there is none. */
export function theToken() {
  return token;
}

/** Take another token, as it was typed or as the address that has it. */
export function takeToken(words) {
  token = words.trim().replace(/^.*#token=/, "");
  keep(KEY, token);
}
