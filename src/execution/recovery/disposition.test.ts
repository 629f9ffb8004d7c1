import { describe, expect, it } from 'vitest';
import { type Code, codes } from '../../diagnostics/index.js';
import type { ItemFailure } from '../../ports/index.js';
import { isDestinationFailure, isFatal, isPermanent, stands } from './disposition.js';

const failed = (code: string): ItemFailure => ({
  key: { path: 'a.jpg', index: 0, epoch: 0 },
  operator: 'steps[3]/save',
  diagnostics: [{ code: code as Code, severity: 'error', message: 'No.' }],
});

/** The codes for which something holds of an item that fails with them. */
const codesWhere = (holds: (failure: ItemFailure) => boolean): readonly string[] =>
  Object.keys(codes)
    .filter((code) => !OF_REQUESTS.test(code) && holds(failed(code)))
    .sort();

/** What a server says of requests and of its state, never of an item of a run. */
const OF_REQUESTS = /^(?:serve|store|job|fetch|token)\//;

/** Every further item would meet them. `run/observer-threw` is said of runs, never of items. */
const fatal = [
  'image/disk-full',
  'queue/cancelled',
  'queue/unreachable',
  'run/observer-threw',
  'run/system-refused',
  's3/denied',
  's3/not-installed',
  'tensor/engine-unavailable',
  'training/diverged',
];

/** They say nothing of the photo, and do not end the run. */
const transient = [
  'file/changed',
  'file/changing',
  'file/exists',
  'file/in-the-way',
  'file/outside',
  'file/over-source',
  'file/reserved',
  'file/same-output',
  'file/unreadable',
  'image/memory-limit',
  'image/no-decoder',
  'image/not-a-file',
  'image/not-found',
  'image/out-of-memory',
  'image/permission-denied',
  'image/read-failed',
  'image/write-failed',
  'model/out-of-memory',
  'model/too-slow',
  'queue/foreign',
  'queue/outside',
  'queue/refused',
  'run/cancelled',
  'run/journal',
  's3/damaged',
  's3/missing',
  's3/unreachable',
  'tensor/cancelled',
  'tensor/compile-failed',
  'tensor/disposed',
  'tensor/engine-lost',
  'tensor/run-failed',
];

describe('what an error means for a run', () => {
  it('ends the run where every further item would meet it', () => {
    expect(codesWhere(isFatal)).toEqual(fatal);
  });

  it('sets an item aside unless it says nothing of it', () => {
    expect(codesWhere((failure) => !isPermanent(failure))).toEqual([...fatal, ...transient].sort());
    for (const code of Object.keys(codes)) expect(stands(code), code).toBe(isPermanent(failed(code)));
  });

  it('waits at the sink for what a folder can get back, and nowhere else', () => {
    const atSink = codesWhere((failure) => isDestinationFailure(failure, 'steps[3]/save'));
    expect(atSink).toEqual([
      'image/disk-full',
      'image/not-found',
      'image/permission-denied',
      'image/write-failed',
      'run/journal',
      's3/unreachable',
    ]);
    expect(codesWhere((failure) => isDestinationFailure(failure, 'steps[1]/decode'))).toEqual([]);
  });

  it('sets aside what fails with a code that this version does not know', () => {
    for (const code of ['sepia/bad', 'toString', '__proto__']) {
      expect(isPermanent(failed(code)) && stands(code) && !isFatal(failed(code))).toBe(true);
      expect(isDestinationFailure(failed(code), 'steps[3]/save')).toBe(false);
    }
  });
});
