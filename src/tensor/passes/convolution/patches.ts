import type { GraphBuilder, NodeId, Pair } from '../../graph/index.js';
import { bytesOf, type Part, partsOf, type RowLists, type Rows } from './rows.js';

interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly output: Pair;
}

/** Below this many channels a pixel is too short a run to gather by itself. */
const SHORT_RUN = 16;

/** One row an output pixel: the taps of its window, channel by channel. [pixels, KH·KW·C] */
const patches = (b: GraphBuilder, lists: RowLists, rows: Rows, window: Window, part: Part): NodeId => {
  const { kernel, strides, dilations, output } = window;
  const lines = rows.channels < SHORT_RUN ? lineWindows(b, lists, rows, window) : undefined;
  const taps = lines === undefined ? kernel[0] * kernel[1] : kernel[0];
  const key = `patches;${rows.key};${kernel};${strides};${dilations};${output};${part.first};${lines === undefined}`;
  const fill = (list: Int32Array): void => {
    const tall = (output[0] - 1) * strides[0] + (kernel[0] - 1) * dilations[0] + 1;
    let at = 0;
    for (let pixel = part.first; pixel < part.first + part.count; pixel++) {
      const x = pixel % output[1];
      const y = Math.floor(pixel / output[1]) % output[0];
      const n = Math.floor(pixel / (output[0] * output[1]));
      for (let i = 0; i < kernel[0]; i++) {
        const row = y * strides[0] + i * dilations[0];
        if (lines !== undefined) list[at++] = (n * tall + row) * output[1] + x;
        else
          for (let j = 0; j < kernel[1]; j++)
            list[at++] = rows.locate(n, row, x * strides[1] + j * dilations[1]);
      }
    }
  };
  const gathered = lists.gather(b, lines ?? rows.matrix, key, part.count * taps, fill, taps);
  return b.reshape(gathered, [part.count, kernel[0] * kernel[1] * rows.channels]);
};

/** The windows along each line of the padded picture: [N·lines·OW, KW·C]. */
const lineWindows = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  { kernel, strides, dilations, output }: Window,
): NodeId => {
  const tall = (output[0] - 1) * strides[0] + (kernel[0] - 1) * dilations[0] + 1;
  const count = rows.batch * tall * output[1];
  const key = `lines;${rows.key};${kernel};${strides};${dilations};${output}`;
  const fill = (list: Int32Array): void => {
    let at = 0;
    for (let n = 0; n < rows.batch; n++)
      for (let y = 0; y < tall; y++)
        for (let x = 0; x < output[1]; x++)
          for (let j = 0; j < kernel[1]; j++)
            list[at++] = rows.locate(n, y, x * strides[1] + j * dilations[1]);
  };
  const gathered = lists.gather(b, rows.matrix, key, count * kernel[1], fill, output[1] * kernel[1]);
  return b.reshape(gathered, [count, kernel[1] * rows.channels]);
};

/** A convolution as products of patches with the filter [KH,KW,I,O]. Gives rows of [N·OH·OW, O]. */
export const patchConvolution = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  filter: NodeId,
  window: Window,
): NodeId => {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = b.shape(filter);
  const weights = b.reshape(filter, [kh * kw * inputs, outputs]);
  const parts = partsOf(rows.batch * window.output[0] * window.output[1], bytesOf(kh * kw, inputs));
  return b.concat(
    parts.map((part) => b.matmul(patches(b, lists, rows, window, part), weights)),
    0,
  );
};

/** The gradient of that convolution by its filter, [KH,KW,I,O]; `gradients` is [N·OH·OW, O]. */
export const patchFilterGradient = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  gradients: NodeId,
  window: Window,
): NodeId => {
  const [pixels = 1, outputs = 1] = b.shape(gradients);
  const [kh, kw] = window.kernel;
  const sums = partsOf(pixels, bytesOf(kh * kw, rows.channels)).map((part) => {
    // Gathered, since ONNX Runtime would turn neighbouring slices into one split that holds all of them.
    const own = lists.gather(b, gradients, `part;${part.first},${part.count}`, part.count, (list) => {
      for (let i = 0; i < list.length; i++) list[i] = part.first + i;
    });
    return tallProduct(b, patches(b, lists, rows, window, part), own);
  });
  return b.reshape(
    sums.reduce((a, c) => b.binary('add', a, c)),
    [kh, kw, rows.channels, outputs],
  );
};

/**
 * The same gradient, [KH,KW,I,O], for many channels in and few out: the patches are those of the gradients, laid under
 * every pixel of the padded input. `gradients` locate a border of KH-1 and KW-1 zeros; `inputs` is [N·padded·padded, I].
 */
