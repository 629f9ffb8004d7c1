import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, warning } from '../../diagnostics/index.js';
import { generatorOptions } from '../../nn/generators/spec.js';
import type { KeptPrograms } from '../../nn/inference/kept-programs.js';
import type { LoadedEnsemble } from '../../nn/inference/loading/load.js';
import type { Threads } from '../../nn/inference/sliced/threads.js';
import { withNames } from '../../nn/parts/catalogue.js';
import { defineOp } from '../../operator/define.js';
import type { Operator } from '../../operator/operator.js';
import {
  anyOf,
  boolean,
  type Decoded,
  defaulted,
  integer,
  listOf,
  number,
  oneOf,
  optional,
  path,
  required,
} from '../../operator/params/index.js';
import type { AnyPart } from '../../operator/part.js';
import { type Spread, spreadOf } from '../../picture/plausible.js';
import { type Frame, frame, type PictureShape } from '../../ports/index.js';

const step = integer({ min: 0 });

/** A model, its programs, and the threads that slice its grid, where it has one; they start when they are first needed. */
interface Loaded {
  readonly ensemble: LoadedEnsemble;
  readonly threads: Threads;
  readonly kept: KeptPrograms;
}

const openThreads = async (): Promise<Threads> => {
  const { createThreads } = await import('../../nn/inference/sliced/threads.js');
  return createThreads();
};

const fields = {
  models: required(path('weights'), 'Folder of the trained model, as `snapshot` writes it'),
  strength: defaulted(number({ min: 0, max: 1 }), 1, 'How far to go from the photo to the edit'),
  trust: defaulted(
    number({ min: 0, max: 1 }),
    0,
    'How much to lean back to the photo where the snapshots disagree',
  ),
  gate: defaulted(
    oneOf('auto', 'off'),
    'auto',
    'Whether a photo that does not need the edit is left as it is, where the model can tell; `off` edits every one',
  ),
  average: defaulted(
    oneOf('predictions', 'weights'),
    'predictions',
    'Whether each snapshot edits the photo and the results are averaged, or one edits it with the mean of all weights',
  ),
  members: defaulted(
    anyOf(oneOf('all'), integer({ min: 1 }), listOf(step, { min: 1 })),
    'all',
    'Which snapshots: all, so many of the last ones, or those of a list of steps',
  ),
  at: optional(
    oneOf('latest'),
    'The state of the latest checkpoint of a training, in the place of snapshots: before its first cycle has ended there are none',
  ),
  output: defaulted(
    oneOf('picture', 'trust'),
    'picture',
    'The edited photo, or a grey picture of where the snapshots agree: white where they do, black where they do not',
  ),
  wrap: defaulted(
    oneOf('auto', 'none', 'x', 'sphere'),
    'auto',
    'How the photo goes round: panoramas are recognised; `x` closes from left to right, `sphere` over the poles as well',
  ),
  certify: defaulted(
    boolean,
    false,
    'Compute the places where tiles and sides meet again, and note the difference',
  ),
  grey: defaulted(
    oneOf('keep', 'colour'),
    'keep',
    'Whether a grey photo stays grey, or takes the colours that the model gives it',
  ),
};

type Params = Decoded<typeof fields>;

/** What the parameters together rule out. */
const complaint = ({ average, trust, output, at, members }: Params): string | undefined => {
  const disagrees = trust > 0 || output === 'trust';
  if (at === 'latest' && disagrees)
    return 'can tell where snapshots disagree with several only; `at: latest` is one state';
  if (at === 'latest' && members !== 'all')
    return 'takes either snapshots, by `members`, or the latest checkpoint, by `at: latest`';
  return average === 'weights' && disagrees
    ? 'can tell where snapshots disagree with `average: predictions` only; with `weights` there is one result'
    : undefined;
};

/** Said by itself, for the types of what it is made of go round. */
const operatorOf = (parts: readonly AnyPart[]): Operator => ensembleAverageOf(parts).operator;

