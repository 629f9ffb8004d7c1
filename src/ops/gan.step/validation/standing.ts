import type { HostTensor } from '../../../ports/index.js';

/** Where a training stands by the photos that it is judged by. In numbers that a checkpoint holds exactly. */
export interface Standing {
  /** The figure of the best model, in single precision, and its step. */
  readonly best: number;
  readonly step: number;
  /** What the loss was then that falls as long as it learns; NaN where there is none. */
  readonly loss: number;
  /** How often it was judged since without a better one. */
  readonly since: number;
  /** Tells the photos that it was judged by from others. */
  readonly print: number;
}

type Tensors = Readonly<Record<string, HostTensor>>;

const FIGURES = 'validation/figures';
const COUNTS = 'validation/counts';
const TOLD = 'told/';

/** A standing as tensors of a checkpoint. */
export const standingTensors = (standing: Standing | undefined): Tensors =>
  standing === undefined
    ? {}
    : {
        [FIGURES]: { dtype: 'float32', shape: [2], data: Float32Array.of(standing.best, standing.loss) },
        [COUNTS]: {
          dtype: 'int32',
          shape: [3],
          data: Int32Array.of(standing.step, standing.since, standing.print),
        },
      };

/** What was noticed and told already: each is told once, and again when it has gone and come back. */
export type Told = readonly string[];

/** That as tensors of a checkpoint. */
export const toldTensors = (told: Told): Tensors =>
  Object.fromEntries(
    told.map((name) => [`${TOLD}${name}`, { dtype: 'int32', shape: [], data: Int32Array.of(1) }]),
  );

/** Whether a tensor of a checkpoint is one of these. */
export const isOfStanding = (path: string): boolean =>
  path === FIGURES || path === COUNTS || path.startsWith(TOLD);

/** The standing in the tensors of a checkpoint; none where it was never judged. */
export const standingIn = (tensors: Tensors): Standing | undefined => {
  const [figures, counts] = [tensors[FIGURES]?.data, tensors[COUNTS]?.data];
  return figures?.length === 2 && counts?.length === 3
    ? { best: figures[0]!, loss: figures[1]!, step: counts[0]!, since: counts[1]!, print: counts[2]! }
    : undefined;
};

/** What was told, in the tensors of a checkpoint. */
export const toldIn = (tensors: Tensors): Told =>
  Object.keys(tensors).flatMap((path) => (path.startsWith(TOLD) ? [path.slice(TOLD.length)] : []));
