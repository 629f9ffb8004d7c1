import * as TE from 'fp-ts/lib/TaskEither.js';
import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { DiagnosticError, failure } from '../diagnostics/index.js';
import type { ItemFlow } from './flow.js';
import { fromAsyncIterable } from './from-iterable.js';
import { mapLanes } from './map-lanes.js';
import { type RunEvent, type RunOptions, run } from './run.js';
import { createStage, frames } from './testing/marbles.js';
import { collect, countingSource, numbered } from './testing/probes.js';
import { through } from './through.js';

/** An event as a letter: `s` for the start, the item's own, and how it ended. */
const letterOf = (event: RunEvent): string => {
  switch (event.kind) {
    case 'started':
      return 's';
    case 'done':
      return event.key.path;
    case 'failed':
      return event.failure.key.path.toUpperCase();
    case 'finished':
      return { complete: 'e', cancelled: 'k', stopped: 'z' }[event.end.kind];
  }
};

const lettersOf = (flow: ItemFlow<string>, options?: RunOptions) =>
  through<RunEvent, string>(map(letterOf))(run(flow, options));

describe('run', () => {
  it.each([
    ['never', '-', '---!', 's--', '^--!'],
    ['empty', '-----|', '', 's----(e|)', '^----!'],
    ['one', '-----a|', '', 's----a(e|)', '^-----!'],
    ['many', '-aBc|', '', 'saBc(e|)', '^---!'],
    ['error', '-ab#', '', 'sab(z|)', '^--!'],
    ['unsubscribed early', '-abcd|', '--!', 'sab', '^-!'],
  ])('%s', async (_name, diagram, unsubscribe, expected, sourceRun) => {
    const stage = createStage();
    const source = stage.items(diagram);
    expect(await stage.play(lettersOf(source.flow), unsubscribe)).toEqual(frames(expected));
    expect(source.runs()).toEqual([sourceRun]);
  });

  it('is cancelled by a signal, and says so when everything is released', async () => {
    const stage = createStage();
    const cancellation = new AbortController();
    void stage.sleep(3).then(() => cancellation.abort());
    const slow = mapLanes(
      ({ value }: { readonly value: string }, signal) =>
        TE.fromTask(async () => {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
          await stage.sleep(2);
          return value;
        }),
      { operator: 'slow', lanes: 1 },
    )(stage.items('a|').flow);
    expect(await stage.play(lettersOf(slow, { signal: cancellation.signal }))).toEqual(frames('s----(k|)'));
  });

  it('stops at a failure that is fatal, and pulls no more', async () => {
    const stage = createStage();
    const source = stage.items('-abCdE|');
    const isFatal = ({ key }: { readonly key: { readonly path: string } }) => key.path === 'c';
    expect(await stage.play(lettersOf(source.flow, { isFatal }))).toEqual(frames('sab(Cz|)'));
    expect(source.runs()).toEqual(['^--!']);
  });

  it('has released everything when it says that it stopped', async () => {
    const stage = createStage();
    const slow = mapLanes(
      ({ value }: { readonly value: string }) =>
        value === 'a' ? TE.left([failure('run/operator-threw', 'full')]) : TE.fromTask(() => stage.sleep(3)),
      { operator: 'slow', lanes: 2 },
    )(stage.items('-(ab)|').flow);
    const events = through<RunEvent, string>(map(letterOf))(run(slow, { isFatal: () => true }));
    expect(await stage.play(events)).toEqual(frames('sA--(z|)'));
  });

  it('tells why it could not go on', async () => {
    const diagnostics = [failure('run/overflow', 'too much')] as const;
    const failing = (thrown: unknown) =>
      run(
        fromAsyncIterable<never>(async function* () {
          yield* [];
          throw thrown;
        }),
      );
    expect((await collect(failing(new Error('unplugged')))).at(-1)).toMatchObject({
      end: {
        kind: 'stopped',
        diagnostics: [{ code: 'run/source-threw', message: 'The source of the items failed: unplugged' }],
      },
    });
    expect((await collect(failing(new DiagnosticError(diagnostics)))).at(-1)).toMatchObject({
      end: { diagnostics },
    });
  });

  it('tells when, by the clock it is given, and how much to expect', async () => {
    let time = 0;
    const events = await collect(run(countingSource(2, numbered).flow, { total: 2, now: () => ++time }));
    expect(events.map((event) => event.at)).toEqual([1, 2, 3, 4]);
    expect(events[0]).toEqual({ kind: 'started', at: 1, total: 2 });
    expect(await collect(run(countingSource(0, numbered).flow, { now: () => 0 }))).toEqual([
      { kind: 'started', at: 0 },
      { kind: 'finished', at: 0, end: { kind: 'complete' } },
    ]);
  });
});
