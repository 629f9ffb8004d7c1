import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'prismflow-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where koffi is, if it is there and finds glibc's `mallopt`. */
const koffi = ((): string | undefined => {
  const require = createRequire(import.meta.url);
  try {
    require('koffi').load('libc.so.6').func('int mallopt(int, int)');
    return process.platform === 'linux' ? require.resolve('koffi') : undefined;
  } catch {
    return undefined;
  }
})();

/** Loaded before the program: prints how many heaps glibc has at the end, and how many threads there are. */
const probe = `const { readdirSync, readFileSync } = require('node:fs');
process.on('exit', () => {
  const threads = readdirSync('/proc/self/task').length;
  const c = require(${JSON.stringify(koffi)}).load('libc.so.6');
  const file = c.func('void *fopen(const char *, const char *)')(process.env.HEAPS, 'w');
  c.func('int malloc_info(int, void *)')(0, file);
  c.func('int fclose(void *)')(file);
  const heaps = readFileSync(process.env.HEAPS, 'utf8').match(/<heap nr/g).length;
  process.stderr.write('SEEN ' + JSON.stringify({ threads, heaps }));
});`;

const seen = async (
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ readonly threads: number; readonly heaps: number }> => {
  const { MALLOC_ARENA_MAX: _, GLIBC_TUNABLES: __, UV_THREADPOOL_SIZE: ___, ...plain } = process.env;
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--require', join(folder, 'probe.cjs'), pipe, ...args],
    { cwd: folder, env: { ...plain, HEAPS: join(folder, 'heaps.xml'), ...environment } },
  );
  // The process that works ends first, and then the one that looks after it.
  return JSON.parse(/SEEN (\{.*?\})/.exec(stderr)?.[1] ?? '');
};

beforeAll(async () => {
  writeFileSync(join(folder, 'probe.cjs'), probe);
  mkdirSync(join(folder, 'photos'));
  for (let i = 0; i < 12; i++)
    await sharp({ create: { width: 300 + i, height: 200, channels: 3, background: '#369' } })
      .jpeg()
      .toFile(join(folder, `photos/${i}.jpg`));
  writeFileSync(
    join(folder, 'pipelines.yaml'),
    `version: 1
pipelines:
  copy: { params: { to: { type: path } }, steps: [{ files: photos }, decode, encode, { save: $to }] }
`,
  );
});

describe.skipIf(koffi === undefined)(
  'on Linux with glibc and koffi, what is settled before there are threads',
  () => {
    it('is that those of a run share heaps', async () => {
      // One that a thread of V8's has already, and the program's own.
      expect((await seen(['run', 'copy', '--set', 'to=shared'])).heaps).toBeLessThanOrEqual(2);
    });

    it('gives way to what the environment says of heaps', async () => {
      const said = { MALLOC_ARENA_MAX: '64' };
      expect((await seen(['run', 'copy', '--set', 'to=as-told'], said)).heaps).toBeGreaterThan(2);
      const tuned = { GLIBC_TUNABLES: 'glibc.malloc.arena_max=64' };
      expect((await seen(['run', 'copy', '--set', 'to=as-tuned'], tuned)).heaps).toBeGreaterThan(2);
    });

    it('is how many threads decode and encode', async () => {
      const usual = Math.max(2, availableParallelism());
      const { threads } = await seen(['run', 'copy', '--set', 'to=usual']);
      // libvips has some more of its own, or fewer.
      const others = { UV_THREADPOOL_SIZE: String(usual + 20) };
      expect((await seen(['run', 'copy', '--set', 'to=more'], others)).threads).toBeGreaterThanOrEqual(
        threads + 10,
      );
    });
  },
);

describe('the start', () => {
  it('goes on where koffi is not installed', async () => {
    writeFileSync(
      join(folder, 'without.cjs'),
      `const module_ = require('node:module');
const load = module_._load;
module_._load = (name, ...more) => {
  if (name !== 'koffi') return load(name, ...more);
  process.stderr.write('ASKED');
  throw new Error('no koffi');
};`,
    );
    const { stderr } = await promisify(execFile)(
      process.execPath,
      ['--require', join(folder, 'without.cjs'), pipe, 'run', 'copy', '--set', 'to=without', '--quiet'],
      { cwd: folder },
    );
    expect(stderr).toBe(process.platform === 'linux' ? 'ASKED' : '');
    expect(readFileSync(join(folder, 'without/0.jpg')).length).toBeGreaterThan(0);
  });
});
