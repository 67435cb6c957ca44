// The tables that everything is generated from, and what follows from a parameter's row.

const ADDRESS = "page/table.json";
const SHAPES = { linear: 1, square: 2, root: 0.5 };
const SHOWN_DIGITS = 4;
const FEW_STEPS = 200;
const STEP = 0.01;

/** Return the node's tables as they are now. */
export async function read() {
  const answer = await fetch(ADDRESS);
  return answer.json();
}

export const table = await read();
export const PARAMETERS = new Map(table.parameters.map((row) => [row.name, row]));
export const ACTIONS = new Map(table.actions.map((row) => [row.name, row]));
export const STATUS = new Map(table.status.map((row) => [row.name, row]));

/** Return where a value of a numeric parameter lies in its range, 0 to 1. */
export function placeOf(row, value) {
  const { minimum, maximum, curve } = row;
  if (curve === "exponential") {
    return clamped(Math.log(value / minimum) / Math.log(maximum / minimum));
  }
  return clamped((value - minimum) / (maximum - minimum)) ** (1 / SHAPES[curve]);
}

/** Return the value of a numeric parameter at a place in its range, in as many digits as shown. */
export function valueAt(row, place) {
  const { minimum, maximum, curve } = row;
  const share = clamped(place);
  if (share === 0 || share === 1) return share ? maximum : minimum;
  const number =
    curve === "exponential"
      ? minimum * (maximum / minimum) ** share
      : minimum + (maximum - minimum) * share ** SHAPES[curve];
  return nearest(row, number);
}

/** Return the value that is a number of steps away: of few whole numbers each is one. */
export function stepped(row, value, steps) {
  const span = row.maximum - row.minimum;
  if (row.kind === "int" && span <= FEW_STEPS) {
    return nearest(row, Math.sign(steps) * Math.max(1, Math.round(Math.abs(steps))) + value);
  }
  // Between off and the least that is not there are no values, however small the step.
  if (isGap(row) && value === row.minimum && steps > 0) return row.least;
  if (isGap(row) && value === row.least && steps < 0) return row.minimum;
  return valueAt(row, placeOf(row, value) + steps * STEP);
}

/** Return a value as it is shown. */
export function words(row, value) {
  if (row.kind === "bool") return value ? "on" : "off";
  if (row.kind === "enum" || row.kind === "name") return value;
  if (isGap(row) && value === row.minimum) return "off";
  const number = digits(row, value).replace("-", "−");
  return row.unit ? `${number} ${row.unit}` : number;
}

/** Return a number as it is shown and typed, without its unit. */
export function digits(row, value) {
  return String(row.kind === "int" ? value : rounded(value));
}

/** Return the value that typed text means, or the text where the node has to say what is wrong. */
export function typed(row, words) {
  const text = words.trim().replace("−", "-").replace(",", ".");
  if (isGap(row) && text.toLowerCase() === "off") return row.minimum;
  const unit = row.unit && text.toLowerCase().endsWith(row.unit.toLowerCase()) ? row.unit.length : 0;
  const plain = text.slice(0, text.length - unit).trim();
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : plain;
}

/** Say whether the node takes a value of a number or a name as it is. */
export function accepts(row, value) {
  const { kind, minimum, maximum, least } = row;
  if (kind === "name") return row.names.includes(value);
  if (typeof value !== "number" || !(minimum <= value && value <= maximum)) return false;
  if (isGap(row) && minimum < value && value < least) return false;
  return kind !== "int" || Number.isInteger(value);
}

function nearest(row, number) {
  const { minimum, maximum, least } = row;
  let value = Math.min(maximum, Math.max(minimum, number));
  if (isGap(row) && minimum < value && value < least) {
    value = 2 * value >= minimum + least ? least : minimum;
  }
  return row.kind === "int" ? Math.round(value) : rounded(value);
}

function isGap(row) {
  return row.least !== null && row.least > row.minimum;
}

function rounded(value) {
  return Number(value.toPrecision(SHOWN_DIGITS));
}

function clamped(place) {
  return Math.min(1, Math.max(0, place));
}
