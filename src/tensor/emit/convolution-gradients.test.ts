import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { convOutputSize, type Graph, GraphBuilder, type Pair } from '../graph/index.js';
import { type Dialect, standardOnnx } from './dialect.js';
import { emit } from './emit.js';
import { encodeModel } from './schema.js';

const geometry = fc
  .record({
    groups: fc.integer({ min: 1, max: 2 }),
    inner: fc.integer({ min: 1, max: 2 }),
    outer: fc.integer({ min: 1, max: 2 }),
    size: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    padding: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
  })
  .map((g) => ({ ...g, output: convOutputSize(g.size, g.kernel, g) }))
  .filter(({ output: [h, w] }) => h > 0 && w > 0);

const numbers = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(3 * i + 1));

const run = async (graph: Graph, dialect: Dialect): Promise<readonly number[]> => {
  const model = emit(graph, dialect);
  const session = await ort.InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
  const feeds = model.inputs.map(({ name, dims }) => [
    name,
    new ort.Tensor('float32', numbers(dims.reduce((a, b) => a * b, 1)), dims),
  ]);
  const { dx } = await session.run(Object.fromEntries(feeds));
  await session.release();
  return [...(dx!.data as Float32Array)];
};

it('both forms of the gradient by the input are the same', async () => {
  await fc.assert(
    fc.asyncProperty(geometry, async ({ groups, inner, outer, size, kernel, output, ...geometry }) => {
      const b = new GraphBuilder();
      const input = (name: string, shape: readonly number[]) =>
        b.add('input', [], { name, shape, dtype: 'float32' });
      const dy = input('dy', [2, groups * outer, ...(output as Pair)]);
      const filter = input('filter', [groups * outer, inner, ...kernel]);
      const dx = b.add('convInputGradient', [dy, filter], { ...geometry, groups, size });
      const graph = b.graph('gradient', [{ name: 'dx', node: dx }]);
      const transposed = await run(graph, standardOnnx);
      const turned = await run(graph, {
        ...standardOnnx,
        transposedConvolutions: false,
        backwardSlices: false,
      });
      expect(turned.length).toBe(transposed.length);
      turned.forEach((value, i) => void expect(value).toBeCloseTo(transposed[i]!, 4));
    }),
    { numRuns: 150 },
  );
});
