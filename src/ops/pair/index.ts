import { defineJoin } from '../../operator/define.js';
import { defaulted, integer, oneOf } from '../../operator/params/index.js';
import { type ItemKey, pair as pairPort, variable } from '../../ports/index.js';
import { pair as pairs } from '../../streams/index.js';

export const pair = defineJoin({
  name: 'pair',
  about: 'Put two streams of the same items side by side, such as photos and their degraded copies',
  params: {
    by: defaulted(
      oneOf('place', 'name'),
      'place',
      'What makes two items one: their place in the stream, or the path of their file without its extension',
    ),
    window: defaulted(integer({ min: 0 }), 16, 'Items of one stream that may wait for their partner'),
  },
  streams: { from: variable('from'), to: variable('to') },
  output: pairPort(variable('from'), variable('to')),
  join:
    ({ by, window }, ctx) =>
    ({ from, to }) =>
      pairs(ctx.path, from!, to!, { window, ...(by === 'name' && { by: nameOf }) }),
});

/** Path below the source's folder, without the extension, in one pass. */
const nameOf = ({ path, epoch }: ItemKey): string => `${epoch}/${path.replace(/\.[^./]*$/, '')}`;
