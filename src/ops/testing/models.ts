import * as E from 'fp-ts/lib/Either.js';
import { generatorOf } from '../../nn/generators/index.js';
import { initialise } from '../../nn/initialise.js';
import { addSnapshot } from '../../nn/models/index.js';
import type { NetworkSpec } from '../../ports/index.js';

/** A network of a few hundred weights. */
export const tinyPyramid: NetworkSpec = {
  kind: 'pyramid',
  options: { levels: 2, lowBlocks: 1, highBlocks: 1, width: 4 },
};

/** Writes a model of networks as they start, one snapshot for each seed, and gives the folder. */
export const writeModel = async (
  folder: string,
  seeds: readonly number[],
  spec: NetworkSpec = tinyPyramid,
): Promise<string> => {
  const network = generatorOf(spec);
  if (network === undefined) throw new Error(`there is no generator ${spec.kind}`);
  for (const [i, seed] of seeds.entries()) {
    const facts = { step: 100 * (i + 1), cycle: i + 1, training: { seed } };
    const added = await addSnapshot(folder, spec, initialise(network, seed), facts)();
    if (E.isLeft(added)) throw new Error(added.left.map(({ message }) => message).join('\n'));
  }
  return folder;
};
