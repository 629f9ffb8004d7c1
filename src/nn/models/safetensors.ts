import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import type { DType, HostTensor } from '../../ports/index.js';
import { fromHalf, toHalf } from '../../tensor/run/half.js';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, HostTensor>>;

/** What a safetensors file holds. */
export interface TensorFile {
  readonly tensors: Tensors;
  readonly metadata: Readonly<Record<string, string>>;
}

type StoredType = 'F32' | 'I32' | 'F16' | 'U16' | 'U8' | 'BOOL';

const widths: Readonly<Record<StoredType, number>> = { F32: 4, I32: 4, F16: 2, U16: 2, U8: 1, BOOL: 1 };

const storedTypes: Readonly<Record<DType, StoredType>> = {
  float32: 'F32',
  int32: 'I32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
};

const LENGTH_BYTES = 8;

/** The format's own limit on its header. */
const MAX_HEADER = 100_000_000;

interface Stored {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const stored = (name: string, { dtype, shape, data }: HostTensor, half: boolean): Stored =>
  half && dtype === 'float32'
    ? { name, type: 'F16', shape, bytes: bytesOf(toHalf(data)) }
    : { name, type: storedTypes[dtype], shape, bytes: bytesOf(data) };

const byName = ({ name: a }: Stored, { name: b }: Stored): number => (a < b ? -1 : Number(a > b));

/**
 * Tensors and free text as the bytes of a safetensors file (https://github.com/huggingface/safetensors): eight bytes
 * with the length of a JSON header, the header, and the tensors row-major, little-endian, wide types first so that each
 * is aligned. The same tensors always give the same bytes.
 *
 * @param options `half` stores float32 as float16, nearest, which halves the file; reading gives float32 again
 */
export const encodeTensors = (
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
  { half = false }: { readonly half?: boolean } = {},
): Uint8Array => {
  const all = Object.entries(tensors)
    .map(([name, tensor]) => stored(name, tensor, half))
    .sort((a, b) => widths[b.type] - widths[a.type] || byName(a, b));
  const ends = all.reduce<readonly number[]>(
    (before, { bytes }) => [...before, (before.at(-1) ?? 0) + bytes.length],
    [],
  );
  const begins = [0, ...ends];
  const facts = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const header = Object.fromEntries([
    ...(facts.length === 0 ? [] : [['__metadata__', Object.fromEntries(facts)] as const]),
    ...all.map(
      ({ name, type, shape }, i) =>
        [name, { dtype: type, shape, data_offsets: [begins[i], ends[i]] }] as const,
    ),
  ]);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES;
  const out = new Uint8Array(LENGTH_BYTES + length + (ends.at(-1) ?? 0));
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + length);
  out.set(text, LENGTH_BYTES);
  for (const [i, { bytes }] of all.entries()) out.set(bytes, LENGTH_BYTES + length + (begins[i] ?? 0));
  return out;
};

const whole = new t.Type<number>(
  'whole number',
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
  (value, context) =>
    Number.isSafeInteger(value) && (value as number) >= 0
      ? t.success(value as number)
      : t.failure(value, context),
  t.identity,
);

const entryCodec = t.strict({
  dtype: t.keyof({ F32: null, I32: null, F16: null, U16: null, U8: null, BOOL: null }),
  shape: t.readonlyArray(whole),
  data_offsets: t.tuple([whole, whole]),
});

type Entry = t.TypeOf<typeof entryCodec>;

type Read<A> = E.Either<string, A>;

const headerOf = (bytes: Uint8Array): Read<{ readonly json: unknown; readonly start: number }> => {
  if (bytes.length < LENGTH_BYTES) return E.left('it is too short to have a header');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEADER, bytes.length - LENGTH_BYTES)))
    return E.left('its header is longer than the file');
  const start = LENGTH_BYTES + Number(length);
  return pipe(
    E.tryCatch(
      () => new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, start)),
      () => 'its header is no text',
    ),
    E.filterOrElse(
      (text) => text.startsWith('{'),
      () => 'its header does not begin with {',
    ),
    E.chain((text) =>
      E.tryCatch(
        (): unknown => JSON.parse(text),
        () => 'its header is no JSON',
      ),
    ),
    E.map((json) => ({ json, start })),
  );
};

const entriesOf = (header: Readonly<Record<string, unknown>>): Read<readonly (readonly [string, Entry])[]> =>
  E.traverseArray(([name, value]: [string, unknown]): Read<readonly [string, Entry]> => {
    const entry = entryCodec.decode(value);
    return E.isRight(entry)
      ? E.right([name, entry.right])
      : E.left(
          `its tensor ${JSON.stringify(name)} has no type that is known here, or no shape, or no place in the file`,
        );
  })(Object.entries(header));

/** Every byte belongs to one tensor, and to one only: nothing overlaps, hides or reaches beyond the end. */
const placed = (
  entries: readonly (readonly [string, Entry])[],
  length: number,
): Read<readonly (readonly [string, Entry])[]> => {
  const inOrder = [...entries].sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  const wrong = inOrder.find(
    (
      [
        ,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ],
      i,
    ) => {
      const size = shape.reduce((product, side) => product * side, widths[dtype]);
      return begin !== (inOrder[i - 1]?.[1].data_offsets[1] ?? 0) || end - begin !== size || end > length;
    },
  );
  if (wrong !== undefined)
    return E.left(`its tensor ${JSON.stringify(wrong[0])} is not where, or not as long as, it must be`);
  const end = inOrder.at(-1)?.[1].data_offsets[1] ?? 0;
  return end === length
    ? E.right(entries)
    : E.left(`it has ${length} bytes of tensors where its header tells of ${end}`);
};

const tensorOf = (bytes: Uint8Array, { dtype, shape, data_offsets: [begin, end] }: Entry): HostTensor => {
  // A copy of its own is aligned, and does not keep the whole file alive. The `slice` of a Buffer would not copy.
  const { buffer } = new Uint8Array(bytes.subarray(begin, end));
  switch (dtype) {
    case 'F32':
      return { dtype: 'float32', shape, data: new Float32Array(buffer) };
    case 'F16':
      return { dtype: 'float32', shape, data: fromHalf(new Uint16Array(buffer)) };
    case 'I32':
      return { dtype: 'int32', shape, data: new Int32Array(buffer) };
    case 'U16':
      return { dtype: 'uint16', shape, data: new Uint16Array(buffer) };
    case 'U8':
      return { dtype: 'uint8', shape, data: new Uint8Array(buffer) };
    case 'BOOL':
      return { dtype: 'bool', shape, data: new Uint8Array(buffer) };
  }
};

const headerCodec = t.UnknownRecord;
const metadataCodec = t.record(t.string, t.string);

/**
 * What the bytes of a safetensors file hold. Anything that breaks the format's rules is refused before memory is spent
 * on it: an error continues "the file cannot be used: …".
 */
export const decodeTensors = (bytes: Uint8Array): Read<TensorFile> =>
  pipe(
    headerOf(bytes),
    E.chain(({ json, start }) => {
      if (!headerCodec.is(json)) return E.left('its header is no mapping');
      const { __metadata__: metadata = {}, ...rest } = json;
      const data = bytes.subarray(start);
      if (!metadataCodec.is(metadata)) return E.left('its metadata is no mapping of texts');
      return pipe(
        entriesOf(rest),
        E.chain((entries) => placed(entries, data.length)),
        E.map((entries) => ({
          tensors: Object.fromEntries(entries.map(([name, entry]) => [name, tensorOf(data, entry)])),
          metadata,
        })),
      );
    }),
  );
