import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { pluginsIn } from '../../src/pipelines/compile.js';
import { allow } from '../../src/pipelines/plugins/allowed.js';

const main = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'prismflow-stopped-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An operator that fails, or gives what it is given; where HOLD is set it holds the only thread instead. */
const plugin = `import { defineOp, port } from 'prismflow';
const holds = () => { if (process.env.HOLD) for (;;); };
const op = (name, give) => defineOp({
  name, about: 'For tests', params: {}, input: port.frame, output: port.frame,
  map: () => ({ value }) => async () => { holds(); return give(value); },
});
export const passes = op('passes', (right) => ({ _tag: 'Right', right }));
export const fails = op('fails', () => { throw new Error('no'); });
`;

const yamlOf = (...steps: readonly string[]): string =>
  `version: 1\nplugins: [./ops.mjs]\nsteps: [{ files: in }, decode, ${steps.join(', ')}, encode, { save: "out/{path}" }]\n`;

/** Noise: what compresses badly takes long to compress. */
const photo = (side: number): Promise<Buffer> =>
  sharp({
    create: {
      ...{ width: side, height: side, channels: 3, background: 'grey' },
      noise: { type: 'gaussian', mean: 120, sigma: 40 },
    },
  })
    .png({ compressionLevel: 1 })
    .toBuffer();

const place = async (yaml: string, side: number): Promise<string> => {
  const folder = mkdtempSync(join(root, 'place-'));
  for (const name of ['in', 'tmp']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'in/a.png'), await photo(side));
  writeFileSync(join(folder, 'ops.mjs'), plugin);
  writeFileSync(join(folder, 'p.yaml'), yaml);
  const uses = await pluginsIn({ path: join(folder, 'p.yaml'), text: yaml })();
  if (E.isRight(uses))
    await allow(
      uses.right.map(({ name, digest }) => ({ name, digest, folder, at: new Date().toISOString() })),
    )();
  return folder;
};

interface Started {
  readonly child: ChildProcess;
  /** Its status; 130 where the signal ended it before it could hear any. */
  readonly ended: Promise<number | null>;
}

/** Starts a command whose processes are known by a word in their surroundings, and whose temporary files are in the folder. */
const start = (folder: string, args: readonly string[], hold: boolean): Started => {
  const { HOLD: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...env, PLACE: folder, TMPDIR: join(folder, 'tmp'), ...(hold ? { HOLD: '1' } : {}) },
    stdio: 'ignore',
  });
  return {
    child,
    ended: new Promise(
      (resolve) => void child.on('close', (status, signal) => resolve(signal === 'SIGINT' ? 130 : status)),
    ),
  };
};

/** Processes that were started in a folder and are still there; known on Linux alone. */
const processesOf = (folder: string): readonly string[] =>
  process.platform !== 'linux'
    ? []
    : readdirSync('/proc').filter((name) => {
        try {
          return (
            /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(`PLACE=${folder}\0`)
          );
        } catch {
          return false;
        }
      });

/** Locks, notes of what is worked on, and temporary files below a folder. */
const leftIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /(?:^|\/)(?:lock|in-flight\.json|\.prismflow-[^/]*\.tmp)$/.test(name) || /^tmp\/./.test(name),
  );

const lockOfAnotherMachine = JSON.stringify({
  ...{ id: 'x', pid: 1, host: 'elsewhere', machine: 'other', started: '1', since: new Date().toISOString() },
});

/** How long a stop may take where other programs use the machine as well; alone it takes a fraction of a second. */
const SOON_MS = 10_000;

interface Moment {
  readonly make: () => Promise<string>;
  readonly args: readonly string[];
  readonly hold?: boolean;
}

