import { createRequire } from 'node:module';
import type { Decoding, Pixels } from './pixels.js';

/**
 * HEIF pictures by libheif and libde265, as WebAssembly (libheif-js). Their C interface is called, since the one for browsers gives 8
 * bits only.
 */

/** What of the module is used: libheif/heif.h. */
interface Library {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  readonly _malloc: (bytes: number) => number;
  readonly _heif_context_alloc: () => number;
  readonly _heif_context_read_from_memory_without_copy: (
    error: number,
    context: number,
    at: number,
    length: number,
    options: number,
  ) => void;
  readonly _heif_context_get_primary_image_handle: (error: number, context: number, to: number) => void;
  readonly _heif_image_handle_get_width: (handle: number) => number;
  readonly _heif_image_handle_get_height: (handle: number) => number;
  readonly _heif_image_handle_get_luma_bits_per_pixel: (handle: number) => number;
  readonly _heif_image_handle_has_alpha_channel: (handle: number) => number;
  readonly _heif_decode_image: (
    error: number,
    handle: number,
    to: number,
    space: number,
    chroma: number,
    options: number,
  ) => void;
  readonly _heif_image_get_plane_readonly: (image: number, channel: number, stride: number) => number;
}

/** heif_colorspace_RGB. */
const RGB = 1;
/** heif_channel_interleaved. */
const INTERLEAVED = 10;
/** heif_chroma_interleaved_RGB and RGBA; RRGGBB and RRGGBBAA, little-endian. */
const CHROMA = { rgb: 10, rgba: 11, deepRgb: 14, deepRgba: 15 } as const;

const integerAt = (library: Library, at: number): number => library.HEAPU32[at >> 2] ?? 0;

const textAt = (library: Library, at: number): string => {
  const end = library.HEAPU8.indexOf(0, at);
  return Buffer.from(library.HEAPU8.subarray(at, Math.min(end, at + 300))).toString('latin1');
};

/** Throws what a call says is wrong (struct heif_error: two numbers and a text). */
const check = (library: Library, error: number): void => {
  if (integerAt(library, error) !== 0) throw new Error(textAt(library, integerAt(library, error + 8)));
};

const rowsOf = (library: Library, at: number, stride: number, row: number, height: number): Uint8Array => {
  const rows = new Uint8Array(row * height);
  for (let y = 0; y < height; y++)
    rows.set(library.HEAPU8.subarray(at + y * stride, at + y * stride + row), y * row);
  return rows;
};

/** Decodes the main picture: turned and cut as the file asks, RGB or RGBA, in the bits that it has. Throws what is wrong. */
export const decodeHeif: Decoding<Pixels> = async (bytes) => {
  const require = createRequire(import.meta.url);
  const library = (require('libheif-js/libheif-wasm/libheif-bundle.js') as () => Library)();
  const [error, place] = [library._malloc(12), library._malloc(8)];
  const file = library._malloc(bytes.length);
  library.HEAPU8.set(bytes, file);
  const context = library._heif_context_alloc();
  library._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0);
  check(library, error);
  library._heif_context_get_primary_image_handle(error, context, place);
  check(library, error);
  const handle = integerAt(library, place);
  const bits = library._heif_image_handle_get_luma_bits_per_pixel(handle);
  const alpha = library._heif_image_handle_has_alpha_channel(handle) !== 0;
  const deep = bits > 8;
  const chroma = deep ? (alpha ? CHROMA.deepRgba : CHROMA.deepRgb) : alpha ? CHROMA.rgba : CHROMA.rgb;
  library._heif_decode_image(error, handle, place, RGB, chroma, 0);
  check(library, error);
  const width = library._heif_image_handle_get_width(handle);
  const height = library._heif_image_handle_get_height(handle);
  const plane = library._heif_image_get_plane_readonly(integerAt(library, place), INTERLEAVED, place + 4);
  if (plane === 0) throw new Error('it has no samples');
  const channels = alpha ? 4 : 3;
  const row = width * channels * (deep ? 2 : 1);
  const rows = rowsOf(library, plane, integerAt(library, place + 4), row, height);
  return { width, height, channels, bits, data: deep ? new Uint16Array(rows.buffer) : rows };
};
