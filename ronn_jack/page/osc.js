// OSC messages as bytes, as far as the node and the page use them.
//
// M. Wright, "The Open Sound Control 1.0 Specification", 2002.

const INT32_MAXIMUM = 2 ** 31 - 1;
/** Time tag of what is to be done at once. */
const IMMEDIATELY = 1n;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Return a message as bytes: whole numbers as int32 or int64, others as doubles, words as text. */
export function encode(address, ...values) {
  const packed = values.map(pack);
  const tags = packed.map(([tag]) => tag).join("");
  return joined([text(address), text(`,${tags}`), ...packed.map(([, bytes]) => bytes)]);
}

/** Return messages as one packet, of which the node makes one change. */
export function bundle(messages) {
  const head = [text("#bundle"), bytes(8, (view) => view.setBigInt64(0, IMMEDIATELY))];
  return joined([...head, ...messages.flatMap((each) => [bytes(4, (view) => view.setInt32(0, each.length)), each])]);
}

/** Return the address and the values of a message. */
export function decode(buffer) {
  const view = new DataView(buffer);
  let place = 0;
  const word = () => {
    const bytes = new Uint8Array(buffer, place);
    const length = bytes.indexOf(0);
    place += paddedLength(length);
    return decoder.decode(bytes.subarray(0, length));
  };
  const number = (size, read) => {
    const value = read.call(view, place);
    place += size;
    return Number(value);
  };
  const read = {
    i: () => number(4, view.getInt32),
    h: () => number(8, view.getBigInt64),
    f: () => number(4, view.getFloat32),
    d: () => number(8, view.getFloat64),
    s: word,
    T: () => true,
    F: () => false,
    N: () => null,
  };
  const address = word();
  const values = [...word().slice(1)].map((tag) => read[tag]());
  return { address, values };
}

function pack(value) {
  if (typeof value === "boolean") return [value ? "T" : "F", new Uint8Array()];
  if (typeof value === "string") return ["s", text(value)];
  if (!Number.isInteger(value)) return ["d", bytes(8, (view) => view.setFloat64(0, value))];
  return Math.abs(value) <= INT32_MAXIMUM
    ? ["i", bytes(4, (view) => view.setInt32(0, value))]
    : ["h", bytes(8, (view) => view.setBigInt64(0, BigInt(value)))];
}

function joined(parts) {
  const packet = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    packet.set(part, place);
    place += part.length;
  }
  return packet;
}

function bytes(size, write) {
  const buffer = new ArrayBuffer(size);
  write(new DataView(buffer));
  return new Uint8Array(buffer);
}

function text(words) {
  const plain = encoder.encode(words);
  const padded = new Uint8Array(paddedLength(plain.length));
  padded.set(plain);
  return padded;
}

/** Return the length with at least one zero behind it, in whole words of 4 bytes. */
function paddedLength(length) {
  return (length & ~3) + 4;
}
