import { execFileSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { HostTensor } from '../../ports/index.js';
import { addSnapshot, readManifest, readModelFolder } from './model-folder.js';
import { readTensors, writeTensors } from './tensor-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const spec = { kind: 'pyramid', options: { levels: 3 } };
const weights = (value: number): Readonly<Record<string, HostTensor<'float32'>>> => ({
  'low.filter': { dtype: 'float32', shape: [2, 2], data: new Float32Array(4).fill(value) },
});

const right = <A>(result: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join('\n'));
  return result.right;
};
const codesOf = (result: E.Either<Diagnostics, unknown>): readonly string[] =>
  E.isLeft(result) ? result.left.map(({ code }) => code) : [];

const add = async (step: number, value: number, cycle = 1) =>
  right(await addSnapshot(folder, spec, weights(value), { step, cycle, training: { seed: 7 } })());

describe('a model folder', () => {
  it('holds its snapshots from the first to the last', async () => {
    await add(500, 1, 1);
    await add(1500, 2, 2);
    const model = right(await readModelFolder(folder)());
    expect(model.generator).toEqual(spec);
    expect(model.training).toEqual({ seed: 7 });
    expect(model.snapshots.map(({ step, cycle, file }) => [step, cycle, file])).toEqual([
      [500, 1, 'snapshot-500.safetensors'],
      [1500, 2, 'snapshot-1500.safetensors'],
    ]);
    expect(model.snapshots.map(({ weights: w }) => w)).toEqual([weights(1), weights(2)]);
  });

  it('says in model.json what it is', async () => {
    await add(500, 1);
    expect(JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'))).toMatchObject({
      format: 'prismflow-model',
      version: 1,
      generator: { pyramid: { levels: 3 } },
      snapshots: [{ file: 'snapshot-500.safetensors', step: 500, cycle: 1 }],
    });
  });

  it('replaces what a resumed training makes anew, and leaves other files alone', async () => {
    await writeFile(join(folder, 'snapshot-mine.safetensors'), 'mine');
    await writeFile(join(folder, 'report.html'), 'report');
    await add(500, 1);
    await add(1500, 2);
    await add(3500, 3);
    await add(1500, 9);
    const model = right(await readModelFolder(folder)());
    expect(model.snapshots.map(({ step }) => step)).toEqual([500, 1500]);
    expect(model.snapshots[1]?.weights).toEqual(weights(9));
    expect((await readdir(folder)).sort()).toEqual([
      'model.json',
      'report.html',
      'snapshot-1500.safetensors',
      'snapshot-500.safetensors',
      'snapshot-mine.safetensors',
    ]);
  });

  it('names each snapshot that is damaged or missing', async () => {
    await add(1, 1);
    await add(2, 2);
    await add(3, 3);
    const damaged = join(folder, 'snapshot-1.safetensors');
    const bytes = await readFile(damaged);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(damaged, bytes);
    await rm(join(folder, 'snapshot-3.safetensors'));
    const read = await readModelFolder(folder)();
    expect(codesOf(read)).toEqual(['weights/damaged', 'weights/unreadable']);
    expect(E.isLeft(read) && read.left.map(({ message }) => message).join('\n')).toMatch(
      /snapshot-1\.safetensors is damaged(.|\n)*snapshot-3\.safetensors cannot be read/,
    );
    // One that is whole can still be used.
    const second = right(await readModelFolder(folder, (all) => all.slice(1, 2))());
    expect(second.snapshots[0]?.weights).toEqual(weights(2));
  });

  it('refuses to mix networks', async () => {
    await add(500, 1);
    const other = { kind: 'pyramid', options: { levels: 4 } };
    const result = await addSnapshot(folder, other, weights(2), { step: 900, cycle: 2 })();
    expect(codesOf(result)).toEqual(['weights/other-model']);
    expect(right(await readManifest(folder)()).snapshots).toHaveLength(1);
  });

  it.each([
    ['one file a thousand times', (one: object) => Array.from({ length: 1000 }, () => one), 'more than 256'],
    ['one file twice', (one: object) => [one, one], 'it lists snapshot-500.safetensors twice'],
    [
      'one content under two names',
      (one: object) => [one, { ...one, file: 'snapshot-7.safetensors', step: 7 }],
      'it lists two files with the SHA-256',
    ],
    [
      'two of one step',
      (one: object) => [one, { ...one, file: 'snapshot-7.safetensors', sha256: '0'.repeat(64) }],
      'it lists two snapshots of step 500',
    ],
    ['a hash that is none', (one: object) => [{ ...one, sha256: 'x' }], 'a SHA-256 in hexadecimal'],
    ['negative bytes', (one: object) => [{ ...one, bytes: -1 }], 'a whole number'],
    [
      'an absolute name',
      (one: object) => [{ ...one, file: '/tmp/snapshot-1.safetensors' }],
      'a plain file name',
    ],
  ])('is refused that lists %s', async (_, listed, why) => {
    await add(500, 1);
    const path = join(folder, 'model.json');
    const json = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...json, snapshots: listed(json.snapshots[0]) }));
    const read = await readModelFolder(folder)();
    expect(codesOf(read)).toEqual(['weights/model-json']);
    expect(E.isLeft(read) && read.left[0].message).toContain(why);
  });

  it('is refused whose description is huge, a pipe, or a link that leads out of it', async () => {
    const path = join(folder, 'model.json');
    await writeFile(path, `{"training": "${'x'.repeat(2 << 20)}"}`);
    expect(codesOf(await readManifest(folder)())).toEqual(['weights/model-json']);
    await rm(path);
    execFileSync('mkfifo', [path]);
    expect(codesOf(await readManifest(folder)())).toEqual(['weights/unreadable']);
    await rm(path);
    await mkdir(join(folder, 'own'));
    const own = join(folder, 'own');
    right(await addSnapshot(own, spec, weights(1), { step: 5, cycle: 1 })());
    await rename(join(own, 'snapshot-5.safetensors'), join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(own, 'snapshot-5.safetensors'));
    expect(codesOf(await readModelFolder(own)())).toEqual(['weights/outside']);
    await rename(join(own, 'model.json'), path);
    await symlink(path, join(own, 'model.json'));
    expect(codesOf(await readModelFolder(own)())).toEqual(['weights/outside']);
  });

  it('keeps the model that there is when there is no room to write', async () => {
    await add(500, 1);
    const before = await readFile(join(folder, 'model.json'), 'utf8');
    // A folder in the place of the file makes writing it fail.
    await mkdir(join(folder, 'snapshot-900.safetensors'));
    expect(E.isLeft(await addSnapshot(folder, spec, weights(2), { step: 900, cycle: 2 })())).toBe(true);
    expect(await readFile(join(folder, 'model.json'), 'utf8')).toBe(before);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    ['no model', undefined, 'weights/no-model', 'no trained model'],
    ['no JSON', '{', 'weights/model-json', 'no JSON'],
    ['another format', { format: 'other' }, 'weights/model-json', '`format`'],
    [
      'a generator that there is not',
      { generator: { maze: {} } },
      'weights/model-json',
      'no generator `maze`',
    ],
    [
      'an option out of range',
      { generator: { pyramid: { levels: 60 } } },
      'weights/model-json',
      '`pyramid.levels` must be a whole number between 2 and 6',
    ],
    [
      'an option that there is not',
      { generator: { pyramid: { constructor: 3 } } },
      'weights/model-json',
      'no option `constructor`',
    ],
    [
      'a file outside the folder',
      { snapshots: [{ file: '../snapshot-1.safetensors', sha256: '', bytes: 1, step: 1, cycle: 1 }] },
      'weights/model-json',
      'a plain file name',
    ],
  ])('says so of a folder with %s', async (_, changes, code, why) => {
    const whole = { format: 'prismflow-model', version: 1, generator: { pyramid: {} }, snapshots: [] };
    const text = typeof changes === 'string' ? changes : JSON.stringify({ ...whole, ...changes });
    if (changes !== undefined) await writeFile(join(folder, 'model.json'), text);
    const read = await readModelFolder(folder)();
    expect(codesOf(read)).toEqual([code]);
    expect(E.isLeft(read) && read.left[0].message).toContain(why);
  });
});

