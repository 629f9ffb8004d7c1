import type { HostTensor } from '../../ports/index.js';

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

  /** A copy of a tensor, in a buffer that fits exactly where there is one. */
  copy(tensor: HostTensor): HostTensor {
    const { data } = tensor;
    const spare = this.#buffers.find((b) => b.byteLength === data.byteLength);
    if (spare === undefined) return { ...tensor, data: data.slice() } as HostTensor;
    this.#buffers = this.#buffers.filter((b) => b !== spare);
    const copy = new (data.constructor as new (buffer: ArrayBuffer) => typeof data)(spare);
    copy.set(data);
    return { ...tensor, data: copy } as HostTensor;
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

const newest = (buffers: readonly ArrayBuffer[]): readonly ArrayBuffer[] => {
  let bytes = 0;
  return buffers.filter(({ byteLength }) => {
    bytes += byteLength;
    return bytes <= MOST_BYTES;
  });
};
