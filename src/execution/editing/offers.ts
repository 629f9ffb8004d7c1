import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, didYouMean, failure } from '../../diagnostics/index.js';
import { pathsOf } from '../../operator/params/index.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { isLoaded } from '../../pipelines/check/unloaded.js';
import { analyse, type SourceFile } from '../../pipelines/compile.js';
import { fromPipelines } from '../../pipelines/from-pipelines.js';
import type { ParamSource, PipelineSource } from '../../pipelines/parse/pipeline-file.js';
import { shippedModelNames, shippedPipeline } from '../../pipelines/shipped.js';
import { definedOnly } from '../../ports/defined.js';
import { editPlanOf, nodesIn } from './edit-plan.js';
import { type ParametersSchema, parametersSchema } from './parameters.js';

/** A pipeline that takes one photo and gives one. */
export interface Offer {
  readonly name: string;
  readonly about: string;
  /** Whether it stands in the file that is served, ships with Prismflow, or was kept as a preset. */
  readonly source: 'file' | 'shipped' | 'preset';
  readonly kind: 'correction' | 'look' | 'other';
  readonly parameters: ParametersSchema;
  readonly declared: readonly ParamSource[];
  readonly file: SourceFile;
  /** Which pipeline of the file. */
  readonly pipeline?: string;
  /** Why it cannot edit here; absent where it can. */
  readonly problem?: Diagnostics;
}

/** What the models that ship do; others are told by their operators. */
const SHIPPED: Readonly<Record<string, Offer['kind']>> = {
  dehaze: 'correction',
  dejpeg: 'correction',
  exposure: 'correction',
  lowlight: 'correction',
  sunset: 'look',
  bluehour: 'look',
};

/** The pipelines of a file that take one photo and give one. Errors: those of reading the file. */
export const offersOf = (
  file: SourceFile,
  source: Offer['source'],
): TE.TaskEither<Diagnostics, readonly Offer[]> => fromPipelines(file, (each) => offerOf(file, source, each));

/** One for each model that ships, by its example. */
export const shippedOffers = async (): Promise<readonly Offer[]> => {
  const offers = await Promise.all(
    (await shippedModelNames()).map(async (name) => {
      const file = await shippedPipeline(name);
      if (file === undefined) return [];
      const found = await offersOf(file, 'shipped')();
      return E.isLeft(found) ? [] : found.right;
    }),
  );
  return offers.flat();
};

const offerOf = async (
  file: SourceFile,
  source: Offer['source'],
  { name, about = '', params }: PipelineSource,
): Promise<Offer | undefined> => {
  const offer: Offer = {
    name: name ?? basename(file.path).replace(/\.ya?ml$/, ''),
    about,
    source,
    kind: 'other',
    parameters: parametersSchema(params),
    declared: params,
    file,
    ...definedOnly({ pipeline: name }),
  };
  const graph = await graphOf(offer, exampleValues(params))();
  if (E.isLeft(graph)) return { ...offer, problem: graph.left };
  // What is not loaded may do anything: it is listed, with the reason.
  if (!isLoaded(graph.right)) return { ...offer, problem: notLoaded(graph.right) };
  const plan = editPlanOf(graph.right);
  if (E.isLeft(plan)) return undefined;
  const problem = await missingWeights(graph.right);
  return { ...offer, kind: kindOf(graph.right), ...definedOnly({ problem }) };
};

/** The graph of an offer with values for its parameters. Errors: those of checking them; `plugin/not-allowed`. */
export const graphOf = (
  { file, pipeline, declared }: Pick<Offer, 'file' | 'pipeline' | 'declared'>,
  set: Readonly<Record<string, string>>,
): TE.TaskEither<Diagnostics, Graph> =>
  analyse(file, {
    set: { ...placesOf(declared), ...set },
    folder: dirname(file.path),
    ...definedOnly({ pipeline }),
  });

