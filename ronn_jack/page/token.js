// The token that lets the page in from another machine: it comes after the # of the address that the
// node has printed, where no server sees it, and is taken out of sight at once.

import { keep, kept } from "./keeping.js";

const KEY = "ronn-token";
const GIVEN = /^#token=(.+)$/;

const given = GIVEN.exec(location.hash)?.[1];
let token = given ? decoded(given) : kept(KEY);
if (given) {
  keep(KEY, token);
  history.replaceState(null, "", location.pathname);
}

// The address opened in the tab that shows the page already: the browser loads nothing of itself.
window.addEventListener("hashchange", () => GIVEN.test(location.hash) && location.reload());

/** Return the token; null if there is none. */
export function theToken() {
  return token;
}

/** Take another token, as it was typed or as the address that has it. */
export function takeToken(words) {
  const [, inAddress] = /#token=(.+)$/.exec(words.trim()) ?? [];
  token = inAddress ? decoded(inAddress) : words.trim();
  keep(KEY, token);
}

/** Return what an address says; as it is, where somebody has written it by hand. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
