// The node as the page sees it: what it tells, kept in signals, and what the page asks of it.
//
// The page listens and sends like any other OSCQuery client: over one WebSocket, where text frames
// say what to listen to and binary frames are OSC. The node tells the page whatever is another than
// the page has sent, so that a value that was set is shown at once and taken back only if refused.

import { batch, computed, signal, useEffect } from "./libraries.js";
import { bundle, decode, encode } from "./osc.js";
import { PARAMETERS, STATUS, accepts, read, table } from "./table.js";
import { theToken } from "./token.js";

export const ROOT = "/ronn/";
const STATUS_ROOT = "/ronn/status/";
const PRESET = "/ronn/preset";
const PRESETS = "/ronn/presets";
const PRESET_TAGS = "/ronn/preset_tags";
const PRESET_DESCRIPTIONS = "/ronn/preset_descriptions";
const BINDINGS = "/ronn/bindings";
const TAKEOVERS = "/ronn/takeovers";
const LEARNS = "/ronn/learns";
const AUTH = "/ronn/auth";
const ERROR = "/ronn/error";
const HEARTBEAT = `${STATUS_ROOT}state`;
/** What moves all the time, and is not listened to while nobody sees it. */
const METERS = ["level_in", "level_out", "load", "loudness", "true_peak"].map((name) => STATUS_ROOT + name);

/** At most one message of an address in this time: a frame of a screen. */
const SEND_MS = 16;
/** Echoes of what a hand has set may still be on their way for so long once it lets go. */
const ECHO_MS = 100;
const RETRY_MS = 500;
const HEARTBEAT_MS = 2000;
const SILENCE_MS = 6000;
const REFUSAL_MS = 10000;
/** Code with which the node ends the connection of a page that is to be seen no more. */
const HIDDEN = 4000;
/** The same for one that has not said the right token. */
const DENIED = 1008;

/** Whether the node is there, and all its values are shown. */
export const connected = signal(false);
/** Whether the node wants the page to be seen no more, until somebody asks for it. */
export const hidden = signal(false);
/** Whether the node lets the page in by its token only. */
export const denied = signal(false);
/** What was refused lately: address, reason, and a number of its own. */
export const refusals = signal([]);

const told = new Map();
/** What came of each address that a hand holds; briefly, where it only touched it. */
const held = new Map();
const outbox = new Map();
/** Addresses that a view listens to while it is there. */
const viewed = new Set();
let sending = null;
let socket = null;
let heard = 0;
let refusalNumber = 0;

/** Return the signal of an address' values; null until they are told. */
function signalOf(address) {
  if (!told.has(address)) told.set(address, signal(null));
  return told.get(address);
}

/** Return a parameter's value, as a component shows it. */
export function parameter(name) {
  return signalOf(ROOT + name).value?.[0] ?? PARAMETERS.get(name).default;
}

/** Return what the node tells of itself by a name; null until it is told. */
export function status(name) {
  return signalOf(STATUS_ROOT + name).value?.[0] ?? null;
}

/** Return the values of an address that a view listens to; null until they are told. */
export function valuesAt(address) {
  return signalOf(address).value;
}

/** Listen to an address beside those of the tables, until it is ignored. */
export function listen(address) {
  viewed.add(address);
  command("LISTEN", address);
}

/** Listen to an address no more. */
export function ignore(address) {
  viewed.delete(address);
  command("IGNORE", address);
}

/** Return the name of the preset, and whether the sound is another by now. */
export function preset() {
  const [name, edited] = signalOf(PRESET).value ?? ["", false];
  return { name, edited };
}

/** Return the names of all presets. */
export function presets() {
  return textsOf(PRESETS);
}

/** Return what can be told of all presets: name, description and tags. */
export function presetList() {
  const [descriptions, tags] = [PRESET_DESCRIPTIONS, PRESET_TAGS].map(textsOf);
  return presets().map((name, place) => ({
    name,
    description: descriptions[place] ?? "",
    tags: tags[place]?.split(", ").filter(Boolean) ?? [],
  }));
}

/** Return the MIDI controls that drive a parameter or action, in words. */
export function bindings(name) {
  return bound.value.get(name) ?? [];
}

/** Return the control that has not reached a parameter, and how far above it stands; or undefined. */
export function waiting(name) {
  return missed.value.get(name);
}

/** Return what the next MIDI control that is moved is bound to; "" if nothing is. */
export function learns() {
  return signalOf(LEARNS).value?.[0] ?? "";
}

const bound = computed(() => {
  const found = new Map();
  for (const [name, control] of groupsOf(BINDINGS, 2)) found.set(name, [...(found.get(name) ?? []), control]);
  return found;
});
const missed = computed(
  () => new Map(groupsOf(TAKEOVERS, 4).map(([name, , gap, control]) => [name, { gap, control }])),
);

function groupsOf(address, size) {
  const values = signalOf(address).value ?? [];
  return Array.from({ length: Math.floor(values.length / size) }, (_, place) =>
    values.slice(place * size, (place + 1) * size),
  );
}

function textsOf(address) {
  return (signalOf(address).value ?? []).filter((text) => text !== null);
}

