import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { defineOp, encode, files, save, type Wire } from '../../ops/index.js';
import { defaulted, number, path, required } from '../../ops/params/index.js';
import * as port from '../../ports/index.js';
import type { GraphNode } from '../check/graph.js';
import { analysePipeline, pipeline } from '../code.js';
import { digestFile, digestPipeline } from './digest.js';
import { standingOf } from './done.js';
import { appendEntry, type JournalEntry, journalPath, readJournal } from './journal.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const entry = (more: Partial<JournalEntry> = {}): JournalEntry => ({
  v: 1,
  output: 'sub/a.jpg',
  outputSize: 3,
  source: 'a.jpg',
  sourceSize: 4,
  sourceModified: 1_700_000_000_000,
  sourceDigest: 'abc',
  pipeline: 'def',
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});

describe('a journal', () => {
  it('gives back what was written, the last about a file', async () => {
    right(await appendEntry(folder, entry())());
    right(await appendEntry(folder, entry({ output: 'b\n"\u2028.jpg' }))());
    right(await appendEntry(folder, entry({ pipeline: 'new' }))());
    const { entries } = right(await readJournal(folder)());
    expect([...entries.values()]).toEqual([entry({ pipeline: 'new' }), entry({ output: 'b\n"\u2028.jpg' })]);
  });

  it('is empty where there is none', async () => {
    expect(right(await readJournal(join(folder, 'nowhere'))()).entries.size).toBe(0);
  });

  it('cut off anywhere, loses no more than its last entry, and goes on', async () => {
    const names = ['one', 'two', 'three'];
    const whole = names.map((output) => `\n${JSON.stringify(entry({ output }))}`).join('');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
        mkdirSync(join(folder, '.prismflow'), { recursive: true });
        writeFileSync(journalPath(folder), whole.slice(0, length));
        const before = [...right(await readJournal(folder)()).entries.keys()];
        expect(names.slice(0, before.length)).toEqual(before);
        expect(before.length).toBeGreaterThanOrEqual(Math.floor(length / (whole.length / 3)) - 1);
        right(await appendEntry(folder, entry({ output: 'after' }))());
        expect([...right(await readJournal(folder)()).entries.keys()]).toEqual([...before, 'after']);
      }),
      { numRuns: 60 },
    );
  });
});

describe('standingOf', () => {
  const source = join(folder, 'a.jpg');
  const target = join(folder, 'sub/a.jpg');
  const standing = async (pipeline = 'def') => {
    const journal = right(await readJournal(folder)());
    return (await standingOf(journal)({ source, target, pipeline })()).kind;
  };

  beforeEach(async () => {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(source, 'abcd');
    writeFileSync(target, 'xyz');
    utimesSync(source, 1_700_000_000, 1_700_000_000);
    right(await appendEntry(folder, entry())());
  });

  it('knows done work', async () => expect(await standing()).toBe('done'));

  it('knows work of another pipeline', async () => expect(await standing('other')).toBe('new'));

  it('knows a source that was touched', async () => {
    utimesSync(source, 1_700_000_001, 1_700_000_001);
    expect(await standing()).toBe('touched');
  });

  it('knows a result that is gone, or not what was written', async () => {
    writeFileSync(target, 'longer');
    expect(await standing()).toBe('new');
    rmSync(target);
    expect(await standing()).toBe('new');
  });

  it('knows a source that is gone', async () => {
    rmSync(source);
    expect(await standing()).toBe('gone');
  });
});

const blend = defineOp({
  name: 'blend',
  about: 'Do nothing',
  params: {
    model: required(path('weights'), 'Weights'),
    strength: defaulted(number(), 1, 'How much'),
  },
  input: port.file,
  output: port.frame,
  random: ({ strength }) => strength > 1,
  map: () => () => TE.left([{ code: 'value/invalid', severity: 'error', message: 'never runs' }]),
});

describe('digestPipeline', () => {
  const model = join(folder, 'model');
  const nodes = (...wires: readonly Wire[]): readonly GraphNode[] => {
    const steps = [files('photos'), ...wires] as unknown as Parameters<typeof pipeline>;
    return right(analysePipeline(pipeline(...steps))).nodes.slice(1);
  };
  const digest = async (wires: readonly Wire[], seed = 0): Promise<string> =>
    right(await digestPipeline(nodes(...wires), seed)());

  beforeEach(() => {
    mkdirSync(model);
    writeFileSync(join(model, 'a.bin'), 'weights');
  });

  it('counts of a trained model its weights only, not the reports and checkpoints beside them', async () => {
    writeFileSync(join(model, 'model.json'), '{}');
    writeFileSync(join(model, 'snapshot-1.safetensors'), 'weights');
    const before = await digest([blend({ model })]);
    writeFileSync(join(model, 'report.html'), 'report');
    mkdirSync(join(model, 'checkpoints'));
    writeFileSync(join(model, 'checkpoints', 'snapshot-1.safetensors'), 'state');
    expect(await digest([blend({ model })])).toBe(before);
    writeFileSync(join(model, 'snapshot-1.safetensors'), 'other weights');
    expect(await digest([blend({ model })])).not.toBe(before);
  });

  it('follows parameters and the content of weights, not where results go', async () => {
    const one = await digest([blend({ model }), encode({ quality: 90 }), save('out/{path}')]);
    expect(await digest([blend({ model, strength: 1 }), encode({ quality: 90 }), save('elsewhere')])).toBe(
      one,
    );
    expect(await digest([blend({ model }), encode({ quality: 91 }), save('out/{path}')])).not.toBe(one);
    writeFileSync(join(model, 'a.bin'), 'other weights');
    expect(await digest([blend({ model }), encode({ quality: 90 }), save('out/{path}')])).not.toBe(one);
  });

  it('follows the seed where something is drawn', async () => {
    expect(await digest([blend({ model })], 1)).toBe(await digest([blend({ model })], 2));
    const drawn = [blend({ model, strength: 2 })];
    expect(await digest(drawn, 1)).not.toBe(await digest(drawn, 2));
  });
});

describe('digestFile', () => {
  it('is SHA-256', async () => {
    writeFileSync(join(folder, 'abc'), 'abc');
    expect(right(await digestFile(join(folder, 'abc'))())).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(await digestFile(join(folder, 'nothing'))()).toMatchObject({
      left: [{ code: 'file/unreadable' }],
    });
  });
});
