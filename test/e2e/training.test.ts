import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, type PipelineEvent, runPlan } from '../../src/index.js';

const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'prismflow-training-'));
afterAll(() => rmSync(folder, { recursive: true }));

const STEPS = 9;

/** Five photos: a batch of two begins another pass in its middle. */
beforeAll(async () => {
  for (const domain of ['day', 'dusk']) {
    mkdirSync(join(folder, domain));
    await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        sharp({
          create: {
            width: 40,
            height: 30,
            channels: 3,
            background: { r: 40 * i + 20, g: 120, b: domain === 'day' ? 220 : 80 },
            noise: { type: 'gaussian', mean: 120, sigma: 40 },
          },
        }).toFile(join(folder, domain, `${i}.png`)),
      ),
    );
  }
  writeFileSync(join(folder, 'day', 'broken.png'), 'no picture');
  writeFileSync(join(folder, 'paired.yaml'), paired(''));
  writeFileSync(join(folder, 'shuffled.yaml'), paired('    - shuffle: 3\n'));
  writeFileSync(join(folder, 'unpaired.yaml'), unpaired);
  writeFileSync(join(folder, 'judged.yaml'), judged);
  writeFileSync(join(folder, 'reported.yaml'), `${paired('')}  - report: { to: $out, every: 2 }\n`);
});

const training = `
  - gan.step:
      generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } }
      discriminator: { patch: { layers: 1, width: 4 } }
      losses: { adversarial: 0.1, pixel: $pixel, cycle: $cycle }
      optimizer: { adamw: { rate: 1e-3, decay: 0.025 } }
      schedule: { restarts: { first: 3, factor: 1.3, cycles: 2 } }
      pretrain: 2
      average: 0.9
      pool: 3
  - snapshot: { to: $out, checkpoint: 1 }
`;

const head = ({ pixel, cycle }: { readonly pixel: number; readonly cycle: number }): string => `version: 1
seed: 5
params:
  out:   { type: path, default: out }
  pixel: { type: number, default: ${pixel} }
  cycle: { type: number, default: ${cycle} }
`;

const paired = (shuffle: string): string => `${head({ pixel: 1, cycle: 0 })}streams:
  clear:
    - files: { in: day, shuffle: true, repeat: true }
    - decode
${shuffle}    - crop: { size: 16, random: true }
  dark: [clear, adjust: { exposure: -1 }]
steps:
  - pair: { from: dark, to: clear }
  - batch: 2${training}`;

const unpairedHead = (losses: Parameters<typeof head>[0], split = '3'): string => `${head(losses)}streams:
  a: [files: { in: day, split: ${split}, shuffle: true, repeat: true }, decode, crop: { size: 16, random: true }]
  b: [files: { in: dusk, split: ${split}, shuffle: true, repeat: true }, decode, crop: { size: 16, random: true }]
`;

const unpaired = `${unpairedHead({ pixel: 0, cycle: 1 }, '0')}steps:
  - unpaired: { a: a, b: b }
  - batch: 2${training}`;

/** Judged by photos that are kept apart at every other step, and a report of it. */
const judged = `${unpairedHead({ pixel: 0, cycle: 1 })}  keptA: [files: { in: day, match: '?.png', split: { every: 3, give: validation } }, decode, crop: { size: 16 }]
  keptB: [files: { in: dusk, split: { every: 3, give: validation } }, decode, crop: { size: 16 }]
  kept: [unpaired: { a: keptA, b: keptB }]
steps:
  - unpaired: { a: a, b: b }
  - batch: 2${training.replace('pretrain: 2', 'pretrain: 2\n      validate: { on: kept, every: 2 }\n      stop: { patience: 50 }')}  - report: { to: $out, every: 4 }
`;

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly text: string;
}

/** Trains in a process of its own; with `after`, kills it once so many steps were done. */
const train = (
  file: string,
  out: string,
  { resume = false, after }: { resume?: boolean; after?: number } = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const args = ['run', file, '--set', `out=${out}`, '--json', ...(resume ? ['--resume'] : [])];
    const child = spawn(process.execPath, [pipe, ...args], { cwd: folder });
    let text = '';
    const heard = (chunk: Buffer): void => {
      text += chunk.toString();
      if (after !== undefined && (text.match(/"event":"done"/g)?.length ?? 0) >= after) child.kill('SIGKILL');
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', heard);
    child.on('close', (status, signal) => resolve({ status, signal, text }));
  });

