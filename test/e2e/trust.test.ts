import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { journalPath } from '../../src/records/journal/journal.js';
import { sealLine } from '../../src/records/journal/line.js';

const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'prismflow-trust-'));
const project = join(folder, 'project');
const marker = join(folder, 'RAN');
afterAll(() => rmSync(folder, { recursive: true }));

const environment = (more: Readonly<Record<string, string>> = {}) => ({
  ...process.env,
  NO_COLOR: '1',
  XDG_CONFIG_HOME: join(folder, 'config'),
  XDG_CACHE_HOME: join(folder, 'cache'),
  ...more,
});

const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}, cwd = project) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [pipe, ...args], {
    cwd,
    encoding: 'utf8',
    env: environment(more),
    input: '',
    timeout: 60_000,
  });
  return { status, out: stdout, err: stderr };
};

/** The same in a terminal, in which somebody types. */
const typed = (args: readonly string[], answer: string) =>
  spawnSync('script', ['-qec', `${process.execPath} ${pipe} ${args.join(' ')}`, '/dev/null'], {
    cwd: project,
    encoding: 'utf8',
    env: environment(),
    input: answer,
    timeout: 60_000,
  });

const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

const plugin = `import { writeFileSync } from 'node:fs';
import { defineOp, port } from 'prismflow';
writeFileSync(${JSON.stringify(marker)}, 'x');
export const mine = defineOp({ name: 'mine', about: 'Do nothing', params: {}, input: port.frame, output: port.frame,
  map: () => ({ value }) => async () => ({ _tag: 'Right', right: value }) });
`;

beforeEach(async () => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(project, 'photos'), { recursive: true });
  await sharp({ create: { width: 9, height: 8, channels: 3, background: 'red' } }).toFile(
    join(project, 'photos/a.png'),
  );
  writeFileSync(join(project, 'mine.mjs'), plugin);
  writeFileSync(
    join(project, 'pipelines.yaml'),
    `version: 1
plugins: [./mine.mjs]
pipelines:
  with: { steps: [{ files: photos }, decode, mine, encode, { save: edited }] }
  without: { steps: [{ files: photos }, decode, encode, { save: copied }] }
`,
  );
});

const digestIn = (text: string): string => /sha256:[0-9a-f]{64}/.exec(text)?.[0] ?? '';

describe('looking at a pipeline', () => {
  it.each([
    ['check', 'pipelines.yaml'],
    ['plan', 'with'],
    ['plan', 'with', '--json'],
    ['graph', 'with'],
    ['graph', 'with', '--format', 'svg'],
    ['graph', 'with', '--format', 'json'],
    ['status'],
    ['ops'],
    ['ops', 'save'],
    ['schema'],
    ['explain', 'plugin/not-allowed'],
    ['new'],
    ['check', 'pipelines.yaml', '--json'],
  ])('by pipe %s %s %s %s runs no plugin', (...args) => {
    const { status, err } = run(args.filter((arg) => arg !== undefined));
    expect(status, err).toBe(0);
    expect(existsSync(marker)).toBe(false);
  });

  it('says what is not loaded, and how to allow it', () => {
    const { err, out } = run(['plan', 'with']);
    expect(err).toContain('warning[plugin/not-allowed]: The plugin ./mine.mjs');
    expect(err).toContain(`--allow-plugin ${digestIn(err)}`);
    expect(out).toMatch(/steps\[2\]\/mine +unknown +plugin not loaded/);
    expect(run(['graph', 'with']).out).toContain('plugin not loaded');
    // Each thing is said once, though the file has two pipelines.
    expect(run(['check']).err.match(/warning\[plugin\/not-allowed\]/g)).toHaveLength(1);
  });
});

