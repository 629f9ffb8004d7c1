import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { readModelFolder } from '../../nn/models/index.js';
import type { FlowBehaviour, OpContext } from '../../operator/behaviour.js';
import type { Checkpoints } from '../../operator/checkpoints.js';
import type { HostTensor, Outcome, Training } from '../../ports/index.js';
import { type Flow, fromAsyncIterable, fromIterable } from '../../streams/index.js';
import { collect } from '../../streams/testing/probes.js';
import { contextFor } from '../../testing/run/context.js';
import { readParams } from '../testing/run.js';
import { checkpointsIn, writeCheckpoint } from './checkpoints.js';
import { snapshot } from './index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const tensor = (value: number): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape: [2],
  data: Float32Array.of(value, value + 0.5),
});

const TOTAL = 8;

/** A step of a training of eight, whose cycles end after four and eight. */
const stepAt = (step: number, more: Partial<Training> = {}): Training => ({
  step,
  total: TOTAL,
  phase: 'train',
  cycle: Math.floor((step - 1) / 4),
  images: 2 * step,
  rate: 1e-3,
  metrics: { pixel: 1 / step },
  state: { 'weights/generator/filter': tensor(step) },
  position: { items: { path: `${step}.png`, index: step, epoch: 0 } },
  marks: [...(step % 4 === 0 ? ['restart'] : []), ...(step === TOTAL ? ['end'] : [])],
  model: { generator: { kind: 'pyramid', options: { levels: 3 } }, weights: { filter: tensor(10 * step) } },
  samples: TE.right([]),
  ...more,
});

const outcome = (value: Training): Outcome<Training> =>
  E.right({ key: { path: `${value.step}`, index: value.step, epoch: 0 }, value });

const steps = (from: number, to: number): readonly Outcome<Training>[] =>
  Array.from({ length: to - from + 1 }, (_, i) => outcome(stepAt(from + i)));

type Written = Exclude<Parameters<typeof snapshot>[0], string>;

const flowOf = (written: Partial<Written>, source: Flow<Outcome<Training>>, warnings: string[] = []) => {
  const behaviour = snapshot.operator.behaviour as unknown as FlowBehaviour<unknown, Training, Training>;
  const context: OpContext = {
    ...contextFor({ path: 'steps[3]/snapshot' }),
    warn:
      (_, { code, message }) =>
      () =>
        void warnings.push(`${code}: ${message}`),
  };
  return behaviour.flow(readParams(snapshot({ to: folder, ...written })), context)(source);
};

const keeping = (
  outcomes: readonly Outcome<Training>[],
  written: Partial<Written> = {},
  warnings: string[] = [],
) => collect(flowOf(written, fromIterable(outcomes), warnings));

const checkpointFiles = async (): Promise<readonly string[]> =>
  (await readdir(join(folder, 'checkpoints'))).sort();
const filesOf = (...kept: readonly number[]) =>
  kept.flatMap((step) => ['json', 'safetensors'].map((kind) => `step-0000000${step}.${kind}`));

const right = <A>(result: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join('\n'));
  return result.right;
};
const latest = async (
  { latest: found }: Pick<Checkpoints, 'latest'> = checkpointsIn(join(folder, 'checkpoints')),
) => O.toUndefined(right(await found()));
const modelSteps = async () => {
  const { snapshots } = right(await readModelFolder(folder)());
  return snapshots.map(({ step, cycle, weights }) => [step, cycle, weights.filter?.data[0]]);
};

