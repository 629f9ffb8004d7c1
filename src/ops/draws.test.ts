import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { randomFor } from '../operator/random.js';
import type { HostTensor } from '../ports/index.js';
import { crop } from './crop/index.js';
import { builtIn } from './index.js';
import { frameFrom } from './testing/frames.js';
import { itemOf, runMap } from './testing/run.js';

// What was drawn for an item is drawn in later versions as well, or receipts could not reproduce what they are of, and a
// training taken up would learn from other pictures.

const shape = { height: 6, width: 8, channels: 3 } as const;

/** What operators are asked for, so that they draw all that they can. */
const asked: Readonly<Record<string, unknown>> = {
  augment: { rotate: 180, zoom: [0.8, 1.5], light: 0.2, colour: 0.1 },
  'degrade.blur': { size: [1, 3] },
};

/** The beginning and the weighted sum of some numbers, to four digits: enough to tell whether they are the same. */
const digestOf = ({ data, shape: size }: HostTensor): string => {
  const values = Array.from(data, Number);
  const sum = values.reduce((total, value, i) => total + value * Math.cos(i), 0);
  const told = [...values.slice(0, 3), sum].map((value) => Number(value.toPrecision(4)));
  return `[${size}] ${told.join(' ')}`;
};

const drawing = [...builtIn.values()].flatMap((operator) => {
  const { behaviour, name } = operator;
  const inputs = behaviour.kind === 'tensor' ? behaviour.tensor.inputs : undefined;
  return inputs === undefined ? [] : [{ name, operator, inputs }];
});

describe('what operators draw for an item stays the same', () => {
  it.each(drawing)('$name', ({ name, operator, inputs }) => {
    const params = operator.params.codec.decode(asked[name]);
    if (E.isLeft(params)) throw new Error(`${name} refuses ${JSON.stringify(asked[name])}`);
    const drawn = [0, 1, 2].map((index) => {
      const { key } = itemOf(0, index);
      const tensors = inputs(params.right, randomFor(7, 'steps[1]', { ...key, epoch: index }), shape);
      return Object.fromEntries(Object.entries(tensors).map(([part, tensor]) => [part, digestOf(tensor)]));
    });
    expect(drawn).toMatchSnapshot();
  });

  it('crop', async () => {
    const step = crop({ size: 2, random: true });
    const grid = frameFrom({ width: 40, height: 30, depth: 'float32' }, (x, y, c) => [x, y, 0][c] ?? 0);
    const places = await Promise.all(
      [0, 1, 2].map(async (index) => {
        const { key } = itemOf(0, index);
        const cropped = await runMap(step, grid, { seed: 7, key: { ...key, epoch: index } });
        return E.isRight(cropped) ? [...cropped.right.samples.data.subarray(0, 2)] : [];
      }),
    );
    expect(places).toMatchSnapshot();
  });
});
