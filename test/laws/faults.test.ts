import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defineOp, failure, port } from '../../src/index.js';
import { fileOf } from '../../src/testing/arbitraries/values.js';
import { checkOp, frameFrom, LawError, type LawName, lawsOf } from '../../src/testing/index.js';
import { breaks, faulty, sound } from './faulty-operators.js';

/** The law that an operator is found to break. */
const breachOf = async (op: Parameters<typeof checkOp>[0], options = {}): Promise<LawError> => {
  const thrown = await checkOp(op, options).then(
    () => new Error('it passed'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof LawError)) throw thrown;
  return thrown;
};

describe('checkOp accepts what is right', () => {
  it.each(Object.entries(sound))('%s', async (_, op) => {
    expect((await checkOp(op)).refused).toBe(0);
  });
});

describe('checkOp rejects what is wrong', () => {
  it.each(Object.entries(faulty))('%s', async (name, op) => {
    const breach = await breachOf(op);
    expect(breaks[name as keyof typeof faulty]).toContain(breach.law);
    rmSync(breach.folder, { recursive: true });
  });
});

describe('a failure', () => {
  it('leaves the smallest picture, its parameters and a line that replays it', async () => {
    const breach = await breachOf(faulty['NaN on black'], { seed: 1 });
    expect(readdirSync(breach.folder).sort()).toEqual(['items-0.png', 'parameters.yaml', 'replay.txt']);
    expect(breach.message).toContain('(1x1, grey, ');
    expect(parse(readFileSync(join(breach.folder, 'parameters.yaml'), 'utf8'))).toEqual(['stretch']);
    const line = readFileSync(join(breach.folder, 'replay.txt'), 'utf8');
    expect(breach.message).toContain(line.trim());
    const again = await breachOf(faulty['NaN on black'], {
      law: breach.law as LawName,
      seed: breach.seed,
      path: breach.path,
    });
    const [first, second] = [breach, again].map(({ folder }) => readFileSync(join(folder, 'items-0.png')));
    expect(second).toEqual(first);
    for (const { folder } of [breach, again]) rmSync(folder, { recursive: true });
    expect(existsSync(breach.folder)).toBe(false);
  });
});

describe('checkOp', () => {
  it('says what to do about an operator that refuses what it is tried on', async () => {
    const refusing = defineOp({
      name: 'refuse',
      about: 'Take nothing',
      params: {},
      input: port.frame,
      output: port.frame,
      map: () => () => TE.left([failure('picture/too-small', 'It is too small.')]),
    });
    await expect(checkOp(refusing, { runs: 20 })).rejects.toThrow(
      /refuse gave something in 0 of .*\n.*too small/,
    );
  });

  it('knows the laws by name, and leaves out those that it is told to', async () => {
    const op = faulty['metadata dropped'];
    expect(lawsOf(op)).toContain('keeps metadata');
    const except = { 'keeps metadata': 'it is to forget' } as const;
    expect(lawsOf(op, { except })).not.toContain('keeps metadata');
    expect((await checkOp(op, { except, runs: 15 })).laws).not.toHaveProperty('keeps metadata');
    expect(() => lawsOf(op, { law: 'no such law' as LawName })).toThrow('There is no law "no such law"');
  });

  it('finds on a real photo what arbitrary pictures do not show, and gives the smallest crop', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prismflow-photo-'));
    const photo = frameFrom({ width: 40, height: 30 }, (x, y) => (x > 20 && y > 10 ? 77 / 255 : 90 / 255));
    writeFileSync(join(folder, 'lake.png'), (await fileOf(photo)).bytes);
    const spotty = defineOp({
      name: 'spotty',
      about: 'Hand pictures on, but for those of one shade',
      params: {},
      input: port.frame,
      output: port.frame,
      map:
        () =>
        ({ value }) => {
          const { samples } = value;
          const hit = samples.depth === 'uint8' && samples.data.filter((level) => level === 77).length > 5;
          return TE.right(hit ? { ...value, metadata: { ...value.metadata, pages: 2 } } : value);
        },
    });
    const breach = await breachOf(spotty, {
      photos: [join(folder, 'lake.png')],
      runs: 200,
      law: 'keeps metadata',
    });
    // Six samples: two pixels in colour, or six in grey.
    const [, width = 0, height = 0] = (/\((\d+)x(\d+), /.exec(breach.message) ?? []).map(Number);
    expect(width * height).toBeLessThanOrEqual(8);
    for (const each of [folder, breach.folder]) rmSync(each, { recursive: true });
  });
});
