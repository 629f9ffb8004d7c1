import { defineOp } from '../../operator/define.js';
import { batch, variable } from '../../ports/index.js';
import { unbatch as membersOf } from '../../streams/index.js';

export const unbatch = defineOp({
  name: 'unbatch',
  about: 'Take batches apart into their items',
  params: {},
  input: batch(variable('item')),
  output: variable('item'),
  inOrder: true,
  flow: () => membersOf(),
});
