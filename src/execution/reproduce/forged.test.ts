import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../../diagnostics/index.js';
import { withReceipt } from '../../image/metadata/xmp.js';
import { allow } from '../../pipelines/plugins/allowed.js';
import { configFolder } from '../../pipelines/plugins/user-folders.js';
import { inspect } from '../../pipelines/plugins.js';
import type { Json } from '../../ports/index.js';
import type { DoneEntry, RecipeEntry } from '../../records/journal/entries.js';
import { journalPath } from '../../records/journal/journal.js';
import { bytesOf } from '../recording/reuse.js';
import { type ReproduceOptions, reproduce } from './reproduce.js';
import { receiptLimits } from './within.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-forged-'));
const archive = join(folder, 'archive');
const photo = join(archive, 'holiday.png');
const marker = join(folder, 'RAN');
const secret = join(folder, 'secret.png');
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

beforeEach(async () => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(archive, 'photos'), { recursive: true });
  rmSync(configFolder(), { recursive: true, force: true });
  const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).png();
  await picture.toFile(secret);
  await picture.toFile(join(archive, 'photos/a.png'));
});

const codesOf = (result: E.Either<Diagnostics, unknown>): readonly string[] =>
  E.isLeft(result) ? result.left.map(({ code }) => code) : ['right'];

const usual: Json = {
  version: 1,
  steps: [{ files: { in: 'photos' } }, 'decode', 'encode', { save: { to: '{path}' } }],
};

const withStep = (step: Json): Json => ({
  version: 1,
  steps: [{ files: { in: 'photos' } }, 'decode', step, 'encode', { save: { to: '{path}' } }],
});

interface Forgery {
  readonly pipeline?: Json;
  readonly plugins?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const about = (): Omit<DoneEntry, 'v' | 'kind' | 'recipe'> => ({
  output: 'holiday.png',
  outputSize: 1,
  outputDigest: '0'.repeat(64),
  source: 'a.png',
  input: 'photos/a.png',
  sourceSize: readFileSync(secret).length,
  sourceModified: 1,
  // The same picture as `secret`.
  sourceDigest: sha256(secret),
  index: 0,
  epoch: 0,
  pipeline: '0'.repeat(64),
  at: '2026-01-01T00:00:00.000Z',
});

const recipe = { name: 'brighten', pipeline: usual, versions: {}, machine: 'x', weights: {} };

/** Stands for nested lists that are too deep to be written by a function that calls itself. */
const DEEP = 'deep';
const written = (value: object): string =>
  JSON.stringify(value).replace(`"${DEEP}"`, `${'['.repeat(20_000)}${']'.repeat(20_000)}`);

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

/** As `sealLine` does, of a text. */
const sealed = (text: string): string =>
  `${text.slice(0, -1)},"crc":"${crc32(text).toString(16).padStart(8, '0')}"}`;

/** A photo that carries a receipt. */
const inPhoto = async (forged: Forgery): Promise<void> => {
  const {
    sourceModified: _,
    pipeline: __,
    outputSize: ___,
    outputDigest: ____,
    at: _____,
    input: ______,
    ...known
  } = about();
  const receipt = written({ id: '0'.repeat(64), ...recipe, ...known, ...forged });
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'blue' } })
    .png()
    .toBuffer();
  const packet = Buffer.concat([
    Buffer.from('XML:com.adobe.xmp\0\0\0\0\0', 'latin1'),
    withReceipt(undefined, receipt) ?? Buffer.alloc(0),
  ]);
  // Behind the signature and the header, which is 25 bytes long.
  writeFileSync(photo, Buffer.concat([picture.subarray(0, 33), chunk('iTXt', packet), picture.subarray(33)]));
};

/** A folder of results with a journal that says the same. */
const inRecord = async ({ pipeline = usual, plugins, ...forged }: Forgery): Promise<void> => {
  await sharp(secret).toFile(photo);
  const id = '1'.repeat(64);
  const made = {
    v: 2,
    kind: 'recipe',
    id,
    ...recipe,
    pipeline,
    ...(plugins ? { plugins } : {}),
  } as RecipeEntry;
  mkdirSync(dirname(journalPath(archive)), { recursive: true });
  const done = { v: 2, kind: 'done', ...about(), recipe: id, ...forged };
  writeFileSync(journalPath(archive), [made, done].map((each) => `\n${sealed(written(each))}`).join(''));
};

const attempt = (options: ReproduceOptions = {}) => reproduce(photo, { within: [archive], ...options })();

