// One control for each row of the table, by its kind.

import { html, useLayoutEffect, useRef, useState } from "../libraries.js";
import { hinted, show } from "../bubbles.js";
import { IconButton } from "../icons.js";
import { ROOT, act, hold, isRefused, letGo, parameter, set, type, useLettingGo, waiting } from "../node.js";
import { ACTIONS, digits, placeOf, table, typed, words } from "../table.js";
import { covering } from "./covers.js";
import { Bar, Ring } from "./drawings.js";
import { Bound, LearnCover, bindingWords, canLearn, learn, learnable } from "./learning.js";
import { LockCover, LockMark } from "./locks.js";
import { useTurning } from "./turning.js";

/**
 * The control of a parameter.
 *
 * `under` are words that stand above it already, and are not shown again if its name begins with them;
 * `flat` makes a slider of a knob.
 */
export function Control({ row, under = "", flat = false }) {
  return html`<${kindOf(row)} row=${row} under=${under} flat=${flat} />`;
}

function kindOf(row) {
  if (isSeed(row)) return Seed;
  return { bool: Switch, enum: Menu, name: Name }[row.kind] ?? Dial;
}

/** Say whether a parameter is turned by a knob: a number, but no seed and no share of something. */
export function isKnob(row) {
  const isShare = row.kind === "float" && !row.unit && row.minimum === 0 && row.maximum === 1;
  return ["int", "float"].includes(row.kind) && !isSeed(row) && !isShare;
}

/** Say whether a number has so many values that they are drawn, and not turned. */
function isSeed(row) {
  return row.kind === "int" && row.maximum > table.largest_drawn_seed;
}

/** A button that does an action. */
export function ActionButton({ name, argument = [], label, disabled = false, pressed, children }) {
  const row = ACTIONS.get(name);
  const address = ROOT + name;
  const bindable = canLearn(name);
  const learning = covering.value === "learn" && bindable;
  const click = () => {
    if (learning) learn(name);
    else if (!disabled) act(name, ...argument);
  };
  return html`<button
    type="button"
    class=${classes("button", { refused: isRefused(address), learnable: learning })}
    data-address=${address}
    aria-label=${label ?? row.label}
    aria-pressed=${pressed}
    aria-disabled=${disabled && !learning}
    onClick=${click}
    ...${hinted(row.description + bindingWords(name))}
    ...${bindable && learnable(name)}
  >
    ${children ?? row.label}
  </button>`;
}

/** What a control looks like around what is turned: its name above, and its place for refusals. */
function Cell({ row, under, kind, children }) {
  const address = ROOT + row.name;
  const words = meaning(row) + bindingWords(row.name);
  const showMeaning = ({ currentTarget }) => show(currentTarget.parentElement, words);
  return html`<div
    class=${classes(`cell ${kind}`, { refused: isRefused(address) })}
    id=${row.name}
    data-address=${address}
    ...${hinted(words)}
    ...${learnable(row.name)}
  >
    <span class="label" id=${`${row.name}-label`} onClick=${showMeaning}>
      <${Label} words=${row.label} under=${under} /><${LockMark} row=${row} />
    </span>
    ${children}
    <${Bound} row=${row} />
    <${LockCover} row=${row} />
    <${LearnCover} row=${row} />
    <span class="for-readers" id=${`${row.name}-meaning`}>${words}</span>
  </div>`;
}

function Label({ words, under }) {
  if (words === under) return html`<span class="for-readers">${words}, </span>On`;
  if (!under || !words.startsWith(`${under} `)) return words;
  return html`<span class="for-readers">${under} </span>${restOf(words, under)}`;
}

/** Return what is left of a name that begins with what stands above it. */
export function restOf(words, under) {
  const rest = words.slice(under.length + 1);
  return rest[0].toUpperCase() + rest.slice(1);
}

function named(row) {
  return {
    "aria-labelledby": `${row.name}-label`,
    "aria-describedby": `${row.name}-meaning`,
    "aria-invalid": isRefused(ROOT + row.name) || undefined,
  };
}

/** A number, as a knob or as a slider from one end to the other. */
function Dial({ row, under, flat }) {
  const [entry, setEntry] = useState(null);
  const knob = isKnob(row) && !flat;
  const turning = useTurning(row, { track: !knob, onType: setEntry });
  const value = parameter(row.name);
  const place = placeOf(row, value);
  const gap = waiting(row.name)?.gap;
  const missed = gap === undefined ? null : Math.min(1, Math.max(0, place + gap));
  const origin = row.minimum < 0 && row.maximum > 0 ? placeOf(row, 0) : 0;
  const done = (byKey) => {
    setEntry(null);
    if (byKey) turning.ref.current.focus();
  };
  return html`<${Cell} row=${row} under=${under} kind=${knob ? "knob" : "slider"}>
    <div class="dial" ...${turning} ...${named(row)}>
      <${knob ? Ring : Bar} place=${place} origin=${origin} missed=${missed} />
    </div>
    ${
      entry === null
        ? html`<button
            type="button"
            class="readout"
            tabindex="-1"
            aria-label=${`${row.label}: ${words(row, value)}, type a value`}
            onClick=${() => setEntry("")}
          >
            ${words(row, value)}
          </button>`
        : html`<${Entry} row=${row} first=${entry} onDone=${done} />`
    }
  <//>`;
}

