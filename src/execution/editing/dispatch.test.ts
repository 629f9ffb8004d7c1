import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import type { startChild } from './child.js';
import { createDispatch, type Dispatch } from './dispatch.js';
import type { Setup, Task } from './protocol.js';

const setup: Setup = { engine: 'cpu', memory: 1e9, certify: false, maxPixels: 1e8 };

const photo = (name: string): Task => ({ kind: 'inspect', photo: `/none/${name}`, name });

type Start = typeof startChild;
type Fake = {
  readonly told: Parameters<ReturnType<Start>['tell']>[0][];
  readonly say: Parameters<Start>[1];
  readonly end: Parameters<Start>[2];
};

/** Processes that do what the test says. */
const fakes = () => {
  const started: Fake[] = [];
  const start: Start = (_, say, end) => {
    const fake: Fake = { told: [], say, end };
    started.push(fake);
    return {
      tell: (told) => void fake.told.push(told),
      kill: () => end({ by: 'SIGKILL', complaint: '', wasReady: true }),
    };
  };
  return { started, start };
};

let dispatch: Dispatch | undefined;
afterEach(() => dispatch?.close(0));

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
const names = ({ told }: Fake): readonly string[] =>
  told.flatMap((each) => (each.kind === 'do' && 'name' in each.task ? [each.task.name] : []));
const idOf = ({ told }: Fake, name: string): number =>
  told
    .flatMap((each) =>
      each.kind === 'do' && 'name' in each.task && each.task.name === name ? [each.id] : [],
    )
    .at(-1)!;

