// What a network's layers say about its shape: how far back they reach, and where their taps lie.

/** Return the frames of input that one frame of output depends on. */
export function fieldOf(layers) {
  return 1 + layers.reduce((sum, { kernel, dilation }) => sum + (kernel - 1) * dilation, 0);
}

/**
 * Return the frames that the present output goes back to, in each row from the output down to the input.
 *
 * The first row is the output itself, [0]; each next one what is read of the input of the layer above it.
 * Those that lie no farther apart than `apart` frames may be left out, but for the last.
 */
export function tapsOf(layers, apart) {
  const rows = [[0]];
  for (const { kernel, dilation, residual_delay: late } of [...layers].reverse()) {
    const row = rows.at(-1);
    const last = row.at(-1) + (kernel - 1) * dilation;
    // What is seen as a line stays one: nothing is to be computed of thousands of frames.
    if (isLine(row, apart) && dilation <= row.at(-1)) rows.push(evenly(last, apart));
    else rows.push(thinned(reached(row, kernel, dilation, late), apart));
  }
  return rows;
}

function reached(row, kernel, dilation, late) {
  const found = new Set();
  for (const from of row) {
    for (let tap = 0; tap < kernel; tap += 1) found.add(from + tap * dilation);
    if (late) found.add(from + late);
  }
  return [...found].sort((a, b) => a - b);
}

function isLine(row, apart) {
  return row.length > 2 && row.every((offset, i) => i === 0 || offset - row[i - 1] <= 2 * apart);
}

function evenly(last, apart) {
  const step = Math.max(1, apart);
  const count = Math.floor(last / step);
  return [...Array.from({ length: count }, (_, i) => Math.floor(i * step)), last];
}

function thinned(offsets, apart) {
  const last = offsets.at(-1);
  let before = -Infinity;
  return offsets.filter((offset) => {
    const keeps = offset - before >= apart || offset === last;
    if (keeps) before = offset;
    return keeps;
  });
}
