import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { itemOf } from './item.js';
import {
  diagnosticOf,
  isRunId,
  MOST_JOB,
  type QueuedPhoto,
  readFailure,
  readJob,
  readPipeline,
  readResult,
  readRun,
  readWeightsList,
  readWorker,
} from './messages.js';

const photo: QueuedPhoto = {
  v: 1,
  run: '0123456789ab',
  pipeline: 'a'.repeat(64),
  key: { path: 'a.jpg', index: 0, epoch: 0 },
  input: '/in/a.jpg',
  target: '/out/a.jpg',
  digest: 'b'.repeat(64),
  size: 10,
  modified: 1.5,
  sha256: 'c'.repeat(64),
  isSuspect: false,
};

const changed = (path: string, value: unknown): string => {
  const copy = structuredClone(photo) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const at = keys.reduce((from, key) => from[key] as Record<string, unknown>, copy);
  at[last] = value;
  return JSON.stringify(copy);
};

describe('what is read from a queue', () => {
  it('is a photo as a run writes it', () => {
    expect(readJob(JSON.stringify(photo))).toEqual(E.right(photo));
  });

  it.each([
    ['v', 2],
    ['run', '../..'],
    ['run', '*'],
    ['pipeline', 'A'.repeat(64)],
    ['key.path', 5],
    ['key.index', -1],
    ['key.index', 0.5],
    ['input', 'x'.repeat(5000)],
    ['size', null],
    ['sha256', 'c'.repeat(63)],
    ['isSuspect', 'yes'],
  ])('is refused where %s is %s', (path, value) => {
    const read = readJob(changed(path, value));
    expect(read).toMatchObject({ left: expect.stringContaining(`\`${path}\``) });
  });

  const made = {
    kind: 'made',
    size: 1,
    sha256: 'c'.repeat(64),
    format: 'jpeg',
    notes: {},
    warnings: [],
    surroundings: { versions: {}, machine: 'one' },
    memory: 1,
    worker: 'one',
    milliseconds: 1,
  };

  it('is a result whose extension can be part of a name, and no way to another folder', () => {
    expect(E.isRight(readResult(JSON.stringify({ ...made, extension: 'jpg' })))).toBe(true);
    for (const extension of ['/../../x', '', '.', 'a b', 'x'.repeat(11)])
      expect(E.isLeft(readResult(JSON.stringify({ ...made, extension })))).toBe(true);
  });

  it('is refused where it is too long, or no JSON', () => {
    expect(readJob('x'.repeat(MOST_JOB + 1))).toMatchObject({ left: expect.stringContaining('characters') });
    expect(readJob('{')).toEqual(E.left('it is no JSON'));
    expect(readJob(undefined)).toEqual(E.left('it is no text'));
  });

  it('never makes a reader throw', () => {
    const readers = [readJob, readResult, readFailure, readPipeline, readRun, readWorker, readWeightsList];
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map(String)), (text) => {
        for (const read of readers) expect(read(text)._tag).toMatch(/^(Left|Right)$/);
      }),
    );
  });

  it('has codes that this version knows, or else is an operator’s own', () => {
    const said = { message: 'No.', severity: 'error' } as const;
    expect(diagnosticOf({ ...said, code: 'image/corrupt' }).code).toBe('image/corrupt');
    expect(diagnosticOf({ ...said, code: '__proto__' }).code).toBe('run/operator-threw');
  });
});

describe('what a photo is known by', () => {
  it('is its content, what is done to it and where the result goes, and nothing else', () => {
    const known = itemOf(photo);
    expect(known).toMatch(/^0123456789ab-[0-9a-f]{32}$/);
    for (const other of [
      { sha256: 'd'.repeat(64) },
      { pipeline: 'd'.repeat(64) },
      { digest: 'other' },
      { target: '/out/b.jpg' },
      { run: 'ffffffffffff' },
    ])
      expect(itemOf({ ...photo, ...other })).not.toBe(known);
    for (const same of [{ modified: 7 }, { isSuspect: true }, { input: '/else/a.jpg' }])
      expect(itemOf({ ...photo, ...same })).toBe(known);
  });

  it('has a run that can be no pattern', () => {
    expect(isRunId('0123456789ab')).toBe(true);
    for (const given of ['*', '0123456789a*', '0123456789AB', '', '0123456789abc'])
      expect(isRunId(given)).toBe(false);
  });
});