const checkpoints = (out: string): readonly string[] =>
  readdirSync(join(folder, out, 'checkpoints'))
    .filter((name) => name.endsWith('.safetensors'))
    .sort();

/** All that was learned: the hash of the last checkpoint and of each snapshot. */
const learned = (out: string): Readonly<Record<string, string>> => {
  const last = checkpoints(out).at(-1)!;
  const snapshots = readdirSync(join(folder, out)).filter((name) => name.startsWith('snapshot-'));
  const paths = [join('checkpoints', last), ...snapshots.sort()];
  return Object.fromEntries(
    paths.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, out, path)))
        .digest('hex'),
    ]),
  );
};

/** Trains in this process; with `after`, stops it once so many steps were done, as Ctrl-C does. */
const trainHere = async (file: string, out: string, after?: number): Promise<void> => {
  const path = join(folder, file);
  const plan = right(await compile({ path, text: readFileSync(path, 'utf8') }, { set: { out }, folder })());
  const stop = new AbortController();
  let steps = 0;
  const observe = ({ kind }: PipelineEvent): void => {
    if (kind === 'done' && ++steps === after) stop.abort();
  };
  right(await runPlan(plan, { resume: true, signal: stop.signal, observe })());
};

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

describe('a training', () => {
  it('that is killed and taken up again learns bit for bit the same', async () => {
    const whole = await train('paired.yaml', 'paired-whole');
    // A file that cannot be read is set aside, and the training goes on: status 1.
    expect(whole.status).toBe(1);
    const expected = learned('paired-whole');
    expect(Object.keys(expected)).toEqual([
      'checkpoints/step-00000009.safetensors',
      'snapshot-5.safetensors',
      'snapshot-9.safetensors',
    ]);
    const killed = await train('paired.yaml', 'killed', { after: 4 });
    expect(killed.signal).toBe('SIGKILL');
    await train('paired.yaml', 'killed', { after: 2, resume: true });
    await train('paired.yaml', 'killed', { resume: true });
    expect(learned('killed')).toEqual(expected);
  }, 120_000);

  it.each(['paired', 'unpaired', 'shuffled'])(
    'that is stopped anywhere and taken up again learns bit for bit the same (%s)',
    async (kind) => {
      await trainHere(`${kind}.yaml`, `${kind}-straight`);
      const expected = learned(`${kind}-straight`);
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.integer({ min: 1, max: STEPS - 1 }), { minLength: 1, maxLength: 2 }),
          async (stops) => {
            const out = `${kind}-${runs++}`;
            for (const after of stops) await trainHere(`${kind}.yaml`, out, after);
            await trainHere(`${kind}.yaml`, out);
            expect(learned(out)).toEqual(expected);
          },
        ),
        { numRuns: 3, endOnFailure: true },
      );
    },
    180_000,
  );

  it('that is killed and taken up again has one line for each step in its report', async () => {
    const lines = (out: string): readonly unknown[] =>
      readFileSync(join(folder, out, 'metrics.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));
    await train('reported.yaml', 'reported-whole');
    const expected = lines('reported-whole');
    expect(expected).toMatchObject(Array.from({ length: STEPS }, (_, i) => ({ step: i + 1 })));
    const killed = await train('reported.yaml', 'reported', { after: 4 });
    expect(killed.signal).toBe('SIGKILL');
    await train('reported.yaml', 'reported', { after: 1, resume: true });
    await train('reported.yaml', 'reported', { resume: true });
    expect(lines('reported')).toEqual(expected);
    expect(existsSync(join(folder, 'reported', 'report.html'))).toBe(true);
  }, 120_000);

  it('that is judged and killed comes to the same figures, the same best model and the same samples', async () => {
    interface Judged {
      readonly step: number;
      readonly marks: readonly string[];
      readonly validation?: { readonly photos: number; readonly figures: object; readonly best: object };
    }
    const lines = (out: string): readonly Judged[] =>
      readFileSync(join(folder, out, 'metrics.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => ({ ...(JSON.parse(line) as Judged), seconds: 0 }));
    const kept = (out: string): Readonly<Record<string, string>> =>
      Object.fromEntries(
        ['best', 'samples'].flatMap((part) =>
          readdirSync(join(folder, out, part)).map((name) => [
            `${part}/${name}`,
            createHash('sha256')
              .update(readFileSync(join(folder, out, part, name)))
              .digest('hex'),
          ]),
        ),
      );
    await train('judged.yaml', 'judged-whole');
    const expected = lines('judged-whole');
    expect(expected.map(({ step, validation }) => validation?.photos ?? `none at ${step}`)).toEqual([
      'none at 1',
      'none at 2',
      'none at 3',
      2,
      2,
      2,
      'none at 7',
      2,
      2,
    ]);
    expect(expected.some(({ marks }) => marks.includes('best'))).toBe(true);
    const killed = await train('judged.yaml', 'judged', { after: 5 });
    expect(killed.signal).toBe('SIGKILL');
    await train('judged.yaml', 'judged', { resume: true });
    expect(lines('judged')).toEqual(expected);
    expect(learned('judged')).toEqual(learned('judged-whole'));
    expect(kept('judged')).toEqual(kept('judged-whole'));
  }, 180_000);

  it('ends where nothing better comes for long, with a model, and stays ended', async () => {
    const impatient = judged
      .replace('patience: 50', 'patience: 1')
      .replace('rate: 1e-3, decay: 0.025', 'rate: 0');
    writeFileSync(join(folder, 'impatient.yaml'), impatient);
    const ended = await train('impatient.yaml', 'impatient');
    expect(ended.text).toContain('"patience","end"');
    expect(readdirSync(join(folder, 'impatient'))).toContain('snapshot-5.safetensors');
    const resumed = await train('impatient.yaml', 'impatient', { resume: true });
    expect(resumed.text).not.toContain('"event":"trained"');
  }, 60_000);

  it('refuses to be judged by what it learns from', async () => {
    writeFileSync(join(folder, 'leak.yaml'), judged.replace('a: keptA', 'a: a'));
    const refused = await train('leak.yaml', 'leak');
    expect(refused.status).toBe(2);
    expect(refused.text).toContain('stream/beside-items');
  }, 60_000);

  it('goes on from the checkpoint before a damaged one, and says so', async () => {
    await train('paired.yaml', 'damaged', { after: 5 });
    const last = checkpoints('damaged').at(-1)!;
    truncateSync(join(folder, 'damaged/checkpoints', last), 1000);
    const again = await train('paired.yaml', 'damaged', { resume: true });
    expect(again.text).toContain('training/checkpoint-damaged');
    expect(learned('damaged')).toEqual(learned('paired-whole'));
  }, 60_000);

  it('is not trained over, and there is nothing to do after its end', async () => {
    const before = learned('paired-whole');
    const again = await train('paired.yaml', 'paired-whole');
    expect(again.status).toBe(2);
    expect(again.text).toContain('training/exists');
    const resumed = await train('paired.yaml', 'paired-whole', { resume: true });
    expect(resumed.status).toBe(0);
    expect(learned('paired-whole')).toEqual(before);
  }, 60_000);

  it('starts from the beginning where there is nothing to go on from, and says so', async () => {
    // A checkpoint is written once its step was told of.
    const fresh = await train('paired.yaml', 'nothing', { resume: true, after: 2 });
    expect(fresh.text).toContain('training/no-checkpoint');
    expect(existsSync(join(folder, 'nothing/checkpoints'))).toBe(true);
  }, 60_000);

  it('refuses the checkpoints of other networks', async () => {
    const other = readFileSync(join(folder, 'paired.yaml'), 'utf8').replace(
      'width: 4, lowBlocks',
      'width: 5, lowBlocks',
    );
    writeFileSync(join(folder, 'other.yaml'), other);
    const refused = await train('other.yaml', 'paired-whole', { resume: true });
    expect(refused.status).toBe(2);
    expect(refused.text).toContain('training/other-state');
  }, 60_000);
});
