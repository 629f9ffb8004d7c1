import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { digestFile } from '../../disk/digest.js';
import { defaulted, number, path, required } from '../../operator/params/index.js';
import { defineOp, encode, files, save, type Wire } from '../../ops/index.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import { analysePipeline, pipeline } from '../../pipelines/code.js';
import * as port from '../../ports/index.js';
import { digestPipeline, digestWeights } from '../digest.js';
import { failureOf, statusOf } from './done.js';
import type { DoneEntry, Entry, FailedEntry } from './entries.js';
import { appendEntry, journalPath, readJournal } from './journal.js';
import { openLedger } from './ledger.js';
import { sealLine } from './line.js';

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

const sha256 = (text: string): string => hash('sha256', text);

const entry = (more: Partial<DoneEntry> = {}): DoneEntry => ({
  v: 2,
  kind: 'done',
  output: 'sub/a.jpg',
  outputSize: 3,
  outputDigest: 'xyz',
  source: 'a.jpg',
  input: '../a.jpg',
  sourceSize: 4,
  sourceModified: 1_700_000_000_000,
  sourceDigest: 'abc',
  index: 0,
  epoch: 0,
  pipeline: 'def',
  recipe: 'ghi',
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});

const failed = (more: Partial<FailedEntry> = {}): FailedEntry => ({
  v: 2,
  kind: 'failed',
  source: 'a.jpg',
  input: '../a.jpg',
  sourceSize: 4,
  sourceModified: 1_700_000_000_000,
  sourceDigest: 'abc',
  pipeline: 'def',
  version: '1.2.3',
  operator: 'steps[1]/decode',
  code: 'image/corrupt',
  message: 'It is damaged.',
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});

const read = async (from = folder) => right(await readJournal(from)()).journal;
/** Those of the names that are results. */
const outputs = async (names: readonly string[]): Promise<readonly string[]> => {
  const { resultOf } = await read();
  return names.filter((name) => resultOf(name)()?.output === name);
};
const append = async (...entries: readonly Entry[]): Promise<void> => {
  for (const each of entries) right(await appendEntry(folder, each)());
};

