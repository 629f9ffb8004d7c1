import type { HostTensor } from '../ports/index.js';
import { threefryBlock } from '../tensor/random/threefry.js';
import type { Initialisation, Learner, ParameterSpec } from './network.js';

type Key = readonly [number, number];

/** A key for each name, so that a parameter starts alike whatever others there are. */
const keyOf = (seed: number, name: string): Key =>
  [...name].reduce<Key>(
    ([k0, k1], letter, i) => threefryBlock(k0, k1, letter.codePointAt(0)!, i),
    [Math.floor(seed / 2 ** 32) | 0, seed | 0],
  );

/** 24 of a word's bits as a multiple of 2^-24 in [0, 1), which float32 holds exactly. */
const fraction = (word: number): number => (word & 0xffffff) * 2 ** -24;

/** Two numbers from two random words: evenly between -1 and 1, or normally distributed (Box and Muller). */
const pairs = {
  uniform: (a: number, b: number): Key => [2 * fraction(a) - 1, 2 * fraction(b) - 1],
  normal: (a: number, b: number): Key => {
    const radius = Math.sqrt(-2 * Math.log(1 - fraction(a)));
    const angle = 2 * Math.PI * fraction(b);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
} as const;

const draw = (key: Key, count: number, kind: keyof typeof pairs, scale: number): Float32Array => {
  const data = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const [first, second] = pairs[kind](...threefryBlock(...key, i / 2, 0));
    data[i] = scale * first;
    if (i + 1 < count) data[i + 1] = scale * second;
  }
  return data;
};

const started = (key: Key, count: number, start: Initialisation): Float32Array => {
  if ('constant' in start) return new Float32Array(count).fill(start.constant);
  return 'normal' in start
    ? draw(key, count, 'normal', start.normal)
    : draw(key, count, 'uniform', start.uniform);
};

const tensorOf = (seed: number, name: string, { shape, start }: ParameterSpec): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape,
  data: started(
    keyOf(seed, name),
    shape.reduce((a, b) => a * b, 1),
    start,
  ),
});

/**
 * The parameters that a network starts with. They are a pure function of the seed, a whole number from 0 to 2^53 - 1, and
 * of each parameter's name, shape and start: neither their order nor what other parameters there are matters.
 */
export const initialise = (
  { parameters }: Pick<Learner<unknown>, 'parameters'>,
  seed: number,
): Readonly<Record<string, HostTensor<'float32'>>> =>
  Object.fromEntries(Object.entries(parameters).map(([name, spec]) => [name, tensorOf(seed, name, spec)]));
