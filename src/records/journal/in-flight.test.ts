import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openInFlight } from './in-flight.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-in-flight-'));
const file = join(folder, 'in-flight.json');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});

describe('what is in flight', () => {
  it('is suspect when the process ended without a word, and only then', async () => {
    const first = await openInFlight(file, false);
    first.begin('done.jpg')()();
    first.begin('a.jpg')();
    first.begin('b.jpg')();
    // The lock was given back: whatever the file says, nothing was interrupted.
    expect((await openInFlight(file, false)).isSuspect('a.jpg')).toBe(false);
    const second = await openInFlight(file, true);
    expect(['done.jpg', 'a.jpg', 'b.jpg', 'c.jpg'].map(second.isSuspect)).toEqual([false, true, true, false]);
  });

  it('stays suspect until it is known what comes of it, however many processes end before', async () => {
    (await openInFlight(file, false)).begin('a.jpg')();
    (await openInFlight(file, true)).begin('b.jpg')();
    const third = await openInFlight(file, true);
    expect(['a.jpg', 'b.jpg'].map(third.isSuspect)).toEqual([true, true]);
    third.clear('b.jpg')();
    await third.close();
    const fourth = await openInFlight(file, false);
    expect(['a.jpg', 'b.jpg'].map(fourth.isSuspect)).toEqual([true, false]);
    fourth.clear('a.jpg')();
    await fourth.close();
    expect(existsSync(file)).toBe(false);
  });

  it('is written before work begins, once a source', async () => {
    const inFlight = await openInFlight(file, false);
    const ended = inFlight.begin('a.jpg')();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ inFlight: ['a.jpg'], suspects: [] });
    rmSync(file);
    // Somebody else is at it as well, and the first one's end is not that of both.
    inFlight.begin('a.jpg')();
    expect(existsSync(file)).toBe(false);
    ended();
    inFlight.begin('b.jpg')();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ inFlight: ['a.jpg', 'b.jpg'], suspects: [] });
  });

  it.each(['', '{"inFlight":["a.j', '[]', '{"inFlight":[1],"suspects":[]}'])(
    'says nothing where its file is %j',
    async (text) => {
      writeFileSync(file, text);
      expect((await openInFlight(file, true)).isSuspect('a.jpg')).toBe(false);
    },
  );

  it('does without where nothing can be written', async () => {
    const inFlight = await openInFlight(join(folder, 'gone', 'in-flight.json'), false);
    inFlight.begin('a.jpg')()();
    await inFlight.close();
    expect(existsSync(join(folder, 'gone'))).toBe(false);
  });
});
