import { convolutionRules } from './convolution.js';
import { elementwiseRules } from './elementwise.js';
import { reductionRules } from './reduction.js';
import type { Rule } from './rule.js';
import { shapeRules } from './shape.js';

const families = { ...elementwiseRules, ...convolutionRules, ...reductionRules, ...shapeRules };

/** The tfjs kernels that can be recorded. */
export type KernelName = keyof typeof families;

/**
 * Every lowering rule, by kernel. Each rule is typed with its own kernel's attributes where it is written; tfjs hands
 * them over untyped, so the table forgets them.
 */
export const rules: ReadonlyMap<string, Rule<never>> = new Map(
  Object.entries(families as Record<KernelName, Rule<never>>),
);