/** Where a value is typed: Enter takes it, Escape leaves it as it was. */
function Entry({ row, first, onDone }) {
  const input = useRef(null);
  const before = useRef(null);
  // At once, as the next key comes before the next picture where the machine is busy.
  useLayoutEffect(() => {
    before.current = digits(row, parameter(row.name));
    input.current.value = first || before.current;
    input.current.focus();
    if (!first) input.current.select();
  }, []);
  const close = (take, byKey) => {
    // Closed by a key already, which takes the focus away, or gone with its view, which does so too.
    if (before.current === null || !input.current) return;
    const { value } = input.current;
    if (take && value !== before.current) type(row.name, typed(row, value));
    before.current = null;
    onDone(byKey);
  };
  return html`<input
    ref=${input}
    class="readout entry"
    aria-label=${`${row.label}, ${row.range}`}
    onBlur=${() => close(true, false)}
    onKeyDown=${({ key }) => {
      if (key === "Enter") close(true, true);
      if (key === "Escape") close(false, true);
    }}
  />`;
}

function Switch({ row, under }) {
  const on = parameter(row.name);
  return html`<${Cell} row=${row} under=${under} kind="switch">
    <button
      type="button"
      role="switch"
      class="toggle"
      aria-checked=${Boolean(on)}
      ...${named(row)}
      onClick=${() => set(row.name, !on)}
    >
      <span class="toggle-track" aria-hidden="true"><span class="toggle-mark"></span></span>
    </button>
  <//>`;
}

function Menu({ row, under }) {
  const value = parameter(row.name);
  return html`<${Cell} row=${row} under=${under} kind="menu">
    <select ...${named(row)} value=${value} onChange=${(event) => set(row.name, event.target.value)}>
      ${row.choices.map((choice) => html`<option key=${choice} selected=${choice === value}>${choice}</option>`)}
    </select>
  <//>`;
}

/** The name of a file, typed or chosen from those that were there when the page was made. */
function Name({ row, under }) {
  const value = parameter(row.name);
  const input = useRef(null);
  useLettingGo(row);
  const leave = (take) => {
    if (!input.current) return; // it loses the focus as it goes with its view
    const next = input.current.value.trim();
    if (take && next !== parameter(row.name)) set(row.name, next); // taken back if there is none of that name
    letGo(row.name);
    input.current.value = parameter(row.name);
  };
  return html`<${Cell} row=${row} under=${under} kind="menu">
    <input
      ref=${input}
      class="readout entry"
      list=${`${row.name}-names`}
      ...${named(row)}
      value=${value}
      onInput=${() => hold(row.name)}
      onChange=${() => leave(true)}
      onBlur=${() => leave(true)}
      onKeyDown=${({ key }) => {
        if (key === "Enter") leave(true);
        if (key === "Escape") leave(false);
      }}
    />
    <datalist id=${`${row.name}-names`}>
      ${row.names.map((name) => html`<option key=${name} value=${name} />`)}
    </datalist>
  <//>`;
}

/** A seed: typed, one on, one back, or drawn. */
function Seed({ row, under }) {
  const value = parameter(row.name);
  const input = useRef(null);
  useLettingGo(row);
  // The node draws and counts its own; another seed is drawn and counted here.
  const own = row.name === "seed";
  const change = (action, next) => (own ? act(action) : set(row.name, next));
  const drawn = () => Math.floor(Math.random() * (table.largest_drawn_seed + 1));
  const leave = (take) => {
    if (!input.current) return; // it loses the focus as it goes with its view
    const next = typed(row, input.current.value);
    if (take && next !== parameter(row.name)) type(row.name, next);
    letGo(row.name);
    input.current.value = parameter(row.name);
  };
  return html`<${Cell} row=${row} under=${under} kind="seed">
    <div class="seed-row">
      <${IconButton}
        name="previous"
        label=${`${row.label}: previous`}
        onClick=${() => change("seed_previous", Math.max(row.minimum, value - 1))}
      />
      <input
        ref=${input}
        class="readout entry"
        inputmode="numeric"
        ...${named(row)}
        value=${value}
        onInput=${() => hold(row.name)}
        onBlur=${() => leave(true)}
        onKeyDown=${({ key }) => {
          if (key === "Enter") leave(true);
          if (key === "Escape") leave(false);
        }}
      />
      <${IconButton}
        name="next"
        label=${`${row.label}: next`}
        onClick=${() => change("seed_next", Math.min(row.maximum, value + 1))}
      />
      <${IconButton}
        name="dice"
        kind="strong"
        label=${`${row.label}: draw another`}
        onClick=${() => change("reseed", drawn())}
      />
    </div>
  <//>`;
}

/** Return names of classes, with those whose condition holds. */
export function classes(always, conditions) {
  const more = Object.keys(conditions).filter((name) => conditions[name]);
  return [always, ...more].join(" ");
}

function meaning(row) {
  const range = ["enum", "bool"].includes(row.kind) ? "" : ` ${row.range}.`;
  return `${row.description}.${range} Default ${row.shown_default}.`;
}
