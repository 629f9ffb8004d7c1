import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Faults, faultsOf } from './check.js';
import { numbered, putPhotos, smallPhoto } from './photos.js';
import { type Running, start } from './process.js';

const pipeline = `version: 1
params: { output: { type: path, default: out } }
steps:
  - files: in
  - decode
  - crop: { size: 40 }
  - encode: { quality: 90 }
  - save: "$output/{path}"
`;

/** What came of a torture. */
export interface Outcome {
  readonly faults: Faults;
  readonly figures: Readonly<Record<string, number | string>>;
}

interface Place {
  readonly folder: string;
  readonly inbox: string;
  readonly photo: Buffer;
}

const inPlace = async (work: (place: Place) => Promise<Outcome>): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-torture-'));
  const inbox = join(folder, 'in');
  mkdirSync(inbox);
  writeFileSync(join(folder, 'p.yaml'), pipeline);
  try {
    return await work({ folder, inbox, photo: await smallPhoto() });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Runs the pipeline undisturbed: what all others must give. */
const reference = async (folder: string): Promise<string> => {
  const running = start(['run', 'p.yaml', '--json', '--set', 'output=reference'], folder);
  const status = await running.ended;
  if (status !== 0) throw new Error(`The undisturbed run ended with ${status}: ${running.complaints()}`);
  return join(folder, 'reference');
};

/**
 * A moment in a command's work: after some results, or, one time in four, after some time, whatever it is at.
 *
 * @param most results that may be waited for: no more than there is work
 */
const someMoment = async (running: Running, most: number): Promise<void> => {
  const results = Math.random() < 0.25 ? 0 : Math.floor(Math.random() * (most + 1));
  await running.until(() => running.count('done') >= results, results === 0 ? 0 : 10);
  await pause(Math.random() ** 2 * (results === 0 ? 700 : 60));
};

/**
 * Kills a bulk run at random moments, starting it again every time, until it was killed so often; whenever all is done, the
 * results are looked at and it begins with an empty folder.
 */
export const killBulk = (kills: number, photos: number): Promise<Outcome> =>
  inPlace(async ({ folder, inbox, photo }) => {
    const names = putPhotos(inbox, photo, 0, photos);
    const right = await reference(folder);
    const faults: string[] = [];
    let [killed, rounds, amid] = [0, 0, 0];
    while (killed < kills && faults.length === 0) {
      rounds++;
      let isDone = false;
      while (!isDone) {
        const running = start(['run', 'p.yaml', '--json'], folder);
        if (killed < kills) {
          await running.until(() => running.count('started') > 0);
          await someMoment(running, 19);
          // Killed or ended by itself, whichever came first.
          if (running.kill('SIGKILL')) killed++;
        }
        const status = await running.ended;
        if (status === null && running.count('done') > 0) amid++;
        if (status !== null && status !== 0) faults.push(`ended with ${status}: ${running.complaints()}`);
        isDone = status !== null;
      }
      faults.push(...faultsOf(join(folder, 'out'), right, names));
      rmSync(join(folder, 'out'), { recursive: true, force: true });
    }
    return { faults, figures: { kills: killed, 'kills after the first result': amid, rounds, photos } };
  });

/** Kills a watch at random moments while photos come in every way, and starts it again every time. */
export const killWatch = (kills: number, photosPerKill: number): Promise<Outcome> =>
  inPlace(async ({ folder, inbox, photo }) => {
    const names: string[] = [];
    let amid = 0;
    for (let killed = 0; killed < kills; killed++) {
      const running = start(['watch', 'p.yaml', '--json'], folder);
      await running.until(() => running.count('watching') > 0);
      names.push(...(await dropIn(inbox, photo, names.length, photosPerKill)));
      await someMoment(running, photosPerKill);
      if (running.count('done') > 0) amid++;
      running.kill('SIGKILL');
      await running.ended;
    }
    const last = start(['watch', 'p.yaml', '--json'], folder);
    const isDone = await last.until(() => last.count('done') + last.count('skipped') >= names.length, 300);
    last.kill('SIGTERM');
    const status = await last.ended;
    const right = await reference(folder);
    return {
      faults: [
        ...(isDone ? [] : ['not all photos came through']),
        ...(status === 0 ? [] : [`ended with ${status}: ${last.complaints()}`]),
        ...faultsOf(join(folder, 'out'), right, names),
      ],
      figures: { kills, 'kills after the first result': amid, photos: names.length },
    };
  });

/** Photos that are written at once, written in two halves, or moved in. */
const dropIn = async (
  inbox: string,
  photo: Buffer,
  from: number,
  count: number,
): Promise<readonly string[]> => {
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const number = from + i;
    const bytes = numbered(photo, number);
    const name = `${number}.jpg`;
    const file = join(inbox, name);
    if (number % 3 === 0) writeFileSync(file, bytes);
    else if (number % 3 === 1) {
      writeFileSync(file, bytes.subarray(0, bytes.length >> 1));
      await pause(30);
      writeFileSync(file, bytes.subarray(bytes.length >> 1), { flag: 'a' });
    } else {
      writeFileSync(`${inbox}-${number}`, bytes);
      renameSync(`${inbox}-${number}`, file);
    }
    names.push(name);
  }
  return names;
};
