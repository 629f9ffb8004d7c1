import { defineOp } from '../../operator/define.js';
import { integer, required } from '../../operator/params/index.js';
import { variable } from '../../ports/index.js';
import { take as takeFirst } from '../../streams/index.js';

export const take = defineOp({
  name: 'take',
  about: 'Go on with the first items and leave out the rest',
  params: { count: required(integer({ min: 0 }), 'How many items') },
  main: 'count',
  input: variable('item'),
  output: variable('item'),
  flow: ({ count }) => takeFirst(count),
});
