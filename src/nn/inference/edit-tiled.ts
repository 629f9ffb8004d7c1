import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, warning } from '../../diagnostics/index.js';
import type { Notes } from '../../operator/behaviour.js';
import type { Values } from '../../picture/tiling/windows.js';
import { type Fit, fitOf } from './fit.js';
import type { EditedPicture, PictureJob, Prepared, Result } from './prepared.js';
import type { Profile } from './profile.js';
import { checkSeams, type SeamCheck, warnOfSeams } from './seam-check.js';
import { type EditedWhole, editedInTiles, type Programs } from './tiled.js';

/** Times that the overlap grows before a seam check that fails becomes a warning. */
const GROWTH = 3;

/** Below this many pixels tiles are not made smaller: something else takes the memory. */
const LEAST_PIXELS = 128 * 128;

/** A picture, and what works on it. */
interface Task {
  readonly prepared: Prepared;
  readonly profile: Profile;
  readonly job: PictureJob;
}

/** How much farther tiles overlap than the network looks, in pixels. */
interface Overlap {
  readonly more: number;
  /** The difference that the last seam check found, with less overlap. */
  readonly before: number;
}

type Tiled = Extract<Fit, { kind: 'tiled' }>;

/**
 * Edits a picture at once or in tiles, whichever fits into memory. When the engine runs out of it, tiles of half as many pixels
 * are tried; when a seam check fails, tiles that overlap more.
 */
export const editWholeOrTiled = async (
  task: Task,
  overlap: Overlap = { more: 0, before: Number.POSITIVE_INFINITY },
): Result<EditedPicture> => {
  const fit = fitFor(task, overlap);
  warnOfMemory(task, fit);
  const made = fit.kind === 'tiled' ? await editTiles(task, fit, overlap) : await editWhole(task);
  if (E.isLeft(made)) return halvePixels(task, fit, made.left) ? editWholeOrTiled(task, overlap) : made;
  const { seams } = made.right;
  if (seams === undefined || seams.passed) return made;
  const wider = widened(task.profile, overlap, seams.difference);
  if (wider !== undefined) return editWholeOrTiled(task, wider);
  warnOfSeams(task, seams.difference, 'tiles');
  return made;
};

const sizeOf = ({ shape: [height = 1, width = 1] }: Values) => ({ width, height });

const fitFor = ({ prepared, profile, job: { picture, edges, memory } }: Task, { more }: Overlap): Fit =>
  fitOf(prepared.ensemble.network, profile, {
    size: sizeOf(picture),
    edges,
    memory,
    most: prepared.mostPixels(),
    more,
  });

const programsFor = ({ prepared, job: { engine, picture, edges } }: Task): Programs =>
  prepared.programsFor(engine, picture.dtype, edges);

interface Edited extends EditedPicture {
  readonly seams?: SeamCheck;
}

const editWhole = async (task: Task): Result<Edited> => {
  const { picture, quantisation, signal } = task.job;
  const made = await programsFor(task).edit(
    { samples: picture, ...(quantisation && { quantisation }) },
    { signal },
  )();
  return E.map((whole): Edited => ({ picture: whole as Values, notes: {} }))(made);
};

const editTiles = async (task: Task, fit: Tiled, { more }: Overlap): Result<Edited> => {
  const { ensemble, wanted } = task.prepared;
  const { receptiveRadius = 0, globalRadius, multiple } = task.profile;
  const { picture, quantisation, signal } = task.job;
  const { grid, room } = fit;
  const programs = programsFor(task);
  const looking = { globalRadius, multiple, least: ensemble.network.sides?.least ?? 1, room, quantisation };
  const made = await editedInTiles(programs, picture, grid, looking, signal);
  if (E.isLeft(made)) return made;
  const { picture: result, known } = made.right;
  if (known.reduced !== undefined) warnOfMeans(task, known.reduced);
  const tiles = tileNotes(fit, receptiveRadius + more, made.right);
  if (!wanted.certify) return E.right({ picture: result, notes: { tiles } });
  const halo = Math.ceil((receptiveRadius + more) / multiple) * multiple;
  const found = await checkSeams({ programs, picture, grid, known, result, halo, multiple, signal });
  return E.map(
    (seams: SeamCheck): Edited => ({ picture: result, notes: { tiles, seamCheck: { ...seams } }, seams }),
  )(found);
};

const tileNotes = ({ grid, bytes }: Tiled, overlap: number, { known }: EditedWhole): Notes => {
  const [{ core }] = grid.tiles;
  return {
    count: grid.tiles.length,
    width: core.width,
    height: core.height,
    overlap,
    edges: grid.edges,
    bytes: Math.round(bytes),
    ...(known.reduced !== undefined && { meansFrom: `1/${known.reduced}` }),
  };
};

/** A larger overlap; none where the last one did not help, since then it is no matter of overlap. */
const widened = (
  { multiple, receptiveRadius }: Profile,
  { more, before }: Overlap,
  difference: number,
): Overlap | undefined =>
  difference < before / 2 && more / multiple < GROWTH * 8 && receptiveRadius !== undefined
    ? { more: more + 8 * multiple, before: difference }
    : undefined;

/** True for an engine that could not get the memory that it needed. */
const outOfMemory = (errors: Diagnostics): boolean =>
  errors.some(
    ({ code, message }) =>
      (code === 'tensor/run-failed' || code === 'tensor/compile-failed') &&
      /bad_alloc|alloc|out of memory|memory/i.test(message),
  );

/** Lets the engine have half as many pixels at once from now on; false where that would not help. */
const halvePixels = ({ prepared, profile, job }: Task, fit: Fit, errors: Diagnostics): boolean => {
  const { width, height } = fit.kind === 'tiled' ? fit.grid.tiles[0].window : sizeOf(job.picture);
  const half = (width * height) / 2;
  if (!outOfMemory(errors) || profile.receptiveRadius === undefined || half < LEAST_PIXELS) return false;
  prepared.limitPixels(half);
  prepared.context.warn(
    job.key,
    warning(
      'tiles/out-of-memory',
      `The engine had no memory for ${width}x${height} pixels at once; tiles of half as many are tried.`,
    ),
  )();
  return true;
};

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** Says it when a network that cannot be cut smaller takes more memory than it is given. */
const warnOfMemory = ({ prepared, profile, job: { key, memory } }: Task, fit: Fit): void => {
  if (fit.bytes <= memory) return;
  const name = `\`${prepared.ensemble.generator.kind}\``;
  const takes = `takes about ${inMegabytes(fit.bytes)} where ${inMegabytes(memory)} are allowed`;
  prepared.context.warn(
    key,
    warning(
      'tiles/whole-picture',
      fit.kind === 'whole'
        ? `${name} looks at the whole picture, which ${takes}.`
        : `A tile of ${name} ${takes}: it looks ${profile.receptiveRadius} pixels around itself.`,
    ),
  )();
};

const warnOfMeans = ({ prepared, job: { key } }: Task, reduced: number): void =>
  prepared.context.warn(
    key,
    warning(
      'tiles/means',
      `\`${prepared.ensemble.generator.kind}\` looks at the whole picture; in tiles, what it learns of it is told from a thumbnail of 1/${reduced} of its size and from parts of it.`,
    ),
  )();