describe('running a pipeline', () => {
  it('refuses a plugin where nobody can be asked, and takes one that is allowed from then on', () => {
    const refused = run(['run', 'with']);
    expect(refused.status).toBe(2);
    expect(refused.err).toContain('error[plugin/not-allowed]');
    expect([existsSync(marker), existsSync(join(project, 'edited'))]).toEqual([false, false]);
    const digest = digestIn(refused.err);
    expect(run(['run', 'with', '--allow-plugin', digest])).toMatchObject({ status: 0, err: '' });
    expect(existsSync(join(project, 'edited/a.png'))).toBe(true);
    rmSync(join(project, 'edited'), { recursive: true });
    expect(run(['run', 'with'])).toMatchObject({ status: 0, err: '' });
    expect(run(['plan', 'with']).err).toBe('');
    writeFileSync(join(project, 'mine.mjs'), `${plugin}// changed\n`);
    const changed = run(['run', 'with']);
    expect([changed.status, digestIn(changed.err) === digest]).toEqual([2, false]);
  });

  it('goes on without a plugin that it does not need', () => {
    const { status, err } = run(['run', 'without']);
    expect([status, existsSync(marker)]).toEqual([0, false]);
    expect(err).toContain('warning[plugin/not-allowed]');
  });

  it('refuses digests that are none, and a record that is damaged', () => {
    expect(run(['run', 'with', '--allow-plugin', 'sha256:1'])).toMatchObject({ status: 2 });
    mkdirSync(join(folder, 'config/prismflow'), { recursive: true });
    writeFileSync(join(folder, 'config/prismflow/plugins.json'), '{');
    const { status, err } = run(['run', 'with']);
    expect(status).toBe(2);
    expect(err).toContain('error[plugin/config]');
    expect(err).toContain('delete it');
  });

  it('says when it cannot keep what is allowed', () => {
    const { err } = run(['check', '--json']);
    const nowhere = { XDG_CONFIG_HOME: '/dev/null/config', XDG_CACHE_HOME: '/dev/null/cache' };
    const digest = digestIn(err) || digestIn(run(['plan', 'with']).err);
    const ended = run(['run', 'with', '--allow-plugin', digest], nowhere);
    expect(ended.status, ended.err).toBe(0);
    expect(ended.err).toContain('warning[plugin/not-kept]');
  });

  it.skipIf(!hasScript)('asks on a terminal, and takes nothing but a yes for one', () => {
    for (const answer of ['\n', 'n\n', 'yet\n']) {
      const { status, stdout } = typed(['run', 'with'], answer);
      expect(stdout).toContain('Allow it, as it is now? [y/N]');
      expect([status, existsSync(marker)]).toEqual([2, false]);
    }
    expect(typed(['run', 'with'], 'y\n').status).toBe(0);
    expect(existsSync(marker)).toBe(true);
    expect(run(['run', 'with'])).toMatchObject({ status: 0, err: '' });
  });
});

