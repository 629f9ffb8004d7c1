import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import {
  type Diagnostic,
  type Diagnostics,
  didYouMean,
  failure,
  fromDiagnostics,
  warning,
} from '../../diagnostics/index.js';
import type { Registry } from '../../ops/index.js';
import { definedOnly } from '../../ports/defined.js';
import { showPort } from '../../ports/index.js';
import type { PipelineSource, StepSource } from '../parse/pipeline-file.js';
import type { Graph } from './graph.js';
import { type Folders, resolveParams, type Values } from './params.js';
import { type CheckedStep, checkStep } from './steps.js';
import { inOrder, streamsOf } from './streams.js';
import { nothingWired, wireChain } from './wire.js';

/** What a pipeline is checked against. */
export interface Surroundings {
  readonly registry: Registry;
  /** True where a plugin is not loaded, from which operators may come that the registry lacks. Default: false. */
  readonly isPartial?: boolean;
  /** Parameters that the user gave, as text. */
  readonly set: Readonly<Record<string, string>>;
  readonly folders: Folders;
  /** What the pipeline is called when it has no name of its own. */
  readonly name: string;
}

/** Turns a pipeline as written into a graph that makes sense, or says all that keeps it from making sense. */
export const check = (source: PipelineSource, around: Surroundings): E.Either<Diagnostics, Graph> =>
  pipe(
    // 1. Parameters of the pipeline get their values.
    resolveParams(source.params, around.set, around.folders),
    // 2. Every step finds its operator and has its parameters read; 3. the steps are wired.
    E.fold(
      // Without values the steps are still checked, as far as they name no parameter.
      (diagnostics) => {
        const steps = checkSteps(source, around, {});
        const more = E.isLeft(steps) ? steps.left.filter(({ code }) => code !== 'param/unknown') : [];
        return E.left<Diagnostics, Graph>([...diagnostics, ...more]);
      },
      (values) => checkSteps(source, around, values),
    ),
  );

interface Section {
  readonly name: string;
  /** As it stands in the paths of nodes. */
  readonly section: string;
  readonly steps: readonly E.Either<Diagnostics, CheckedStep>[];
}

const MAIN = 'steps';

const checkSteps = (
  source: PipelineSource,
  { registry, folders, name, isPartial = false }: Surroundings,
  values: Values,
): E.Either<Diagnostics, Graph> => {
  const streamNames = source.streams.map((stream) => stream.name);
  const known = { registry, streams: streamNames, scope: { values, folder: folders.file }, isPartial };
  const checkAll = (steps: readonly StepSource[]) => steps.map((step, i) => checkStep(step, i === 0, known));
  const main: Section = { name: MAIN, section: 'steps', steps: checkAll(source.steps) };
  const streams: readonly Section[] = source.streams.map((stream) => ({
    name: stream.name,
    section: `streams.${stream.name}`,
    steps: checkAll(stream.steps),
  }));
  const sections = [...streams, main];
  const faults = [...takenNames(source, registry), ...sections.flatMap(({ steps }) => leftsOf(steps))];
  return pipe(
    inOrder(new Map(sections.map((section) => [section.name, rightsOf(section.steps).flatMap(streamsOf)]))),
    E.mapLeft((diagnostics): Diagnostics => [...diagnostics, ...faults]),
    E.chain((order) => {
      const wiring = order
        .flatMap((next) => sections.filter((section) => section.name === next))
        .reduce(
          (soFar, { name: chain, section, steps }) =>
            wireChain(
              chain,
              section,
              steps.map(E.getOrElse<Diagnostics, CheckedStep | undefined>(() => undefined)),
              registry,
            )(soFar),
          nothingWired,
        );
      const result = wiring.tails.get(MAIN);
      return fromDiagnostics([...faults, ...wiring.diagnostics], {
        name: source.name ?? name,
        ...definedOnly({ about: source.about, on: source.on }),
        seed: source.seed,
        params: values,
        nodes: wiring.nodes,
        result: result?.path ?? '',
        warnings: [
          ...unloadedSteps(sections, registry),
          ...unusedStreams(source, sections),
          ...(result === undefined ? [] : leadsNowhere(result)),
        ],
      });
    }),
  );
};

const leftsOf = (steps: Section['steps']): readonly Diagnostic[] =>
  steps.flatMap((step) => (E.isLeft(step) ? step.left : []));

const rightsOf = (steps: Section['steps']): readonly CheckedStep[] =>
  steps.flatMap((step) => (E.isRight(step) ? [step.right] : []));

/** What may come from a plugin, and may as well be misspelt. */
const unloadedSteps = (sections: readonly Section[], registry: Registry): readonly Diagnostic[] =>
  sections
    .flatMap(({ steps }) => rightsOf(steps))
    .flatMap((step) =>
      step.kind === 'operator' && step.unloaded === true
        ? [
            warning(
              'plugin/step',
              registry.has(step.operator.name)
                ? `\`${step.operator.name}\` may use what a plugin defines that is not loaded, such as a network.`
                : `\`${step.operator.name}\` is no operator of Prismflow; it may come from a plugin that is not loaded.`,
              {
                ...definedOnly({ span: step.span }),
                ...(registry.has(step.operator.name)
                  ? {}
                  : hintFor(didYouMean(step.operator.name, [...registry.keys()]))),
              },
            ),
          ]
        : [],
    );

const hintFor = (hint: string): { readonly hint?: string } => (hint.startsWith('Did you') ? { hint } : {});

const takenNames = ({ streams }: PipelineSource, registry: Registry): readonly Diagnostic[] =>
  streams
    .filter(({ name }) => registry.has(name) || name === MAIN)
    .map(({ name, span }) =>
      failure(
        'stream/name-taken',
        `A stream cannot be called \`${name}\`: that name is taken.`,
        span ? { span } : {},
      ),
    );

const unusedStreams = ({ streams }: PipelineSource, sections: readonly Section[]): readonly Diagnostic[] => {
  const used = new Set(
    sections.flatMap(({ steps }) =>
      rightsOf(steps)
        .flatMap(streamsOf)
        .map((use) => use.name),
    ),
  );
  return streams
    .filter(({ name }) => !used.has(name))
    .map(({ name, span }) =>
      warning('stream/unused', `Nothing reads the stream \`${name}\`.`, span ? { span } : {}),
    );
};

const leadsNowhere = ({
  name,
  output,
}: {
  readonly name: string;
  readonly output: Graph['nodes'][number]['output'];
}) =>
  ['file', 'frame', 'encoded'].includes(output.kind)
    ? [
        warning(
          'pipeline/no-sink',
          `The results go nowhere: \`${name}\` at the end gives ${showPort(output)}.`,
          {
            hint: output.kind === 'encoded' ? 'End with `save`.' : 'End with `encode` and `save`.',
          },
        ),
      ]
    : [];
