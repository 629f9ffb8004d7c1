import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { createWarmSessions } from './warm-sessions.js';

const site = () => {
  const said: string[] = [];
  const open = (name: string) =>
    TE.fromIO<{ readonly close: () => Promise<void> }, Diagnostics>(() => {
      said.push(`open ${name}`);
      return { close: async () => void said.push(`close ${name}`) };
    });
  return { said, open };
};

const done = async (): Promise<E.Either<Diagnostics, null>> => E.right(null);

describe('sessions that are kept warm', () => {
  it('are opened once, and closed when others were used since', async () => {
    const { said, open } = site();
    const warm = createWarmSessions(2);
    for (const name of ['a', 'b', 'a', 'c']) await warm.use(name, open(name), done);
    await new Promise(setImmediate);
    expect(said).toEqual(['open a', 'open b', 'open c', 'close b']);
    await warm.close();
    expect(said.slice(4).sort()).toEqual(['close a', 'close c']);
  });

  it('are not closed while they are used', async () => {
    const { said, open } = site();
    const warm = createWarmSessions(1);
    let end = (): void => undefined;
    const long = warm.use<null>(
      'a',
      open('a'),
      () =>
        new Promise((resolve) => {
          end = () => resolve(E.right(null));
        }),
    );
    await warm.use('b', open('b'), done);
    await new Promise(setImmediate);
    expect(said).not.toContain('close a');
    end();
    await long;
    expect(said).toContain('open b');
  });

  it('are tried again where they could not be opened', async () => {
    const warm = createWarmSessions(2);
    let tries = 0;
    const refused: TE.TaskEither<Diagnostics, { close: () => Promise<void> }> = async () => {
      tries++;
      return E.left([failure('file/missing', 'There is none.')]);
    };
    for (const _ of [1, 2])
      expect(await warm.use('a', refused, done)).toMatchObject({ left: [{ code: 'file/missing' }] });
    expect(tries).toBe(2);
  });
});
