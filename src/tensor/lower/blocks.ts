import type { GraphBuilder, NodeId } from '../graph/index.js';
import { toNchw, toNhwc } from './image-layout.js';
import { operand, type Rules, UnsupportedError } from './rule.js';

// ONNX Runtime moves blocks of floats only.
const onFloats = (b: GraphBuilder, x: NodeId, f: (x: NodeId) => NodeId): NodeId =>
  b.cast(f(b.cast(x, 'float32')), b.dtype(x));

/** Depth to blocks of pixels and back, the depth split as (row, column, channel). */
export const blockRules = {
  DepthToSpace: ({ b, on, attrs }) => {
    if (attrs.dataFormat !== 'NHWC') throw new UnsupportedError(`dataFormat ${attrs.dataFormat}; use NHWC`);
    return onFloats(b, operand(on, 'x'), (x) =>
      toNhwc(b, b.add('depthToSpace', [toNchw(b, x)], { block: attrs.blockSize })),
    );
  },
  SpaceToDepth: ({ b, on, attrs }) =>
    onFloats(b, operand(on, 'x'), (x) =>
      toNhwc(b, b.add('spaceToDepth', [toNchw(b, x)], { block: attrs.blockSize })),
    ),
} satisfies Partial<Rules>;
