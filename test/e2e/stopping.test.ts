import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endlessModel, growingModel } from '../../src/ops/testing/hostile-models.js';
import { pluginsIn } from '../../src/pipelines/compile.js';
import { allow } from '../../src/pipelines/plugins/allowed.js';

const main = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'prismflow-stopping-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An operator that holds the only thread, or waits for ever, or stays a while, by the name of the photo. */
const plugin = `import { writeFileSync } from 'node:fs';
import { defineOp, port } from 'prismflow';
export const stays = defineOp({
  name: 'stays', about: 'Stay', params: {}, input: port.frame, output: port.frame,
  map: () => ({ key, value }) => async () => {
    if (/held|waits/.test(key.path)) writeFileSync('mark', '');
    if (key.path.startsWith('held')) for (;;);
    if (key.path.startsWith('waits')) await new Promise(() => setInterval(() => 0, 1000));
    return { _tag: 'Right', right: value };
  },
});
`;

const pipeline = (...steps: readonly string[]): string =>
  `version: 1\nplugins: [./stays.mjs]\nsteps: [{ files: in }, decode, ${steps.join(', ')}, { encode: png }, { save: "out/{path}" }]\n`;

/** Allows what a pipeline names, as a user does before its first run. */
const allowPlugins = async (folder: string, text: string): Promise<void> => {
  const uses = await pluginsIn({ path: join(folder, 'p.yaml'), text })();
  if (E.isLeft(uses)) return;
  const at = new Date().toISOString();
  await allow(uses.right.map(({ name, digest }) => ({ name, digest, folder, at })))();
};

/** A folder of its own with photos of these names, and the pipeline `p.yaml`. */
const place = async (photos: readonly string[], yaml: string, side = 24): Promise<string> => {
  const folder = mkdtempSync(join(root, 'place-'));
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'stays.mjs'), plugin);
  writeFileSync(join(folder, 'p.yaml'), yaml);
  await allowPlugins(folder, yaml);
  for (const [i, name] of photos.entries())
    await sharp({
      create: { width: side, height: side, channels: 3, background: { r: 9 * i, g: 120, b: 60 } },
    })
      .png()
      .toFile(join(folder, 'in', name));
  return folder;
};

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly milliseconds: number;
}

const starting = (
  folder: string,
  args: readonly string[],
): { child: ChildProcess; ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err, last] = ['', '', performance.now()];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const kill = child.kill.bind(child);
  child.kill = (signal) => {
    last = performance.now();
    return kill(signal);
  };
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status, signal) =>
      resolve({ status, signal, out, err, milliseconds: performance.now() - last }),
    );
  });
  return { child, ended };
};

const run = (folder: string, ...args: readonly string[]): Promise<Ended> => starting(folder, args).ended;

const until = async (isSo: () => boolean, seconds = 60): Promise<void> => {
  const end = performance.now() + 1000 * seconds;
  while (!isSo() && performance.now() < end) await pause(20);
};

/** What lies in the folder of records, beside the journal itself. */
const left = (folder: string): readonly string[] =>
  existsSync(join(folder, 'out/.prismflow'))
    ? readdirSync(join(folder, 'out/.prismflow')).filter((name) => name !== 'journal.jsonl')
    : [];

