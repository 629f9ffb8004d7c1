import { rewriteOutputs } from './graph/index.js';
import type { Recorded } from './trace/record.js';

/** Which outputs, by path, leave a program as integers of fewer bits. */
export type BoundaryDTypes = Readonly<Record<string, 'uint8' | 'uint16'>>;

const LARGEST = { uint8: 255, uint16: 65535 } as const;

/** Rounds (half to even), clamps and narrows the named outputs at the end of the graph, so that fewer bytes travel. */
export const narrowOutputs = (recorded: Recorded, as: BoundaryDTypes): Recorded => ({
  ...recorded,
  graph: rewriteOutputs(recorded.graph, (build, node, name) => {
    const dtype = as[name];
    if (dtype === undefined) return node;
    const rounded = build.unary('round', build.cast(node, 'float32'));
    return build.cast(build.add('clip', [rounded], { min: 0, max: LARGEST[dtype] }), dtype);
  }),
  program: {
    ...recorded.program,
    outputs: recorded.program.outputs.map((o) => ({
      ...o,
      ...(as[o.name] === undefined ? {} : { dtype: as[o.name]! }),
    })),
  },
});
