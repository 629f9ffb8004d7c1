import { defineOp } from '../../operator/define.js';
import { boolean, defaulted, integer, required } from '../../operator/params/index.js';
import { batch as batchPort, variable } from '../../ports/index.js';
import { batch as collected } from '../../streams/index.js';

export const batch = defineOp({
  name: 'batch',
  about: 'Put several items together, to go through training at once',
  params: {
    size: required(integer({ min: 1 }), 'Items in a batch'),
    partial: defaulted(
      boolean,
      true,
      'Whether what is left at the end makes a smaller batch, or is left out',
    ),
  },
  main: 'size',
  input: variable('item'),
  output: batchPort(variable('item')),
  bufferedItems: ({ size }) => size,
  inOrder: true,
  flow: ({ size, partial }) => collected(size, { partial }),
});
