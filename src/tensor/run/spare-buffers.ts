import { arrays, type HostTensor } from '../../ports/index.js';

/** Most bytes that are kept, and how long after they came back. */
const MOST_BYTES = 128e6;
const KEPT_MS = 2000;

/**
 * Buffers that runs gave back. Copying into a fresh buffer of many megabytes takes four times as long as into one that was
 * used before: the system clears each page of it at the first touch.
 */
export class SpareBuffers {
  #buffers: readonly ArrayBuffer[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** A buffer of so many bytes, of any contents: a spare one that fits exactly, else a new one. */
  take(bytes: number): ArrayBuffer {
    const spare = this.#buffers.find((b) => b.byteLength === bytes);
    this.#buffers = this.#buffers.filter((b) => b !== spare);
    return spare ?? new ArrayBuffer(bytes);
  }

  /** A copy of a tensor. */
  copy(tensor: HostTensor): HostTensor {
    return copyInto(this.take(tensor.data.byteLength), tensor);
  }

  /** Takes back what a run is done with; what came back longest ago is given up first. */
  keep(buffers: readonly ArrayBuffer[]): void {
    if (buffers.length === 0) return;
    this.#buffers = newest([...buffers, ...this.#buffers]);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#buffers = [];
    }, KEPT_MS).unref();
  }
}

/** A tensor copied into a buffer of just its size. Not by `slice`, which for Node's own `Buffer` copies nothing. */
export const copyInto = (buffer: ArrayBuffer, tensor: HostTensor): HostTensor => {
  const data = new arrays[tensor.dtype](buffer);
  data.set(tensor.data);
  return { ...tensor, data } as HostTensor;
};

const newest = (buffers: readonly ArrayBuffer[]): readonly ArrayBuffer[] => {
  let bytes = 0;
  return buffers.filter(({ byteLength }) => {
    bytes += byteLength;
    return bytes <= MOST_BYTES;
  });
};
