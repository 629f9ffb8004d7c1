import { contracts } from './contracts.js';
import type { Law } from './law.js';
import { pictures } from './pictures.js';
import { purity } from './purity.js';
import { relations } from './relations.js';
import { streams } from './streams.js';
import { tensors } from './tensors.js';

/** All laws, the plain ones first: of several that are broken, the first is reported. */
export const laws = [
  ...contracts,
  ...purity,
  ...pictures,
  ...streams,
  ...relations,
  ...tensors,
] as const satisfies readonly Law[];

export type { Law, Subject, Trial, Undoing, Verdict } from './law.js';
