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
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply } from '../../src/cli/commands/apply.js';
import { models } from '../../src/cli/commands/models.js';
import type { Terminal } from '../../src/cli/terminal.js';
import type { Diagnostics } from '../../src/diagnostics/index.js';
import { compile } from '../../src/execution/compile.js';
import { type PipelineEvent, type Report, type RunOptions, runPlan } from '../../src/execution/run.js';
import { loadEnsemble } from '../../src/nn/inference/loading/load.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-kept-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  for (const name of ['photos', 'mixed', 'bad', 'empty']) mkdirSync(join(folder, name));
  for (const [i, name] of ['photos/a.png', 'photos/b.png', 'mixed/a.png'].entries())
    await sharp({
      create: {
        width: 24,
        height: 24,
        channels: 3,
        background: 'black',
        noise: { type: 'gaussian', mean: 100 + 20 * i, sigma: 40 },
      },
    }).toFile(join(folder, name));
  for (const name of ['bad/a.png', 'bad/b.png', 'mixed/b.png'])
    writeFileSync(join(folder, name), 'no picture');
});

const yaml = `version: 1
seed: 3
params:
  photos: { type: path, default: photos }
  out: { type: path, default: out }
  steps: { type: integer, default: 3 }
  rate: { type: number, default: 1e-3 }
streams:
  clear:
    - files: { in: $photos, shuffle: true, repeat: true }
    - decode
    - crop: { size: 16, random: true }
  dark: [clear, adjust: { exposure: -1 }]
steps:
  - pair: { from: dark, to: clear }
  - batch: 1
  - gan.step:
      generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } }
      losses: { adversarial: 0, pixel: 1 }
      optimizer: { adamw: { rate: $rate } }
      schedule: { restarts: { first: $steps, cycles: 1 } }
  - snapshot: { to: $out, checkpoint: 1 }
  - report: { to: $out, every: 50 }
`;

interface Ended {
  readonly codes: readonly string[];
  readonly messages: string;
  readonly report: Report | undefined;
  readonly events: readonly PipelineEvent[];
}

const said = (diagnostics: Diagnostics): Pick<Ended, 'codes' | 'messages'> => ({
  codes: diagnostics.map(({ code }) => code),
  messages: diagnostics.map(({ message }) => message).join('\n'),
});

/** Trains in this process. `after`: stops it once so many steps were told. */
const train = async (
  set: Readonly<Record<string, string>>,
  { after, text = yaml, ...options }: RunOptions & { readonly after?: number; readonly text?: string } = {},
): Promise<Ended> => {
  const events: PipelineEvent[] = [];
  const plan = await compile({ path: join(folder, 't.yaml'), text }, { set, folder })();
  if (E.isLeft(plan)) return { ...said(plan.left), report: undefined, events };
  const stop = new AbortController();
  let steps = 0;
  const observe = (event: PipelineEvent): void => {
    events.push(event);
    if (event.kind === 'trained' && ++steps === after) stop.abort();
  };
  const ran = await runPlan(plan.right, { ...options, signal: stop.signal, observe })();
  if (E.isLeft(ran)) return { ...said(ran.left), report: undefined, events };
  const { end } = ran.right;
  const nothing = { codes: [], messages: '' };
  return { ...(end.kind === 'stopped' ? said(end.diagnostics) : nothing), report: ran.right, events };
};

const warningsOf = ({ events }: Ended): string =>
  events
    .map((event) => (event.kind === 'warned' ? `${event.warning.code}: ${event.warning.message}` : ''))
    .join('\n');

const metricsOf = (out: string): readonly number[] =>
  readFileSync(join(folder, out, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).step);

const terminalFor = (said: string[]): Terminal => {
  const plain = (text: string): string => text;
  return {
    out: (text) => void said.push(text),
    err: (text) => void said.push(text),
    isLive: false,
    width: () => 100,
    paint: { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain },
    folder,
    signal: new AbortController().signal,
    gone: new AbortController().signal,
  };
};

const applied = async (model: string, photos: readonly string[], to: string) => {
  const said: string[] = [];
  const options = {
    ...{ to, overwrite: false, strength: 1, engine: 'cpu' },
    ...{ certify: false, retry: false, json: false, quiet: false, plugin: [], allowPlugin: [] },
  };
  const status = await apply(model, photos, options, terminalFor(said));
  return { status, said: said.join('') };
};

