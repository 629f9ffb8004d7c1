import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { failure, warning } from '../diagnostics/index.js';
import { defaulted, integer, required } from '../operator/params/index.js';
import { batch, defineOp, pair, shuffle, take, unbatch, unpaired } from '../ops/index.js';
import { pipeline, stream } from '../pipelines/code.js';
import * as port from '../ports/index.js';
import { fromIterable } from '../streams/index.js';
import { compilePipeline } from './compile.js';
import { type PipelineEvent, run, runPlan } from './run.js';

/** Files that are numbers: their path is the number. */
const count = defineOp({
  name: 'count',
  about: 'Give numbers',
  params: { to: required(integer(), 'How many') },
  main: 'to',
  input: port.none,
  output: port.file,
  source: ({ to }) =>
    fromIterable(
      Array.from({ length: to }, (_, index) =>
        E.right({ key: { path: `${index}`, index, epoch: 0 }, value: { path: `${index}` } }),
      ),
    ),
});

const add = defineOp({
  name: 'add',
  about: 'Add to a number',
  params: { by: defaulted(integer(), 1, 'How much') },
  main: 'by',
  input: port.file,
  output: port.file,
  map:
    ({ by }) =>
    ({ value }) =>
      TE.right({ path: `${Number(value.path) + by}` }),
});

/** What a pipeline gives, seen by its last operator. */
const watch = <P extends port.Port>(input: P, seen: unknown[]) =>
  defineOp({
    name: 'watch',
    about: 'Look at what passes',
    params: {},
    input,
    output: port.saved,
    map:
      () =>
      ({ value }) => {
        seen.push(value);
        return TE.right({ path: '', size: 0 });
      },
  });

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

