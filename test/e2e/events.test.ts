import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbered, smallPhoto } from '../torture/photos.js';
import { type Running, type Said, start } from '../torture/process.js';

const schema = JSON.parse(readFileSync(new URL('../../docs/events.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({
  allErrors: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ },
}).compile(schema);

const folder = mkdtempSync(join(tmpdir(), 'prismflow-events-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const photo = await smallPhoto();
  for (const place of ['photos', 'watch']) mkdirSync(join(folder, place));
  for (const [i, name] of ['a.jpg', 'b.jpg', 'watch/c.jpg'].entries())
    writeFileSync(join(folder, name.includes('/') ? name : `photos/${name}`), numbered(photo, i));
  for (const place of ['photos', 'watch']) writeFileSync(join(folder, place, 'bad.jpg'), 'no photo');
  writeFileSync(join(folder, 'photos/cut.jpg'), photo.subarray(0, photo.length - 200));
  const steps = (source: string, out: string): string =>
    `version: 1\nsteps:\n  - files: ${source}\n  - decode: { damaged: keep }\n  - adjust: { exposure: 0.2 }\n  - encode\n  - save: ${out}/{path}\n`;
  writeFileSync(join(folder, 'edit.yaml'), steps('photos', 'out'));
  writeFileSync(join(folder, 'live.yaml'), steps('watch', 'live'));
  writeFileSync(
    join(folder, 'measure.yaml'),
    `version: 1
streams:
  photos: [{ files: { in: photos, match: '{a,b}.jpg' } }, decode]
  edited: [photos, { adjust: { exposure: 0.2 } }]
steps:
  - pair: { from: edited, to: photos }
  - compare: [psnr, mae]
`,
  );
});

/** Holds what a run said to the schema, and gives the names of its events. */
const eventsOf = ({ said }: Running, isWatched = false): readonly unknown[] => {
  for (const event of said) {
    validate(event);
    expect([event, validate.errors]).toEqual([event, null]);
    expect('at' in event).toBe(isWatched);
  }
  expect(said.map(({ version }) => version)).toEqual(said.map((_, i) => (i === 0 ? 1 : undefined)));
  return said.map(({ event }) => event);
};

const run = async (...args: readonly string[]): Promise<Running> => {
  const running = start(['run', ...args, '--json'], folder);
  await running.ended;
  return running;
};

describe('what runs say as JSON is as the schema says', () => {
  it('of photos that are done, fail, and are skipped the next time', async () => {
    const first = await run('edit.yaml');
    const names = eventsOf(first);
    expect(names[0]).toBe('started');
    expect(names.at(-1)).toBe('finished');
    expect(new Set(names)).toEqual(new Set(['started', 'engine', 'done', 'failed', 'warned', 'finished']));
    const again = eventsOf(await run('edit.yaml'));
    expect(new Set(again)).toEqual(new Set(['started', 'skipped', 'failed', 'finished']));
  });

  it('of measures', async () => {
    const measured = await run('measure.yaml');
    expect(eventsOf(measured)).toContain('measured');
    const { figures } = measured.said.find(({ event }) => event === 'measured') as Said;
    expect(figures).toEqual({ psnr: expect.any(Number), mae: expect.any(Number) });
  });

  it('of what is refused', async () => {
    for (const args of [['nowhere.yaml'], ['edit.yaml', '--engine', 'abacus']]) {
      const names = eventsOf(await run(...args));
      expect(names.at(-1)).toBe('diagnostic');
    }
  });

  it('of a watch, with the time', async () => {
    const watched = async (isSo: (running: Running) => boolean): Promise<readonly unknown[]> => {
      const running = start(['watch', 'live.yaml', '--json'], folder);
      expect(await running.until(() => isSo(running))).toBe(true);
      running.kill('SIGTERM');
      expect(await running.ended).toBe(0);
      return eventsOf(running, true);
    };
    const names = await watched(({ count }) => count('done') + count('failed') === 2);
    expect([names[0], names.at(-1)]).toEqual(['watching', 'finished']);
    const again = await watched(({ count }) => count('skipped') + count('quarantined') === 2);
    expect(again).toEqual(expect.arrayContaining(['skipped', 'quarantined']));
  });
});