/** Paths that have no default are where photos would come from and go to, which an edit does not use. */
export const placesOf = (declared: readonly ParamSource[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    declared.flatMap(({ name, declaration: { type, default: usual } }) =>
      type === 'path' && usual === undefined ? [[name, '.']] : [],
    ),
  );

/** Something for parameters that have no default, to look whether the rest of the pipeline makes sense. */
export const exampleValues = (declared: readonly ParamSource[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    declared.flatMap(({ name, declaration: { type, default: usual, min, max, options } }) =>
      type === 'path' || usual !== undefined
        ? []
        : [
            [
              name,
              type === 'choice'
                ? (options?.[0] ?? '')
                : type === 'boolean'
                  ? 'true'
                  : String(min ?? max ?? 1),
            ],
          ],
    ),
  );

const notLoaded = ({ plugins = [], warnings }: Graph): Diagnostics => {
  const about = warnings.find(({ code }) => code === 'plugin/not-allowed');
  const names = plugins
    .filter(({ operators }) => operators === undefined)
    .map(({ place }) => basename(place));
  return [
    failure(
      'serve/not-available',
      `It needs the plugin ${names.join(', ')}, which was not allowed on this machine.`,
      {
        hint: about?.hint ?? '`pipe run` asks about it on a terminal; then start the server again.',
      },
    ),
  ];
};

/** Models that are not there. */
const missingWeights = async ({ nodes }: Graph): Promise<Diagnostics | undefined> => {
  const paths = nodes.flatMap(({ operator, written }) =>
    pathsOf(operator.params.shape, written).flatMap(({ role, path }) => (role === 'weights' ? [path] : [])),
  );
  for (const path of paths)
    if (
      !(await stat(path).then(
        () => true,
        () => false,
      ))
    )
      return [failure('file/missing', `There is no ${path}.`)];
  return undefined;
};

const LOOKS: ReadonlySet<string> = new Set(['lut']);
const CORRECTIONS: ReadonlySet<string> = new Set(['dehaze.dark-channel', 'denoise.lifted', 'adjust']);

/** What an edit is for, by the models that ship and the operators in it. */
const kindOf = (graph: Graph): Offer['kind'] => {
  const plan = editPlanOf(graph);
  if (E.isLeft(plan)) return 'other';
  const nodes = nodesIn(plan.right);
  for (const { operator, written } of nodes)
    for (const { role, path } of pathsOf(operator.params.shape, written)) {
      const kind = role === 'weights' ? SHIPPED[basename(path)] : undefined;
      if (kind !== undefined) return kind;
    }
  if (nodes.some(({ operator }) => LOOKS.has(operator.name))) return 'look';
  return nodes.some(({ operator }) => CORRECTIONS.has(operator.name)) ? 'correction' : 'other';
};

/** The pipelines that are on offer, by name; of several of one name that of the file counts, then presets. */
export interface Catalogue {
  readonly list: () => readonly Offer[];
  /** Errors: `serve/unknown-pipeline`, `serve/not-available`. */
  readonly find: (name: string) => E.Either<Diagnostics, Offer>;
  /** Puts presets in the place of those that were on offer. */
  readonly withPresets: (presets: readonly Offer[]) => void;
}

/** A catalogue of what stands in files. @param fixed offers that stay, those that count first */
export const createCatalogue = (fixed: readonly Offer[]): Catalogue => {
  let presets: readonly Offer[] = [];
  const list = (): readonly Offer[] => {
    const byName = new Map<string, Offer>();
    for (const offer of [...fixed, ...presets]) if (!byName.has(offer.name)) byName.set(offer.name, offer);
    return [...byName.values()];
  };
  return {
    list,
    find: (name) => {
      const all = list();
      const offer = all.find((each) => each.name === name);
      if (offer === undefined)
        return E.left([
          failure('serve/unknown-pipeline', `There is no pipeline \`${name.slice(0, 100)}\` on offer.`, {
            hint: didYouMean(
              name,
              all.map((each) => each.name),
            ),
          }),
        ]);
      const { problem } = offer;
      return problem === undefined
        ? E.right(offer)
        : E.left([failure('serve/not-available', `\`${name}\` cannot edit here.`), ...problem]);
    },
    withPresets: (now) => {
      presets = now;
    },
  };
};
