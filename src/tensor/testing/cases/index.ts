import { constantCases } from './constants.js';
import { elementwiseCases } from './elementwise.js';
import { gatherCases } from './gather.js';
import { imageCases } from './images.js';
import { linearCases } from './linear.js';
import type { Cases } from './programs.js';
import { reductionCases } from './reduction.js';
import { shapeCases } from './shape.js';
import { windowCases } from './windows.js';

/** Programs for every kernel that can be recorded; total over the union, so a kernel without one does not compile. */
export const cases: Cases = {
  ...constantCases,
  ...elementwiseCases,
  ...gatherCases,
  ...imageCases,
  ...linearCases,
  ...reductionCases,
  ...shapeCases,
  ...windowCases,
};
