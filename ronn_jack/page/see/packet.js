// Packets of pictures: facts as JSON and numbers as they lie in memory, as pictures/packet.py makes them.

const ALIGNMENT = 4;
const TYPES = { u1: Uint8Array, i1: Int8Array, i2: Int16Array, f4: Float32Array };
const decoder = new TextDecoder();

/** Return a packet's facts, with its arrays under their names. */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const facts = JSON.parse(decoder.decode(new Uint8Array(buffer, ALIGNMENT, length)));
  let place = ALIGNMENT + aligned(length);
  for (const [name, type, shape] of facts.arrays) {
    const Type = TYPES[type];
    const count = shape.reduce((product, size) => product * size, 1);
    facts[name] = new Type(buffer, place, count);
    place += aligned(count * Type.BYTES_PER_ELEMENT);
  }
  return facts;
}

function aligned(bytes) {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