const plugin = (): string => `import { writeFileSync } from 'node:fs';
import { defineOp } from ${JSON.stringify(new URL('../../ops/index.ts', import.meta.url).href)};
import * as port from ${JSON.stringify(new URL('../../ports/index.ts', import.meta.url).href)};
writeFileSync(${JSON.stringify(marker)}, 'x');
export const mine = defineOp({ name: 'mine', about: 'Do nothing', params: {}, input: port.frame, output: port.frame,
  map: () => ({ value }) => async () => ({ _tag: 'Right', right: value }) });
`;

describe.each([
  ['in a photo', inPhoto],
  ['in a record beside it', inRecord],
])('a receipt %s', (_, forge) => {
  it('that says what was done is followed', async () => {
    await forge({});
    const made = await attempt();
    expect(E.isRight(made) && made.right.receipt.source).toBe('a.png');
  });

  it.each([
    [`data:text/javascript,import('node:fs').then((fs) => fs.writeFileSync('${marker}', 'x'))`, 'plugin/url'],
    ['file:///etc/x.mjs', 'plugin/url'],
    ['node:fs', 'plugin/url'],
    ['fs', 'plugin/builtin'],
    ['./evil.mjs', 'receipt/plugin'],
    ['../evil.mjs', 'receipt/plugin'],
    ['/etc/evil.mjs', 'receipt/plugin'],
    ['evil', 'receipt/plugin'],
  ])('has no say over code: %s', async (named, code) => {
    writeFileSync(join(archive, 'evil.mjs'), plugin());
    writeFileSync(join(folder, 'evil.mjs'), plugin());
    mkdirSync(join(archive, 'node_modules/evil'), { recursive: true });
    writeFileSync(join(archive, 'node_modules/evil/package.json'), '{ "type": "module", "main": "evil.js" }');
    writeFileSync(join(archive, 'node_modules/evil/evil.js'), plugin());
    const pipeline = { ...(withStep('mine') as object), plugins: [named] } as Json;
    await forge({ pipeline });
    expect(codesOf(await attempt())).toEqual([code]);
    // Nor where it names a digest: of nothing, or of what nobody allowed.
    for (const digest of ['', 'sha256:x', `sha256:${'0'.repeat(64)}`]) {
      await forge({ pipeline, plugins: { [named]: digest } });
      expect(codesOf(await attempt())).toEqual([code]);
    }
    await forge({ pipeline: { ...(withStep('mine') as object), plugins: named } as Json });
    expect(codesOf(await attempt())).toEqual([code]);
    expect(existsSync(marker)).toBe(false);
  });

  it('runs a plugin only by a digest that the user allowed', async () => {
    writeFileSync(join(archive, 'mine.mjs'), plugin());
    const found = await inspect({ name: './mine.mjs' }, archive)();
    const digest = E.isRight(found) ? found.right.use.digest : '';
    const pipeline = { ...(withStep('mine') as object), plugins: ['./mine.mjs'] } as Json;
    await forge({ pipeline, plugins: { './mine.mjs': digest } });
    expect(codesOf(await attempt())).toEqual(['plugin/not-allowed']);
    expect(codesOf(await attempt({ plugins: 'refuse', ask: async () => true }))).toEqual([
      'plugin/not-allowed',
    ]);
    const asked: string[] = [];
    const ask = async ({ digest: of }: { readonly digest: string }): Promise<boolean> => asked.push(of) < 0;
    expect(codesOf(await attempt({ ask }))).toEqual(['plugin/not-allowed']);
    expect([asked, existsSync(marker)]).toEqual([[digest], false]);
    expect(codesOf(await attempt({ plugins: { allow: [digest] } }))).toEqual(['right']);
    // What was allowed is found where it was then; other content under its name is not it.
    writeFileSync(join(archive, 'mine.mjs'), `${plugin()}//`);
    expect(codesOf(await attempt({ plugins: { allow: [digest] } }))).toEqual(['receipt/plugin']);
    mkdirSync(join(folder, 'project'));
    writeFileSync(join(folder, 'project/mine.mjs'), plugin());
    await allow([{ digest, name: './mine.mjs', folder: join(folder, 'project'), at: 'now' }])();
    expect(codesOf(await attempt())).toEqual(['right']);
  });

  it.each([
    ['an absolute path', () => '/etc'],
    ['a path that climbs', () => '../secret.png'],
    ['the home directory', () => '~/.ssh/id_ed25519'],
    ['a device', () => '/dev/zero'],
    ['another machine', () => '\\\\evil\\share\\model.onnx'],
    ['a link to a file', () => 'link.onnx'],
    ['a link to a device', () => 'zero.onnx'],
    ['a pipe', () => 'pipe.onnx'],
    ['a folder with a link out of it', () => 'model'],
    ['a folder with a pipe', () => 'piped'],
    ['nothing', () => 'not-there'],
  ])('has no say over places: %s', async (_name, path) => {
    symlinkSync(secret, join(archive, 'link.onnx'));
    symlinkSync('/dev/zero', join(archive, 'zero.onnx'));
    execFileSync('mkfifo', [join(archive, 'pipe.onnx')]);
    for (const name of ['model', 'piped']) mkdirSync(join(archive, name));
    writeFileSync(join(archive, 'model/model.json'), '{}');
    symlinkSync(secret, join(archive, 'model/snapshot-1.safetensors'));
    execFileSync('mkfifo', [join(archive, 'piped/model.json')]);
    for (const step of [{ model: path() }, { 'ensemble.average': path() }]) {
      await forge({ pipeline: withStep(step) });
      expect(codesOf(await attempt())).toEqual(['receipt/outside']);
    }
  });

  it('does not have endless weights read', async () => {
    execFileSync('truncate', ['-s', String(receiptLimits.bytes + 1), join(archive, 'large.onnx')]);
    await forge({ pipeline: withStep({ model: 'large.onnx' }) });
    expect(codesOf(await attempt())).toEqual(['receipt/too-large']);
  });

  it('does not have endless photos read to find the one that it names', async () => {
    execFileSync('truncate', ['-s', '1T', join(archive, 'photos/large.png')]);
    await forge({ source: 'large.png', input: 'photos/large.png', sourceSize: 2 ** 40 });
    expect(codesOf(await attempt())).toEqual(['receipt/too-large']);
  });

  it('names no photo outside, not even one that it knows the content of', async () => {
    const known = { sourceSize: readFileSync(secret).length, sourceDigest: sha256(secret) };
    const outside = withIn('..');
    rmSync(join(archive, 'photos/a.png'));
    await forge({ ...known, source: '../../secret.png', input: '../secret.png' });
    expect(codesOf(await attempt())).toEqual(['receipt/outside']);
    await forge({ ...known, source: 'secret.png', input: secret, pipeline: outside });
    expect(codesOf(await attempt())).toEqual(['receipt/outside']);
    symlinkSync(secret, join(archive, 'photos/b.png'));
    await forge({ ...known, source: 'b.png', input: 'photos/b.png' });
    expect(codesOf(await attempt())).toEqual([expect.stringMatching(/receipt\/(outside|input-missing)/)]);
    // The user may point anywhere.
    expect(codesOf(await attempt({ input: secret }))).toEqual(['right']);
    expect(codesOf(await attempt({ within: [folder] }))).toEqual(['right']);
  });

  it('that makes no sense is refused, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (pipeline) => {
        await forge({ pipeline: pipeline as Json });
        expect(codesOf(await attempt()).every((code) => code !== 'right')).toBe(true);
      }),
      { numRuns: 25 },
    );
    await forge({ pipeline: withStep({ adjust: DEEP }) });
    expect(codesOf(await attempt())).not.toContain('right');
    for (const memory of [1e300, -1, 0, null]) {
      await forge({ engine: 'cpu', memory, certify: false });
      expect(codesOf(await attempt())).toHaveLength(1);
    }
    await forge({ engine: 'data:text/javascript,1' });
    expect(codesOf(await attempt())).toHaveLength(1);
  });
});

const withIn = (place: string): Json => ({
  version: 1,
  steps: [{ files: { in: place } }, 'decode', 'encode', { save: { to: '{path}' } }],
});

describe('a result that a record names', () => {
  const result = (output: string) => ({
    output,
    outputSize: readFileSync(secret).length,
    outputDigest: sha256(secret),
    source: 'a.png',
    sourceSize: 1,
    sourceModified: 1,
    sourceDigest: '0'.repeat(64),
    pipeline: '0'.repeat(64),
  });

  it('is copied only from within its folder', async () => {
    symlinkSync(secret, join(archive, 'link.png'));
    execFileSync('mkfifo', [join(archive, 'pipe.png')]);
    for (const output of ['../secret.png', secret, 'link.png', 'pipe.png', 'photos/../../secret.png'])
      expect(await bytesOf(archive, result(output))).toBeUndefined();
    writeFileSync(join(archive, 'own.png'), readFileSync(secret));
    expect(await bytesOf(archive, result('own.png'))).toEqual(readFileSync(secret));
  });
});