const records = (folder: string): string => {
  const path = join(folder, 'out/.prismflow/journal.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

/** How long a stop may take here: a machine that others use as well is slow to start a process, not to end one. */
const SOON_MS = 4000;

const byNumber = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

describe('a command is stopped', () => {
  /** What it can be at, and the pipeline and photo that keep it there. */
  const moments: Readonly<Record<string, () => Promise<string>>> = {
    'while an operator waits': () => place(['waits.png', 'b.png'], pipeline('stays')),
    'while its only thread is held': () => place(['held.png', 'b.png'], pipeline('stays')),
    'while a foreign model runs without end': async () => {
      const folder = await place(['a.png'], pipeline('stays', '{ model: endless.onnx }'));
      writeFileSync(join(folder, 'endless.onnx'), endlessModel());
      return folder;
    },
    'while its own engine works': () =>
      place(
        ['a.png'],
        pipeline('{ resize: { scale: 3 } }', '{ ensemble.average: "prismflow:dehaze" }'),
        1200,
      ),
  };
  for (const [moment, make] of Object.entries(moments))
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      for (const times of [1, 2])
        it(`${moment}, by ${signal}${times === 2 ? ' twice' : ''}`, async () => {
          const folder = await make();
          const { child, ended } = starting(folder, ['run', 'p.yaml', '--json', '--jobs', '1']);
          const inFlight = join(folder, 'out/.prismflow');
          await until(
            () => existsSync(join(folder, 'mark')) || (existsSync(inFlight) && left(folder).length > 1),
          );
          // Decoded, compiled, and at it.
          await pause(moment.includes('engine') || moment.includes('model') ? 2500 : 300);
          child.kill(signal);
          if (times === 2) {
            await pause(100);
            child.kill(signal);
          }
          const { status, err, milliseconds } = await ended;
          expect([status, err]).toEqual([byNumber[signal], '']);
          expect(milliseconds).toBeLessThan(SOON_MS);
          // No lock, and nobody to blame.
          expect(left(folder)).toEqual([]);
          expect(records(folder)).not.toContain('failed');
        });

  it('and a watch ends well when it has nothing to do', async () => {
    const folder = await place([], pipeline('stays'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const { child, ended } = starting(folder, ['watch', 'p.yaml']);
      await until(() => left(folder).includes('lock'));
      await pause(500);
      child.kill(signal);
      const { status, milliseconds } = await ended;
      expect(status).toBe(0);
      expect(milliseconds).toBeLessThan(SOON_MS);
      expect(left(folder)).toEqual([]);
    }
  });

  it('and a watch that finishes what it has begun is stopped at once by a second signal', async () => {
    const folder = await place(['held.png'], pipeline('stays'));
    const { child, ended } = starting(folder, ['watch', 'p.yaml']);
    await until(() => existsSync(join(folder, 'mark')));
    child.kill('SIGTERM');
    await pause(1500);
    expect(child.exitCode).toBe(null);
    child.kill('SIGTERM');
    const { status, milliseconds } = await ended;
    expect(status).toBe(143);
    expect(milliseconds).toBeLessThan(SOON_MS);
    expect(left(folder)).toEqual([]);
  });

  it('and takes all with it when the process is killed that looks after it', async () => {
    const folder = await place(['held.png'], pipeline('stays'));
    const { child, ended } = starting(folder, ['run', 'p.yaml']);
    await until(() => existsSync(join(folder, 'mark')));
    child.kill('SIGKILL');
    const { signal } = await ended;
    expect(signal).toBe('SIGKILL');
    // Its streams are closed, so nothing is left that works; what was worked on is suspected now.
    expect(left(folder)).toContain('lock');
  });
});

describe('a photo has a time limit', () => {
  it('after which it is set aside, whether it waits or holds the only thread, and is tried again when asked', async () => {
    const folder = await place(['a.png', 'held.png', 'waits.png', 'z.png'], pipeline('stays'));
    const first = await run(folder, 'run', 'p.yaml', '--timeout', '2s', '--jobs', '2');
    expect(first.status).toBe(1);
    for (const name of ['held.png', 'waits.png'])
      expect(first.err).toMatch(
        new RegExp(`run/timed-out: ${name} was stopped in steps\\[2\\]/stays.*--timeout 8s`),
      );
    expect(readdirSync(join(folder, 'out')).toSorted()).toEqual(['.prismflow', 'a.png', 'z.png']);
    const second = await run(folder, 'run', 'p.yaml', '--timeout', '2s');
    expect(second.status).toBe(1);
    expect(second.err).not.toContain('started again');
    rmSync(join(folder, 'mark'));
    await run(folder, 'run', 'p.yaml', '--timeout', '2s', '--retry');
    expect(existsSync(join(folder, 'mark'))).toBe(true);
    expect(left(folder)).toEqual([]);
  });

  it('that ends a foreign model, and the next photo has a new one', async () => {
    const folder = await place(['a.png', 'b.png'], pipeline('{ model: endless.onnx }'));
    writeFileSync(join(folder, 'endless.onnx'), endlessModel());
    const { status, err } = await run(folder, 'run', 'p.yaml', '--timeout', '3s');
    expect(status).toBe(1);
    expect(err.match(/run\/timed-out/g)).toHaveLength(2);
  });
});

describe('a foreign model', () => {
  it('whose values grow is ended by the memory that a photo may take', async () => {
    const folder = await place(['a.png'], pipeline('{ model: growing.onnx }'));
    writeFileSync(join(folder, 'growing.onnx'), growingModel());
    const { status, err } = await run(folder, 'run', 'p.yaml', '--memory', '300M', '--timeout', '60s');
    expect([status, err]).toEqual([1, expect.stringContaining('model/out-of-memory')]);
    // It says nothing of the photo.
    expect(records(folder)).not.toContain('failed');
  });
});

describe('what is printed', () => {
  const shell = (folder: string, line: string): Promise<Ended> => {
    const child = spawn('bash', ['-c', line.replaceAll('%pipe', `${process.execPath} ${main}`)], {
      cwd: folder,
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    return new Promise((resolve) => {
      child.on('close', (status, signal) => resolve({ status, signal, out, err, milliseconds: 0 }));
    });
  };

  it('and read no further ends the run as other programs end, with what was done recorded', async () => {
    const photos = Array.from({ length: 30 }, (_, i) => `${i}.png`);
    const folder = await place(photos, pipeline('stays'));
    const { status } = await shell(
      folder,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
      '%pipe run p.yaml --json --jobs 1 | head -3 >/dev/null; exit ${PIPESTATUS[0]}',
    );
    expect(status).toBe(141);
    expect(left(folder)).toEqual([]);
    const results = readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.png'));
    expect(records(folder).match(/"kind":"done"/g)?.length ?? 0).toBe(results.length);
    expect((await run(folder, 'run', 'p.yaml')).status).toBe(0);
  });

  for (const json of ['', '--json'])
    it(`to a full disk ends the run in a sentence ${json}`, async () => {
      const folder = await place(['a.png', 'b.png'], pipeline('stays'));
      const { status, err } = await shell(folder, `%pipe run p.yaml ${json} > /dev/full`);
      expect([status, err]).toEqual([3, expect.stringMatching(/^Nothing more can be printed: .*\n$/)]);
      expect(left(folder)).toEqual([]);
    });

  it('is all there with few open files', async () => {
    const folder = await place(['a.png', 'b.png'], pipeline('{ adjust: { exposure: 0.5 } }'));
    const { status, out } = await shell(folder, 'ulimit -n 64; %pipe run p.yaml');
    expect([status, out]).toEqual([0, expect.stringContaining('2 done')]);
  });

  it('says in a sentence that files are too few', async () => {
    const folder = await place(['a.png'], pipeline('stays'));
    for (const most of [20, 24, 28, 32, 36]) {
      const { status, err } = await shell(folder, `ulimit -n ${most}; %pipe run p.yaml --quiet`);
      expect([most, status]).toEqual([most, 3]);
      expect(err).not.toMatch(/^ {4}at /m);
      expect(left(folder)).toEqual([]);
      expect(records(folder)).not.toContain('failed');
    }
  });
});

describe('an engine that is not there', () => {
  it('is one error before the first photo, and no fault of any', async () => {
    const missing = process.platform === 'darwin' ? 'dml' : 'coreml';
    const folder = await place(['a.png', 'b.png'], pipeline('{ adjust: { exposure: 0.5 } }'));
    const { status, err } = await run(folder, 'run', 'p.yaml', '--engine', missing);
    expect([status, err.match(/tensor\/engine-unavailable/g)]).toEqual([3, ['tensor/engine-unavailable']]);
    expect(existsSync(join(folder, 'out'))).toBe(false);
    expect((await run(folder, 'run', 'p.yaml')).status).toBe(0);
  });
});

beforeAll(() => {
  if (!existsSync(main)) throw new Error('npm run build first');
});
