import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome } from './kills.js';
import { numbered, smallPhoto } from './photos.js';
import { start } from './process.js';

/** Kibibytes held, and handles open: files, sockets, watches. */
interface Footprint {
  readonly resident: number;
  readonly handles: number;
}

const footprintOf = (pid: number): Footprint => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const watches = readdirSync(`/proc/${pid}/fdinfo`)
    .map((name) => {
      try {
        return readFileSync(`/proc/${pid}/fdinfo/${name}`, 'utf8').match(/^inotify/gm)?.length ?? 0;
      } catch {
        return 0;
      }
    })
    .reduce((sum, count) => sum + count, 0);
  return {
    resident: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0),
    handles: readdirSync(`/proc/${pid}/fd`).length + watches,
  };
};

/** Puts photos into a folder, in hundreds, so that no more than `ahead` wait. */
const feed = async (inbox: string, photo: Buffer, count: number, done: () => number, ahead: number) => {
  for (let number = 0; number < count; number++) {
    while (number - done() >= ahead) await pause(20);
    writeFileSync(join(inbox, `${number}.jpg`), numbered(photo, number));
    if (number % 100 === 99) await pause(1);
  }
};

const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/**
 * A day of photos in minutes: they go through a watch, whose memory and handles are looked at all the time. After the first
 * twentieth (1,000 of 20,000) both must stay as they are.
 *
 * @param ahead how many may wait in the inbox
 */
export const longDay = async (photos: number, ahead: number, tolerance: number): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-day-'));
  const inbox = join(folder, 'in');
  mkdirSync(inbox);
  writeFileSync(
    join(folder, 'p.yaml'),
    'version: 1\nsteps: [{ files: in }, decode, encode, { save: out }]\n',
  );
  const running = start(['watch', 'p.yaml', '--json'], folder);
  try {
    await running.until(() => running.count('watching') > 0);
    const began = performance.now();
    const prints: { readonly done: number; readonly print: Footprint }[] = [];
    const feeding = feed(inbox, await smallPhoto(), photos, () => running.count('done'), ahead);
    const isDone = await running.until(() => {
      prints.push({ done: running.count('done'), print: footprintOf(running.pid) });
      return running.count('done') >= photos;
    }, 5400);
    const seconds = (performance.now() - began) / 1000;
    if (isDone) await feeding;
    running.kill('SIGTERM');
    const status = await running.ended;
    const tenths = [1, 2, 4, 6, 8, 10].map((tenth) =>
      prints.filter(
        ({ done }) => done > (photos * (2 * tenth - 1)) / 20 && done <= (photos * 2 * tenth) / 20,
      ),
    );
    const first = prints.filter(({ done }) => done > photos / 20 && done <= photos / 10);
    const resident = [first, ...tenths].map((some) => middle(some.map(({ print }) => print.resident)));
    const handles = [first, ...tenths].map((some) => middle(some.map(({ print }) => print.handles)));
    const ratio = Math.max(...resident) / (resident[0] ?? 1);
    const results = readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.jpg')).length;
    return {
      faults: [
        ...(isDone && results === photos ? [] : [`${results} of ${photos} came through`]),
        ...(status === 0 ? [] : [`it ended with ${status}: ${running.complaints()}`]),
        ...(Math.abs(ratio - 1) <= tolerance ? [] : [`memory grew by a factor of ${ratio.toFixed(3)}`]),
        ...(Math.max(...handles) - (handles[0] ?? 0) <= 4 ? [] : [`handles: ${handles.join(', ')}`]),
      ],
      figures: {
        photos,
        seconds: Math.round(seconds),
        'MiB over time': resident.map((kibibytes) => Math.round(kibibytes / 1024)).join(' '),
        'handles over time': handles.join(' '),
        ratio: ratio.toFixed(3),
      },
    };
  } finally {
    running.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
};