const ensembleAverageOf = (parts: readonly AnyPart[]) =>
  defineOp({
    name: 'ensemble.average',
    about: 'Edit a photo with a trained model: the mean of what its snapshots make of it',
    params: fields,
    main: 'models',
    extended: {
      takes: withNames({ generator: Object.keys(generatorOptions) }, parts),
      by: (more) => operatorOf([...parts, ...more]),
    },
    complaint,
    input: frame,
    output: frame,
    cost: { millisecondsPerMegapixel: 400 },
    shape: ({ output, grey }, picture) =>
      E.right({ ...picture, channels: channelsOf(output, grey, picture) }),
    laws: { identity: { strength: 0, output: 'picture', grey: 'keep' }, differentiable: () => false },
    sharedBy: ({ models, members, average, at, trust, output }) => ({
      models,
      members: typeof members === 'object' ? [...members] : members,
      average,
      at: at ?? null,
      disagrees: trust > 0 || output === 'trust',
    }),
    weightFiles: ({ at, models }) =>
      at === undefined
        ? undefined
        : pipe(
            TE.fromTask(() => import('../../nn/inference/loading/latest.js')),
            TE.chain(({ latestFiles }) => latestFiles(models)),
          ),
    load: (params) =>
      pipe(
        TE.fromTask(() => import('../../nn/inference/loading/load.js')),
        TE.chain(({ loadEnsemble }) => loadEnsemble({ ...params, parts })),
        TE.bindTo('ensemble'),
        TE.bind('threads', () => TE.fromTask(openThreads)),
        TE.bind('kept', () =>
          TE.fromTask(async () => (await import('../../nn/inference/kept-programs.js')).createKeptPrograms()),
        ),
        TE.map((value) => ({
          value,
          close: () => {
            value.kept.dispose();
            return value.threads.close();
          },
        })),
      ),
    estimate:
      (params, { memory }, { ensemble }: Loaded) =>
      (picture, photo) =>
        pipe(
          TE.fromTask(() => import('../../nn/inference/estimate.js')),
          TE.chainEitherK(({ estimateWork }) => estimateWork(ensemble, params, memory, picture, photo)),
        ),
    map: (params, context, { ensemble, threads, kept }: Loaded) => {
      const applied = pipe(
        TE.fromTask(() => import('../../nn/inference/apply.js')),
        TE.map(({ ensembleOn }) => ensembleOn(params, context, ensemble, threads, kept)),
      );
      // One for the whole run: it holds what is compiled.
      let ready: ReturnType<typeof applied> | undefined;
      const once: typeof applied = () => {
        ready ??= applied();
        return ready;
      };
      return (item, signal) =>
        pipe(
          once,
          TE.chain((apply) => apply(item, signal)),
          TE.chainFirstIOK((made) => () => {
            if (params.output === 'picture')
              for (const doubt of doubtsOf(params.models, item.value, made)) context.warn(item.key, doubt)();
          }),
        );
    },
  });

/** `ensemble.average` for models of the networks that come with Prismflow. */
export const ensembleAverage = ensembleAverageOf([]);

/** A network that has come apart makes one even surface of whatever it is given. */
const doubtsOf = (models: string, photo: Frame, made: Frame): readonly Diagnostic[] => {
  const [before, after] = [spreadOf(photo.samples), spreadOf(made.samples)];
  return isEven(after) && !isEven(before) && before.largest - before.least > 0.1
    ? [
        warning('model/one-value', `${models} made a picture of one value.`, {
          hint: 'The training has probably come apart: look at its report, and take an earlier snapshot by `members`.',
        }),
      ]
    : [];
};

const isEven = ({ least, largest }: Spread): boolean => largest - least <= 1 / 255;

/** A map of trust is grey, and what the model gives is in colour; by itself a grey photo stays grey. */
const channelsOf = (
  output: 'picture' | 'trust',
  grey: 'keep' | 'colour',
  { channels }: PictureShape,
): PictureShape['channels'] => {
  if (output === 'trust') return 1;
  return grey === 'colour' ? 3 : channels;
};
