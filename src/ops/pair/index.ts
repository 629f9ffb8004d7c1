import { pair as pairPort, variable } from '../../ports/index.js';
import { pair as pairs } from '../../streams/index.js';
import { defineJoin } from '../define.js';
import { defaulted, integer } from '../params/index.js';

export const pair = defineJoin({
  name: 'pair',
  about: 'Put two streams of the same items side by side, such as photos and their degraded copies',
  params: {
    window: defaulted(integer({ min: 0 }), 16, 'Items of one stream that may wait for their partner'),
  },
  streams: { from: variable('from'), to: variable('to') },
  output: pairPort(variable('from'), variable('to')),
  join:
    ({ window }, ctx) =>
    ({ from, to }) =>
      pairs(ctx.path, from!, to!, { window }),
});
