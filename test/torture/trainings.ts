import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import type { Outcome } from './kills.js';
import { start } from './process.js';

/** Judged at every other step, kept at every third, with a report. */
const pipelineOf = (start: string): string => `version: 1
seed: 5
params: { out: { type: path, default: out } }
streams:
  a: [files: { in: day, split: 3, shuffle: true, repeat: true }, decode, crop: { size: 16, random: true }]
  b: [files: { in: dusk, split: 3, shuffle: true, repeat: true }, decode, crop: { size: 16, random: true }]
  keptA: [files: { in: day, split: { every: 3, give: validation } }, decode, crop: { size: 16 }]
  keptB: [files: { in: dusk, split: { every: 3, give: validation } }, decode, crop: { size: 16 }]
  kept: [unpaired: { a: keptA, b: keptB }]
steps:
  - unpaired: { a: a, b: b }
  - batch: 2
  - gan.step:
      generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } }${start}
      discriminator: { patch: { layers: 1, width: 4 } }
      losses: { adversarial: 0.1, cycle: 1 }
      optimizer: { adamw: { rate: 1e-2, decay: 0.025 } }
      schedule: { restarts: { first: 8, factor: 1.5, cycles: 3 } }
      pretrain: 3
      average: 0.9
      pool: 3
      validate: { on: kept, every: 2 }
      stop: { patience: 12 }
  - snapshot: { to: $out, checkpoint: 3 }
  - report: { to: $out, every: 5 }
`;

const photosIn = async (folder: string): Promise<void> => {
  for (const [domain, blue] of [
    ['day', 220],
    ['dusk', 80],
  ] as const) {
    mkdirSync(join(folder, domain));
    for (let i = 0; i < 7; i++)
      await sharp({
        create: {
          width: 40,
          height: 30,
          channels: 3,
          background: { r: 30 * i + 20, g: 120, b: blue },
          noise: { type: 'gaussian', mean: 120, sigma: 40 },
        },
      }).toFile(join(folder, domain, `${i}.png`));
  }
};

const digestOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** All that a training leaves, by name; times aside, which are never the same. */
const leftIn = (out: string): Readonly<Record<string, string>> => {
  const filesOf = (part: string): readonly string[] =>
    readdirSync(join(out, part)).map((name) => join(part, name));
  const paths = [
    ...filesOf('.').filter((name) => name.startsWith('snapshot-') || name === 'model.json'),
    ...filesOf('best'),
    ...filesOf('checkpoints').filter((name) => name.endsWith('.safetensors')),
    ...filesOf('samples'),
  ];
  const figures = readFileSync(join(out, 'metrics.jsonl'), 'utf8').replaceAll(
    /"seconds":[\d.]+/g,
    '"seconds":0',
  );
  return {
    'metrics.jsonl': digestOf(figures),
    ...Object.fromEntries(paths.map((path) => [path, digestOf(readFileSync(join(out, path)))])),
  };
};

const differences = (
  found: Readonly<Record<string, string>>,
  right: Readonly<Record<string, string>>,
): readonly string[] =>
  [...new Set([...Object.keys(found), ...Object.keys(right)])]
    .filter((name) => found[name] !== right[name])
    .map((name) => `${name} is not that of an undisturbed training`);

/** Where a training starts: anew, or from what another one has learned. */
export type Beginning = 'anew' | 'fine-tuning';

/** Whether a training that nobody disturbed came to its end. */
const undisturbed = async (training: ReturnType<typeof start>): Promise<void> => {
  const ended = await training.ended;
  if (ended !== 0) throw new Error(`The undisturbed training ended with ${ended}: ${training.complaints()}`);
};

/**
 * Kills a training at random moments, through its looks at photos that are kept apart, its best models and checkpoints, and goes on with
 * it every time, until it was killed so often; whenever it comes to its end, it is held to one that nobody disturbed.
 */
export const killTraining = async (kills: number, beginning: Beginning = 'anew'): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-torture-'));
  const train = (out: string, ...more: readonly string[]) =>
    start(['run', 'p.yaml', '--json', '--set', `out=${out}`, ...more], folder);
  try {
    await photosIn(folder);
    writeFileSync(join(folder, 'p.yaml'), pipelineOf(''));
    if (beginning === 'fine-tuning') {
      await undisturbed(train('first'));
      writeFileSync(join(folder, 'p.yaml'), pipelineOf('\n      start: first'));
    }
    await undisturbed(train('right'));
    const right = leftIn(join(folder, 'right'));
    const faults: string[] = [];
    let [killed, rounds, amid] = [0, 0, 0];
    while (killed < kills && faults.length === 0) {
      rounds++;
      let isDone = false;
      while (!isDone && faults.length === 0) {
        const running = train('out', '--resume');
        if (killed < kills) {
          const steps = 1 + Math.floor(Math.random() * 9);
          await running.until(() => running.count('done') >= steps);
          await pause(Math.random() ** 2 * 60);
          // Killed or ended by itself, whichever came first.
          if (running.kill('SIGKILL')) killed++;
        }
        const status = await running.ended;
        if (status === null && running.count('done') > 0) amid++;
        if (status !== null && status !== 0) faults.push(`ended with ${status}: ${running.complaints()}`);
        isDone = status !== null;
      }
      if (faults.length === 0) faults.push(...differences(leftIn(join(folder, 'out')), right));
      rmSync(join(folder, 'out'), { recursive: true, force: true });
    }
    return { faults, figures: { kills: killed, 'kills after the first step': amid, rounds } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
