import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../../diagnostics/index.js';
import type { AnyPart } from '../../../operator/part.js';
import {
  type Demands,
  type ModelManifest,
  readManifest,
  readModelFolder,
  type Snapshot,
  type TrainedFolder,
} from '../../models/index.js';
import { misfitOf, type Network, strangerOf } from '../../network.js';
import type { Ensemble, LoadedEnsemble, Weights } from '../ensemble.js';
import { loadLatest, withWayOut } from './latest.js';
import { networkFor } from './network-for.js';

export type { Ensemble, LoadedEnsemble, Weights } from '../ensemble.js';

/** Which snapshots of a model take part: all, the last few, or those of some steps. */
export type Members = 'all' | number | readonly number[];

export interface EnsembleChoice {
  readonly models: string;
  readonly members: Members;
  /** `latest` takes the latest checkpoint of a training in the place of snapshots. */
  readonly at?: 'latest' | undefined;
  readonly average: 'predictions' | 'weights';
  readonly trust: number;
  readonly output: 'picture' | 'trust';
  /** Parts of plugins, among which the model's generator may be. Default: none. */
  readonly parts?: readonly AnyPart[];
}

/** The snapshots that are asked for. Error: `weights/no-snapshots`. */
const chosen =
  (path: string, members: Members) =>
  (snapshots: readonly Snapshot[]): E.Either<Diagnostics, readonly Snapshot[]> => {
    const steps = snapshots.map(({ step }) => step).join(', ');
    const has = snapshots.length === 0 ? 'none yet' : `${snapshots.length}, of steps ${steps}`;
    const short = (message: string): E.Either<Diagnostics, never> =>
      E.left([failure('weights/no-snapshots', `${path}: ${message}; it has ${has}.`)]);
    if (snapshots.length === 0) return short('a model without snapshots cannot be applied');
    if (members === 'all') return E.right(snapshots);
    if (typeof members === 'number')
      return members > snapshots.length
        ? short(`${members} snapshots are asked for`)
        : E.right(snapshots.slice(-members));
    const missing = members.find((step) => !snapshots.some((snapshot) => snapshot.step === step));
    return missing === undefined
      ? E.right(snapshots.filter(({ step }) => members.includes(step)))
      : short(`there is no snapshot of step ${missing}`);
  };

/** The mean of several sets of weights. */
const meanWeights = ([first, ...others]: Ensemble['members']): Weights =>
  Object.fromEntries(
    Object.entries(first).map(([name, { shape, data }]) => {
      const all = [data, ...others.flatMap((weights) => weights[name]?.data ?? [])];
      const mean = data.map((_, i) => all.reduce((sum, each) => sum + (each[i] as number), 0) / all.length);
      return [name, { dtype: 'float32', shape, data: mean }];
    }),
  );

const networkOf = (
  path: string,
  { snapshots }: TrainedFolder,
  network: Network,
): E.Either<Diagnostics, Network> => {
  const wrong = snapshots
    .map(({ file, weights }) => [file, misfitOf(network, weights)] as const)
    .find(([, why]) => why !== undefined);
  return wrong === undefined
    ? E.right(network)
    : E.left([
        failure(
          'weights/mismatch',
          `${path}: ${wrong[0]} is not of the network that model.json says it is: ${wrong[1]}.`,
        ),
      ]);
};

/** A file of other weights than the network's is refused by its header, whatever sizes that tells of. */
const stranger = (network: Network) => (): Demands['objection'] => (tensors) => {
  const why = strangerOf(network, Object.fromEntries(tensors.map((each) => [each.name, each])));
  return why && `is not of the network that model.json says it is: ${why}`;
};

/**
 * Reads a model's folder and what is needed of it. Errors: `weights/…`; `weights/no-snapshots` also where disagreement is
 * asked for and there is one snapshot only.
 */
export const loadEnsemble = (choice: EnsembleChoice): TE.TaskEither<Diagnostics, LoadedEnsemble> =>
  choice.at === 'latest' ? loadLatest(choice.models, choice.parts) : loadSnapshots(choice);

const loadSnapshots = ({
  models,
  members: wanted,
  average,
  trust,
  output,
  parts,
}: EnsembleChoice): TE.TaskEither<Diagnostics, LoadedEnsemble> =>
  pipe(
    readManifest(models),
    TE.orElse((errors): TE.TaskEither<Diagnostics, ModelManifest> => withWayOut(models, errors)),
    TE.bindTo('manifest'),
    TE.bind('network', ({ manifest }) => TE.fromEither(networkFor(models, manifest.generator, parts))),
    TE.bind('snapshots', ({ manifest }) => TE.fromEither(chosen(models, wanted)(manifest.snapshots))),
    TE.filterOrElse(
      ({ snapshots: { length } }) => length > 1 || (trust === 0 && output === 'picture'),
      (): Diagnostics => [
        failure(
          'weights/no-snapshots',
          `${models}: one snapshot has nobody to disagree with; \`trust\` needs two at least.`,
        ),
      ],
    ),
    TE.bind('folder', ({ snapshots, network }) =>
      readModelFolder(models, () => snapshots, stranger(network)),
    ),
    TE.chainFirstEitherK(({ folder, network }) => networkOf(models, folder, network)),
    TE.map(({ folder, network }) => {
      const read = folder.snapshots.map(({ weights }) => weights) as unknown as Ensemble['members'];
      const snapshots = folder.snapshots.map(({ weights: _, ...snapshot }) => snapshot);
      const members = average === 'weights' ? ([meanWeights(read)] as const) : read;
      const { generator, gate, keeps } = folder;
      return { network, generator, members, snapshots, ...(gate && { gate }), ...(keeps && { keeps }) };
    }),
  );
