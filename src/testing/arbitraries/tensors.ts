import fc from 'fast-check';
import type { HostTensor, Port } from '../../ports/index.js';
import { arbitraryContent, type Content } from './content.js';
import { arbitraryWindow } from './window.js';

/** How large arbitrary tensors are. */
export interface ArbitraryTensorOptions {
  readonly minSide?: number;
  /** Default: 8. */
  readonly maxSide?: number;
  readonly channels?: readonly (1 | 3)[];
  /** Members of a batch at most. Default: 3. */
  readonly maxBatch?: number;
}

/**
 * What travels on a port as a tensor program sees it, values 0..1, float32: `[height, width, channels]` of a frame,
 * `[batch, height, width, channels]` of a batch of frames. A pair gives two tensors of one shape, from and to.
 *
 * @throws TypeError for a port that carries no pictures
 */
export const arbitraryTensors = (
  port: Port,
  { minSide = 1, maxSide = 8, channels = [1, 3], maxBatch = 3 }: ArbitraryTensorOptions = {},
): fc.Arbitrary<readonly HostTensor[]> => {
  const { batched, count } = pictures(port);
  return fc
    .record({
      window: arbitraryWindow({ minSide, maxSide, within: { width: 64, height: 64 } }),
      channels: fc.constantFrom(...channels),
      batch: batched ? fc.integer({ min: 1, max: maxBatch }) : fc.constant(1),
      contents: fc.array(arbitraryContent(), { minLength: count * maxBatch, maxLength: count * maxBatch }),
    })
    .map(({ window, channels: depth, batch, contents }) =>
      Array.from({ length: count }, (_, k): HostTensor => {
        const members = contents.slice(k * maxBatch, k * maxBatch + batch);
        const { left, top, width, height } = window;
        const planes = members.flatMap((content: Content) =>
          Array.from({ length: height * width * depth }, (__, i) => {
            const [pixel, c] = [Math.floor(i / depth), i % depth];
            return content(left + (pixel % width), top + Math.floor(pixel / width), c);
          }),
        );
        const shape = [height, width, depth];
        return {
          dtype: 'float32',
          shape: batched ? [batch, ...shape] : shape,
          data: Float32Array.from(planes),
        };
      }),
    );
};

const pictures = (port: Port): { readonly batched: boolean; readonly count: number } => {
  switch (port.kind) {
    case 'frame':
      return { batched: false, count: 1 };
    case 'batch':
      return { batched: true, count: pictures(port.of).count };
    case 'pair':
      return { batched: false, count: pictures(port.from).count + pictures(port.to).count };
    case 'unpaired':
      return { batched: false, count: pictures(port.a).count + pictures(port.b).count };
    case 'oneOf':
      return pictures(port.options[0] ?? { kind: 'none' });
    default:
      throw new TypeError(`A ${port.kind} has no pictures in it.`);
  }
};
