import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { behaviourKinds } from '../../src/operator/behaviour.js';
import { builtIn, defineOp, files, pad } from '../../src/ops/index.js';
import { frame } from '../../src/ports/index.js';

const picture = { height: 4, width: 5, channels: 3 } as const;

describe('an operator in the registry', () => {
  it('takes parameters that its codec has read, and no others', () => {
    const { params, facts } = pad.operator;
    const read = params.codec.decode({ multiple: 4 });
    if (E.isLeft(read)) throw new Error('refused');
    expect(facts.shape?.(read.right, picture)).toMatchObject({ right: { height: 4, width: 8 } });
    // @ts-expect-error No codec has read these.
    const asWritten = () => facts.shape?.({ multiple: 4 }, picture);
    expect(asWritten).toBeTypeOf('function');
  });

  it('tells by its kind what it does', () => {
    const { behaviour } = files.operator;
    // @ts-expect-error Of what kind it is was not asked.
    expect(behaviour.source).toBeTypeOf('function');
    if (behaviour.kind === 'source') expect(behaviour.source).toBeTypeOf('function');
    // @ts-expect-error There is no such kind.
    expect(behaviour.kind === 'sink').toBe(false);
  });

  it('has the one property that its kind is called by', () => {
    for (const { behaviour } of builtIn.values())
      expect(behaviourKinds.filter((kind) => kind in behaviour)).toEqual([behaviour.kind]);
  });

  it('is defined without a kind', () => {
    const same = defineOp({
      name: 'same',
      about: 'Do nothing',
      params: {},
      input: frame,
      output: frame,
      tensor: { program: () => (each) => each },
    });
    expect(same.operator.behaviour.kind).toBe('tensor');
  });
});
