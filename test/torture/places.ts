import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './kills.js';
import { putPhotos, smallPhoto } from './photos.js';
import { start } from './process.js';

/** True where small disks can be made: on Linux, as root, where mounting is allowed. */
export const canMount = (): boolean => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const pipeline = `version: 1
steps: [{ files: in }, decode, { encode: { format: png } }, { save: out }]
`;

/** Works in a folder whose `out` is a disk of its own, which can be made larger, smaller, or read-only. */
const onSmallDisk = async (
  size: string,
  work: (folder: string, remount: (options: string) => void) => Promise<Outcome>,
): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-disk-'));
  const out = join(folder, 'out');
  mkdirSync(out);
  writeFileSync(join(folder, 'p.yaml'), pipeline);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', out]);
  try {
    putPhotos(join(folder, 'in'), await smallPhoto(256, 192), 0, 30);
    return await work(folder, (options) =>
      execFileSync('mount', ['-o', `remount,${options}`, out], { stdio: 'pipe' }),
    );
  } finally {
    execFileSync('umount', ['-l', out]);
    rmSync(folder, { recursive: true, force: true });
  }
};

const resultsIn = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.png'),
  );

const temporaryIn = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.tmp'),
  );

const isWholePng = (file: string): boolean =>
  readFileSync(file).subarray(-8, -4).toString('latin1') === 'IEND';

const checks = (...made: readonly (readonly [isSo: boolean, fault: string])[]): readonly string[] =>
  made.flatMap(([isSo, fault]) => (isSo ? [] : [fault]));

/** A run on a disk that fills up stops and says so; with room it does the rest. */
export const fullDiskBulk = (): Promise<Outcome> =>
  onSmallDisk('700k', async (folder, remount) => {
    const full = start(['run', 'p.yaml', '--json'], folder);
    const stopped = await full.ended;
    const before = resultsIn(folder);
    const left = temporaryIn(folder);
    const isWhole = before.every((name) => isWholePng(join(folder, 'out', name)));
    remount('size=50m');
    const roomy = start(['run', 'p.yaml', '--json'], folder);
    const status = await roomy.ended;
    return {
      faults: checks(
        [stopped === 3, `a full disk ended a run with ${stopped}`],
        [before.length > 0 && before.length < 30, `${before.length} results fit on a small disk`],
        [isWhole, 'a result is cut off'],
        [left.length === 0, `${left.length} temporary files were left`],
        [status === 0, `with room again it ended with ${status}: ${roomy.complaints()}`],
        [resultsIn(folder).length === 30, `${resultsIn(folder).length} of 30 results in the end`],
      ),
      figures: { 'before it was full': before.length, 'in the end': resultsIn(folder).length },
    };
  });

/** A watch of a read-only folder, to another one that is read-only: it says so and ends; with an output, it only reads. */
export const readOnlyWatch = (): Promise<Outcome> =>
  onSmallDisk('50m', async (folder, remount) => {
    remount('ro');
    const refused = start(['watch', 'p.yaml', '--json'], folder);
    const status = await refused.ended;
    const code = refused.said.find(({ event }) => event === 'diagnostic')?.code;
    remount('rw');
    const photos = join(folder, 'in');
    execFileSync('mount', ['--bind', photos, photos]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', photos]);
      const running = start(['watch', 'p.yaml', '--json'], folder);
      const isDone = await running.until(() => running.count('done') === 30);
      running.kill('SIGTERM');
      const ended = await running.ended;
      return {
        faults: checks(
          [
            status === 2 && code === 'image/permission-denied',
            `a read-only folder ended a watch with ${status}, ${code}`,
          ],
          [isDone, `${running.count('done')} of 30 photos of a read-only folder came through`],
          [ended === 0, `it ended with ${ended}: ${running.complaints()}`],
        ),
        figures: { results: resultsIn(folder).length },
      };
    } finally {
      execFileSync('umount', ['-l', photos]);
    }
  });

/** A watch waits while the disk is full or read-only, and goes on by itself. */
export const fullDiskWatch = (): Promise<Outcome> =>
  onSmallDisk('700k', async (folder, remount) => {
    const running = start(['watch', 'p.yaml', '--json'], folder);
    const waited = await running.until(() => running.count('waiting') > 1);
    const before = resultsIn(folder).length;
    remount('size=50m');
    const isDone = await running.until(() => running.count('done') === 30);
    remount('ro');
    putPhotos(join(folder, 'in'), await smallPhoto(256, 192), 30, 35);
    const waiting = running.count('waiting');
    const waitedAgain = await running.until(() => running.count('waiting') > waiting);
    remount('rw');
    const isAllDone = await running.until(() => running.count('done') === 35);
    running.kill('SIGTERM');
    const status = await running.ended;
    return {
      faults: checks(
        [waited, 'it did not wait on a full disk'],
        [isDone, 'it did not go on when there was room'],
        [waitedAgain, 'it did not wait on a read-only disk'],
        [isAllDone, 'it did not go on when it could write'],
        [status === 0, `it ended with ${status}: ${running.complaints()}`],
        [temporaryIn(folder).length === 0, 'temporary files were left'],
        [running.count('failed') === 0, `${running.count('failed')} photos failed`],
      ),
      figures: { 'before it was full': before, 'in the end': resultsIn(folder).length },
    };
  });

/** A run to a read-only folder says so and writes nothing; a run with nothing to do does not mind. */
export const readOnlyBulk = (): Promise<Outcome> =>
  onSmallDisk('50m', async (folder, remount) => {
    remount('ro');
    const refused = start(['run', 'p.yaml', '--json'], folder);
    const status = await refused.ended;
    const code = refused.said.find(({ event }) => event === 'diagnostic')?.code;
    remount('rw');
    const done = await start(['run', 'p.yaml', '--json'], folder).ended;
    remount('ro');
    const again = start(['run', 'p.yaml', '--json'], folder);
    const skipped = await again.ended;
    remount('rw');
    return {
      faults: checks(
        [
          status === 2 && code === 'image/permission-denied',
          `a read-only folder ended a run with ${status}, ${code}`,
        ],
        [done === 0, `then it ended with ${done}`],
        [skipped === 0 && again.count('skipped') === 30, `with nothing to do it ended with ${skipped}`],
        [existsSync(join(folder, 'out/1.png')), 'nothing was written'],
      ),
      figures: { results: resultsIn(folder).length },
    };
  });
