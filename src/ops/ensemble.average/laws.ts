import { join } from 'node:path';
import type { LawKit } from '../../testing/index.js';
import { writeModel } from '../testing/models.js';

export const kit: LawKit = async (folder) => {
  const models = await writeModel(join(folder, 'three'), [1, 2, 3]);
  const equals = await writeModel(join(folder, 'equals'), [4, 4, 4]);
  const sliced = await writeModel(join(folder, 'sliced'), [1, 2], {
    kind: 'grid',
    options: { cells: 4, depth: 3, width: 4, guide: 3 },
  });
  return {
    runs: 20,
    paths: { weights: [models, sliced] },
    pictures: { minSide: 1, maxSide: 8 },
    // An ensemble of equals is one of them, however it is averaged.
    alike: [
      [
        { models: equals, members: 'all' },
        { models: equals, members: 1 },
      ],
      [
        { models: equals, average: 'weights' },
        { models: equals, members: [100] },
      ],
    ],
  };
};
