import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { decodeTensors, encodeTensors } from './safetensors.js';

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const count = (sides: readonly number[]): number => sides.reduce((a, b) => a * b, 1);

const tensor: fc.Arbitrary<HostTensor> = shape.chain((sides) => {
  const length = { minLength: count(sides), maxLength: count(sides) };
  return fc.oneof(
    fc
      .float32Array({ ...length, noNaN: true })
      .map((data) => ({ dtype: 'float32', shape: sides, data }) as const),
    fc.int32Array(length).map((data) => ({ dtype: 'int32', shape: sides, data }) as const),
    fc.uint8Array(length).map((data) => ({ dtype: 'uint8', shape: sides, data }) as const),
    fc.uint16Array(length).map((data) => ({ dtype: 'uint16', shape: sides, data }) as const),
  );
});

const name = fc.string({ minLength: 1, maxLength: 12 }).filter((each) => each !== '__metadata__');
const tensors = fc.dictionary(name, tensor, { maxKeys: 6, noNullPrototype: true });
const metadata = fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), {
  maxKeys: 3,
  noNullPrototype: true,
});

const headerOf = (bytes: Uint8Array): string => {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  return new TextDecoder().decode(bytes.subarray(8, 8 + length));
};

/** A file with a header and data of one's own. */
const file = (header: string, data: number, length = new TextEncoder().encode(header).length): Uint8Array => {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
};

const entry = (sides: readonly number[], begin: number, end: number, dtype = 'F32'): object => ({
  dtype,
  shape: sides,
  data_offsets: [begin, end],
});

describe('safetensors', () => {
  it('gives back what was put in, whatever the order of names', () => {
    fc.assert(
      fc.property(tensors, metadata, (given, facts) => {
        const bytes = encodeTensors(given, facts);
        expect(decodeTensors(bytes)).toEqual(E.right({ tensors: given, metadata: facts }));
        expect(decodeTensors(Buffer.concat([new Uint8Array(3), bytes]).subarray(3))).toEqual(
          E.right({ tensors: given, metadata: facts }),
        );
        const turned = Object.fromEntries(Object.entries(given).reverse());
        expect(encodeTensors(turned, facts)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('writes the format: a header of a multiple of eight bytes, wide tensors first', () => {
    const bytes = encodeTensors(
      {
        a: { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) },
        b: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, -2) },
      },
      { made: 'here' },
    );
    expect(headerOf(bytes).trimEnd()).toBe(
      '{"__metadata__":{"made":"here"},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}',
    );
    expect(headerOf(bytes).length % 8).toBe(0);
  });

  it('stores halves, and reads them as floats that differ by 1/2048 at most', () => {
    const data = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 3);
    const bytes = encodeTensors({ w: { dtype: 'float32', shape: [1000], data } }, {}, { half: true });
    expect(bytes.length).toBeLessThan(2200);
    const read = decodeTensors(bytes);
    const back = E.isRight(read) ? read.right.tensors.w?.data : undefined;
    expect(back).toBeInstanceOf(Float32Array);
    for (const [i, value] of data.entries())
      expect(Math.abs((back?.[i] as number) - value)).toBeLessThanOrEqual(Math.abs(value) / 2048);
  });

  it.each([
    ['nothing', new Uint8Array(0), 'too short'],
    ['a header longer than the file', file('{}', 0, 4096), 'longer than the file'],
    ['a header of 2^63 bytes', file('{}', 0, Number.MAX_SAFE_INTEGER), 'longer than the file'],
    ['no JSON', file('{"a":', 0), 'no JSON'],
    ['a list', file('[1,2,3]', 0), 'does not begin with {'],
    ['a type that there is not', file(JSON.stringify({ a: entry([1], 0, 4, 'F99') }), 4), '"a" has no type'],
    ['a negative side', file(JSON.stringify({ a: entry([-1], 0, 4) }), 4), '"a" has no type'],
    ['a side that is no whole number', file(JSON.stringify({ a: entry([0.5], 0, 2) }), 2), '"a" has no type'],
    ['a tensor beyond the end', file(JSON.stringify({ a: entry([2], 0, 8) }), 4), '"a" is not where'],
    ['a tensor of another size', file(JSON.stringify({ a: entry([2], 0, 4) }), 4), '"a" is not where'],
    [
      'sides whose product overflows',
      file(JSON.stringify({ a: entry([2 ** 40, 2 ** 40], 0, 4) }), 4),
      '"a" is',
    ],
    [
      'tensors that overlap',
      file(JSON.stringify({ a: entry([1], 0, 4), b: entry([1], 2, 6) }), 6),
      '"b" is not where',
    ],
    ['a hole', file(JSON.stringify({ a: entry([1], 4, 8) }), 8), '"a" is not where'],
    ['bytes that belong to nothing', file(JSON.stringify({ a: entry([1], 0, 4) }), 8), '8 bytes of tensors'],
    ['metadata of numbers', file(JSON.stringify({ __metadata__: { a: 1 } }), 0), 'mapping of texts'],
  ])('refuses %s', (_, bytes, why) => {
    const read = decodeTensors(bytes);
    expect(E.isLeft(read) && read.left).toContain(why);
  });

  it('never throws, whatever byte is changed', () => {
    const bytes = encodeTensors(
      { w: { dtype: 'float32', shape: [2, 2], data: new Float32Array(4) } },
      { a: 'b' },
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
        const changed = bytes.slice(0, length);
        changed[at] = value;
        decodeTensors(changed);
      }),
      { numRuns: 500 },
    );
  });
});