const training = `version: 1
streams:
  clear: [{ files: { in: in, repeat: true } }, decode, { crop: { size: 256, random: true } }]
  dark: [clear, { adjust: { exposure: -1 } }]
steps:
  - pair: { from: dark, to: clear }
  - batch: 4
  - gan.step: { generator: { pyramid: { levels: 3, width: 32 } }, discriminator: { patch: { layers: 3 } }, losses: { adversarial: 0.1, pixel: 1 }, schedule: { constant: 1000 } }
  - snapshot: { to: model, checkpoint: 1 }
`;

const moments: Readonly<Record<string, Moment>> = {
  'a large graph is compiled, and a network works': {
    make: () => place(yamlOf('{ resize: { scale: 2 } }', '{ ensemble.average: "prismflow:dehaze" }'), 1500),
    args: ['run', 'p.yaml'],
  },
  'a large AVIF is written': {
    make: () =>
      place(yamlOf('{ resize: { scale: 2 } }').replace(' encode,', ' { encode: { format: avif } },'), 2500),
    args: ['run', 'p.yaml'],
  },
  'a training learns': { make: () => place(training, 300), args: ['run', 'p.yaml'] },
  'it waits for the lock of another machine': {
    make: async () => {
      const folder = await place(yamlOf('passes'), 8);
      mkdirSync(join(folder, 'out/.prismflow'), { recursive: true });
      writeFileSync(join(folder, 'out/.prismflow/lock'), lockOfAnotherMachine);
      // Not renewed for an hour: it is watched before it counts as left behind.
      const then = new Date(Date.now() - 3_600_000);
      utimesSync(join(folder, 'out/.prismflow/lock'), then, then);
      return folder;
    },
    args: ['run', 'p.yaml'],
  },
  'a result is made again': {
    make: async () => {
      const folder = await place(yamlOf('passes'), 24);
      expect(await start(folder, ['run', 'p.yaml'], false).ended).toBe(0);
      return folder;
    },
    args: ['reproduce', 'out/a.png', '--keep', 'again.png'],
    hold: true,
  },
  'a failure is made smaller': {
    make: () => place(yamlOf('fails'), 64),
    args: ['shrink', 'in/a.png', '--pipeline', 'p.yaml'],
    hold: true,
  },
  'a model is exported': {
    make: () => place(yamlOf('passes'), 8),
    args: ['export', 'prismflow:dehaze', '--to', 'model.onnx'],
  },
  'a table is fitted': {
    make: () => place(yamlOf('passes'), 8),
    args: ['export', 'prismflow:sunset', '--to', 'look.cube', '--entries', '129'],
  },
  'a model is applied': {
    make: () => place(yamlOf('passes'), 3000),
    args: ['apply', 'prismflow:dehaze', 'in', '--to', 'out'],
  },
};

/** Milliseconds from the start of a command to the signal: while it starts, and while it is at its work. */
const delays = [150, 600, 2500, 8000];

describe('a command ends soon after SIGINT, and leaves nothing behind,', () => {
  for (const [moment, { make, args, hold = false }] of Object.entries(moments))
    it(`while ${moment}`, async () => {
      for (const delay of delays) {
        const folder = await make();
        const { child, ended } = start(folder, args, hold);
        await pause(delay);
        const since = performance.now();
        child.kill('SIGINT');
        const status = await ended;
        const milliseconds = performance.now() - since;
        if (process.env.STOPPING_TIMES !== undefined)
          appendFileSync(
            process.env.STOPPING_TIMES,
            `${JSON.stringify([moment, delay, milliseconds, status])}\n`,
          );
        // One that had done all there is to do may have ended well just before.
        expect([130, 0], `after ${delay} ms`).toContain(status);
        expect(milliseconds).toBeLessThan(SOON_MS);
        const left = leftIn(folder).filter(
          (name) => !(moment.includes('lock') && name === 'out/.prismflow/lock'),
        );
        expect(left, `after ${delay} ms`).toEqual([]);
        // One that has been told to end is still listed while it does.
        for (let waited = 0; waited < 3000 && processesOf(folder).length > 0; waited += 50) await pause(50);
        expect(processesOf(folder)).toEqual([]);
      }
    });
});
