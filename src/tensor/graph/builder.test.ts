import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './builder.js';

const bytes = fc.uint8Array({ minLength: 4, maxLength: 32 }).map((b) => b.slice(0, b.length & ~3));

const constantOf = (b: GraphBuilder, contents: Uint8Array, length = contents.length / 4) =>
  b.constant({ dtype: 'float32', shape: [length], data: new Float32Array(contents.slice().buffer) });

describe('constants of a graph', () => {
  it('are one where their bits are the same, and others where any differs', () => {
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const b = new GraphBuilder();
        const same = Buffer.compare(one, other) === 0;
        expect(constantOf(b, one)).toBe(constantOf(b, one));
        expect(constantOf(b, one) === constantOf(b, other)).toBe(same);
      }),
    );
  });

  it('are others where their shapes or types differ', () => {
    const b = new GraphBuilder();
    const flat = b.constant({ dtype: 'float32', shape: [4], data: new Float32Array(4) });
    expect(b.constant({ dtype: 'float32', shape: [2, 2], data: new Float32Array(4) })).not.toBe(flat);
    expect(b.constant({ dtype: 'int32', shape: [4], data: new Int32Array(4) })).not.toBe(flat);
  });

  it('are told by their array where they are large', () => {
    const b = new GraphBuilder();
    const data = new Float32Array((1 << 16) + 1);
    const large = (values: Float32Array) =>
      b.constant({ dtype: 'float32', shape: [values.length], data: values });
    expect(large(data)).toBe(large(data));
    expect(large(data.slice())).not.toBe(large(data));
  });
});