export const turnedFilterGradient = (
  b: GraphBuilder,
  lists: RowLists,
  gradients: Rows,
  inputs: NodeId,
  kernel: Pair,
  padded: Pair,
): NodeId => {
  const [kh, kw] = kernel;
  const window = { kernel, strides: [1, 1], dilations: [1, 1], output: padded } as const;
  const turned = patchFilterGradient(b, lists, gradients, inputs, window);
  // A patch's first tap is the gradient that the kernel's last tap reaches: the kernel comes out turned.
  const [, , outputs = 1, channels = 1] = b.shape(turned);
  const flipped = b.slice(turned, [kh - 1, kw - 1, 0, 0], [kh, kw, outputs, channels], [-1, -1, 1, 1]);
  return b.transpose(flipped, [0, 1, 3, 2]);
};

/** Below this size a product of long columns would run on one core. */
const SMALL_PRODUCT = 1 << 16;
const SPLITS = 16;

/** aᵀ·b over many rows: split into groups of rows that the cores share, and added up. */
const tallProduct = (b: GraphBuilder, x: NodeId, y: NodeId): NodeId => {
  const [rows = 1, m = 1] = b.shape(x);
  const [, n = 1] = b.shape(y);
  if (m * n > SMALL_PRODUCT || rows % SPLITS !== 0 || rows / SPLITS < m) return b.matmul(x, y, true);
  const groups = (value: NodeId, columns: number): NodeId =>
    b.reshape(value, [SPLITS, rows / SPLITS, columns]);
  const partial = b.matmul(groups(x, m), groups(y, n), true);
  return b.reshape(b.matmul(b.fill(1, [1, SPLITS]), b.reshape(partial, [SPLITS, m * n])), [m, n]);
};

/**
 * The gradient of a strided convolution by its input where the kernel is a whole number of strides long. Blocks of as many
 * pixels as the strides are reached by the same gradients, so all pixels of a block are the channels of one dense convolution
 * of the gradients; a last Gather takes the blocks apart. Gives rows of [N·height·width, I].
 */
export const blockedInputGradient = (
  b: GraphBuilder,
  lists: RowLists,
  gradients: Rows,
  filter: NodeId,
  { strides, before, size }: StridedGradient,
): NodeId => {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = b.shape(filter);
  const [sy, sx] = strides;
  const taps: Pair = [kh / sy, kw / sx];
  // [taps, strides, taps, strides, I, O] as [taps, taps, O, strides, strides, I], the taps turned round.
  const split = b.reshape(filter, [taps[0], sy, taps[1], sx, inputs, outputs]);
  const turned = b.slice(split, [taps[0] - 1, 0, taps[1] - 1, 0, 0, 0], b.shape(split), [-1, 1, -1, 1, 1, 1]);
  const weights = b.reshape(b.transpose(turned, [0, 2, 5, 1, 3, 4]), [
    taps[0] * taps[1] * outputs,
    sy * sx * inputs,
  ]);
  const blocks: Pair = [gradients.height + taps[0] - 1, gradients.width + taps[1] - 1];
  const count = gradients.batch * blocks[0] * blocks[1];
  const parts = partsOf(count, bytesOf(taps[0] * taps[1], outputs)).map((part) => {
    const key = `blocks;${gradients.key};${taps};${part.first}`;
    const gathered = lists.gather(b, gradients.matrix, key, part.count * taps[0] * taps[1], (list) => {
      let at = 0;
      for (let block = part.first; block < part.first + part.count; block++) {
        const x = block % blocks[1];
        const y = Math.floor(block / blocks[1]) % blocks[0];
        const n = Math.floor(block / (blocks[0] * blocks[1]));
        for (let i = y + 1 - taps[0]; i <= y; i++)
          for (let j = x + 1 - taps[1]; j <= x; j++) {
            const inside = i >= 0 && j >= 0 && i < gradients.height && j < gradients.width;
            list[at++] = inside ? gradients.locate(n, i, j) : -1;
          }
      }
    });
    return b.matmul(b.reshape(gathered, [part.count, taps[0] * taps[1] * outputs]), weights);
  });
  const [height, width] = size;
  const pixels = b.reshape(b.concat(parts, 0), [count * sy * sx, inputs]);
  const key = `pixels of blocks;${gradients.batch};${size};${strides};${before};${blocks}`;
  return lists.gather(b, pixels, key, gradients.batch * height * width, (list) => {
    let at = 0;
    for (let n = 0; n < gradients.batch; n++)
      for (let y = before[0]; y < before[0] + height; y++)
        for (let x = before[1]; x < before[1] + width; x++) {
          const [i, j] = [Math.floor(y / sy), Math.floor(x / sx)];
          const block = (n * blocks[0] + i) * blocks[1] + j;
          // No window reaches what lies behind the last block.
          list[at++] = i < blocks[0] && j < blocks[1] ? (block * sy + (y % sy)) * sx + (x % sx) : -1;
        }
  });
};

