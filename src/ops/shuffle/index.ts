import { defineOp } from '../../operator/define.js';
import { defaulted, integer } from '../../operator/params/index.js';
import { variable } from '../../ports/index.js';
import { shuffle as shuffled } from '../../streams/index.js';

/** The draw that makes the seed of the whole order belongs to the stream, not to an item. */
const wholeStream = { path: '', index: 0, epoch: 0 };

export const shuffle = defineOp({
  name: 'shuffle',
  about: 'Give the items in a random order',
  params: {
    buffer: defaulted(
      integer({ min: 1 }),
      256,
      'Items held in memory to choose from; none comes more than this many places early',
    ),
  },
  main: 'buffer',
  input: variable('item'),
  output: variable('item'),
  random: ({ buffer }) => buffer > 1,
  bufferedItems: ({ buffer }) => buffer,
  flow: ({ buffer }, ctx) =>
    shuffled({ buffer, seed: ctx.random(wholeStream).integer('order', 0, 2 ** 31 - 1) }),
});