describe('a run', () => {
  it('keeps streams that come from one source aligned', async () => {
    const seen: unknown[] = [];
    const clear = stream('clear', count(20), add(100));
    const hazy = stream('hazy', clear, add(1000));
    const both = port.pair(port.file, port.file);
    const report = right(
      await run(pipeline(pair({ from: hazy, to: clear }), watch(both, seen)()), { jobs: 3 })(),
    );
    expect(report).toMatchObject({ done: 20, skipped: 0, failed: [], end: { kind: 'complete' } });
    expect(seen).toEqual(
      Array.from({ length: 20 }, (_, i) => ({ from: { path: `${i + 1100}` }, to: { path: `${i + 100}` } })),
    );
  });

  it('does not stand still when one branch of a stream collects more than another', async () => {
    const clear = stream('clear', count(400));
    const mixed = stream('mixed', clear, shuffle(100), batch(30), unbatch());
    const done = right(await run(pipeline(unpaired({ a: clear, b: mixed }), take(60)), { jobs: 2 })());
    expect(done).toMatchObject({ done: 60, end: { kind: 'complete' } });
  });

  it('sets bad items aside, with the operator that failed, and does the others', async () => {
    const odd = defineOp({
      name: 'odd',
      about: 'Refuse even numbers',
      params: {},
      input: port.file,
      output: port.file,
      map: () => {
        return ({ value }) => {
          if (value.path === '4') throw new Error('four');
          return Number(value.path) % 2 === 1
            ? TE.right(value)
            : TE.left([failure('value/invalid', `${value.path} is even.`)]);
        };
      },
    });
    const report = right(await run(pipeline(count(6), add(0), odd(), add(1)), { jobs: 2 })());
    expect(report.done).toBe(3);
    expect(
      report.failed.map(({ key, operator, diagnostics }) => [key.path, operator, diagnostics[0].code]),
    ).toEqual([
      ['0', 'steps[2]/odd', 'value/invalid'],
      ['2', 'steps[2]/odd', 'value/invalid'],
      ['4', 'steps[2]/odd', 'run/operator-threw'],
    ]);
  });

  it('refuses what does not fit the port that an operator declares', async () => {
    const liar = defineOp({
      name: 'liar',
      about: 'Give something else than it says',
      params: {},
      input: port.file,
      output: port.frame,
      map: () => () => TE.right({ width: 1 } as port.Frame),
    });
    const { failed } = right(await run(pipeline(count(1), liar()))());
    expect(failed[0]?.diagnostics[0].code).toBe('run/wrong-value');
  });

  it('stops where every further item would fail as well', async () => {
    const full = defineOp({
      name: 'full',
      about: 'Have no room after the third',
      params: {},
      input: port.file,
      output: port.file,
      map:
        () =>
        ({ value }) =>
          Number(value.path) < 3 ? TE.right(value) : TE.left([failure('image/disk-full', 'No room.')]),
    });
    const report = right(await run(pipeline(count(1000), full()), { jobs: 1 })());
    expect(report).toMatchObject({
      done: 3,
      end: { kind: 'stopped', diagnostics: [{ code: 'image/disk-full' }] },
    });
    expect(report.failed).toHaveLength(1);
  });

  it('tells what happens, in order, and hands warnings on before their items are done', async () => {
    const wary = defineOp({
      name: 'wary',
      about: 'Warn',
      params: {},
      input: port.file,
      output: port.file,
      map:
        (_, { warn }) =>
        ({ key, value }) => {
          warn(key, warning('file/none', 'Look out.'))();
          return TE.right(value);
        },
    });
    const events: PipelineEvent[] = [];
    right(await run(pipeline(count(2), wary()), { jobs: 1, observe: (event) => events.push(event) })());
    const told = events.map((event) => ('key' in event ? `${event.kind} ${event.key.path}` : event.kind));
    expect(told.filter((each) => !each.startsWith('warned'))).toEqual([
      'started',
      'done 0',
      'done 1',
      'finished',
    ]);
    expect(told.filter((each) => each.startsWith('warned'))).toEqual(['warned 0', 'warned 1']);
    expect(told.indexOf('warned 1')).toBeLessThan(told.indexOf('done 1'));
  });

  it('tells what operators note about an item, under their paths', async () => {
    const certified = defineOp({
      name: 'certified',
      about: 'Note a figure',
      params: {},
      input: port.file,
      output: port.file,
      map:
        (_, { note }) =>
        ({ key, value }) => {
          note(key, { seam: { largest: 0.25 }, passed: true })();
          return TE.right(value);
        },
    });
    const events: PipelineEvent[] = [];
    right(await run(pipeline(count(1), certified()), { observe: (event) => events.push(event) })());
    expect(events.filter(({ kind }) => kind === 'noted')).toEqual([
      {
        kind: 'noted',
        key: { path: '0', index: 0, epoch: 0 },
        operator: 'steps[1]/certified',
        facts: { seam: { largest: 0.25 }, passed: true },
      },
    ]);
  });

  it('opens what operators need once, closes it, and closes what is open when another cannot be opened', async () => {
    const log: string[] = [];
    const holder = (name: string, opens: boolean) =>
      defineOp({
        name,
        about: 'Hold something open',
        params: {},
        input: port.file,
        output: port.file,
        load: () => async () => {
          log.push(`open ${name}`);
          return opens
            ? E.right({ value: name, close: async () => void log.push(`close ${name}`) })
            : E.left([failure('file/missing', 'No such model.')]);
        },
        map: (_, __, held) => (item) => {
          log.push(`${held} ${item.key.path}`);
          return TE.right(item.value);
        },
      });
    await run(pipeline(count(2), holder('a', true)()), { jobs: 1 })();
    expect(log.splice(0)).toEqual(['open a', 'a 0', 'a 1', 'close a']);
    expect(await run(pipeline(count(2), holder('a', true)(), holder('b', false)()))()).toMatchObject({
      left: [{ code: 'file/missing' }],
    });
    expect(log).toEqual(['open a', 'open b', 'close a']);
  });

  it('carries a state from item to item', async () => {
    const seen: unknown[] = [];
    const sum = defineOp({
      name: 'sum',
      about: 'Add up',
      params: { start: defaulted(integer(), 0, 'What to start from') },
      input: port.file,
      output: port.file,
      scan: {
        start: ({ start }) => TE.right({ value: start, close: async () => undefined }),
        step:
          () =>
          (total, { value }) => {
            const next = total + Number(value.path);
            return TE.right([next, { path: `${next}` }] as const);
          },
      },
    });
    right(await run(pipeline(count(5), sum({ start: 10 }), watch(port.file, seen)()))());
    expect(seen).toEqual([10, 11, 13, 16, 20].map((total) => ({ path: `${total}` })));
  });

  it('ends when it is cancelled, with what was done', async () => {
    const controller = new AbortController();
    let done = 0;
    const report = right(
      await run(pipeline(count(100_000), add()), {
        signal: controller.signal,
        observe: ({ kind }) => {
          if (kind === 'done' && ++done === 5) controller.abort();
        },
      })(),
    );
    expect(report.end.kind).toBe('cancelled');
    expect(report.done).toBeLessThan(50);
  });

  it('runs again from the beginning', async () => {
    const plan = right(await compilePipeline(pipeline(count(3), add()))());
    const [first, second] = [right(await runPlan(plan)()), right(await runPlan(plan)())];
    expect([first.done, second.done]).toEqual([3, 3]);
  });
});
