import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { DiagnosticError, failure } from '../diagnostics/index.js';
import { attempt } from './attempt.js';

const item = { key: { path: 'a.jpg', index: 0, epoch: 0 }, value: 21 };
const full = failure('run/cancelled', 'given up');

describe('attempt', () => {
  it('gives what the work gives', async () => {
    expect(await attempt('double', item, ({ value }) => TE.right(2 * value))).toEqual(E.right(42));
  });

  it('makes diagnostics the failure of the item', async () => {
    const expected = E.left({ key: item.key, operator: 'f', diagnostics: [full] });
    expect(await attempt('f', item, () => TE.left([full]))).toEqual(expected);
    expect(await attempt('f', item, () => () => Promise.reject(new DiagnosticError([full])))).toEqual(
      expected,
    );
  });

  it.each([
    [
      'before the task',
      () => {
        throw new TypeError('no');
      },
    ],
    [
      'in the task',
      () => () => {
        throw new TypeError('no');
      },
    ],
    [
      'later',
      () => async () => {
        await Promise.resolve();
        throw new TypeError('no');
      },
    ],
  ])('makes a throw %s the failure of the item', async (_name, work) => {
    expect(await attempt('steps[1]/f', item, work)).toMatchObject({
      left: {
        key: item.key,
        operator: 'steps[1]/f',
        diagnostics: [{ code: 'run/operator-threw', message: 'steps[1]/f: no', cause: new TypeError('no') }],
      },
    });
  });
});
