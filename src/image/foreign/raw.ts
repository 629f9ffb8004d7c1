import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { UndecodableError } from './fault.js';
import type { Decoding, Pixels } from './pixels.js';

/**
 * Cameras' raw files by LibRaw, as WebAssembly (libraw-wasm). Its module for browsers is opened without the worker around it, which
 * Node has not: this program is a process of its own already.
 */

// What is used of WebAssembly: every Node has it, and TypeScript declares it for browsers alone.
declare namespace WebAssembly {
  class Memory {
    constructor(limits: { readonly initial: number; readonly maximum: number; readonly shared: boolean });
    readonly buffer: ArrayBufferLike;
  }
}

/** What becomes of light that is too bright for some of the sensor's colours. */
export type Highlights = 'clip' | 'blend' | 'rebuild';

/** What of the module is used. */
interface Library {
  readonly LibRaw: new () => Processor;
}

interface Processor {
  readonly open: (file: Uint8Array, settings: Readonly<Record<string, unknown>>) => void;
  readonly imageData: () => {
    readonly width: number;
    readonly height: number;
    readonly colors: number;
    readonly bits: number;
    readonly data: Uint8Array | Uint16Array;
  };
  readonly metadata: (all: boolean) => Facts;
}

/** What LibRaw knows of a file: the picture within the sensor, and how the camera weighs its colours. */
interface Facts {
  readonly top_margin: number;
  readonly left_margin: number;
  readonly raw_inset_crops: readonly {
    readonly cleft: number;
    readonly ctop: number;
    readonly cwidth: number;
    readonly cheight: number;
  }[];
  readonly color_data: { readonly pre_mul: readonly number[] };
}

/** LibRaw's numbers for what it makes of highlights (libraw_output_params_t.highlight). */
const HIGHLIGHTS: Readonly<Record<Highlights, number>> = { clip: 0, blend: 2, rebuild: 5 };

/** Linear light of 16 bits in the primaries of BT.2020, under the camera's white balance, no curve and no brightening. */
const settingsFor = (highlights: Highlights): Readonly<Record<string, unknown>> => ({
  outputBps: 16,
  outputColor: 8,
  gamm: [1, 1, 0, 0, 0, 0],
  noAutoBright: true,
  useCameraWb: true,
  // The camera's own matrix, also where a DNG holds one.
  useCameraMatrix: 3,
  highlight: HIGHLIGHTS[highlights],
  // White is what the sensor can hold, and not what the photo has: photos of a series stay alike.
  adjustMaximumThr: 0,
  // Orientation is applied where that of all files is.
  userFlip: 0,
  // Adaptive homogeneity-directed interpolation (Hirakawa, Parks 2005); X-Trans sensors have one of their own.
  userQual: 3,
});

const MEMORY = { initial: 4096, maximum: 32_768, shared: true } as const;

const textAt = (memory: WebAssembly.Memory, at: number): string => {
  const bytes = new Uint8Array(memory.buffer).slice(at, at + 200);
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? undefined : end)).toString('latin1');
};

/** LibRaw_exceptions (libraw_types.h) that are no damage. */
const [ALLOC, TOO_BIG, POOL_FULL, UNSUPPORTED] = [1, 10, 11, 12] as const;

/**
 * What an exception of C++ says: its type stands before it (Itanium C++ ABI), LibRaw's are numbers, and the wrapper's are texts that
 * hold LibRaw's results (LIBRAW_FILE_UNSUPPORTED is -2, LIBRAW_UNSUFFICIENT_MEMORY -100007).
 */
const faultOf = (thrown: unknown, memory: WebAssembly.Memory): unknown => {
  const at = (thrown as { readonly excPtr?: unknown }).excPtr;
  if (typeof at !== 'number') return thrown;
  const words = new Uint32Array(memory.buffer);
  const word = (place: number): number => words[place >> 2] ?? 0;
  const type = textAt(memory, word(word(at - 20) + 4));
  const code = type.includes('LibRaw_exceptions') ? word(at) : undefined;
  const text = type.includes('runtime_error') ? textAt(memory, word(at + 4)) : '';
  if (code === ALLOC || code === TOO_BIG || code === POOL_FULL || text.includes('-100007'))
    return new UndecodableError('memory', 'LibRaw has not enough memory for it');
  if (code === UNSUPPORTED || /code -2\b/.test(text))
    return new UndecodableError('unsupported', 'LibRaw does not know this kind of raw file');
  return new UndecodableError('refused', 'LibRaw finds no picture of a sensor in it');
};

