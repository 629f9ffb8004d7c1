import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { SpareBuffers } from './spare-buffers.js';

const tensor = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

describe('SpareBuffers', () => {
  it('copies into what came back, if it fits exactly, and each buffer once', () => {
    const spare = new SpareBuffers();
    const back = new ArrayBuffer(8);
    spare.keep([new ArrayBuffer(4), back, new ArrayBuffer(12)]);
    const first = spare.copy(tensor(1, 2));
    expect(first).toEqual(tensor(1, 2));
    expect(first.data.buffer).toBe(back);
    expect(spare.copy(tensor(3, 4)).data.buffer).not.toBe(back);
  });

  it('copies parts of larger buffers', () => {
    const spare = new SpareBuffers();
    spare.keep([new ArrayBuffer(4)]);
    const data = Float32Array.of(1, 2, 3).subarray(1, 2);
    expect(spare.copy({ dtype: 'float32', shape: [1], data })).toEqual(tensor(2));
  });

  it('gives up what came back longest ago when there is too much', () => {
    const spare = new SpareBuffers();
    const old = new ArrayBuffer(8);
    spare.keep([old]);
    spare.keep([new ArrayBuffer(127_999_996)]);
    expect(spare.copy(tensor(1, 2)).data.buffer).not.toBe(old);
  });
});