/** Where the gradient of a strided convolution by its input lies. */
export interface StridedGradient {
  readonly strides: Pair;
  /** Zeros that were put above and left of the input. */
  readonly before: Pair;
  /** Height and width of the input. */
  readonly size: Pair;
}

/** The taps of a kernel's axis that reach the outputs of one phase, and the shift to the gradient that each reads. */
const tapsOfPhase = (phase: number, kernel: number, stride: number, before: number) =>
  Array.from({ length: kernel }, (_, k) => ({ k, shift: (phase + before - k) / stride })).filter(
    ({ shift }) => Number.isInteger(shift),
  );

/**
 * The gradient of any strided convolution by its input, which is also the transposed convolution. Pixels whose places have
 * the same remainder by the stride (a phase) are reached by the same taps, so each phase is a small dense convolution of
 * the gradients; a last Gather interleaves them. Gives rows of [N·height·width, I].
 */
export const phasedInputGradient = (
  b: GraphBuilder,
  lists: RowLists,
  gradients: Rows,
  filter: NodeId,
  { strides, before, size }: StridedGradient,
): NodeId => {
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = b.shape(filter);
  const [height, width] = size;
  const { batch } = gradients;
  const turned = b.reshape(b.transpose(filter, [0, 1, 3, 2]), [kh * kw, outputs * inputs]);
  const starts: number[] = [];
  const phases: NodeId[] = [];
  let start = 0;
  for (let py = 0; py < strides[0]; py++)
    for (let px = 0; px < strides[1]; px++) {
      const [down, across] = [Math.ceil((height - py) / strides[0]), Math.ceil((width - px) / strides[1])];
      starts.push(start);
      start += batch * down * across;
      const rowsOfPhase = tapsOfPhase(py, kh, strides[0], before[0]);
      const columnsOfPhase = tapsOfPhase(px, kw, strides[1], before[1]);
      const taps = rowsOfPhase.flatMap((r) =>
        columnsOfPhase.map((c) => ({ tap: r.k * kw + c.k, dy: r.shift, dx: c.shift })),
      );
      if (batch * down * across === 0) continue;
      if (taps.length === 0) {
        phases.push(b.fill(0, [batch * down * across, inputs]));
        continue;
      }
      const weights = b.reshape(
        lists.gather(b, turned, `taps;${taps.map((t) => t.tap)}`, taps.length, (list) =>
          list.set(taps.map((t) => t.tap)),
        ),
        [taps.length * outputs, inputs],
      );
      const parts = partsOf(batch * down * across, bytesOf(taps.length, outputs)).map((part) => {
        const key = `phase;${gradients.key};${size};${strides};${before};${py},${px};${part.first}`;
        const gathered = lists.gather(b, gradients.matrix, key, part.count * taps.length, (list) => {
          let at = 0;
          for (let pixel = part.first; pixel < part.first + part.count; pixel++) {
            const x = pixel % across;
            const y = Math.floor(pixel / across) % down;
            const n = Math.floor(pixel / (down * across));
            for (const { dy, dx } of taps) {
              const [i, j] = [y + dy, x + dx];
              const inside = i >= 0 && j >= 0 && i < gradients.height && j < gradients.width;
              list[at++] = inside ? gradients.locate(n, i, j) : -1;
            }
          }
        });
        return b.matmul(b.reshape(gathered, [part.count, taps.length * outputs]), weights);
      });
      phases.push(...parts);
    }
  const key = `interleave;${batch};${size};${strides}`;
  return lists.gather(b, b.concat(phases, 0), key, batch * height * width, (list) => {
    let at = 0;
    for (let n = 0; n < batch; n++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const [py, px] = [y % strides[0], x % strides[1]];
          const [down, across] = [
            Math.ceil((height - py) / strides[0]),
            Math.ceil((width - px) / strides[1]),
          ];
          const place = (n * down + Math.floor(y / strides[0])) * across + Math.floor(x / strides[1]);
          list[at++] = starts[py * strides[1] + px]! + place;
        }
  });
};
