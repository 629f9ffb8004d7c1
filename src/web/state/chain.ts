import type { Edit, Json, Pipeline, Values } from '../api/types.js';

/** The edits of one photo in their order, and what was before and after for undo and redo. */

export interface Step {
  readonly id: string;
  readonly pipeline: string;
  readonly values: Values;
  readonly isOn: boolean;
}

export interface Chain {
  readonly steps: readonly Step[];
  readonly past: readonly (readonly Step[])[];
  readonly future: readonly (readonly Step[])[];
  /** The dial that was turned last: turning it on is one step of undo. */
  readonly turning?: string | undefined;
}

export type ChainAction =
  /** Takes an edit in, or out when it is there. A look takes the place of the look that is there, unless `isAdded`. */
  | {
      readonly kind: 'toggle';
      readonly pipeline: Pipeline;
      readonly id: string;
      readonly looks: ReadonlySet<string>;
      readonly isAdded?: boolean;
    }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'move'; readonly id: string; readonly to: number }
  | { readonly kind: 'set'; readonly id: string; readonly name: string; readonly value: Json }
  | { readonly kind: 'reset'; readonly id: string; readonly pipeline: Pipeline }
  | { readonly kind: 'switch'; readonly id: string }
  | { readonly kind: 'replace'; readonly steps: readonly Step[] }
  | { readonly kind: 'undo' }
  | { readonly kind: 'redo' };

const MOST_UNDONE = 100;

export const emptyChain: Chain = { steps: [], past: [], future: [] };

/** The values that a pipeline has when nothing is said. */
export const defaultsOf = (pipeline: Pipeline): Values =>
  Object.fromEntries(
    Object.entries(pipeline.parameters.properties ?? {}).flatMap(([name, schema]) =>
      schema.default === undefined ? [] : [[name, schema.default]],
    ),
  );

const stepOf = (pipeline: Pipeline, id: string): Step => ({
  id,
  pipeline: pipeline.name,
  values: defaultsOf(pipeline),
  isOn: true,
});

/** `items` with the one at `from` at `to`. */
export const moved = <A>(items: readonly A[], from: number, to: number): readonly A[] => {
  const item = items[from];
  if (item === undefined) return items;
  const rest = items.filter((_, index) => index !== from);
  const place = Math.max(0, Math.min(rest.length, to));
  return [...rest.slice(0, place), item, ...rest.slice(place)];
};

const toggled = (
  steps: readonly Step[],
  { pipeline, id, looks, isAdded = false }: Extract<ChainAction, { kind: 'toggle' }>,
): readonly Step[] => {
  const step = stepOf(pipeline, id);
  if (isAdded) return [...steps, step];
  if (steps.some((each) => each.pipeline === pipeline.name))
    return steps.filter((each) => each.pipeline !== pipeline.name);
  const other = pipeline.kind === 'look' ? steps.findIndex((each) => looks.has(each.pipeline)) : -1;
  return other < 0 ? [...steps, step] : steps.map((each, index) => (index === other ? step : each));
};

const stepsAfter = (
  steps: readonly Step[],
  action: Exclude<ChainAction, { kind: 'undo' | 'redo' }>,
): readonly Step[] => {
  const changed = (id: string, change: (step: Step) => Step): readonly Step[] =>
    steps.map((step) => (step.id === id ? change(step) : step));
  switch (action.kind) {
    case 'toggle':
      return toggled(steps, action);
    case 'remove':
      return steps.filter(({ id }) => id !== action.id);
    case 'move':
      return moved(
        steps,
        steps.findIndex(({ id }) => id === action.id),
        action.to,
      );
    case 'set':
      return changed(action.id, (step) => ({
        ...step,
        values: { ...step.values, [action.name]: action.value },
      }));
    case 'reset':
      return changed(action.id, (step) => ({ ...step, values: defaultsOf(action.pipeline) }));
    case 'switch':
      return changed(action.id, (step) => ({ ...step, isOn: !step.isOn }));
    case 'replace':
      return action.steps;
  }
};

const undone = ({ steps, past, future }: Chain): Chain => {
  const before = past.at(-1);
  return before === undefined
    ? { steps, past, future }
    : { steps: before, past: past.slice(0, -1), future: [steps, ...future] };
};

const redone = ({ steps, past, future: [after, ...future] }: Chain): Chain =>
  after === undefined ? { steps, past, future: [] } : { steps: after, past: [...past, steps], future };

export const chainAfter = (chain: Chain, action: ChainAction): Chain => {
  if (action.kind === 'undo') return undone(chain);
  if (action.kind === 'redo') return redone(chain);
  const steps = stepsAfter(chain.steps, action);
  if (isSame(steps, chain.steps)) return chain;
  const turning = action.kind === 'set' ? `${action.id} ${action.name}` : undefined;
  const isOneTurn = turning !== undefined && turning === chain.turning;
  return {
    steps,
    past: isOneTurn ? chain.past : [...chain.past, chain.steps].slice(-MOST_UNDONE),
    future: [],
    turning,
  };
};

const isSame = (one: readonly Step[], other: readonly Step[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** What requests are given: the steps that are on. */
export const editsOf = ({ steps }: Pick<Chain, 'steps'>): readonly Edit[] =>
  steps.filter(({ isOn }) => isOn).map(({ pipeline, values }) => ({ pipeline, parameters: values }));

/** The same for equal edits, whatever order their values were set in. */
export const keyOf = (edits: readonly Edit[]): string =>
  JSON.stringify(
    edits.map(({ pipeline, parameters }) => [
      pipeline,
      Object.entries(parameters).sort(([one], [other]) => (one < other ? -1 : 1)),
    ]),
  );
