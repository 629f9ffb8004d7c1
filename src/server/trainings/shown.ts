import type { Diagnostics } from '../../diagnostics/index.js';
import type { Judged, TrainingOnDisk } from '../../execution/trainings/on-disk.js';
import { explain, explainJudged, explainRate } from '../../ops/report/explain.js';
import { happened } from '../../ops/report/happened.js';
import { isOver, secondsLeft } from '../../ops/report/page.js';
import { definedOnly } from '../../ports/defined.js';
import { toldOf } from '../problems/problem.js';

/** A training that this server has begun, or gone on with. */
export interface Own {
  /** Undefined once its process has ended. */
  readonly process: { readonly stop: () => void; readonly kill: () => void } | undefined;
  readonly isStopping: boolean;
  /** What its process ended with. */
  readonly problem: Diagnostics | undefined;
}

/** A training by its place and by what is known of it. */
export interface Known {
  readonly id: string;
  /** Its folder, from the folder that is served, with forward slashes. */
  readonly name: string;
  /** Its folder, absolute. */
  readonly folder: string;
  readonly own: Own | undefined;
  readonly disk: TrainingOnDisk;
}

export const TRAINING_STATES = ['starting', 'running', 'stopping', 'stopped', 'failed', 'done'] as const;
export type TrainingState = (typeof TRAINING_STATES)[number];

/** What a training does, by what is known. */
export const stateOf = ({ own, disk }: Pick<Known, 'own' | 'disk'>): TrainingState => {
  if (own?.process !== undefined) {
    if (own.isStopping) return 'stopping';
    return disk.holder === undefined ? 'starting' : 'running';
  }
  if (disk.holder !== undefined) return 'running';
  const { last } = disk;
  if (last !== undefined && isOver(last)) return 'done';
  return own?.problem === undefined ? 'stopped' : 'failed';
};

/** Figures that JSON can hold. */
const finite = (metrics: Readonly<Record<string, number>>): Readonly<Record<string, number | null>> =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );

/** A step's figures as the API tells them. */
export const shownLine = ({
  step,
  phase,
  cycle,
  rate,
  seconds,
  metrics,
  marks,
  validation,
}: NonNullable<TrainingOnDisk['last']>) => ({
  step,
  phase,
  cycle,
  rate: Number.isFinite(rate) ? rate : 0,
  seconds,
  metrics: finite(metrics),
  marks,
  ...(validation && { validation: { figures: finite(validation.figures) } }),
});

/** How good a result is, as the API tells it. */
const shownJudged = ({ step, photos, by, figures, before, best }: Judged) => ({
  step,
  photos,
  by,
  figures: finite(figures),
  before: finite(before),
  best: { ...best },
});

/** Notices that are told at most. */
const NOTICES = 8;

/** A training as the API tells it. */
export const shownTraining = (known: Known) => {
  const { id, name, own, disk } = known;
  const { holder, last, pace, samples, layout, snapshots, checkpoint, isNoted, changed, judged, notices } =
    disk;
  const state = stateOf(known);
  const isAtRest = state === 'stopped' || state === 'failed';
  const step = last?.step ?? checkpoint;
  return {
    id,
    name,
    state,
    isOwn: own?.process !== undefined,
    ...(holder === undefined ? {} : { process: holder.pid, since: holder.since }),
    ...definedOnly({ step }),
    ...(last === undefined
      ? {}
      : {
          total: last.total,
          phase: last.phase,
          images: last.images,
          metrics: finite(last.metrics),
          curves: [
            ...Object.keys(judged?.figures ?? {}).map((figure) => ({
              name: `${JUDGED}${figure}`,
              ...explainJudged(figure),
            })),
            ...Object.keys(last.metrics).map((curve) => ({ name: curve, ...explain(curve) })),
            { name: RATE, ...explainRate },
          ],
        }),
    ...definedOnly({ secondsPerStep: pace }),
    ...(pace === undefined || last === undefined || state !== 'running'
      ? {}
      : { secondsLeft: secondsLeft(last, pace) }),
    ...(judged === undefined ? {} : { validation: shownJudged(judged) }),
    ...(notices.length === 0
      ? {}
      : {
          notices: notices
            .slice(-NOTICES)
            .map(({ step: at, mark }) => ({ step: at, mark, text: happened(mark) })),
        }),
    canResume: isAtRest && isNoted,
    canUse: snapshots.length > 0 || (checkpoint !== undefined && isNoted),
    snapshots: [...snapshots],
    ...definedOnly({ checkpoint }),
    samples: { steps: [...samples], ...(layout === undefined ? {} : layoutOf(layout)) },
    ...(own?.problem === undefined ? {} : { problem: own.problem.map(toldOf) }),
    changed: new Date(changed).toISOString(),
  };
};

/** What the names of curves of photos that are kept apart begin with. */
const JUDGED = 'validation/';

/** The curve of the learning rate. */
const RATE = 'rate';

const layoutOf = ({ columns, rows, cell, gap }: NonNullable<TrainingOnDisk['layout']>) => ({
  columns: [...columns],
  rows,
  cell,
  gap,
});