describe('receipts and records', () => {
  const make = (): void => {
    const digest = digestIn(run(['plan', 'with']).err);
    expect(run(['run', 'with', '--allow-plugin', digest]).status).toBe(0);
    rmSync(marker);
  };

  it('are followed where the user is, and nowhere else', () => {
    make();
    const result = join(project, 'edited/a.png');
    expect(run(['reproduce', 'edited/a.png']).out).toContain('Bit-equal');
    mkdirSync(join(folder, 'elsewhere'));
    const away = run(['reproduce', result], {}, join(folder, 'elsewhere'));
    expect(away.status).toBe(2);
    expect(away.err).toContain('error[receipt/outside]');
    expect(run(['reproduce', result, '--read', project], {}, join(folder, 'elsewhere')).status).toBe(0);
  });

  it('run no plugin that another user of the machine allowed', () => {
    make();
    const other = { XDG_CONFIG_HOME: join(folder, 'other') };
    const { status, err } = run(['reproduce', 'edited/a.png'], other);
    expect(err).toContain('error[plugin/not-allowed]');
    expect([status, existsSync(marker)]).toEqual([2, false]);
    const digest = digestIn(err);
    expect(run(['reproduce', 'edited/a.png', '--allow-plugin', digest], other).status).toBe(0);
    expect(run(['reproduce', 'edited/a.png'], other).status).toBe(0);
  });

  it('have no file looked at elsewhere by pipe status', () => {
    const results = join(project, 'results');
    mkdirSync(dirname(journalPath(results)), { recursive: true });
    const failed = (source: string, input: string) =>
      sealLine({
        v: 2,
        kind: 'failed',
        source,
        input,
        sourceSize: 1,
        sourceModified: 1,
        sourceDigest: '0',
        pipeline: '0',
        version: '0',
        operator: 'steps[1]/decode',
        code: 'image/corrupt',
        message: 'damaged \u001b[2J',
        at: '2026-01-01T00:00:00.000Z',
      });
    symlinkSync('/', join(project, 'root'));
    writeFileSync(
      journalPath(results),
      `\n${failed('elsewhere.png', '/not/there.png')}\n${failed('gone.png', 'gone.png')}\n`,
    );
    const { out, status } = run(['status', 'results']);
    expect(status).toBe(0);
    expect([out.includes('elsewhere.png'), out.includes('gone.png'), out.includes('\u001b[2J')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.each([
    ['a link', (path: string) => symlinkSync('/etc/passwd', path)],
    ['a link', (path: string) => symlinkSync('nowhere', path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('are not read where %s stands for them, which is said', (kind, put) => {
    const results = join(project, 'results');
    mkdirSync(join(results, '.prismflow'), { recursive: true });
    put(journalPath(results));
    const { err, status } = run(['status']);
    expect(status).toBe(1);
    expect(err).toContain(`journal.jsonl is ${kind}, not a file`);
  });

  it('write nothing into files of the user that they are hard links of', () => {
    const [diary, photo] = [join(project, 'diary.txt'), join(project, 'photo.png')];
    writeFileSync(diary, 'mine');
    const before = readFileSync(join(project, 'photos/a.png'));
    writeFileSync(photo, before);
    mkdirSync(join(project, 'album/.prismflow'), { recursive: true });
    linkSync(diary, join(project, 'album/.prismflow/in-flight.json'));
    linkSync(photo, journalPath(join(project, 'album')));
    writeFileSync(
      join(project, 'album.yaml'),
      'version: 1\nsteps: [{ files: photos }, decode, encode, { save: "album/{path}" }]\n',
    );
    expect(run(['run', 'album.yaml']).status).toBe(0);
    expect(readFileSync(diary, 'utf8')).toBe('mine');
    expect(readFileSync(photo).equals(before)).toBe(true);
    const again = run(['run', 'album.yaml']);
    expect(`${again.out}${again.err}`).toContain('done before');
  });

  it('are not looked for behind a link, which is said', () => {
    mkdirSync(join(project, 'results'));
    symlinkSync(folder, join(project, 'results/.prismflow'));
    const { err, status } = run(['status']);
    expect(status).toBe(1);
    expect(err).toContain('.prismflow is a link, not a folder');
  });

  it('keep a plugin that shrinks with the case', () => {
    writeFileSync(join(project, 'part.mjs'), 'export const worst = 200;\n');
    writeFileSync(
      join(project, 'mine.mjs'),
      `import { defineOp, port } from 'prismflow';
import { worst } from './part.mjs';
export const mine = defineOp({ name: 'mine', about: 'Fail', params: {}, input: port.frame, output: port.frame,
  map: () => ({ value }) => async () => { if (value.samples.data.some((n) => n > worst)) throw new Error('bright'); return { _tag: 'Right', right: value }; } });
`,
    );
    expect(run(['shrink', 'photos/a.png', '--pipeline', 'with']).status).toBe(2);
    const digest = digestIn(run(['plan', 'with']).err);
    const { status, err } = run(['shrink', 'photos/a.png', '--pipeline', 'with', '--allow-plugin', digest]);
    expect(status, err).toBe(0);
    const place = join(project, 'shrunk/a-mine');
    expect(readFileSync(join(place, 'pipeline.yaml'), 'utf8')).toContain('./plugins/0/mine.mjs');
    // It is the same plugin there, and the failure shows again.
    expect(run(['run', 'pipeline.yaml'], {}, place)).toMatchObject({ status: 1 });
  });
});
