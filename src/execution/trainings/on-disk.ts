import { constants } from 'node:fs';
import { type FileHandle, lstat, readdir } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { bytesFrom, firstBytes, openRegular } from '../../disk/regular.js';
import { checkpointFolder } from '../../nn/models/checkpoint-folder.js';
import { latestState } from '../../nn/models/checkpoints.js';
import { readManifest } from '../../nn/models/index.js';
import { type Places, placesIn, sampleFile } from '../../ops/report/folder.js';
import { TROUBLES } from '../../ops/report/happened.js';
import { type Layout, readLayout } from '../../ops/report/layout.js';
import { type Line, readLine, readLines } from '../../ops/report/lines.js';
import { secondsPerStep } from '../../ops/report/page.js';
import { lockPath } from '../../records/journal/journal.js';
import { type Holder, whoHolds } from '../../records/lock.js';

/** How good a result is by photos that are kept apart, and of which step. */
export type Judged = NonNullable<Line['validation']> & { readonly step: number };

/** What the disk says of a training: all that is known of one that this process did not start. */
export interface TrainingOnDisk {
  /** The process that trains, where one does. */
  readonly holder: Holder | undefined;
  /** The last step that was reported; undefined where there is no report. */
  readonly last: Line | undefined;
  /** The step of the latest checkpoint; undefined where there is none. */
  readonly checkpoint: number | undefined;
  /** Whether that checkpoint says by which pipeline it was made. */
  readonly isNoted: boolean;
  /** How good its result was when it was last judged, and at which step; undefined where that is long ago or never. */
  readonly judged: Judged | undefined;
  /** Steps of late at which something was noticed that goes wrong, and what. */
  readonly notices: readonly { readonly step: number; readonly mark: string }[];
  /** Seconds that a step takes at present. */
  readonly pace: number | undefined;
  /** Steps that there are samples of, from the first to the newest. */
  readonly samples: readonly number[];
  readonly layout: Layout | undefined;
  /** Steps of the model's snapshots. */
  readonly snapshots: readonly number[];
  /** When something was last told, in milliseconds since 1970. */
  readonly changed: number;
}

/** Bytes of the end of a file of metrics in which the newest lines are looked for. */
const TAIL = 1 << 17;
const MOST_LAYOUT = 1 << 14;

const SAMPLE = /^step-(\d{8,12})\.png$/;

const quietly = <A>(found: Promise<A>): Promise<A | undefined> => found.catch(() => undefined);

/** Looks at the folder of a training. Whatever cannot be read is taken for not being there. */
export const lookAtTraining = async (folder: string): Promise<TrainingOnDisk> => {
  const places = placesIn(folder);
  const [holder, stats, lines, samples, layout, state, model] = await Promise.all([
    whoHolds(lockPath(folder)),
    quietly(lstat(places.metrics)),
    tailOf(places.metrics),
    samplesIn(places),
    layoutIn(places),
    latestState(checkpointFolder(folder))(),
    readManifest(folder)(),
  ]);
  const latest = E.isRight(state) ? O.toUndefined(state.right) : undefined;
  return {
    holder,
    last: lines.at(-1),
    checkpoint: latest?.step,
    isNoted: latest?.pipeline !== undefined,
    judged: judgedIn(lines),
    notices: lines.flatMap(({ step, marks }) =>
      marks.filter((mark) => TROUBLES.includes(mark)).map((mark) => ({ step, mark })),
    ),
    pace: secondsPerStep(lines),
    samples,
    layout,
    snapshots: E.isRight(model) ? model.right.snapshots.map(({ step }) => step) : [],
    changed: stats?.mtimeMs ?? (await quietly(lstat(folder)))?.mtimeMs ?? 0,
  };
};

const judgedIn = (lines: readonly Line[]): Judged | undefined =>
  lines.flatMap(({ step, validation }) => (validation === undefined ? [] : [{ step, ...validation }])).at(-1);

const layoutIn = async ({ grid }: Places): Promise<Layout | undefined> => {
  const bytes = await quietly(firstBytes(grid, MOST_LAYOUT));
  return bytes === undefined ? undefined : O.toUndefined(readLayout(bytes.toString()));
};

const samplesIn = async ({ samples }: Places): Promise<readonly number[]> => {
  const names = (await quietly(readdir(samples))) ?? [];
  return names.flatMap((name) => SAMPLE.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b);
};

/** The grid of samples of a step, as it stands on the disk; undefined where there is none. */
export const sampleOf = async (folder: string, step: number): Promise<FileHandle | undefined> =>
  opened(sampleFile(placesIn(folder), step));

const opened = (path: string): Promise<FileHandle | undefined> =>
  quietly(openRegular(path, constants.O_RDONLY));

const tailOf = async (path: string): Promise<readonly Line[]> => {
  const file = await opened(path);
  if (file === undefined) return [];
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL);
    const text = (await bytesFrom(file, from, size)).toString();
    // What does not begin with a line's beginning is none.
    return readLines(from === 0 ? text : text.slice(text.indexOf('\n') + 1));
  } finally {
    await file.close();
  }
};

/** A part of a training's figures. */
export interface MetricsPart {
  readonly lines: readonly Line[];
  /** What the next part begins after. */
  readonly cursor: string;
  /** True where it begins at the first step, whatever was read before: the figures were written anew since. */
  readonly isAnew: boolean;
  /** Whether there is nothing more now. */
  readonly isEnd: boolean;
}

/** Bytes of a part. */
const PART = 1 << 19;
const LINE_END = 0x0a;

/** A cursor: which file, and how many bytes of it. */
const CURSOR = /^(\d{1,20})-(\d{1,15})$/;

/**
 * Figures of a training from where an earlier part ended. A training that goes on from a checkpoint writes them anew, and they
 * are given again from the first step.
 *
 * @param cursor that of the part before; empty for the first
 */
export const metricsFrom = async (folder: string, cursor: string): Promise<MetricsPart> => {
  const file = await opened(placesIn(folder).metrics);
  if (file === undefined) return { lines: [], cursor: '', isAnew: cursor !== '', isEnd: true };
  try {
    const { size, ino, birthtimeMs } = await file.stat();
    const own = `${ino}${Math.floor(birthtimeMs) % 100_000}`.slice(0, 20);
    const [, which, at = '0'] = CURSOR.exec(cursor) ?? [];
    const isSame = which === own && Number(at) <= size;
    const from = isSame ? Number(at) : 0;
    const bytes = await bytesFrom(file, from, Math.min(size, from + PART));
    const end = bytes.lastIndexOf(LINE_END) + 1;
    // What is longer than a line can be is passed over.
    const used = end === 0 && bytes.length === PART ? PART : end;
    return {
      lines: bytes
        .subarray(0, end)
        .toString()
        .split('\n')
        .flatMap((line) => O.toUndefined(readLine(line)) ?? []),
      cursor: `${own}-${from + used}`,
      isAnew: !isSame,
      isEnd: from + bytes.length >= size,
    };
  } finally {
    await file.close();
  }
};
