import { constants } from 'node:fs';
import { appendFile, mkdir, open, readdir, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import type * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { clearTemporaries } from '../../disk/clear-temporaries.js';
import { notThroughLinks } from '../../disk/folders.js';
import { readLines } from '../../disk/lines.js';
import { systemCodeOf } from '../../disk/read.js';
import { NotAFileError, openRegular } from '../../disk/regular.js';
import { writeAtomically, writeFailure } from '../../disk/write.js';
import { isStepBefore, type Line, readLine, writeLine } from './lines.js';

/** Where the parts of a report are. */
export interface Places {
  readonly folder: string;
  readonly metrics: string;
  readonly page: string;
  readonly samples: string;
  /** What the pictures of a grid of samples are, and where in it. */
  readonly grid: string;
  readonly tensorboard: string;
}

export const placesIn = (folder: string): Places => ({
  folder,
  metrics: join(folder, 'metrics.jsonl'),
  page: join(folder, 'report.html'),
  samples: join(folder, 'samples'),
  grid: join(folder, 'samples.json'),
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

/** Bytes that a line can have: some hundred figures. */
const LONGEST_LINE = 1 << 16;

const lineOn = (bytes: Uint8Array): O.Option<Line> => readLine(Buffer.from(bytes).toString());

/** What a file of metrics says, read line by line; nothing where there is none. A pipe or a link is none, and is refused. */
const readMetrics = async (path: string, step: number): Promise<Reported> => {
  const file = await openRegular(path, constants.O_RDONLY).catch((thrown: unknown) => {
    if (absent(thrown)) return undefined;
    throw thrown;
  });
  if (file === undefined) return { lines: [], isAsWritten: true };
  try {
    const { size } = await file.stat();
    const steps = new Map<number, Line>();
    let [written, last] = [0, 0];
    for await (const { value: line } of readLines(file, LONGEST_LINE, lineOn)) {
      if (!isStepBefore(line, step)) continue;
      steps.set(line.step, line);
      written += line.step > last ? Buffer.byteLength(writeLine(line)) : Number.NaN;
      last = line.step;
    }
    return { lines: [...steps.values()].sort((a, b) => a.step - b.step), isAsWritten: written === size };
  } finally {
    await file.close();
  }
};

interface Reported {
  readonly lines: readonly Line[];
  /** True where these lines are all that the file holds, in their order. */
  readonly isAsWritten: boolean;
}

/** The lines of the steps before the one that comes now; those from it on are taken out of the file. */
const takenUp = ({ metrics }: Places, step: number): TE.TaskEither<Diagnostics, readonly Line[]> =>
  pipe(
    TE.tryCatch(
      () => readMetrics(metrics, step),
      (cause): Diagnostics =>
        cause instanceof NotAFileError
          ? [failure('file/in-the-way', `${cause.message}, so no figures are kept there.`, { cause })]
          : writeFailure(metrics)(cause),
    ),
    TE.chainFirst(({ lines, isAsWritten }) =>
      isAsWritten
        ? TE.right(undefined)
        : writeAtomically(metrics, new TextEncoder().encode(lines.map(writeLine).join(''))),
    ),
    TE.map(({ lines }) => lines),
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
    TE.chainFirst(() => notThroughLinks(places.folder, places.samples)),
    TE.chainFirst(() => notThroughLinks(places.folder, places.tensorboard)),
    TE.bind('sampled', () =>
      guarded(places.samples, async () => {
        await clearTemporaries(places.folder);
        await mkdir(places.samples, { recursive: true });
        await clearTemporaries(places.samples);
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

/** Brings what was written to a file to the disk, and the file's name with it. Rejects with what the system says. */
export const syncFile = async (path: string): Promise<void> => {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
};
