import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic, Diagnostics } from '../diagnostics/index.js';
import type { HostTensor, Json, NetworkSpec, Training } from '../ports/index.js';

/** What a state is the state of: with its weights, all that makes a model of it. */
export interface SavedModel {
  readonly generator: NetworkSpec;
  readonly cycle: number;
  readonly images: number;
  readonly metrics: Training['metrics'];
}

/** A training as it was kept: all that is needed to go on as if it had never stopped. */
export interface SavedTraining {
  readonly step: number;
  readonly state: Readonly<Record<string, HostTensor>>;
  /** What was learned from last. */
  readonly position: Training['position'];
  /** Absent from what versions before 0.2 have kept. */
  readonly model?: SavedModel;
  /** The pipeline that it was learned with, every parameter written out. */
  readonly pipeline?: Json;
}

/** Groups of a state in which the generator is looked for as it is applied: its average over steps, where there is one. */
const GENERATOR = ['average/generator/', 'weights/generator/'];

/** Whether a tensor of a state is part of its generator. */
export const isOfGenerator = (name: string): boolean => GENERATOR.some((prefix) => name.startsWith(prefix));

/** The weights of the generator in a state, as it is applied; empty where there is none. */
export const generatorIn = (state: SavedTraining['state']): Readonly<Record<string, HostTensor>> => {
  const prefix = GENERATOR.find((each) => Object.keys(state).some((name) => name.startsWith(each)));
  return prefix === undefined
    ? {}
    : Object.fromEntries(
        Object.entries(state).flatMap(([name, tensor]) =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
        ),
      );
};

/** Where an operator keeps the state of the scan before it. */
export interface Checkpoints {
  readonly folder: string;
  /** The latest whole one, and what is to be told of later ones that are damaged; none where there is no training. */
  readonly latest: TaskEither<
    Diagnostics,
    Option<{ readonly saved: SavedTraining; readonly warnings: readonly Diagnostic[] }>
  >;
  /** Where its model is, and the files of it that are there already. */
  readonly model: {
    readonly folder: string;
    readonly files: TaskEither<Diagnostics, readonly string[]>;
  };
  /** Makes a model of a state that nothing comes after, where there is none of that step; true when it did. */
  readonly conclude: (saved: SavedTraining) => TaskEither<Diagnostics, boolean>;
}
