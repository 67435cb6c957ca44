// The equaliser's bands, as the table names their parameters.

import { PARAMETERS } from "../table.js";

/** What is drawn of all that is heard. */
export const RANGE_HERTZ = [20, 20000];

/** Each has a switch, a gain and a frequency; bells have a Q, too. */
export const BANDS = [...PARAMETERS.keys()].map((name) => /^eq_(\w+)_gain$/.exec(name)?.[1]).filter(Boolean).map(band);

function band(name) {
  const [on, gain, frequency, q] = ["", "_gain", "_freq", "_q"].map((end) => PARAMETERS.get(`eq_${name}${end}`));
  const rows = [on, gain, frequency, q].filter(Boolean);
  return { name, label: on.label, on, gain, frequency, q, rows };
}
