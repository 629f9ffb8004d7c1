import type { NetworkSpec } from '../../ports/index.js';
import type { Network } from '../network.js';
import { grid } from './grid.js';
import { pyramid } from './pyramid.js';
import { resnet } from './resnet.js';
import { restorer } from './restorer.js';
import { shrinkage } from './shrinkage.js';

const generators: Readonly<Record<string, (options: NetworkSpec['options']) => Network>> = {
  grid,
  pyramid,
  resnet,
  restorer,
  shrinkage,
};

/** The generator that a spec describes; undefined for a kind that there is not. */
export const generatorOf = ({ kind, options }: NetworkSpec): Network | undefined =>
  Object.hasOwn(generators, kind) ? generators[kind]?.(options) : undefined;

export { type GridOptions, grid } from './grid.js';
export { type PyramidOptions, pyramid } from './pyramid.js';
export { type ResnetOptions, resnet } from './resnet.js';
export { type RestorerOptions, restorer } from './restorer.js';
export { type ShrinkageOptions, shrinkage } from './shrinkage.js';
