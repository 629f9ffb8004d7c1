import { describe, expect, it } from 'vitest';
import { type Code, codes, failure } from '../diagnostics/index.js';
import type { Report } from '../execution/events/event.js';
import { checked, complete, exit, notBegun, reported, usage, watchEnded } from './exit.js';

const report = (more: Partial<Report>): Report => ({
  done: 1,
  skipped: 0,
  failed: [],
  end: { kind: 'complete' },
  milliseconds: 1,
  ...more,
});
const failed: Report['failed'] = [
  {
    key: { path: 'a.jpg', index: 0, epoch: 0 },
    operator: 'steps[1]/decode',
    diagnostics: [failure('image/corrupt', 'No.')],
  },
];
const stopped = { kind: 'stopped', diagnostics: [failure('image/disk-full', 'No room.')] } as const;

describe('the exit status', () => {
  it('of a run tells whether it could go on, and whether all was done', () => {
    expect(reported(report({}))).toBe(0);
    expect(reported(report({ failed }))).toBe(1);
    expect(reported(report({ failed, end: stopped }))).toBe(3);
    expect(reported(report({ failed, end: { kind: 'cancelled' } }))).toBe(130);
  });

  it('of a watch tells only whether it could go on, and look everywhere', () => {
    const blind = [{ ...failed[0]!, diagnostics: [failure('file/unreadable', 'No.')] as const }];
    expect(watchEnded(report({ failed: blind }))).toBe(1);
    expect(watchEnded(report({ failed }))).toBe(0);
    expect(watchEnded(report({ end: { kind: 'cancelled' } }))).toBe(0);
    expect(watchEnded(report({ end: stopped }))).toBe(3);
  });

  it('of what did not begin tells the machine’s fault from the user’s', () => {
    const terminal = { signal: new AbortController().signal };
    const stuck = (Object.keys(codes) as Code[]).filter(
      (code) => notBegun(terminal, [failure(code, 'No.')]) === exit.stuck,
    );
    expect(stuck.sort()).toEqual([
      'image/disk-full',
      'queue/cancelled',
      'queue/unreachable',
      'run/observer-threw',
      'run/system-refused',
      's3/denied',
      's3/not-installed',
      'serve/address',
      'store/in-use',
      'store/other-version',
      'store/unreadable',
      'store/unwritable',
      'tensor/engine-unavailable',
      'training/diverged',
    ]);
    expect(notBegun(terminal, [failure('value/range', 'No.')])).toBe(2);
    expect(notBegun({ signal: AbortSignal.abort() }, [failure('value/range', 'No.')])).toBe(130);
  });

  it('of looking and comparing', () => {
    expect([checked(0), checked(2), complete(true), complete(false), usage(0), usage(1)]).toEqual([
      0, 2, 0, 1, 0, 2,
    ]);
  });
});
