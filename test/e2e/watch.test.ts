import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbered, smallPhoto } from '../torture/photos.js';
import { type Running, start } from '../torture/process.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-watch-e2e-'));
afterAll(() => rmSync(folder, { recursive: true }));
let photo: Buffer;

beforeAll(async () => {
  photo = await smallPhoto();
  expect(await start(['new', 'watch', '.'], folder).text()).toMatchObject({ status: 0 });
});

const drop = (name: string, number: number): void =>
  writeFileSync(join(folder, 'watch/inbox', name), numbered(photo, number));

const stop = async (running: Running): Promise<number | null> => {
  running.kill('SIGTERM');
  return running.ended;
};

describe('pipe watch', () => {
  it('alone serves the drop folder, and ends well when it is told to', async () => {
    drop('there.jpg', 1);
    const running = start(['watch', '--json'], folder);
    await running.until(() => running.count('done') === 1);
    mkdirSync(join(folder, 'watch/inbox/trip'));
    drop('trip/comes.jpg', 2);
    writeFileSync(join(folder, 'watch/inbox/bad.jpg'), 'no photo');
    await running.until(() => running.count('done') === 2 && running.count('failed') === 1);
    expect(await stop(running)).toBe(0);
    expect(running.said[0]).toMatchObject({ event: 'watching', pipeline: 'watch' });
    expect(running.said.at(-1)).toMatchObject({ event: 'finished', end: 'complete', done: 2, failed: 1 });
    for (const name of ['there.jpg', 'trip/comes.jpg'])
      expect(existsSync(join(folder, 'watch/outbox', name))).toBe(true);
  });

  it('does nothing twice after a restart, and copies what was only renamed', async () => {
    renameSync(join(folder, 'watch/inbox/there.jpg'), join(folder, 'watch/inbox/renamed.jpg'));
    const running = start(['watch', '--json'], folder);
    await running.until(
      () => running.count('skipped') + running.count('done') + running.count('quarantined') === 3,
    );
    expect(await stop(running)).toBe(0);
    expect([running.count('done'), running.count('skipped'), running.count('quarantined')]).toEqual([
      1, 1, 1,
    ]);
    expect(readFileSync(join(folder, 'watch/outbox/renamed.jpg'))).toEqual(
      readFileSync(join(folder, 'watch/outbox/there.jpg')),
    );
  });

  it('keeps a second process out of its results while it runs', async () => {
    const running = start(['watch', '--json', '--poll', '0.2'], folder);
    await running.until(() => running.count('skipped') === 2);
    const second = await start(['run', 'watch/watch.yaml'], folder).text();
    expect([second.status, second.err]).toEqual([2, expect.stringContaining('run/folder-in-use')]);
    const told = await start(['status', '--json'], folder).text();
    expect(JSON.parse(told.out)).toMatchObject([{ writer: { pid: running.pid } }]);
    expect(await stop(running)).toBe(0);
  });

  it.runIf(process.platform !== 'win32')(
    'says what it may not look into, and ends with status 1',
    async () => {
      const place = mkdtempSync(join(tmpdir(), 'prismflow-watch-locked-'));
      // Root may read everything, and becomes another user.
      const user = process.getuid?.() === 0 ? 65534 : undefined;
      for (const locked of ['in/locked', 'in']) {
        mkdirSync(join(place, 'in/locked'), { recursive: true });
        writeFileSync(join(place, 'in/a.jpg'), photo);
        writeFileSync(
          join(place, 'p.yaml'),
          'version: 1\nsteps: [{ files: in }, decode, encode, { save: "out/{path}" }]\n',
        );
        if (user !== undefined) execFileSync('chown', ['-R', `${user}:${user}`, place]);
        chmodSync(join(place, locked), 0o000);
        const running = start(['watch', 'p.yaml', '--quiet', '--poll', '0.2'], place, { HOME: place }, user);
        await running.until(() => running.complaints().includes('may not be read'));
        if (locked === 'in/locked') await running.until(() => existsSync(join(place, 'out/a.jpg')));
        expect(await stop(running)).toBe(1);
        expect(running.complaints().match(/may not be read/g)).toHaveLength(1);
        chmodSync(join(place, locked), 0o755);
        expect(existsSync(join(place, 'out/a.jpg'))).toBe(locked === 'in/locked');
        rmSync(join(place, 'out'), { recursive: true, force: true });
      }
      rmSync(place, { recursive: true });
    },
  );

  it('refuses a pipeline that cannot be watched for', async () => {
    writeFileSync(join(folder, 'p.yaml'), 'version: 1\nsteps: [{ files: watch }, decode, { batch: 2 }]\n');
    const { status, err } = await start(['watch', 'p.yaml'], folder).text();
    expect([status, err]).toEqual([2, expect.stringContaining('watch/not-live')]);
    const elsewhere = await start(['watch'], tmpdir()).text();
    expect([elsewhere.status, elsewhere.err]).toEqual([2, expect.stringContaining('pipe new watch')]);
  });
});

