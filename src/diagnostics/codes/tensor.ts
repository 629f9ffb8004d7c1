import type { Explanations } from '../explanation.js';

/** Codes of the tensor executor: recording a tfjs program, compiling it, running it. */
export const tensorCodes = {
  'tensor/value-read': {
    title: 'A tensor was read while the program was being recorded',
    remedy:
      'Keep the computation in tensor operations (tf.where instead of `if`), or pass the value in as a plain number.',
    disposition: 'permanent',
  },
  'tensor/unsupported-kernel': {
    title: 'A tfjs kernel has no lowering rule',
    remedy: 'Write the operation with the supported kernels; `pipe doctor` lists them.',
    disposition: 'permanent',
  },
  'tensor/unsupported-attributes': {
    title: 'A kernel is supported, but not with these attributes, dtypes or shapes',
    remedy: 'The message names the attribute and the values that work.',
    disposition: 'permanent',
  },
  'tensor/baked-randomness': {
    title: 'A program draws random numbers while it is being recorded',
    remedy:
      'Use the counter-based generators of prismflow/tensor (random.uniform, random.normal, …) with a key that is an input.',
    disposition: 'permanent',
  },
  'tensor/variable-assigned': {
    title: 'A program assigns a tf.Variable while it is being recorded',
    remedy: 'Take parameters as inputs and return their new values.',
    disposition: 'permanent',
  },
  'tensor/not-a-tensor': {
    title: 'The program returned something that is not a tensor, an array or a record of tensors',
    remedy: 'Return tensors only, and compute nothing asynchronously inside a jitted function.',
    disposition: 'permanent',
  },
  'tensor/program-threw': {
    title: 'The program threw while it was being recorded',
    remedy: 'The message is the one thrown; shapes are those of this call.',
    disposition: 'permanent',
  },
  'tensor/input-mismatch': {
    title: 'An input does not match its declared shape, its dtype or the length of its data',
    remedy: 'The message gives the path of the input, what was expected and what was given.',
    disposition: 'permanent',
  },
  'tensor/invalid-graph': {
    title: 'A compiler pass produced a graph that breaks its invariants',
    remedy: 'This is a bug in Prismflow: please report it with the program.',
    disposition: 'permanent',
  },
  'tensor/compile-failed': {
    title: 'The engine refused the compiled graph',
    remedy: 'Try another engine (--engine cpu), and please report it with the program.',
    disposition: 'transient',
  },
  'tensor/run-failed': {
    title: 'The engine failed while running the graph',
    remedy: 'The message is the engine’s own. Out of memory: use smaller tiles or batches.',
    disposition: 'transient',
  },
  'tensor/engine-lost': {
    title: 'The engine’s worker ended while it was working',
    remedy: 'The next call starts a new worker. If it happens again, the machine may be out of memory.',
    disposition: 'transient',
  },
  'tensor/cancelled': {
    title: 'The call was cancelled',
    remedy: 'Nothing to fix.',
    disposition: 'transient',
  },
  'tensor/disposed': {
    title: 'The compiled function was used after it was disposed',
    remedy: 'Create it again with jit().',
    disposition: 'transient',
  },
  'tensor/engine-unavailable': {
    title: 'The engine does not work on this machine',
    remedy: '`pipe doctor` lists the engines that do, and what the others lack.',
    disposition: 'fatal',
  },
} as const satisfies Explanations;