describe('snapshot', () => {
  it('hands every step on, and makes a model of the weights at the end of each cycle', async () => {
    const all = steps(1, TOTAL);
    const warnings: string[] = [];
    expect(await keeping(all, {}, warnings)).toEqual(all);
    expect(warnings).toEqual([]);
    const model = right(await readModelFolder(folder)());
    expect(model.generator).toEqual({ kind: 'pyramid', options: { levels: 3 } });
    expect(model.training).toEqual({ steps: 8, images: 16, metrics: { pixel: 1 / 8 } });
    expect(await modelSteps()).toEqual([
      [4, 0, 40],
      [8, 1, 80],
    ]);
  });

  it('makes one model at the end where that is asked for', async () => {
    await keeping(steps(1, TOTAL), { at: 'end' });
    expect(await modelSteps()).toEqual([[8, 1, 80]]);
  });

  it('keeps weights in half precision where that is asked for', async () => {
    const third = { model: { ...stepAt(4).model, weights: { filter: tensor(1 / 3) } } };
    const first = async () => (await modelSteps())[0]?.[2];
    await keeping([outcome(stepAt(4, third))]);
    expect(await first()).toBe(Math.fround(1 / 3));
    await keeping([outcome(stepAt(4, third))], { half: true });
    expect(await first()).toBe(0.333251953125);
  });

  it('keeps a checkpoint every so many steps, with the models, and at the end; the last few', async () => {
    const seen: (readonly string[])[] = [];
    const source = async function* () {
      for (const each of steps(1, TOTAL)) {
        yield each;
        seen.push(await checkpointFiles().catch(() => []));
      }
    };
    await collect(flowOf({ checkpoint: 3, keep: 2 }, fromAsyncIterable(source)));
    expect(seen).toEqual([
      filesOf(1),
      filesOf(1),
      filesOf(1, 3),
      filesOf(3, 4),
      filesOf(3, 4),
      filesOf(4, 6),
      filesOf(4, 6),
      filesOf(6, 8),
    ]);
  });

  it.runIf(process.platform !== 'win32')('writes no checkpoint behind a link, and says so', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'prismflow-elsewhere-'));
    await symlink(elsewhere, join(folder, 'checkpoints'));
    const outcomes = await keeping(steps(1, 4), { checkpoint: 2 });
    expect(JSON.stringify(outcomes)).toContain('file/in-the-way');
    expect(await readdir(elsewhere)).toEqual([]);
    await rm(elsewhere, { recursive: true });
  });

  it('removes what a run that was killed has left half-written, and nothing else', async () => {
    await mkdir(join(folder, 'best'), { recursive: true });
    for (const name of [
      '.prismflow-0123456789abcdef.tmp',
      'best/.prismflow-0123456789abcdef.tmp',
      'best/notes.tmp',
    ])
      await writeFile(join(folder, name), 'half');
    await keeping(steps(1, 2), {});
    const left = await readdir(folder, { recursive: true });
    expect(left).not.toContain(join('checkpoints', 'step-00000000.safetensors'));
    expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([join('best', 'notes.tmp')]);
  });

  it('keeps a checkpoint of the end where no cycle ends there', async () => {
    const pull = flowOf(
      {},
      fromIterable([6, 7].map((step) => outcome(stepAt(step, { marks: step === 7 ? ['end'] : [] })))),
    ).open();
    await pull.next();
    expect(await checkpointFiles().catch(() => [])).toEqual([]);
    await pull.next();
    await pull.next();
    expect(await checkpointFiles()).toEqual(filesOf(7));
    await pull.close();
  });

  it('keeps one of the last step however a run ends, and tells when that was before its time', async () => {
    const warnings: string[] = [];
    await keeping(steps(1, 3), {}, warnings);
    expect(warnings).toEqual(['training/ended-early: The items ended after step 3 of 8.']);
    expect((await latest())?.saved).toEqual({
      step: 3,
      state: stepAt(3).state,
      position: stepAt(3).position,
      model: { generator: stepAt(3).model.generator, cycle: 0, images: 6, metrics: { pixel: 1 / 3 } },
    });
    await keeping([], {}, warnings);
    expect(warnings).toHaveLength(1);
  });

  it('keeps one where a run is stopped, without a word', async () => {
    const warnings: string[] = [];
    const pull = flowOf({}, fromIterable(steps(1, TOTAL)), warnings).open();
    await pull.next();
    await pull.next();
    await pull.close();
    expect(warnings).toEqual([]);
    expect((await latest())?.saved.step).toBe(2);
  });

  it('writes what was written last no second time', async () => {
    const pull = flowOf({ checkpoint: 2 }, fromIterable(steps(1, 2))).open();
    await pull.next();
    await pull.next();
    await pull.next();
    const path = join(folder, 'checkpoints', 'step-00000002.json');
    await writeFile(path, 'as it was');
    await pull.close();
    expect(await readFile(path, 'utf8')).toBe('as it was');
  });

  it('says at which step it could not write, and hands failures on', async () => {
    const failed: Outcome<Training> = E.left({
      key: { path: 'a', index: 0, epoch: 0 },
      operator: 'steps[2]/gan.step',
      diagnostics: [failure('training/diverged', 'no')],
    });
    expect(await keeping([failed])).toEqual([failed]);
    const file = join(folder, 'file');
    await writeFile(file, '');
    const both = steps(4, 5);
    const [one, result, after] = await keeping(both, { to: file });
    expect(one).toBe(both[0]);
    expect(result).toMatchObject(
      E.left({ key: { path: '4', index: 4, epoch: 0 }, operator: 'steps[3]/snapshot' }),
    );
    expect(E.isLeft(result!) && result.left.diagnostics[0].message).toContain(file);
    expect(after).toBe(both[1]);
  });

  it('tries a model again that could not be written when it was due, before its checkpoint counts', async () => {
    const pull = flowOf({}, fromIterable(steps(3, TOTAL))).open();
    await pull.next();
    await pull.next();
    await mkdir(join(folder, 'snapshot-4.safetensors'));
    expect(await pull.next()).toMatchObject({ value: E.left({ operator: 'steps[3]/snapshot' }) });
    expect(await checkpointFiles().catch(() => [])).toEqual([]);
    await rm(join(folder, 'snapshot-4.safetensors'), { recursive: true });
    await pull.close();
    expect(await modelSteps()).toEqual([[4, 0, 40]]);
    expect((await latest())?.saved.step).toBe(4);
  });

  it('tells that a state could not be kept, and keeps the one before', async () => {
    const warnings: string[] = [];
    const pull = flowOf({ checkpoint: 2 }, fromIterable(steps(1, 3)), warnings).open();
    for (const _ of [1, 2, 3]) await pull.next();
    await mkdir(join(folder, 'checkpoints', 'step-00000003.safetensors'));
    await pull.close();
    expect(warnings.join()).toMatch(/^training\/not-saved: The state of step 3 .* That of step 2 is\.$/);
    await rm(join(folder, 'checkpoints', 'step-00000003.safetensors'), { recursive: true });
    expect((await latest())?.saved.step).toBe(2);
  });

  it('writes a checkpoint once those below have told of its step, and brought that to the disk', async () => {
    const order: string[] = [];
    const behaviour = snapshot.operator.behaviour as unknown as FlowBehaviour<unknown, Training, Training>;
    const context = contextFor({ path: 'steps[3]/snapshot' });
    context.durable.add(
      async () => void order.push(`synced ${(await checkpointFiles().catch(() => [])).length}`),
    )();
    const params = readParams(snapshot({ to: folder, checkpoint: 1 }));
    for await (const each of behaviour.flow(params, context)(fromIterable(steps(1, 2))))
      order.push(`told ${E.isRight(each) ? each.right.value.step : 'failure'}`);
    expect(order).toEqual(['told 1', 'synced 0', 'told 2', 'synced 2']);
  });

  it('makes a model of the last state of a training that is over, where there is none of that step', async () => {
    const facts = snapshot.operator.facts.checkpoints?.(readParams(snapshot(folder)) as never) as Checkpoints;
    await keeping(steps(1, 3));
    expect(right(await facts.model.files())).toEqual([]);
    const saved = (await latest())!.saved;
    expect(right(await facts.conclude(saved)())).toBe(true);
    expect(await modelSteps()).toEqual([[3, 0, 3]]);
    expect(right(await facts.model.files())).toEqual(['model.json', 'snapshot-3.safetensors']);
    expect(right(await facts.conclude(saved)())).toBe(false);
  });

  it('clears up what a run has left that was killed at its last step', async () => {
    const facts = snapshot.operator.facts.checkpoints?.(readParams(snapshot(folder)) as never) as Checkpoints;
    await keeping(steps(1, 3));
    const kept = await checkpointFiles();
    await writeFile(join(folder, 'checkpoints', 'step-00000001.safetensors'), 'left');
    expect(right(await facts.conclude((await latest())!.saved)())).toBe(true);
    expect(await checkpointFiles()).toEqual(kept);
  });

  it('says where a run is taken up', async () => {
    const params = readParams(snapshot(folder)) as never;
    const kept = snapshot.operator.facts.checkpoints?.(params) as Checkpoints;
    expect(kept.folder).toBe(join(folder, 'checkpoints'));
    expect(await latest(kept)).toBeUndefined();
    await keeping(steps(1, 4));
    expect((await latest(kept))?.saved.step).toBe(4);
  });
});