describe('pipe status', () => {
  it('counts results and lists what is set aside, with the reason', async () => {
    const { status, out } = await start(['status'], folder).text();
    expect(status).toBe(0);
    expect(out).toMatch(/^watch\/outbox: 3 results, the last \d{4}-/);
    expect(out).toContain('1 set aside');
    expect(out).toMatch(/✗ bad\.jpg at steps\[1\]\/decode\n {4}image\/unsupported-format: /);
    expect((await start(['status', 'nowhere'], folder).text()).status).toBe(2);
    const within = await start(['status', '--json'], join(folder, 'watch')).text();
    expect(JSON.parse(within.out)).toMatchObject([{ results: 3, setAside: [{ source: 'bad.jpg' }] }]);
  });
});

describe('pipe reproduce', () => {
  it('makes a result again, and says whether it is the same', async () => {
    const result = 'watch/outbox/trip/comes.jpg';
    const same = await start(['reproduce', result, '--keep', 'kept.jpg'], folder).text();
    expect([same.status, same.out]).toEqual([0, expect.stringContaining('Bit-equal')]);
    expect(readFileSync(join(folder, 'kept.jpg'))).toEqual(readFileSync(join(folder, result)));
    const other = await start(['reproduce', result, '--json', '--engine', 'tfjs-cpu'], folder).text();
    expect(JSON.parse(other.out)).toMatchObject({
      engine: 'tfjs-cpu',
      receipt: { output: 'trip/comes.jpg' },
    });
    writeFileSync(join(folder, result), await smallPhoto(32, 32));
    const changed = await start(['reproduce', result], folder).text();
    expect([changed.status, changed.out]).toEqual([
      1,
      expect.stringContaining('changed since it was written'),
    ]);
    expect((await start(['reproduce', 'p.yaml'], folder).text()).status).toBe(2);
    expect((await start(['reproduce', 'no.jpg'], folder).text()).err).toContain('There is no ');
  });
});

describe('pipe shrink', () => {
  it('writes the smallest case, whose command shows the failure again', async () => {
    const picky = `version: 1
steps: [{ files: watch/inbox }, decode, { adjust: 0.2 }, { crop: { size: 50 } }, encode, { save: out }]
`;
    writeFileSync(join(folder, 'picky.yaml'), picky);
    const { status, out, err } = await start(
      ['shrink', 'watch/inbox/renamed.jpg', '--pipeline', 'picky.yaml'],
      folder,
    ).text();
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('1x1 pixels');
    expect(out).toContain('cd shrunk/renamed-crop && pipe run pipeline.yaml');
    const replayed = await start(['run', 'pipeline.yaml'], join(folder, 'shrunk/renamed-crop')).text();
    expect([replayed.status, replayed.err]).toEqual([1, expect.stringContaining('picture/too-small')]);
  });
});
