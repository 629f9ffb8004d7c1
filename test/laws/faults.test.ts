import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkOp, LawError, type LawName } from '../../src/testing/index.js';
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
    const breach = await breachOf(faulty['NaN on black']);
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
