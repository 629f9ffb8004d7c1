import type { NetworkSpec } from '../../ports/index.js';
import type { Discriminator } from '../network.js';
import { patch } from './patch.js';
import { pyramid } from './pyramid.js';
import { views } from './views.js';

const discriminators: Readonly<Record<string, (options: NetworkSpec['options']) => Discriminator>> = {
  patch,
  pyramid,
  views,
};

/** The discriminator that a spec describes; undefined for a kind that there is not. */
export const discriminatorOf = ({ kind, options }: NetworkSpec): Discriminator | undefined =>
  Object.hasOwn(discriminators, kind) ? discriminators[kind]?.(options) : undefined;

export { type PatchOptions, patch } from './patch.js';
export { type PyramidDiscriminatorOptions, pyramid } from './pyramid.js';
export { type ViewsOptions, views } from './views.js';