describe('a file of tensors', () => {
  it('is refused by its size and its header, before memory is taken for what they tell of', async () => {
    const path = join(folder, 'w.safetensors');
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [2 ** 42], data_offsets: [0, 2 ** 44] } });
    const start = new Uint8Array(8 + header.length);
    new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true);
    start.set(new TextEncoder().encode(header), 8);
    await writeFile(path, start);
    expect(codesOf(await readTensors(path)())).toEqual(['weights/not-safetensors']);
    // A file may be as long as that and take no room.
    await truncate(path, start.length + 2 ** 43).catch(() => undefined);
    expect(codesOf(await readTensors(path)())).toEqual(['weights/not-safetensors']);
    expect(codesOf(await readTensors(path, { sha256: '', bytes: 9 })())).toEqual(['weights/damaged']);
    const objection = () => 'is not wanted';
    const written = right(await writeTensors(path, weights(5))());
    expect(codesOf(await readTensors(path, written, { objection })())).toEqual(['weights/mismatch']);
    const wanted = right(await readTensors(path, written, { wanted: () => false })());
    expect(wanted.tensors).toEqual({});
    expect(
      codesOf(await readTensors(path, { ...written, sha256: '0'.repeat(64) }, { wanted: () => false })()),
    ).toEqual(['weights/damaged']);
  });

  it('that is larger than the memory of the machine is refused', async () => {
    const path = join(folder, 'w.safetensors');
    const bytes = 2 ** 42;
    const header = JSON.stringify({ a: { dtype: 'U8', shape: [bytes], data_offsets: [0, bytes] } });
    const start = new Uint8Array(8 + header.length);
    new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true);
    start.set(new TextEncoder().encode(header), 8);
    await writeFile(path, start);
    const isSparse = await truncate(path, start.length + bytes).then(
      () => true,
      () => false,
    );
    if (isSparse) expect(codesOf(await readTensors(path)())).toEqual(['weights/too-large']);
  });

  it('is held to what was written', async () => {
    const path = join(folder, 'deep', 'state.safetensors');
    const written = right(await writeTensors(path, weights(5), { step: '12' })());
    expect(right(await readTensors(path, written)())).toEqual({
      tensors: weights(5),
      metadata: { step: '12' },
    });
    expect(codesOf(await readTensors(path, { ...written, sha256: '0'.repeat(64) })())).toEqual([
      'weights/damaged',
    ]);
    expect(codesOf(await readTensors(path, { ...written, bytes: 3 })())).toEqual(['weights/damaged']);
    expect(codesOf(await readTensors(join(folder, 'none'))())).toEqual(['weights/unreadable']);
  });
});
