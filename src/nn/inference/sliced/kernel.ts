import { type Data, layersOn, type Prepared, rowsFor, type SliceJob } from './job.js';
import { KERNEL } from './kernel-module.js';

// What is used of WebAssembly: every Node has it, and TypeScript declares it for browsers alone.
declare namespace WebAssembly {
  class Memory {
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

interface Kernel {
  readonly mix: (first: number, second: number, share: number, into: number, vectors: number) => void;
  readonly row8: Row;
  readonly row16: Row;
  readonly weigh8: Weigh;
  readonly weigh16: Weigh;
}

type Row = (
  source: number,
  target: number,
  count: number,
  places: number,
  shares: number,
  cells: number,
  tables: number,
  top: number,
  last: number,
) => void;

type Weigh = (source: number, sums: number, count: number, weight: number) => void;

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly kernel: Kernel;
}

/** The kernel with a memory of its own. */
const instance = (): Instance => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(Buffer.from(KERNEL, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { host: { memory } });
  return { memory, kernel: exports as unknown as Kernel };
};

// Those of this thread, made on first use: what jobs keep in their memory is not for thumbnails to write over.
let forJobs: Instance | undefined;
let forThumbnails: Instance | undefined;

const PAGE = 65536;

/** Lays parts of so many bytes out one after another, each at a multiple of 16, and makes the memory as large. */
const laidOut = <Name extends string>(
  memory: WebAssembly.Memory,
  parts: Readonly<Record<Name, number>>,
): Readonly<Record<Name, number>> => {
  let end = 0;
  const starts = Object.entries<number>(parts).map(([name, bytes]) => {
    const start = end;
    // What is read four at a time may go beyond.
    end = Math.ceil((start + bytes + 16) / 16) * 16;
    return [name, start] as const;
  });
  const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
  return Object.fromEntries(starts) as Record<Name, number>;
};

const bytesOf = (data: Data | Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Whether a job goes the fast way: three channels of whole numbers, one grid. */
export const isPlain = ({ channels, depth, grids, gives }: SliceJob): boolean =>
  channels === 3 && depth !== 'float32' && grids.length === 1 && gives === 'colours';

/**
 * Slices rows of a plain job in WebAssembly. The memory is this thread's: once another job is made ready, this one must be made
 * ready again.
 */
export const plainRows = (job: SliceJob, { members, rowLength, places, shares }: Prepared) => {
  forJobs ??= instance();
  const { memory, kernel } = forJobs;
  const { width, depth, layers } = job;
  const size = depth === 'uint8' ? 1 : 2;
  const levels = 256 ** size;
  const white = levels - 1;
  const at = laidOut(memory, {
    rows: members[0]!.byteLength,
    mixed: 4 * rowLength,
    tables: 12 * levels,
    places: 4 * width,
    shares: 4 * width,
    source: 3 * width * size,
    target: 3 * width * size,
  });
  const heap = new Uint8Array(memory.buffer);
  heap.set(bytesOf(members[0]!), at.rows);
  heap.set(bytesOf(places.map((place) => 4 * place)), at.places);
  heap.set(bytesOf(shares), at.shares);
  const tables = new Float32Array(memory.buffer, at.tables, 3 * levels);
  for (let i = 0; i < 3 * levels; i++)
    tables[i] = layersOn(job, Math.floor(i / levels), (i % levels) / white);
  const row = depth === 'uint8' ? kernel.row8 : kernel.row16;
  const bytes = 3 * width * size;
  return (source: Data, target: Data, from: number, to: number): void => {
    const [given, wanted] = [bytesOf(source), bytesOf(target)];
    for (let y = from; y < to; y++) {
      const { first, second, share } = rowsFor(job, { rowLength } as Prepared, y);
      kernel.mix(at.rows + 4 * first, at.rows + 4 * second, share, at.mixed, rowLength / 4);
      const start = (y - from) * bytes;
      heap.set(given.subarray(start, start + bytes), at.source);
      row(at.source, at.target, width, at.places, at.shares, at.mixed, at.tables, layers - 1, layers - 2);
      wanted.set(heap.subarray(at.target, at.target + bytes), start);
    }
  };
};

/** Adds rows of samples, each with its weight, into one row of floats of as many samples. */
export const weighedRows = (samples: Data, length: number, weights: readonly number[]): Float32Array => {
  if (samples instanceof Float32Array) {
    const sums = new Float32Array(length);
    for (const [i, weight] of weights.entries())
      for (let x = 0; x < length; x++)
        sums[x] = (sums[x] as number) + weight * (samples[i * length + x] as number);
    return sums;
  }
  forThumbnails ??= instance();
  const { memory, kernel } = forThumbnails;
  const size = samples.BYTES_PER_ELEMENT;
  const at = laidOut(memory, { source: length * size, sums: 4 * length });
  const heap = new Uint8Array(memory.buffer);
  heap.fill(0, at.sums, at.sums + 4 * length + 16);
  const given = bytesOf(samples);
  const weigh = size === 1 ? kernel.weigh8 : kernel.weigh16;
  for (const [i, weight] of weights.entries()) {
    heap.set(given.subarray(i * length * size, (i + 1) * length * size), at.source);
    weigh(at.source, at.sums, length, weight);
  }
  return new Float32Array(memory.buffer, at.sums, length).slice();
};
