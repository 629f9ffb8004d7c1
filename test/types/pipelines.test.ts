import { describe, expectTypeOf, it } from 'vitest';
import { integer, required } from '../../src/operator/params/index.js';
import { decode, defineJoin, defineOp, encode, files, save } from '../../src/ops/index.js';
import { type Pipeline, pipeline, stream } from '../../src/pipelines/code.js';
import type { BatchPort, FramePort, PairPort, SavedPort } from '../../src/ports/index.js';
import * as port from '../../src/ports/index.js';

const take = defineOp({
  name: 'take',
  about: 'Go on with the first few',
  params: { count: required(integer(), 'How many') },
  main: 'count',
  input: port.variable('item'),
  output: port.variable('item'),
  flow: () => (items) => items,
});

const batch = defineOp({
  name: 'batch',
  about: 'Put several together',
  params: {},
  input: port.variable('item'),
  output: port.batch(port.variable('item')),
  flow: () => (items) => items as never,
});

const pair = defineJoin({
  name: 'pair',
  about: 'Put two streams side by side',
  params: {},
  streams: { from: port.variable('from'), to: port.variable('to') },
  output: port.pair(port.variable('from'), port.variable('to')),
  join:
    () =>
    ({ from }) =>
      from as never,
});

describe('pipelines in code', () => {
  it('have the port of their last step', () => {
    const edited = pipeline(files('photos'), decode(), encode({ quality: 90 }), save('edited/{path}'));
    expectTypeOf(edited).toEqualTypeOf<Pipeline<SavedPort>>();
  });

  it('carry ports through operators that take anything', () => {
    const taken = pipeline(files('photos'), take(3), decode(), take(2), batch());
    expectTypeOf(taken).toEqualTypeOf<Pipeline<BatchPort<FramePort>>>();
  });

  it('join streams', () => {
    const clear = stream('clear', files('photos'), decode());
    const small = stream('small', clear, take(3));
    expectTypeOf(pipeline(pair({ from: small, to: clear }), batch())).toEqualTypeOf<
      Pipeline<BatchPort<PairPort<FramePort, FramePort>>>
    >();
  });

  it('do not compile when a step does not take what it is given', () => {
    // @ts-expect-error encode takes a frame, not a file
    pipeline(files('photos'), encode());
    // @ts-expect-error save takes encoded bytes, not a frame
    pipeline(files('photos'), decode(), save('edited/{path}'));
    // @ts-expect-error a pipeline begins with a source
    pipeline(decode());
    // @ts-expect-error a source can only be first
    pipeline(files('photos'), files('photos'));
    // @ts-expect-error also behind an operator that takes anything
    pipeline(files('photos'), take(3), encode());
    // @ts-expect-error a batch is not a frame
    pipeline(files('photos'), decode(), batch(), encode());
    const clear = stream('clear', files('photos'), decode());
    // @ts-expect-error a pair is not a frame
    pipeline(pair({ from: clear, to: clear }), encode());
    // @ts-expect-error a stream is a source
    pipeline(files('photos'), clear);
  });
});
