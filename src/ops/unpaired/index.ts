import { defineJoin } from '../../operator/define.js';
import { unpaired as unpairedPort, variable } from '../../ports/index.js';
import { unpaired as zipped } from '../../streams/index.js';

export const unpaired = defineJoin({
  name: 'unpaired',
  about: 'Put two streams side by side that have nothing to do with each other, such as day and sunset',
  params: {},
  streams: { a: variable('a'), b: variable('b') },
  output: unpairedPort(variable('a'), variable('b')),
  inOrder: true,
  join:
    () =>
    ({ a, b }) =>
      zipped(a!, b!),
});
