import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../diagnostics/index.js';
import { definedOnly } from '../ports/defined.js';
import type { PipelineSource, StepSource } from './parse/pipeline-file.js';
import { fromJson, type MapTree, type Tree } from './parse/tree.js';

/** How to wait for files. */
export interface LiveOptions {
  /** Seconds between looks at the folder, instead of listening. */
  readonly poll?: number;
}

/** Parameters of `files` that `watch` has as well. */
const shared: ReadonlySet<string> = new Set(['in', 'match']);

/**
 * The same pipeline, waiting for files: `watch` stands where `files` stood, at the beginning of the steps or of the stream
 * that they begin with. Places and draws of all other operators stay as they are, so that the work of one is done work to
 * the other. Errors: `watch/not-live`.
 */
export const asLive = (
  source: PipelineSource,
  options: LiveOptions,
): E.Either<Diagnostics, PipelineSource> => {
  const [first, ...rest] = source.steps;
  if (first === undefined) return E.right(source);
  const stream = source.streams.find(({ name }) => name === first.name);
  const [head, ...others] = stream?.steps ?? [];
  const step = head ?? first;
  if (step.name !== 'files' && step.name !== 'watch')
    return E.left([
      failure('watch/not-live', `The pipeline begins with \`${step.name}\`, which does not wait for files.`, {
        ...definedOnly({ span: step.span }),
      }),
    ]);
  const live = liveStep(step, options);
  return E.right(
    head === undefined
      ? { ...source, steps: [live, ...rest] }
      : {
          ...source,
          streams: source.streams.map((each) =>
            each === stream ? { ...each, steps: [live, ...others] } : each,
          ),
        },
  );
};

const liveStep = (step: StepSource, { poll }: LiveOptions): StepSource => {
  const params = asMap(step.params);
  const kept = params.entries.filter(({ key }) =>
    step.name === 'files' ? shared.has(key) : key !== 'poll' || poll === undefined,
  );
  const entries = [...kept, ...(poll === undefined ? [] : [{ key: 'poll', value: fromJson(poll) }])];
  return { ...step, name: 'watch', params: { ...params, entries } };
};

/** A lone value is the folder. */
const asMap = (params: Tree | undefined): MapTree => {
  if (params?.kind === 'map') return params;
  return {
    kind: 'map',
    entries: params === undefined ? [] : [{ key: 'in', value: params }],
    ...(params?.span === undefined ? {} : { span: params.span }),
  };
};
