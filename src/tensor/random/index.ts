export {
  bits,
  fold,
  hostKey,
  integers,
  type Key,
  key,
  normal,
  permutation,
  split,
  uniform,
} from './random.js';
