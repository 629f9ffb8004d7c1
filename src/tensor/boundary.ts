import { rewriteOutputs } from './graph/index.js';
import type { Recorded } from './trace/record.js';
import { leaves } from './tree.js';

/** Which outputs, by path, leave a program as integers of fewer bits. */
export type BoundaryDTypes = Readonly<Record<string, 'uint8' | 'uint16'>>;

const isName = (value: unknown): value is string => typeof value === 'string';

/** Rounds (half to even), clamps and narrows the named outputs at the end of the graph, so that fewer bytes travel. */
export const narrowOutputs = (recorded: Recorded, as: BoundaryDTypes): Recorded => {
  const narrowed = new Map(
    leaves(recorded.outputs, isName).map(({ path, value }) => [value, as[path === '' ? 'output' : path]]),
  );
  return {
    ...recorded,
    graph: rewriteOutputs(recorded.graph, (build, node, name) => {
      const dtype = narrowed.get(name);
      if (dtype === undefined) return node;
      return build.add('quantize', [build.cast(node, 'float32')], { to: dtype });
    }),
    program: {
      ...recorded.program,
      outputs: recorded.program.outputs.map((o) => {
        const dtype = narrowed.get(o.name);
        return dtype === undefined ? o : { ...o, dtype };
      }),
    },
  };
};
