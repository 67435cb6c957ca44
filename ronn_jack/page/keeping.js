// What this browser keeps of the page from one visit to the next, if it keeps anything.

/** Return what is kept under a name; null if nothing is. */
export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // a browser that keeps nothing
  }
}

/** Keep something under a name. */
export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It holds until the page is left.
  }
}
