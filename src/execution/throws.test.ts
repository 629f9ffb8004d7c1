import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { decode, defineOp, encode, files, save } from '../ops/index.js';
import { pipeline } from '../pipelines/code.js';
import { frame, none } from '../ports/index.js';
import { onHolding } from '../records/journal/holding.js';
import { fromIterable } from '../streams/index.js';
import type { PipelineEvent, RunOptions } from './run.js';
import { run } from './run.js';

const root = mkdtempSync(join(tmpdir(), 'prismflow-throws-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Where the operator of this test throws, or its resource does. */
type Place = 'load' | 'loading' | 'map' | 'mapping' | 'working' | 'rejecting' | 'closing' | 'nowhere';

let place: Place = 'nowhere';
const thrown = new Error('thrown on purpose');
const throwAt = (here: Place): void => {
  if (place === here) throw thrown;
};
let [open, closed] = [0, 0];

const throwing = defineOp({
  name: 'throwing',
  about: 'Throw where the test says',
  params: {},
  input: frame,
  output: frame,
  load: () => {
    throwAt('load');
    return async () => {
      throwAt('loading');
      open++;
      return E.right({
        value: undefined,
        close: async () => {
          closed++;
          throwAt('closing');
        },
      });
    };
  },
  map: () => {
    throwAt('map');
    return ({ value }) => {
      throwAt('mapping');
      return async () => {
        throwAt('working');
        if (place === 'rejecting') return Promise.reject(thrown);
        return E.right(value);
      };
    };
  },
});

let folder = '';
beforeEach(async () => {
  [place, open, closed] = ['nowhere', 0, 0];
  folder = mkdtempSync(join(root, 'run-'));
  mkdirSync(join(folder, 'in'));
  for (const name of ['a', 'b', 'c'])
    await sharp({ create: { width: 9, height: 9, channels: 3, background: '#369' } })
      .png()
      .toFile(join(folder, `in/${name}.png`));
});

const edit = () =>
  pipeline(
    files({ in: join(folder, 'in') }),
    decode(),
    throwing(),
    encode({ format: 'png' }),
    save({ to: `${join(folder, 'out')}/{path}` }),
  );

const held = new Set<string>();
onHolding((path, isHeld) => (isHeld ? held.add(path) : held.delete(path)));

/** Runs to whatever end, and looks that nothing is left behind of it. */
const leavesNothing = async (
  options: RunOptions = {},
  kept: readonly string[] = ['journal.jsonl'],
): Promise<E.Either<unknown, unknown>> => {
  const result = await run(edit(), options)();
  expect([...held].filter((path) => path.startsWith(folder))).toEqual([]);
  const records = join(folder, 'out/.prismflow');
  if (existsSync(records)) expect(readdirSync(records).filter((name) => !kept.includes(name))).toEqual([]);
  expect(closed).toBe(open);
  return result;
};

describe('a throw leaves no lock and nothing open', () => {
  for (const where of ['load', 'loading', 'map', 'mapping', 'working', 'rejecting', 'closing'] as const)
    it(`in an operator: ${where}`, async () => {
      place = where;
      const result = await leavesNothing();
      if (where === 'load' || where === 'loading' || where === 'map') expect(E.isLeft(result)).toBe(true);
      // The folder is free again.
      place = 'nowhere';
      expect(await leavesNothing({ retry: true })).toMatchObject({ right: { failed: [] } });
    });

  for (const kind of ['started', 'done', 'skipped', 'failed', 'finished', 'engine'] as const)
    it(`in an observer of ${kind}`, async () => {
      if (kind === 'skipped') await leavesNothing();
      if (kind === 'failed') place = 'working';
      const result = await leavesNothing({
        observe: (event: PipelineEvent) => {
          if (event.kind === kind) throw thrown;
        },
      });
      expect(E.isRight(result)).toBe(true);
      place = 'nowhere';
      expect(await leavesNothing({ retry: true })).toMatchObject({ right: { failed: [] } });
    });

  it('in what is told of busy photos', async () => {
    // A photo that is written and not yet recorded stays noted, so that the next run knows its result.
    for (const busy of [
      () => {
        throw thrown;
      },
      () => () => {
        throw thrown;
      },
    ])
      await leavesNothing({ busy }, ['journal.jsonl', 'in-flight.json']);
    expect(await leavesNothing()).toMatchObject({ right: { failed: [] } });
  });

  it('in a source', async () => {
    const source = (at: 'opening' | 'pulling') =>
      defineOp({
        name: `source.${at}`,
        about: 'Throw',
        params: {},
        input: none,
        output: frame,
        source: () => {
          if (at === 'opening') throw thrown;
          return fromIterable(
            (function* () {
              yield* [];
              throw thrown;
            })(),
          );
        },
      });
    for (const at of ['opening', 'pulling'] as const) {
      const result = await run(pipeline(source(at)(), throwing()))();
      expect(JSON.stringify(result)).toContain('thrown on purpose');
      expect(closed).toBe(open);
    }
  });

  it('and an abort at any moment, before the first photo or while one is worked on, neither', async () => {
    for (const after of [0, 1, 5, 20, 60, 150]) {
      const control = new AbortController();
      if (after === 0) control.abort();
      else setTimeout(() => control.abort(), after);
      await leavesNothing({ signal: control.signal });
    }
    expect(await leavesNothing()).toMatchObject({ right: { failed: [] } });
  });

  it('and a loader that fails after another has opened closes that', async () => {
    const second = defineOp({
      name: 'second',
      about: 'Fail to load',
      params: {},
      input: frame,
      output: frame,
      load: () => TE.left([{ code: 'file/none', severity: 'error', message: 'nothing to load' }]),
      map:
        () =>
        ({ value }) =>
          TE.right(value),
    });
    const both = pipeline(
      files({ in: join(folder, 'in') }),
      decode(),
      throwing(),
      second(),
      encode({ format: 'png' }),
      save({ to: `${join(folder, 'out')}/{path}` }),
    );
    expect(E.isLeft(await run(both)())).toBe(true);
    expect([open, closed]).toEqual([1, 1]);
    expect([...held].filter((path) => path.startsWith(folder))).toEqual([]);
  });
});

describe('options of a run', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ...[0, -1, 1.5, 1025, Number.NaN, '2', null].map((value) => ['jobs', value] as const),
    ...[0, -1, 2 ** 19, Number.POSITIVE_INFINITY, Number.NaN, '2G'].map(
      (value) => ['memory', value] as const,
    ),
    ...[0, -1, 1e9, Number.NaN, '10m'].map((value) => ['timeout', value] as const),
    ...['certify', 'resume', 'retry', 'laws'].map((name) => [name, 1] as const),
    ['signal', {}],
    ['finish', true],
    ['observe', 'all'],
    ['busy', 1],
    ['engine', 5],
    ['job', 2],
    ['__proto__x', 2],
  ];
  for (const [name, value] of wrong)
    it(`${name}: ${String(value)} is refused before anything is opened`, async () => {
      const result = await leavesNothing({ [name]: value } as RunOptions);
      expect(result).toMatchObject({ left: [{ code: 'run/invalid-option' }] });
      expect(JSON.stringify(result)).toContain(name);
      expect(open).toBe(0);
      expect(existsSync(join(folder, 'out'))).toBe(false);
    });

  it('engine: an unknown one is refused, and all that are wrong are told at once', async () => {
    expect(await leavesNothing({ engine: 'gpu' })).toMatchObject({ left: [{ code: 'run/unknown-engine' }] });
    const both = await leavesNothing({ jobs: 0, memory: 1 });
    expect(both).toMatchObject({ left: [{ code: 'run/invalid-option' }, { code: 'run/invalid-option' }] });
  });

  it('an engine that is not there is refused before anything is opened', async () => {
    const engine = process.platform === 'darwin' ? 'dml' : 'coreml';
    expect(await leavesNothing({ engine })).toMatchObject({ left: [{ code: 'tensor/engine-unavailable' }] });
    expect([open, existsSync(join(folder, 'out'))]).toEqual([0, false]);
  });

  it('undefined is as good as nothing', async () => {
    const nothing = { jobs: undefined, memory: undefined, timeout: undefined } as unknown as RunOptions;
    expect(await leavesNothing(nothing)).toMatchObject({ right: { done: 3 } });
  });
});
