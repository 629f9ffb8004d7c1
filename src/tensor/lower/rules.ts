import { activationRules } from './activation.js';
import { arithmeticRules } from './arithmetic.js';
import { blockRules } from './blocks.js';
import { comparisonRules } from './comparison.js';
import { constantRules } from './constants.js';
import { convolutionRules } from './convolution.js';
import { gatherRules } from './gather.js';
import { matmulRules } from './matmul.js';
import { normaliseRules } from './normalise.js';
import { padRules } from './pad.js';
import { poolingRules } from './pooling.js';
import { reductionRules } from './reduction.js';
import { resizeRules } from './resize.js';
import type { Rule, Rules } from './rule.js';
import { shapeRules } from './shape.js';
import { slicingRules } from './slicing.js';
import { threefryRules } from './threefry.js';
import { unaryRules } from './unary.js';
import { warpRules } from './warp.js';

// Total over the union of kernels: a rule that is missing does not compile.
const table: Rules = {
  ...activationRules,
  ...arithmeticRules,
  ...blockRules,
  ...comparisonRules,
  ...constantRules,
  ...convolutionRules,
  ...gatherRules,
  ...matmulRules,
  ...normaliseRules,
  ...padRules,
  ...poolingRules,
  ...reductionRules,
  ...resizeRules,
  ...shapeRules,
  ...slicingRules,
  ...threefryRules,
  ...unaryRules,
  ...warpRules,
};

/** Every lowering rule, by kernel. tfjs hands attributes over untyped, so here the rules forget their types. */
export const rules: ReadonlyMap<string, Rule<never>> = new Map(
  Object.entries(table as Readonly<Record<string, Rule<never>>>),
);