describe('a journal', () => {
  it('gives back what was written, the last about a file', async () => {
    await append(entry(), entry({ output: 'b\n"\u2028.jpg' }), entry({ pipeline: 'new' }));
    const { resultOf } = await read();
    expect(['sub/a.jpg', 'b\n"\u2028.jpg'].map((output) => resultOf(output)()?.pipeline)).toEqual([
      'new',
      'def',
    ]);
  });

  it('is empty where there is none', async () => {
    expect((await read(join(folder, 'nowhere'))).resultOf('sub/a.jpg')()).toBe(undefined);
  });

  it('reads what its first version wrote', async () => {
    const { v: _, kind: __, outputDigest: ___, input: ____, index, epoch, recipe, ...first } = entry();
    mkdirSync(join(folder, '.prismflow'));
    writeFileSync(journalPath(folder), `\n${JSON.stringify({ v: 1, ...first })}`);
    expect((await read()).resultOf('sub/a.jpg')()).toMatchObject({ sourceDigest: 'abc', pipeline: 'def' });
    expect([index, epoch, recipe]).toEqual([0, 0, 'ghi']);
  });

  it('forgets a failure when the source is done', async () => {
    await append(failed(), failed({ source: 'b.jpg' }), entry());
    const { failureOf: failureIn } = await read();
    expect(['a.jpg', 'b.jpg'].map((source) => failureIn(source)()?.source)).toEqual([undefined, 'b.jpg']);
  });

  it('finds results by content, and sources that were touched', async () => {
    await append(entry(), {
      v: 2,
      kind: 'touched',
      output: 'sub/a.jpg',
      source: 'a.jpg',
      sourceSize: 4,
      sourceModified: 5,
      sourceDigest: 'abc',
    });
    const journal = await read();
    expect(journal.madeOf('abc')()?.output).toBe('sub/a.jpg');
    expect(journal.resultOf('sub/a.jpg')()?.sourceModified).toBe(5);
  });

  it('knows its own entries as it does those that it read, and nothing of a file that was replaced', async () => {
    const { journal, add } = right(await readJournal(folder)());
    for (const each of [entry({ output: 'é.jpg' }), entry({ output: 'b.jpg' })])
      add({ entry: each, place: right(await appendEntry(folder, each)()) })();
    expect(['é.jpg', 'b.jpg'].map((output) => journal.resultOf(output)()?.output)).toEqual([
      'é.jpg',
      'b.jpg',
    ]);
    writeFileSync(journalPath(folder), `${sealLine(entry({ output: 'c.jpg' }))}\n`.repeat(3));
    expect(['é.jpg', 'b.jpg'].map((output) => journal.resultOf(output)())).toEqual([undefined, undefined]);
    rmSync(journalPath(folder));
    expect(journal.madeOf('abc')()).toBe(undefined);
  });

  it('cut off anywhere, loses no more than its last entry, and goes on', async () => {
    const names = ['one', 'two', 'three'];
    const whole = names.map((output) => `\n${sealLine(entry({ output }))}`).join('');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
        mkdirSync(join(folder, '.prismflow'), { recursive: true });
        writeFileSync(journalPath(folder), whole.slice(0, length));
        const before = await outputs([...names, 'after']);
        expect(names.slice(0, before.length)).toEqual(before);
        expect(before.length).toBeGreaterThanOrEqual(Math.floor(length / (whole.length / 3)) - 1);
        await append(entry({ output: 'after' }));
        expect(await outputs([...names, 'after'])).toEqual([...before, 'after']);
      }),
      { numRuns: 60 },
    );
  });

  it('passes over a line in which anything was changed, and believes the others', async () => {
    const names = ['one', 'two', 'three'];
    const lines = names.map((output) => sealLine(entry({ output })));
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(), fc.integer({ min: 33, max: 126 }), async (which, at, code) => {
        const line = lines[which] as string;
        const place = at % line.length;
        const spoilt = `${line.slice(0, place)}${String.fromCharCode(code)}${line.slice(place + 1)}`;
        mkdirSync(join(folder, '.prismflow'), { recursive: true });
        writeFileSync(journalPath(folder), lines.with(which, spoilt).join('\n'));
        const expected = spoilt === line ? names : names.filter((_, i) => i !== which);
        expect(await outputs(names)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a journal that came from elsewhere', () => {
  const codeOf = async (): Promise<string | undefined> => {
    const journal = await readJournal(folder)();
    return E.isLeft(journal) ? journal.left[0].code : undefined;
  };
  beforeEach(() => mkdirSync(join(folder, '.prismflow')));

  it.skipIf(process.platform === 'win32')('is not read or written where it is a pipe', async () => {
    execFileSync('mkfifo', [journalPath(folder)]);
    expect(await codeOf()).toBe('run/journal');
    expect(await appendEntry(folder, entry())()).toMatchObject({ left: [{ code: 'run/journal' }] });
  });

  it('is not read or written through a link, not even one to a device', async () => {
    for (const target of [join(folder, 'elsewhere'), '/dev/zero']) {
      rmSync(journalPath(folder), { force: true });
      symlinkSync(target, journalPath(folder));
      expect(await codeOf()).toBe('run/journal');
      expect(await appendEntry(folder, entry())()).toMatchObject({ left: [{ code: 'run/journal' }] });
    }
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
  });

  it('is not kept in a folder that a link leads to', async () => {
    rmSync(join(folder, '.prismflow'), { recursive: true });
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, '.prismflow'));
    const opened = await openLedger(folder)();
    expect(opened).toMatchObject({ left: [{ code: 'run/journal' }] });
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
  });

  it('is read past a line longer than any that is written', async () => {
    writeFileSync(journalPath(folder), `${sealLine(entry({ output: 'one' }))}\n{"v":2,"kind":"`);
    for (let i = 0; i < 20; i++) appendFileSync(journalPath(folder), Buffer.alloc(1 << 20, 'x'));
    appendFileSync(journalPath(folder), `\n${sealLine(entry({ output: 'two' }))}`);
    expect(await outputs(['one', 'two'])).toEqual(['one', 'two']);
  });

  it('is given up where more of it is nothing than a record can hold', async () => {
    writeFileSync(journalPath(folder), `${sealLine(entry({ output: 'one' }))}\n`);
    truncateSync(journalPath(folder), 2 ** 40);
    expect(await readJournal(folder)()).toMatchObject({
      left: [
        {
          code: 'file/unreadable',
          message: expect.stringMatching(/no lines/),
          hint: expect.stringMatching(/move it/),
        },
      ],
    });
  });

  it('gives no more of why a source failed than can be shown', async () => {
    await append(failed({ message: 'x'.repeat(1e6) }));
    const journal = right(await readJournal(folder)()).journal;
    expect(journal.failureOf('a.jpg')()?.message).toHaveLength(10_000);
  });

  it('tells names apart that only their bytes do', async () => {
    const names = ['\udce9.jpg', '\udce8.jpg', '\ufffd.jpg'];
    for (const output of names) await append(entry({ output }));
    expect(await outputs(names)).toEqual(names);
  });
});

