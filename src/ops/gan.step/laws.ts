import fc from 'fast-check';
import type { LawKit } from '../../testing/index.js';

/** Networks of a few weights on pictures of a few pixels: every run of a case compiles a training step. */
export const kit: LawKit = () => ({
  runs: 4,
  items: 1,
  pictures: { minSide: 16, maxSide: 16, channels: [3], alpha: false },
  params: fc.constantFrom(
    {
      generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } },
      discriminator: { patch: { layers: 1, width: 4 } },
      losses: { adversarial: 0.1, pixel: 1 },
      schedule: { constant: 3 },
    },
    {
      generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } },
      losses: { adversarial: 0, fidelity: 1 },
      schedule: { constant: 3 },
      average: 0.9,
    },
    {
      generator: { grid: { cells: 4, depth: 2, width: 4, guide: 2 } },
      discriminator: { views: { layers: 1, width: 4 } },
      losses: {
        adversarial: 0.1,
        identity: 0.1,
        heights: 1,
        structure: 1,
        range: 1,
        neutral: 1,
        whites: 1,
        smooth: 1,
      },
      schedule: { constant: 3 },
    },
  ),
});
