import { defineOp } from '../../operator/define.js';
import { frame } from '../../ports/index.js';
import { through } from '../../streams/through.js';
import { gathered } from './gather.js';

export const untile = defineOp({
  name: 'untile',
  about: 'Put the tiles of a picture together again, blended where they overlap',
  params: {},
  input: frame,
  output: frame,
  laws: { remakes: true },
  flow: () => through(gathered),
});