describe('statusOf', () => {
  const source = join(folder, 'a.jpg');
  const target = join(folder, 'sub/a.jpg');
  const standing = async (pipeline = 'def') => {
    return (await statusOf(await read())({ source, target, pipeline })()).kind;
  };

  beforeEach(async () => {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(source, 'abcd');
    writeFileSync(target, 'xyz');
    utimesSync(source, 1_700_000_000, 1_700_000_000);
    await append(entry({ outputDigest: sha256('xyz') }));
  });

  it('knows done work', async () => expect(await standing()).toBe('seen'));

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

  it('knows a result of the same size with another content, and one whose times alone changed', async () => {
    utimesSync(target, 1_700_000_000, 1_700_000_000);
    expect(await standing()).toBe('seen');
    writeFileSync(target, 'xyy');
    expect(await standing()).toBe('new');
  });

  it('knows a result at a look where nothing about it has changed', async () => {
    const { mtimeMs, ctimeMs, ino } = lstatSync(target);
    await append(
      // No content is asked for: this digest is that of nothing.
      entry({ outputModified: mtimeMs, outputChanged: ctimeMs, outputInode: ino, outputDigest: '' }),
    );
    expect(await standing()).toBe('done');
    utimesSync(target, 1_700_000_000, 1_700_000_000);
    expect(await standing()).toBe('new');
  });

  it('leaves a result that was taken away as it is, where results are fetched', async () => {
    rmSync(target);
    const journal = await read();
    expect((await statusOf(journal, 'done')({ source, target, pipeline: 'def' })()).kind).toBe('done');
    writeFileSync(target, 'something else');
    expect((await statusOf(journal, 'done')({ source, target, pipeline: 'def' })()).kind).toBe('new');
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

describe('failureOf', () => {
  it('holds for the same content, pipeline and version', async () => {
    await append(failed());
    const journal = await read();
    const of = (digest: string, pipeline: string, version: string) =>
      failureOf(journal, 'a.jpg', digest, pipeline, version)?.code;
    expect(of('abc', 'def', '1.2.3')).toBe('image/corrupt');
    expect([of('new', 'def', '1.2.3'), of('abc', 'new', '1.2.3'), of('abc', 'def', '1.2.4')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('digestPipeline', () => {
  const model = join(folder, 'model');
  const nodes = (...wires: readonly Wire[]): readonly GraphNode[] => {
    const steps = [files('photos'), ...wires] as unknown as Parameters<typeof pipeline>;
    return right(analysePipeline(pipeline(...steps))).nodes.slice(1);
  };
  const digest = async (wires: readonly Wire[], seed = 0): Promise<string> =>
    digestPipeline(nodes(...wires), seed, right(await digestWeights(nodes(...wires))()));

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

  it('is not made of a file with holes that would be read for hours', async () => {
    const path = join(folder, 'holes');
    writeFileSync(path, '');
    truncateSync(path, 2 ** 40);
    expect(await digestFile(path)()).toMatchObject({ left: [{ code: 'file/unreadable' }] });
  });

  it('is of each file alone, however large, where several are read at once', async () => {
    const contents = Array.from({ length: 5 }, (_, i) => Buffer.alloc(i * 100_000, `${i}`));
    const paths = contents.map((content, i) => {
      const path = join(folder, `${i}.bin`);
      writeFileSync(path, content);
      return path;
    });
    const expected = contents.map((content) => hash('sha256', content));
    for (let round = 0; round < 2; round++) {
      const digests = await Promise.all(paths.map((path) => digestFile(path)()));
      expect(digests.map(right)).toEqual(expected);
    }
  });
});
