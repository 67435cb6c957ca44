// What the node draws, asked for one frame at a time while somebody looks.
//
// A question names what the page has already, so that what has not changed is not sent again. The next
// is asked when the answer is here: a slow page gets fewer frames, and nothing waits for it.

import { computed, signal, useEffect } from "../libraries.js";
import { connected } from "../node.js";
import { unpack } from "./packet.js";

const ADDRESS = "page/pictures";
const RETRY_MS = 1000;
/** Time between frames for those who want no motion. */
const CALM_MS = 500;

/** The network, the weights of a layer, and measured responses; null until they are told. */
export const network = signal(null);
export const weights = signal(null);
export const responses = signal(null);
/** The equaliser's curves, and the decay of the reverb's room; null until they are told. */
export const equaliser = signal(null);
export const room = signal(null);
const KEPT = { network, weights, responses, equaliser, room };
/** The signals at this moment; null while nothing sounds. */
export const live = signal(null);
/** How many frames were shown. */
export const frames = signal(0);

/** Per cent of the input that the layers are watched on. */
export const heard = computed(() => Math.round((live.value?.heard ?? 1) * 100));

const wanted = signal(0);

/** The layers, and the number of the one that is looked at. */
export const layers = computed(() => network.value?.layers ?? []);
export const layer = computed(() => Math.max(0, Math.min(wanted.value, layers.value.length - 1)));

/** Look at another layer. */
export function choose(index) {
  wanted.value = index;
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let lookers = 0;
let rack = false;
let socket = null;
let retry = null;
let coming = null;

/** Have pictures while a component is there: of the network, or of what stands in the rack. */
export function usePictures(ofRack = false) {
  useEffect(() => {
    lookers += 1;
    rack = ofRack;
    connect();
    return () => {
      lookers -= 1;
      if (!lookers) end();
    };
  }, []);
}

document.addEventListener("visibilitychange", () => (document.hidden ? end() : connect()));
connected.subscribe((there) => (there ? connect() : end()));

function connect() {
  clearTimeout(retry);
  if (socket || !lookers || document.hidden || !connected.peek()) return;
  const place = new URL(ADDRESS, location.href);
  place.protocol = place.protocol === "https:" ? "wss:" : "ws:";
  place.hash = place.search = "";
  socket = new WebSocket(place);
  socket.binaryType = "arraybuffer";
  socket.onopen = ask;
  socket.onmessage = ({ data }) => take(unpack(data));
  socket.onclose = () => {
    end();
    retry = setTimeout(connect, RETRY_MS);
  };
}

function end() {
  clearTimeout(retry);
  if (!socket) return;
  socket.onclose = socket.onmessage = null;
  if (socket.readyState === WebSocket.CONNECTING) socket.onopen = ({ target }) => target.close();
  else socket.close();
  socket = null;
  // What comes next may be of another node.
  live.value = coming = null;
  for (const kept of Object.values(KEPT)) kept.value = null;
}

function ask() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const keys = Object.entries(KEPT).map(([name, kept]) => [name, kept.peek()?.key ?? ""]);
  socket.send(JSON.stringify({ ...Object.fromEntries(keys), layer: layer.peek(), rack }));
}

function take(packet) {
  if (packet.kind in KEPT) {
    KEPT[packet.kind].value = packet;
    return;
  }
  if (coming === null) requestAnimationFrame(show);
  coming = packet;
  if (calm.matches) setTimeout(ask, CALM_MS);
  else ask();
}

function show() {
  const packet = coming;
  coming = null;
  if (packet === null) return;
  live.value = packet.kind === "signals" ? packet : null;
  frames.value += 1;
}