/** Set a parameter: shown at once, sent with the next frame. */
export function set(name, value) {
  const address = ROOT + name;
  signalOf(address).value = [value];
  const hand = held.get(address);
  if (hand && !hand.brief) hand.values = null;
  else {
    held.set(address, { values: null, brief: true }); // a key, a tap: the echo of the one before may come yet
    letGo(name);
  }
  forgive(address);
  outbox.set(address, value);
  sending ??= setTimeout(flush, SEND_MS);
}

/** Set a parameter to what was typed; what can't be is not shown, and the node says why. */
export function type(name, value) {
  if (accepts(PARAMETERS.get(name), value)) {
    set(name, value);
    return;
  }
  flush();
  forgive(ROOT + name);
  send(encode(ROOT + name, value));
}

/** Do an action. */
export function act(name, ...argument) {
  actTogether([name, ...argument]);
}

/** Do several actions as one change. */
export function actTogether(...actions) {
  flush();
  actions.forEach(([name]) => forgive(ROOT + name));
  const messages = actions.map(([name, ...argument]) => encode(ROOT + name, ...argument));
  send(messages.length === 1 ? messages[0] : bundle(messages));
}

/** Let no echo move a parameter under the hand that turns it. */
export function hold(name) {
  held.set(ROOT + name, { values: null });
}

/** Let a parameter be moved by others again, soon; show the last that came meanwhile. */
export function letGo(name) {
  const address = ROOT + name;
  const hand = held.get(address);
  setTimeout(() => {
    if (!hand || held.get(address) !== hand) return; // let go already, or held anew
    held.delete(address);
    if (hand.values) signalOf(address).value = hand.values;
  }, ECHO_MS);
}

/** Let parameters go with the component that held them: of what is gone no pointer comes up. */
export function useLettingGo(...rows) {
  useEffect(() => () => rows.forEach(({ name }) => letGo(name)), []);
}

/** Take a refusal from the screen. */
export function dismiss(number) {
  refusals.value = refusals.value.filter((each) => each.number !== number);
}

/** Return whether something was refused at an address lately. */
export function isRefused(address) {
  return refusals.value.some((each) => each.address === address);
}

/** Look for the node, now and whenever it is gone. */
export function connect() {
  hidden.value = denied.value = false;
  const place = new URL("./", location.href);
  place.protocol = place.protocol === "https:" ? "wss:" : "ws:";
  place.hash = place.search = "";
  socket = new WebSocket(place);
  socket.binaryType = "arraybuffer";
  socket.onopen = opened;
  socket.onmessage = ({ data }) => {
    heard = Date.now();
    if (data instanceof ArrayBuffer) take(decode(data));
  };
  socket.onclose = lost;
}

/** Give the connection up, whether or not the other end can say that it has ended. */
function lost(event) {
  socket.onclose = null;
  socket.close();
  socket = null;
  connected.value = false;
  outbox.clear();
  hidden.value = event?.code === HIDDEN;
  denied.value = event?.code === DENIED;
  if (hidden.value || denied.value) return;
  setTimeout(connect, RETRY_MS);
}

setInterval(() => {
  if (socket?.readyState !== WebSocket.OPEN) return;
  if (Date.now() - heard > SILENCE_MS) lost();
  else send(encode(HEARTBEAT));
}, HEARTBEAT_MS);

document.addEventListener("visibilitychange", () => {
  for (const address of METERS) command(document.hidden ? "IGNORE" : "LISTEN", address);
});

async function opened({ target }) {
  heard = Date.now();
  if (theToken()) send(encode(AUTH, theToken())); // before all else
  const now = await read().catch(() => null);
  if (target !== socket) return; // which is given up by now
  if (now === null) {
    lost();
    return;
  }
  if (now.build !== table.build) {
    location.reload();
    return;
  }
  for (const name of PARAMETERS.keys()) command("LISTEN", ROOT + name);
  for (const name of STATUS.keys()) command("LISTEN", STATUS_ROOT + name);
  for (const address of [PRESETS, PRESET_TAGS, PRESET_DESCRIPTIONS]) command("LISTEN", address);
  for (const address of [BINDINGS, TAKEOVERS, LEARNS]) command("LISTEN", address);
  for (const address of viewed) command("LISTEN", address);
  command("LISTEN", PRESET); // the last, whose answer says that all others are there
}

function command(name, address) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({ COMMAND: name, DATA: address }));
}

function send(packet) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(packet);
}

function flush() {
  clearTimeout(sending);
  sending = null;
  for (const [address, value] of outbox) send(encode(address, value));
  outbox.clear();
}

function take({ address, values }) {
  if (address === ERROR) {
    if (values[0] !== AUTH) refused(...values); // of the token it is told by the connection's end
    return;
  }
  batch(() => {
    if (held.has(address)) held.get(address).values = values;
    else signalOf(address).value = values;
    if (address === PRESET) connected.value = true;
  });
}

function refused(address, reason) {
  const number = ++refusalNumber;
  refusals.value = [...refusals.value.filter((e) => e.address !== address), { address, reason, number }];
  setTimeout(() => dismiss(number), REFUSAL_MS);
}

function forgive(address) {
  if (isRefused(address)) refusals.value = refusals.value.filter((e) => e.address !== address);
}
