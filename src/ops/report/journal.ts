import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as TO from 'fp-ts/lib/TaskOption.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { writeAtomically } from '../../disk/write.js';
import type { Training } from '../../ports/index.js';
import { append, eventsFile, openFolder, type Places, placesIn, sampleFile, syncFile } from './folder.js';
import { type Grid, gridOf } from './grid.js';
import { writeLayout } from './layout.js';
import { type Line, lineOf, missingIn, writeLine } from './lines.js';
import { type PageGrid, pageOf, secondsPerStep } from './page.js';
import { pngOf, shownOf } from './pictures.js';
import { eventBytes, scalarsOf } from './tfevents.js';

/** A report as it stands. */
export interface Journal {
  readonly places: Places;
  readonly events: string;
  readonly lines: readonly Line[];
  /** Which steps before this run have no line, in words; empty where all have. */
  readonly missing: string;
  /** Steps that there are samples of. */
  readonly sampled: readonly number[];
  readonly columns: readonly string[];
  /** Grids as the page has them, so that they need not be compressed again. */
  readonly shown: ReadonlyMap<number, PageGrid>;
}

/** Grids on the page at most. */
const GRIDS = 9;

const now = (): number => Date.now() / 1000;

/** Begins a report, or goes on with one, before the given step. */
export const openJournal = (folder: string, step: number): TE.TaskEither<Diagnostics, Journal> => {
  const places = placesIn(folder);
  const events = eventsFile(places, now(), step);
  return pipe(
    openFolder(places, step),
    TE.map(({ lines, sampled }) => ({
      places,
      events,
      lines,
      missing: missingIn(lines, step),
      sampled,
      columns: [],
      shown: new Map(),
    })),
    TE.chainFirst(() =>
      append(
        events,
        Buffer.concat([
          eventBytes({ kind: 'version', seconds: now() }),
          eventBytes({ kind: 'start', seconds: now(), step }),
        ]),
      ),
    ),
  );
};

/** Brings the lines of all steps so far to the disk. */
export const bringToDisk =
  ({ places }: Journal): T.Task<void> =>
  () =>
    syncFile(places.metrics);

/** Tells of a step. @param seconds what it took, 0 where it is not known */
export const tell =
  (training: Training, seconds: number) =>
  (journal: Journal): TE.TaskEither<Diagnostics, Journal> => {
    const line = lineOf(training, seconds);
    const lines = [...journal.lines, line];
    const { step, metrics, rate, images, validation } = training;
    const pace = secondsPerStep(lines);
    const speed = pace === undefined ? undefined : images / step / pace;
    const values = scalarsOf(metrics, rate, speed, validation);
    return pipe(
      append(journal.places.metrics, writeLine(line)),
      TE.chain(() => append(journal.events, eventBytes({ kind: 'scalars', seconds: now(), step, values }))),
      TE.map(() => ({ ...journal, lines })),
    );
  };

/** Keeps samples of a step: as a file, as an event, and for the page. */
export const sample =
  ({ samples, step }: Training, rows: number) =>
  (journal: Journal): TE.TaskEither<Diagnostics, Journal> =>
    pipe(
      samples,
      TE.map((all) => gridOf(all.slice(0, rows))),
      TE.bindTo('grid'),
      TE.bind('png', ({ grid }) => TE.fromTask(() => pngOf(grid))),
      TE.chainFirst(({ png }) => writeAtomically(sampleFile(journal.places, step), png)),
      TE.chainFirst(({ grid }) => writeAtomically(journal.places.grid, writeLayout(grid))),
      TE.chainFirst(({ grid, png }) => append(journal.events, pictureEvent(grid, png, step))),
      TE.map(({ grid: { columns } }) => ({ ...journal, columns, sampled: [...journal.sampled, step] })),
    );

const pictureEvent = ({ width, height, columns }: Grid, png: Uint8Array, step: number): Uint8Array =>
  eventBytes({
    kind: 'pictures',
    seconds: now(),
    step,
    tag: `samples/${columns.join(' | ')}`,
    picture: { width, height, png },
  });

/** Some of the steps, evenly spaced, the first and the last among them. */
export const spread = (steps: readonly number[], count: number): readonly number[] =>
  steps.length <= count
    ? steps
    : Array.from({ length: count }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (count - 1))]!);

/** Writes the page anew. Samples that someone has taken away are left out, now and later. */
export const publish =
  (isRunning: boolean) =>
  (journal: Journal): TE.TaskEither<Diagnostics, Journal> => {
    const { places, lines, columns, shown } = journal;
    const steps = spread(journal.sampled, GRIDS);
    return pipe(
      steps,
      T.traverseArray((step) => {
        const known = shown.get(step);
        return known === undefined ? gridFrom(places, step) : TO.some(known);
      }),
      T.map((found) => ({
        grids: RA.compact(found),
        lost: steps.filter((_, i) => O.isNone(found[i]!)),
      })),
      TE.fromTask,
      TE.chainFirst(({ grids }) => {
        const page = pageOf({ name: basename(places.folder), lines, grids, columns, isRunning });
        return writeAtomically(places.page, new TextEncoder().encode(page));
      }),
      TE.map(({ grids, lost }) => ({
        ...journal,
        sampled: journal.sampled.filter((step) => !lost.includes(step)),
        shown: new Map(grids.map((grid) => [grid.step, grid])),
      })),
    );
  };

const gridFrom = (places: Places, step: number): TO.TaskOption<PageGrid> =>
  TO.tryCatch(async () => ({ step, ...(await shownOf(await readFile(sampleFile(places, step)))) }));