describe('the dispatch of tasks', () => {
  it('hands over what was made, with how long it took and waited', async () => {
    const { started, start } = fakes();
    dispatch = createDispatch({ setup, jobs: 1, warm: () => [], start });
    const asked = dispatch.ask(photo('a'), 'edit', undefined)();
    await settled();
    started[0]!.say({ kind: 'made', id: idOf(started[0]!, 'a'), made: null });
    expect(await asked).toEqual(E.right({ milliseconds: expect.any(Number), waited: expect.any(Number) }));
    expect(dispatch.load()).toEqual({ waiting: 0, working: 0 });
  });

  it('tries what a process ended at once more, alone, and then says so', async () => {
    const { started, start } = fakes();
    dispatch = createDispatch({ setup, jobs: 3, warm: () => [], start });
    const [good, bad, later] = ['good', 'bad', 'later'].map((name) =>
      dispatch!.ask(photo(name), 'edit', undefined)(),
    );
    await settled();
    expect(names(started[0]!)).toEqual(['good', 'bad', 'later']);
    started[0]!.end({ by: 'SIGSEGV', complaint: 'Segmentation fault', wasReady: true });
    expect(names(started[1]!)).toEqual(['good']);
    started[1]!.say({ kind: 'made', id: idOf(started[1]!, 'good'), made: null });
    expect(names(started[1]!)).toEqual(['good', 'bad']);
    started[1]!.end({ by: 'SIGSEGV', complaint: 'Segmentation fault', wasReady: true });
    expect(await bad!).toMatchObject({
      left: [{ code: 'run/crashed', message: expect.stringContaining('bad') }],
    });
    expect(names(started[2]!)).toEqual(['later']);
    started[2]!.say({ kind: 'made', id: idOf(started[2]!, 'later'), made: null });
    expect([await good!, await later!].every(E.isRight)).toBe(true);
  });

  it('ends the process of a photo that overruns its time, and tries the others again', async () => {
    const { started, start } = fakes();
    dispatch = createDispatch({ setup: { ...setup, timeout: 1 }, jobs: 2, warm: () => [], start });
    const slow = dispatch.ask(photo('slow'), 'edit', undefined)();
    await settled();
    started[0]!.say({ kind: 'at', id: idOf(started[0]!, 'slow'), operator: 'steps[1]/decode', allowed: 1 });
    expect(await slow).toMatchObject({
      left: [{ code: 'run/timed-out', message: expect.stringContaining('steps[1]/decode') }],
    });
    expect(started).toHaveLength(2);
  }, 15_000);

  it('takes back what nobody waits for, before it is begun and after', async () => {
    const { started, start } = fakes();
    dispatch = createDispatch({ setup, jobs: 1, warm: () => [], start });
    const stop = [new AbortController(), new AbortController()] as const;
    const first = dispatch.ask(photo('first'), 'edit', stop[0].signal)();
    const second = dispatch.ask(photo('second'), 'edit', stop[1].signal)();
    await settled();
    stop[1].abort();
    expect(await second).toMatchObject({ left: [{ code: 'run/cancelled' }] });
    stop[0].abort();
    const id = idOf(started[0]!, 'first');
    expect(started[0]!.told.at(-1)).toEqual({ kind: 'cancel', id });
    started[0]!.say({ kind: 'failed', id, diagnostics: [failure('run/cancelled', 'Stopped.')] });
    expect(await first).toMatchObject({ left: [{ code: 'run/cancelled' }] });
  });

  it('takes back what is stopped while its size is looked at', async () => {
    const { started, start } = fakes();
    dispatch = createDispatch({ setup, jobs: 1, warm: () => [], start });
    const stop = new AbortController();
    const asked = dispatch.ask(photo('early'), 'edit', stop.signal)();
    stop.abort();
    expect(await asked).toMatchObject({ left: [{ code: 'run/cancelled' }] });
    expect(names(started[0]!)).toEqual([]);
  });

  it('is ready when all on offer is warm, and lets what somebody waits for go in between', async () => {
    const { started, start } = fakes();
    const work = { file: { path: '/p.yaml', text: '' }, set: {} };
    dispatch = createDispatch({ setup, jobs: 1, warm: () => [work, work, work], start });
    started[0]!.say({ kind: 'ready' });
    expect(dispatch.state()).toBe('warming up');
    const ids = () =>
      started[0]!.told.flatMap((each) => (each.kind === 'do' && each.task.kind === 'warm' ? [each.id] : []));
    for (let i = 0; i < 3; i++) started[0]!.say({ kind: 'made', id: ids()[i]!, made: null });
    expect(dispatch.state()).toBe('ready');
  });

  it('gives up on processes that never get to work', async () => {
    const { started, start } = fakes();
    dispatch = createDispatch({ setup, jobs: 1, warm: () => [], start });
    const asked = dispatch.ask(photo('a'), 'edit', undefined)();
    await settled();
    for (let i = 0; i < 3; i++) started[i]!.end({ by: 1, complaint: 'no such module', wasReady: false });
    expect(await asked).toMatchObject({
      left: [{ code: expect.stringMatching(/^run\/(system-refused|crashed)$/) }],
    });
  });

  it('says that it failed while no process starts, and tries again without being asked', async () => {
    const { started, start } = fakes();
    dispatch = createDispatch({ setup, jobs: 1, warm: () => [], start, rest: 10 });
    expect(dispatch.state()).toBe('warming up');
    const end = { by: 1, complaint: 'no such module', wasReady: false };
    for (let i = 0; i < 3; i++) started[i]!.end(end);
    expect(dispatch.state()).toBe('failed');
    await expect.poll(() => started.length, { timeout: 30_000 }).toBe(4);
    expect(dispatch.state()).toBe('failed');
    started[3]!.end(end);
    await expect.poll(() => started.length, { timeout: 30_000 }).toBe(5);
    started[4]!.say({ kind: 'ready' });
    expect(dispatch.state()).toBe('ready');
  });

  it('refuses what comes while it is closed', async () => {
    const { start } = fakes();
    dispatch = createDispatch({ setup, jobs: 1, warm: () => [], start });
    await dispatch.close(0);
    expect(await dispatch.ask(photo('a'), 'edit', undefined)()).toMatchObject({
      left: [{ code: 'serve/stopping' }],
    });
  });
});
