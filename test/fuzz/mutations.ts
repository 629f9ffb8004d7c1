import fc from 'fast-check';
import { utf8 } from './target.js';

/** A word of a format; one of binary formats has a byte for each character. */
const wordBytes = (word: string): Uint8Array =>
  word.split('').every((char) => char.charCodeAt(0) < 256)
    ? new Uint8Array(Buffer.from(word, 'latin1'))
    : utf8(word);

/** No input is longer. */
export const LONGEST = 1 << 20;

/** A change of bytes; places and lengths are shares of what is there, so that changes shrink and combine. */
interface Change {
  readonly kind: (typeof kinds)[number];
  readonly at: number;
  readonly length: number;
  readonly value: number;
}

const kinds = [
  'flip',
  'set',
  'remove',
  'repeat',
  'flood',
  'copy',
  'insert',
  'word',
  'number',
  'cut',
  'other',
] as const;

/** Numbers at which parsers go wrong, as bytes of both orders. */
const numbers: readonly Uint8Array[] = [
  ...[0, 1, 0x7f, 0x80, 0xff].map((byte) => Uint8Array.of(byte)),
  ...[0, 1, 0x7fff, 0x8000, 0xffff].flatMap((number) => [
    Uint8Array.of(number & 255, number >> 8),
    Uint8Array.of(number >> 8, number & 255),
  ]),
  ...[0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0x10000].flatMap((number) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(0, number, true);
    view.setUint32(4, number, false);
    return [new Uint8Array(view.buffer, 0, 4), new Uint8Array(view.buffer, 4, 4)];
  }),
];

const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts).subarray(0, LONGEST));

const replaced = (bytes: Uint8Array, at: number, put: Uint8Array): Uint8Array =>
  joined(bytes.subarray(0, at), put, bytes.subarray(Math.min(bytes.length, at + put.length)));

const changed = (
  bytes: Uint8Array,
  { kind, at: share, length: part, value }: Change,
  seeds: readonly Uint8Array[],
  words: readonly Uint8Array[],
): Uint8Array => {
  const at = Math.floor(share * bytes.length);
  // Short pieces mostly: the square of a share is small.
  const end = Math.min(bytes.length, at + 1 + Math.floor(part * part * (bytes.length - at)));
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  const of = <A>(list: readonly A[]): A | undefined => list[value % Math.max(1, list.length)];
  switch (kind) {
    case 'flip':
      return replaced(bytes, at, Uint8Array.of((bytes[at] ?? 0) ^ (1 << (value & 7))));
    case 'set':
      return replaced(bytes, at, Uint8Array.of(value & 255));
    case 'remove':
      return joined(before, after);
    case 'repeat':
      return joined(before, ...Array.from({ length: 2 + (value & 7) }, () => piece), after);
    case 'flood': {
      // Rarely, as much as fits: what grows faster than its input shows here.
      const times =
        value % 16 === 0 ? Math.floor((LONGEST - bytes.length) / Math.max(1, piece.length)) : value % 500;
      return joined(before, ...Array.from({ length: Math.min(times, 100_000) }, () => piece), after);
    }
    case 'copy':
      return replaced(bytes, Math.floor(part * bytes.length), piece.slice());
    case 'insert':
      return joined(before, Uint8Array.of(value & 255, (value >> 8) & 255), bytes.subarray(at));
    case 'word':
      return joined(before, of(words) ?? new Uint8Array(0), value & 256 ? after : bytes.subarray(at));
    case 'number':
      return replaced(bytes, at, of(numbers) ?? new Uint8Array(0));
    case 'cut':
      return bytes.slice(0, at);
    case 'other': {
      const other = of(seeds) ?? bytes;
      return joined(before, other.subarray(Math.floor(part * other.length)));
    }
  }
};

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...kinds),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  value: fc.nat({ max: 0xffff }),
});

/** Inputs for a parser: valid ones, the same with one to ten changes, and bytes of any kind. */
export const inputs = (
  seeds: readonly Uint8Array[],
  words: readonly string[] = [],
): fc.Arbitrary<Uint8Array> => {
  const dictionary = words.map(wordBytes);
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 10 }))
    .map(([seed, changes]) => changes.reduce((bytes, each) => changed(bytes, each, seeds, dictionary), seed));
  return fc.oneof(
    { weight: 19, arbitrary: mutated },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
};
