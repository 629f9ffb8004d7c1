import { appendFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { systemCodeOf } from '../../disk/read.js';
import { writeAtomically, writeFailure } from '../../disk/write.js';
import { before, type Line, readLines, writeLine } from './lines.js';

/** Where the parts of a report are. */
export interface Places {
  readonly folder: string;
  readonly metrics: string;
  readonly page: string;
  readonly samples: string;
  readonly tensorboard: string;
}

export const placesIn = (folder: string): Places => ({
  folder,
  metrics: join(folder, 'metrics.jsonl'),
  page: join(folder, 'report.html'),
  samples: join(folder, 'samples'),
  tensorboard: join(folder, 'tensorboard'),
});

/** The file of the samples of a step. */
export const sampleFile = ({ samples }: Places, step: number): string =>
  join(samples, `step-${String(step).padStart(8, '0')}.png`);

/** The file that a run's events go to: a new one for each, as TensorBoard expects. */
export const eventsFile = ({ tensorboard }: Places, seconds: number, step: number): string =>
  join(tensorboard, `events.out.tfevents.${Math.floor(seconds)}.${hostname()}.${step}`);

const absent = (thrown: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemCodeOf(thrown));

const guarded = <A>(path: string, work: () => Promise<A>): TE.TaskEither<Diagnostics, A> =>
  TE.tryCatch(work, writeFailure(path));

const named = (path: string): Promise<readonly string[]> =>
  readdir(path).catch((thrown: unknown) => {
    if (absent(thrown)) return [];
    throw thrown;
  });

/** Moves what an earlier training has left to a folder of its own, so that nothing is mixed and nothing lost. */
const moveAside = ({ folder, ...parts }: Places): TE.TaskEither<Diagnostics, void> =>
  guarded(folder, async () => {
    const names = await named(folder);
    if (!names.includes('metrics.jsonl')) return;
    const number = Array.from({ length: names.length + 1 }, (_, i) => i + 1).find(
      (n) => !names.includes(`earlier-${n}`),
    );
    const aside = join(folder, `earlier-${number}`);
    await mkdir(aside);
    for (const part of Object.values(parts)) {
      const name = part.slice(folder.length + 1);
      if (names.includes(name)) await rename(part, join(aside, name));
    }
  });

/** The lines of the steps before the one that comes now; those from it on are taken out of the file. */
const takenUp = ({ metrics }: Places, step: number): TE.TaskEither<Diagnostics, readonly Line[]> =>
  pipe(
    guarded(metrics, () =>
      readFile(metrics, 'utf8').catch((thrown: unknown) => {
        if (absent(thrown)) return '';
        throw thrown;
      }),
    ),
    TE.chain((text) => {
      const kept = before(readLines(text), step);
      const whole = kept.map(writeLine).join('');
      return whole === text
        ? TE.right(kept)
        : pipe(
            writeAtomically(metrics, new TextEncoder().encode(whole)),
            TE.map(() => kept),
          );
    }),
  );

/** What was reported before a step, oldest first, and the steps that there are samples of. */
export interface Earlier {
  readonly lines: readonly Line[];
  readonly sampled: readonly number[];
}

/**
 * Makes the folder ready for a training whose first step is the given one. A training that begins anew puts an earlier
 * report aside; one that goes on finds what was told before.
 */
export const openFolder = (places: Places, step: number): TE.TaskEither<Diagnostics, Earlier> =>
  pipe(
    guarded(places.folder, () => mkdir(places.folder, { recursive: true })),
    TE.chain(() => (step === 1 ? moveAside(places) : TE.right(undefined))),
    TE.chain(() => takenUp(places, step)),
    TE.bindTo('lines'),
    TE.bind('sampled', () =>
      guarded(places.samples, async () => {
        await mkdir(places.samples, { recursive: true });
        await mkdir(places.tensorboard, { recursive: true });
        const steps = (await named(places.samples)).flatMap(
          (name) => /^step-(\d+)\.png$/.exec(name)?.slice(1).map(Number) ?? [],
        );
        return steps.filter((each) => each < step).sort((a, b) => a - b);
      }),
    ),
  );

/** Adds to the end of a file. */
export const append = (path: string, content: string | Uint8Array): TE.TaskEither<Diagnostics, void> =>
  guarded(path, () => appendFile(path, content));