describe('checkpoints', () => {
  const write = async (step: number, keep = 9) => right(await writeCheckpoint(folder, stepAt(step), keep)());
  const here = () => latest(checkpointsIn(folder));
  const path = (step: number, kind: 'json' | 'safetensors') => join(folder, `step-0000000${step}.${kind}`);

  it('are read as they were written, the latest one', async () => {
    await write(1);
    await write(2);
    expect(await here()).toEqual({
      saved: { step: 2, state: stepAt(2).state, position: stepAt(2).position },
      warnings: [],
    });
    expect(JSON.parse(await readFile(path(2, 'json'), 'utf8'))).toEqual({
      format: 'prismflow-checkpoint',
      version: 2,
      step: 2,
      check: expect.stringMatching(/^[0-9a-f]{64}$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      bytes: (await readFile(path(2, 'safetensors'))).length,
      position: stepAt(2).position,
    });
  });

  it('are none where there is no folder, and other files are none', async () => {
    expect(await latest(checkpointsIn(join(folder, 'nowhere')))).toBeUndefined();
    for (const name of ['step-1.json.bak', 'my-step-2.json', 'step-.json', 'step-9.safetensors'])
      await writeFile(join(folder, name), '{}');
    expect(await here()).toBeUndefined();
  });

  it('that come later than one that is written go, as do all but the last', async () => {
    for (const step of [1, 2, 3, 4]) await write(step);
    await write(2, 2);
    expect((await readdir(folder)).sort()).toEqual(filesOf(1, 2));
    await write(3, 1);
    expect((await readdir(folder)).sort()).toEqual(filesOf(3));
  });

  it('do not count while their tensors are replaced', async () => {
    await write(1);
    await write(2);
    await rm(path(2, 'safetensors'));
    await mkdir(path(2, 'safetensors'));
    expect(E.isLeft(await writeCheckpoint(folder, stepAt(2), 9)())).toBe(true);
    expect(await readdir(folder)).not.toContain('step-00000002.json');
    expect(await here()).toMatchObject({ saved: { step: 1 }, warnings: [] });
  });

  it.each([
    ['cut off', async () => writeFile(path(2, 'json'), '{"format": "prismflow-ch')],
    ['another file', async () => writeFile(path(2, 'json'), '{"format": "prismflow-model", "version": 1}')],
  ])('whose manifest is %s are passed over, and that is told', async (_, damage) => {
    await write(1);
    await write(2);
    await damage();
    const found = await here();
    expect(found?.saved.step).toBe(1);
    expect(found?.warnings).toMatchObject([
      {
        severity: 'warning',
        code: 'training/checkpoint-damaged',
        message: `${path(2, 'json')} is no whole manifest. The one of step 1 is used.`,
      },
    ]);
  });

  it('are known by every bit of their manifest', async () => {
    await write(1);
    await write(3);
    const whole = await readFile(path(3, 'json'));
    const said = JSON.stringify((await here())?.saved.position);
    for (const at of whole.keys())
      for (const bit of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const flipped = Buffer.from(whole);
        flipped[at]! ^= 1 << bit;
        await writeFile(path(3, 'json'), flipped);
        const saved = (await here())?.saved;
        if (saved?.step !== 1) expect(JSON.stringify(saved?.position)).toBe(said);
      }
  }, 60_000);

  it('of earlier versions are read, and it is told that nothing vouches for them', async () => {
    await write(1);
    const { check: _, model: __, ...old } = JSON.parse(await readFile(path(1, 'json'), 'utf8'));
    await writeFile(path(1, 'json'), JSON.stringify({ ...old, version: 1 }));
    const found = await here();
    expect(found?.saved.step).toBe(1);
    expect(found?.warnings.map(({ code }) => code)).toEqual(['training/checkpoint-unchecked']);
    await writeFile(path(1, 'json'), JSON.stringify({ ...old, version: 2 }));
    expect(E.isLeft(await checkpointsIn(folder).latest())).toBe(true);
  });

  it('whose tensors are damaged or gone are passed over', async () => {
    for (const step of [1, 2, 3]) await write(step);
    const bytes = await readFile(path(3, 'safetensors'));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path(3, 'safetensors'), bytes);
    await rm(path(2, 'safetensors'));
    const found = await here();
    expect(found?.saved.step).toBe(1);
    expect(found?.warnings.map(({ message }) => message.includes('The one of step 1 is used.'))).toEqual([
      true,
      true,
    ]);
  });

  it('are an error where none is whole', async () => {
    await write(1);
    await write(2);
    for (const step of [1, 2]) await writeFile(path(step, 'json'), 'null');
    const found = await checkpointsIn(folder).latest();
    expect(E.isLeft(found) && found.left.map(({ code, message }) => [code, message])).toEqual([
      ['weights/damaged', `${path(2, 'json')} is no whole manifest.`],
      ['weights/damaged', `${path(1, 'json')} is no whole manifest.`],
    ]);
  });

  it('are an error where they cannot be read', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const found = await checkpointsIn(file).latest();
    expect(E.isLeft(found) && found.left).toMatchObject([
      {
        code: 'file/unreadable',
        message: expect.stringContaining(`${file} cannot be read: `),
        cause: { code: 'ENOTDIR' },
      },
    ]);
    await mkdir(path(5, 'json'));
    const other = await checkpointsIn(folder).latest();
    expect(E.isLeft(other) && other.left).toMatchObject([
      {
        code: 'file/unreadable',
        message: `${path(5, 'json')} is a folder, not a file.`,
      },
    ]);
  });
});