describe('a training', () => {
  it('is refused a folder that another one writes to, and leaves no folder of its own behind', async () => {
    const [one, other] = await Promise.all([train({ out: 'both' }), train({ out: 'both', rate: '1e-2' })]);
    expect([...one.codes, ...other.codes]).toEqual(['run/folder-in-use']);
    expect(metricsOf('both')).toEqual([1, 2, 3]);
    expect(existsSync(join(folder, 'both/.prismflow'))).toBe(false);
  }, 120_000);

  it('never takes the place of a model, whether its checkpoints are there or not', async () => {
    const before = readFileSync(join(folder, 'both/snapshot-3.safetensors'));
    expect((await train({ out: 'both' })).codes).toEqual(['training/exists']);
    rmSync(join(folder, 'both/checkpoints'), { recursive: true });
    expect((await train({ out: 'both' })).codes).toEqual(['training/model-exists']);
    expect((await train({ out: 'both' }, { resume: true })).codes).toEqual(['training/model-exists']);
    rmSync(join(folder, 'both/model.json'));
    expect((await train({ out: 'both' })).codes).toEqual(['training/model-exists']);
    expect(readFileSync(join(folder, 'both/snapshot-3.safetensors'))).toEqual(before);
  }, 120_000);

  it('on nothing, and on photos none of which can be read, ends and says so', async () => {
    const none = await train({ photos: 'empty', out: 'none' });
    expect([none.codes, none.report]).toEqual([['file/none'], undefined]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
    const bad = await train({ photos: 'bad', out: 'none' });
    expect(bad.codes).toEqual(['training/nothing-to-learn-from']);
    expect(bad.messages).toContain('a.png');
    expect(bad.messages).toContain('b.png');
    expect(bad.report?.failed).toHaveLength(2);
  }, 120_000);

  it('tells of a photo that cannot be read once, not in each pass', async () => {
    const mixed = await train({ photos: 'mixed', out: 'mixed', steps: '6' });
    expect(mixed.report?.done).toBe(6);
    expect(mixed.report?.failed.map(({ key }) => key.path)).toEqual(['b.png']);
  }, 120_000);

  it('stops where its state cannot be written, and goes on from the last that was', async () => {
    mkdirSync(join(folder, 'full/checkpoints/step-00000003.safetensors/x'), { recursive: true });
    const stopped = await train({ out: 'full', steps: '9' });
    expect(stopped.report?.end.kind).toBe('stopped');
    expect(stopped.report?.done).toBe(3);
    expect(warningsOf(stopped)).toMatch(/training\/not-saved: The state of step 3 .* That of step 2 is\./);
    rmSync(join(folder, 'full/checkpoints/step-00000003.safetensors'), { recursive: true });
    const again = await train({ out: 'full', steps: '9' }, { resume: true });
    expect(again.report?.done).toBe(7);
    expect(metricsOf('full')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }, 120_000);

  it('that is stopped at any moment is a model, by its latest checkpoint', async () => {
    await train({ out: 'early', steps: '90' }, { after: 2 });
    expect(existsSync(join(folder, 'early/model.json'))).toBe(false);
    const early = join(folder, 'early');
    const choice = {
      models: early,
      members: 'all',
      average: 'predictions',
      trust: 0,
      output: 'picture',
    } as const;
    const hinted = await loadEnsemble(choice)();
    expect(E.isLeft(hinted) && hinted.left[0]).toMatchObject({
      code: 'weights/no-model',
      message: expect.stringContaining('has come to step 2, and no snapshot yet'),
      hint: expect.stringContaining('at: latest'),
    });
    const latest = await loadEnsemble({ ...choice, at: 'latest' })();
    expect(E.isRight(latest) && latest.right.snapshots).toMatchObject([
      { file: 'checkpoints/step-00000002.safetensors', step: 2 },
    ]);
    const first = await applied('early', ['photos/b.png', 'photos', 'mixed/a.png'], 'edited');
    expect(first.said).toContain('its latest checkpoint is used, of step 2');
    expect(first.status).toBe(0);
    expect(readdirSync(join(folder, 'edited/photos')).sort()).toEqual(['a.png', 'b.png']);
    expect(readdirSync(join(folder, 'edited/mixed'))).toEqual(['a.png']);
    expect((await applied('early', ['photos/b.png', 'photos', 'mixed/a.png'], 'edited')).said).toContain(
      '3 skipped',
    );
  }, 120_000);

  it('that was changed says what and what that means, and one that is over becomes a model', async () => {
    const shorter = await train({ out: 'early', steps: '1', rate: '0.01' }, { resume: true });
    expect(warningsOf(shorter)).toMatch(
      /training\/changed: Since step 2 .*rate` was 0.001 and is 0.01; .*first` was 90 and is 1/,
    );
    expect(warningsOf(shorter)).toContain('training/concluded');
    expect(readdirSync(join(folder, 'early'))).toContain('snapshot-2.safetensors');
    const said: string[] = [];
    expect(await models(['early', 'prismflow:dehaze', 'nowhere'], { json: false }, terminalFor(said))).toBe(
      2,
    );
    expect(said.join('')).toMatch(
      /one snapshot, of step 2(.|\n)*\d snapshots, of steps \d+(.|\n)*nowhere holds neither/,
    );
    // What was edited by another state is edited anew.
    expect((await applied('early', ['photos'], 'edited-2')).said).toContain('2 done');
  }, 120_000);

  it('starts from a model, and says what of it is taken over and what is new', async () => {
    const from = (start: string, more = '') =>
      yaml
        .replace('- gan.step:', `- gan.step:\n      start: ${start}`)
        .replace('lowBlocks: 1', `lowBlocks: 1${more}`);
    const still = { steps: '1', rate: '0' };
    const tuned = await train({ out: 'tuned', ...still }, { text: from('early') });
    expect(warningsOf(tuned)).toMatch(
      /training\/started-from: The generator starts with (\d+) of \1 parameters of step 2 of that model\. The discriminator/,
    );
    const choice = { members: 'all', average: 'predictions', trust: 0, output: 'picture' } as const;
    const [one, other] = await Promise.all(
      ['early', 'tuned'].map((name) => loadEnsemble({ ...choice, models: join(folder, name) })()),
    );
    if (one === undefined || other === undefined || E.isLeft(one) || E.isLeft(other))
      throw new Error('not loaded');
    expect(other.right.members).toEqual(one.right.members);
    const wider = await train(
      { out: 'wider', ...still },
      { text: from('early', ', highBlocks: 2').replace(', highBlocks: 1 }', ' }') },
    );
    expect(warningsOf(wider)).toMatch(
      /starts with \d+ of \d+ parameters of step 2 of that model\. Its other \d+ parameters are new/,
    );
    const other2 = yaml.replace(/generator: .*/, 'generator: { resnet: { blocks: 1, width: 4 } }');
    const none = await train(
      { out: 'none-2', ...still },
      { text: other2.replace('- gan.step:', '- gan.step:\n      start: early') },
    );
    expect(none.codes).toEqual(['training/nothing-to-start-from']);
    expect(existsSync(join(folder, 'none-2'))).toBe(false);
  }, 120_000);
});
