import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type DType, type HostTensor, parseJson } from '../../ports/index.js';
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

/** Bytes at the beginning of a file that say how long its header is. */
export const LENGTH_BYTES = 8;

/** Bytes of a header: room for 100,000 tensors. The format itself allows ten times as many. */
const MAX_HEADER = 10_000_000;

/** Axes of a tensor. */
const MAX_RANK = 8;

interface Stored {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly content: () => Uint8Array;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const stored = (name: string, { dtype, shape, data }: HostTensor, half: boolean): Stored =>
  half && dtype === 'float32'
    ? { name, type: 'F16', shape, bytes: 2 * data.length, content: () => bytesOf(toHalf(data)) }
    : { name, type: storedTypes[dtype], shape, bytes: data.byteLength, content: () => bytesOf(data) };

const byName = ({ name: a }: Stored, { name: b }: Stored): number => (a < b ? -1 : Number(a > b));

/** A safetensors file about to be written, in pieces that need not be in memory together. */
export interface TensorPieces {
  readonly bytes: number;
  /** The pieces in order; numbers are brought to half precision when their piece is asked for. */
  readonly pieces: () => Iterable<Uint8Array>;
}

/**
 * Tensors and free text as a safetensors file (https://github.com/huggingface/safetensors), piece by piece: eight bytes
 * with the length of a JSON header, the header, and the tensors row-major, little-endian, wide types first so that each
 * is aligned. The same tensors always give the same bytes.
 *
 * @param options `half` stores float32 as float16, nearest, which halves the file; reading gives float32 again
 */
export const piecesOf = (
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
  { half = false }: { readonly half?: boolean } = {},
): TensorPieces => {
  const all = Object.entries(tensors)
    .map(([name, tensor]) => stored(name, tensor, half))
    .sort((a, b) => widths[b.type] - widths[a.type] || byName(a, b));
  const facts = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  let end = 0;
  const entries = all.map(({ name, type, shape, bytes }) => {
    const begin = end;
    end += bytes;
    return [name, { dtype: type, shape, data_offsets: [begin, end] }] as const;
  });
  const header = Object.fromEntries<unknown>([
    ...(facts.length === 0 ? [] : [['__metadata__', Object.fromEntries(facts)] as const]),
    ...entries,
  ]);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES;
  const head = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, LENGTH_BYTES);
  return {
    bytes: head.length + end,
    pieces: function* () {
      yield head;
      for (const { content } of all) yield content();
    },
  };
};

/** The same in one piece. */
export const encodeTensors = (...given: Parameters<typeof piecesOf>): Uint8Array => {
  const { bytes, pieces } = piecesOf(...given);
  const out = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces()) {
    out.set(piece, at);
    at += piece.length;
  }
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
  shape: t.refinement(t.readonlyArray(whole), ({ length }) => length <= MAX_RANK, `at most ${MAX_RANK} axes`),
  data_offsets: t.tuple([whole, whole]),
});

type Entry = t.TypeOf<typeof entryCodec>;

type Read<A> = E.Either<string, A>;

/** How long the header is that comes after the first eight bytes of a file of so many. */
export const headerLengthOf = (start: Uint8Array, fileBytes: number): Read<number> => {
  if (start.length < LENGTH_BYTES) return E.left('it is too short to have a header');
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (length > BigInt(fileBytes - LENGTH_BYTES)) return E.left('its header is longer than the file');
  return length > BigInt(MAX_HEADER)
    ? E.left(`its header is longer than ${MAX_HEADER / 1e6} MB`)
    : E.right(Number(length));
};

const jsonOf = (header: Uint8Array): Read<unknown> =>
  pipe(
    E.tryCatch(
      () => new TextDecoder('utf-8', { fatal: true }).decode(header),
      () => 'its header is no text',
    ),
    E.filterOrElse(
      (text) => text.startsWith('{'),
      () => 'its header does not begin with {',
    ),
    E.chain((text) =>
      pipe(
        parseJson(text),
        E.mapLeft(() => 'its header is no JSON'),
      ),
    ),
  );

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
    ? E.right(inOrder)
    : E.left(`it has ${length} bytes of tensors where its header tells of ${end}`);
};

/** Where a tensor stands among the bytes after the header, and what it is. */
export interface Placed {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The tensor of its bytes, which are of a buffer of their own. */
  readonly read: (buffer: ArrayBuffer) => HostTensor;
}

const dtypes: Readonly<Record<StoredType, DType>> = {
  F32: 'float32',
  F16: 'float32',
  I32: 'int32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

const tensorOf = ({ dtype, shape }: Entry, buffer: ArrayBuffer): HostTensor => {
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

/** What a header says: every tensor in the order of the file, and free text. */
export interface TensorHeader {
  readonly tensors: readonly Placed[];
  readonly metadata: Readonly<Record<string, string>>;
}

const headerCodec = t.UnknownRecord;
const metadataCodec = t.record(t.string, t.string);

/**
 * What the header of a safetensors file says of the bytes after it. Anything that breaks the format's rules is refused
 * before memory is spent on tensors: an error continues "the file cannot be used: …".
 *
 * @param dataBytes how many bytes come after the header
 */
export const decodeHeader = (header: Uint8Array, dataBytes: number): Read<TensorHeader> =>
  pipe(
    jsonOf(header),
    E.chain((json) => {
      if (!headerCodec.is(json)) return E.left('its header is no mapping');
      const { __metadata__: metadata = {}, ...rest } = json;
      if (!metadataCodec.is(metadata)) return E.left('its metadata is no mapping of texts');
      return pipe(
        entriesOf(rest),
        E.chain((entries) => placed(entries, dataBytes)),
        E.map((entries) => ({
          metadata,
          tensors: entries.map(([name, entry]): Placed => {
            const [begin, end] = entry.data_offsets;
            const { shape } = entry;
            const dtype = dtypes[entry.dtype];
            return { name, begin, end, dtype, shape, read: (buffer) => tensorOf(entry, buffer) };
          }),
        })),
      );
    }),
  );

/** What the bytes of a safetensors file hold: see `decodeHeader`. */
export const decodeTensors = (bytes: Uint8Array): Read<TensorFile> =>
  pipe(
    headerLengthOf(bytes, bytes.length),
    E.chain((length) => {
      const data = bytes.subarray(LENGTH_BYTES + length);
      return pipe(
        decodeHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), data.length),
        E.map(({ tensors, metadata }) => ({
          // A copy of its own is aligned, and does not keep the whole file alive. The `slice` of a Buffer would not copy.
          tensors: Object.fromEntries(
            tensors.map(({ name, begin, end, read }) => [
              name,
              read(new Uint8Array(data.subarray(begin, end)).buffer),
            ]),
          ),
          metadata,
        })),
      );
    }),
  );
