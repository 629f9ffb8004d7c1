import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { requireLoaded } from '../../pipelines/check/loaded.js';
import { definedOnly } from '../../ports/defined.js';
import type { ImageFormat } from '../../ports/index.js';
import { chainText } from './chain.js';
import type { EditStep } from './edit-step.js';
import { type Catalogue, graphOf, type Offer, placesOf } from './offers.js';
import { textsOf } from './parameters.js';
import type { Work } from './protocol.js';

/** An offer with values for its parameters, and the graph that it is with them. */
interface Chosen {
  readonly offer: Offer;
  readonly set: Readonly<Record<string, string>>;
  readonly graph: Graph;
}

/** Errors: `serve/unknown-pipeline`, `serve/not-available`, and those of parameters. */
const chosenFrom =
  (catalogue: Catalogue) =>
  ({ pipeline, parameters }: EditStep): TE.TaskEither<Diagnostics, Chosen> =>
    pipe(
      TE.fromEither(catalogue.find(pipeline)),
      TE.bindTo('offer'),
      TE.bind('set', ({ offer }) => TE.fromEither(textsOf(offer.declared, parameters))),
      TE.bind('graph', ({ offer, set }) => graphOf(offer, set)),
      TE.chainFirstEitherK(({ graph }) => requireLoaded(graph)),
    );

const asWork = ({ offer: { file, pipeline, declared }, set }: Pick<Chosen, 'offer' | 'set'>): Work => ({
  file,
  set: { ...placesOf(declared), ...set },
  ...definedOnly({ pipeline }),
});

/** The name of the text that a chain is, in messages. */
const CHAIN = 'chain.yaml';

/**
 * What edits are, one after the other: one of them as it stands in its file, so that its results are those of `pipe run`; several, or
 * one in another format, as a pipeline of their own.
 *
 * @param folder where the pipeline would stand
 */
export const workOf =
  (catalogue: Catalogue, folder: string) =>
  (edits: readonly EditStep[], format: ImageFormat | undefined): TE.TaskEither<Diagnostics, Work> =>
    pipe(
      TE.traverseSeqArray(chosenFrom(catalogue))(edits),
      TE.chain((chosen) => {
        const [only, second] = chosen;
        if (only !== undefined && second === undefined && format === undefined) return TE.right(asWork(only));
        const [first, ...others] = chosen.map(({ graph }) => graph) as [Graph, ...Graph[]];
        return TE.fromEither(
          E.Monad.map(chainText([first, ...others], { format }), (text) => ({
            file: { path: join(folder, CHAIN), shown: CHAIN, text },
            set: {},
          })),
        );
      }),
    );

/** What edits are as the text of a pipeline: a preset. Errors: those of `workOf`. */
export const presetText =
  (catalogue: Catalogue) =>
  (edits: readonly EditStep[], about: string | undefined): TE.TaskEither<Diagnostics, string> =>
    pipe(
      TE.traverseSeqArray(chosenFrom(catalogue))(edits),
      TE.chainEitherK((chosen) => {
        const [first, ...others] = chosen.map(({ graph }) => graph) as [Graph, ...Graph[]];
        return chainText([first, ...others], definedOnly({ about }));
      }),
    );

/** Those on offer whose parameters all have defaults, as they are by these. */
export const worksOf = (catalogue: Catalogue): readonly Work[] =>
  catalogue
    .list()
    .filter(({ problem, parameters }) => problem === undefined && parameters.required.length === 0)
    .map((offer) => asWork({ offer, set: {} }));