/** What the camera's own pictures show of the sensor; all of it where the file does not say. */
const insetOf = (facts: Facts, width: number, height: number) => {
  const [crop] = facts.raw_inset_crops;
  const left = (crop?.cleft ?? 0) - facts.left_margin;
  const top = (crop?.ctop ?? 0) - facts.top_margin;
  const inset = { left, top, width: crop?.cwidth ?? 0, height: crop?.cheight ?? 0 };
  const fits =
    left >= 0 &&
    top >= 0 &&
    inset.width > 0 &&
    inset.height > 0 &&
    left + inset.width <= width &&
    top + inset.height <= height;
  return fits ? inset : { left: 0, top: 0, width, height };
};

/** Linear BT.2020 to linear sRGB (ITU-R BT.2087, section 2). */
const TO_SRGB = [
  1.660491, -0.587641, -0.07285, -0.12455, 1.1329, -0.008349, -0.018151, -0.100579, 1.11873,
] as const;

/** Light as floats, 1 for what the sensor holds of white: LibRaw makes room for highlights by darkening all. */
const lightOf = (data: Uint16Array, { color_data: { pre_mul } }: Facts): Float32Array => {
  const weights = pre_mul.filter((weight) => weight > 0);
  const scale = weights.length === 0 ? 1 : Math.max(...weights) / Math.min(...weights);
  const out = new Float32Array(data.length);
  const [a, b, c, d, e, f, g, h, i] = TO_SRGB.map(
    (each) => (each * scale) / 65_535,
  ) as unknown as typeof TO_SRGB;
  for (let at = 0; at < data.length; at += 3) {
    const [x, y, z] = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
    out[at] = a * x + b * y + c * z;
    out[at + 1] = d * x + e * y + f * z;
    out[at + 2] = g * x + h * y + i * z;
  }
  return out;
};

const open = async (memory: WebAssembly.Memory, complain: (line: string) => void): Promise<Library> => {
  const script = createRequire(import.meta.url).resolve('libraw-wasm/dist/libraw.js');
  const module = (await import(pathToFileURL(script).href)) as {
    readonly default: (options: unknown) => Promise<Library>;
  };
  // Its exports name no WebAssembly that Node could fetch.
  const wasmBinary = await readFile(script.replace(/libraw\.js$/, 'libraw.wasm'));
  return module.default({ wasmBinary, wasmMemory: memory, printErr: complain });
};

/**
 * Develops the sensor's picture: linear, in the camera's white balance, not turned. By `clip` of 16 bits in the primaries of BT.2020,
 * 65535 for the brightest white that all colours of the sensor hold; else floats of linear sRGB in which 1 is that white, and
 * highlights go beyond. Throws an UndecodableError.
 */
export const developRaw: Decoding<Pixels> = async (bytes, options) => {
  const highlights = (options.highlights ?? 'clip') as Highlights;
  const memory = new WebAssembly.Memory(MEMORY);
  const complaints: string[] = [];
  const { LibRaw } = await open(memory, (line) => complaints.push(line));
  try {
    const raw = new LibRaw();
    raw.open(bytes, settingsFor(highlights));
    const { width, height, colors, bits, data } = raw.imageData();
    const facts = raw.metadata(true);
    const lost = complaints.find((line) => /Unexpected end of file|data corrupted/.test(line));
    if (lost !== undefined) throw new UndecodableError('refused', lost.replace(/^.*?: /, '').toLowerCase());
    if (colors !== 3 || bits !== 16 || !(data instanceof Uint16Array))
      throw new UndecodableError('unsupported', `its sensor has ${colors} colours`);
    const inset = insetOf(facts, width, height);
    const cut = cutTo(data, width, inset);
    const size = { width: inset.width, height: inset.height, channels: 3 };
    return highlights === 'clip'
      ? { ...size, bits: 16, data: cut }
      : { ...size, bits: 32, data: lightOf(cut, facts) };
  } catch (thrown) {
    throw complaints.some((line) => line.includes('Unexpected end of file'))
      ? new UndecodableError('refused', 'unexpected end of file')
      : faultOf(thrown, memory);
  }
};

const cutTo = (
  data: Uint16Array,
  width: number,
  inset: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
): Uint16Array => {
  if (inset.width === width && inset.height * width * 3 === data.length) return data;
  const out = new Uint16Array(inset.width * inset.height * 3);
  for (let y = 0; y < inset.height; y++) {
    const from = ((inset.top + y) * width + inset.left) * 3;
    out.set(data.subarray(from, from + inset.width * 3), y * inset.width * 3);
  }
  return out;
};
