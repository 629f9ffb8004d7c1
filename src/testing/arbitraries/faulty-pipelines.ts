import fc from 'fast-check';
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { Code } from '../../diagnostics/index.js';
import type { FieldShape } from '../../operator/params/shape.js';
import type { Registry } from '../../ops/registry.js';
import {
  type ArbitraryPipelineOptions,
  arbitraryPipeline,
  type PipelineSketch,
  type StepSketch,
  yamlOf,
} from './pipelines.js';

/** A pipeline with one fault, and the diagnostic that it must get. */
export interface FaultyPipeline {
  readonly yaml: string;
  /** What is wrong with it. */
  readonly fault: string;
  readonly code: Code;
  /** Where the diagnostic begins, counted from 1. */
  readonly line: number;
  readonly column: number;
}

/** A sketch that was made wrong, the code that says so, and the keys that lead to the place. */
interface Planted {
  readonly sketch: PipelineSketch;
  readonly code: Code;
  readonly keys: readonly (string | number)[];
  /** Whether the key or the value there is what is wrong. */
  readonly at: 'key' | 'value';
}

/** Plants a fault; undefined where the sketch has no place for it. `choice` picks among the places. */
type Plant = (sketch: PipelineSketch, registry: Registry, choice: number) => Planted | undefined;

const pick = <A>(some: readonly A[], choice: number): A | undefined =>
  some[choice % Math.max(1, some.length)];

const withStep = (sketch: PipelineSketch, i: number, step: StepSketch): PipelineSketch => ({
  ...sketch,
  steps: sketch.steps.map((each, k) => (k === i ? step : each)),
});

/** Steps that are operators, with their places. */
const operatorsIn = ({ steps }: PipelineSketch, registry: Registry) =>
  steps.flatMap((step, i) => {
    const operator = registry.get(step.name);
    return operator === undefined ? [] : [{ step, i, operator }];
  });

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parameters that are written and whose field has a shape of a kind. */
const fieldsIn = (sketch: PipelineSketch, registry: Registry, wanted: (field: FieldShape) => boolean) =>
  operatorsIn(sketch, registry).flatMap(({ step, i, operator }) => {
    const { params } = step;
    if (!isRecord(params)) return [];
    return Object.keys(params).flatMap((name) => {
      const field = operator.params.shape.fields[name];
      return field !== undefined && wanted(field) ? [{ step, i, name, params, field }] : [];
    });
  });

/** A step whose operator's name is the key of a mapping, or stands alone. */
const stepPlace = (sketch: PipelineSketch, i: number): Pick<Planted, 'keys' | 'at'> =>
  sketch.steps[i]?.params === undefined
    ? { keys: ['steps', i], at: 'value' }
    : { keys: ['steps', i, sketch.steps[i].name], at: 'key' };

const replaced =
  (wanted: (field: FieldShape) => boolean, code: Code, wrong: (field: FieldShape) => unknown): Plant =>
  (sketch, registry, choice) => {
    const found = pick(fieldsIn(sketch, registry, wanted), choice);
    if (found === undefined) return undefined;
    const { step, i, name, params, field } = found;
    const changed = withStep(sketch, i, { ...step, params: { ...params, [name]: wrong(field) } });
    return { sketch: changed, code, keys: ['steps', i, step.name, name], at: 'value' };
  };

const isBounded = ({ shape }: FieldShape): boolean =>
  (shape.kind === 'number' || shape.kind === 'integer') && shape.max !== undefined;

/** The faults, by what they are. */
const plants: Readonly<Record<string, Plant>> = {
  'an operator that there is not': (sketch, registry, choice) => {
    const found = pick(operatorsIn(sketch, registry), choice);
    if (found === undefined) return undefined;
    const changed = withStep(sketch, found.i, { ...found.step, name: `${found.step.name}x` });
    return { sketch: changed, code: 'step/unknown-operator', ...stepPlace(changed, found.i) };
  },
  'a parameter that the operator does not know': (sketch, registry, choice) => {
    const found = pick(
      operatorsIn(sketch, registry).filter(({ step: { params } }) => isRecord(params)),
      choice,
    );
    if (found === undefined) return undefined;
    const { step, i } = found;
    const changed = withStep(sketch, i, { ...step, params: { ...(step.params as object), unheardOf: 1 } });
    return {
      sketch: changed,
      code: 'value/unknown-key',
      keys: ['steps', i, step.name, 'unheardOf'],
      at: 'key',
    };
  },
  'a text for a number': replaced(
    ({ shape }) => shape.kind === 'number' || shape.kind === 'integer',
    'value/type',
    () => 'many',
  ),
  'a number for true or false': replaced(
    ({ shape }) => shape.kind === 'boolean',
    'value/type',
    () => 3,
  ),
  'a number beyond its bounds': replaced(isBounded, 'value/range', ({ shape }) =>
    'max' in shape ? Math.ceil(shape.max ?? 0) + 1 : 0,
  ),
  'a choice that there is not': replaced(
    ({ shape }) => shape.kind === 'choice',
    'value/choice',
    () => 'unheard-of',
  ),
  'a source in the middle': (sketch, registry, choice) => {
    const source = sketch.steps[0];
    const operator = source && registry.get(source.name);
    if (source === undefined || operator === undefined || operator.input.kind !== 'none') return undefined;
    const i = 1 + (choice % sketch.steps.length);
    const steps = [...sketch.steps.slice(0, i), source, ...sketch.steps.slice(i)];
    const changed = { ...sketch, steps };
    return { sketch: changed, code: 'step/not-first', ...stepPlace(changed, i) };
  },
  'nothing to begin with': (sketch, registry) => {
    const [, second] = sketch.steps;
    if (second === undefined || !registry.has(second.name) || Object.keys(sketch.streams).length > 0)
      return undefined;
    const changed = { ...sketch, steps: sketch.steps.slice(1) };
    return { sketch: changed, code: 'step/no-source', ...stepPlace(changed, 0) };
  },
  'a port that does not fit': (sketch, registry) => {
    const steps: readonly StepSketch[] = [...sketch.steps, { name: 'unbatch' }];
    const last = sketch.steps.at(-1);
    const operator = last === undefined ? undefined : registry.get(last.name);
    // After these it is known that no batch comes out.
    const fits =
      operator === undefined ||
      !['file', 'frame', 'encoded', 'saved', 'measure'].includes(operator.output.kind);
    if (fits || !registry.has('unbatch')) return undefined;
    const changed = { ...sketch, steps };
    return { sketch: changed, code: 'step/port-mismatch', ...stepPlace(changed, steps.length - 1) };
  },
};

/**
 * Pipelines that are right but for one fault, with the code and the place of the diagnostic that they must get: what a
 * slip of the pen makes of a pipeline.
 */
export const arbitraryFaultyPipeline = (options: ArbitraryPipelineOptions): fc.Arbitrary<FaultyPipeline> => {
  const names = Object.keys(plants);
  return fc
    .record({ sketch: arbitraryPipeline(options), fault: fc.constantFrom(...names), choice: fc.nat(99) })
    .map(({ sketch, fault, choice }) => ({
      fault,
      planted: plants[fault]?.(sketch, options.registry, choice),
    }))
    .filter(({ planted }) => planted !== undefined)
    .map(({ fault, planted }) => {
      const { sketch, code, keys, at } = planted as Planted;
      const yaml = yamlOf(sketch);
      return { yaml, fault, code, ...positionOf(yaml, keys, at) };
    });
};

/** Where the key or the value at the end of a path begins. */
const positionOf = (
  yaml: string,
  keys: readonly (string | number)[],
  at: 'key' | 'value',
): { readonly line: number; readonly column: number } => {
  const lineCounter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter });
  const parent = keys.slice(0, -1).reduce<unknown>((node, key) => childOf(node, key), document.contents);
  const last = keys.at(-1) ?? '';
  const node = at === 'key' ? keyOf(parent, last) : childOf(parent, last);
  const { line, col } = lineCounter.linePos(isNode(node) ? (node.range?.[0] ?? 0) : 0);
  return { line, column: col };
};

const pairOf = (node: unknown, key: string | number): Pair | undefined =>
  isMap(node) ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === key) : undefined;

const keyOf = (node: unknown, key: string | number): unknown => pairOf(node, key)?.key;

const childOf = (node: unknown, key: string | number): unknown =>
  isSeq(node) ? (node.items[Number(key)] as Node) : pairOf(node, key)?.value;

/** What can happen to a text by accident: pieces lost, doubled, moved, or typed where they do not belong. */
export const arbitraryEdits = (text: string): fc.Arbitrary<string> => {
  const place = fc.nat(text.length);
  const edit = fc.oneof(
    fc.record({ from: place, count: fc.nat(12) }).map(
      ({ from, count }) =>
        (old: string) =>
          old.slice(0, from) + old.slice(from + count),
    ),
    fc.record({ from: place, count: fc.nat(40) }).map(
      ({ from, count }) =>
        (old: string) =>
          old.slice(0, from) + old.slice(from, from + count) + old.slice(from),
    ),
    fc
      .record({
        from: place,
        typed: fc.oneof(
          fc.constantFrom(
            ...[
              ': ',
              '- ',
              '\n',
              '  ',
              '{',
              '}',
              '[',
              ']',
              '"',
              "'",
              '&a ',
              '*a',
              '$',
              '#',
              '!t ',
              '<<: ',
              '\t',
              '|',
              '>',
              '%',
              '\u0000',
              '…',
            ],
          ),
          fc.string({ unit: 'binary', maxLength: 4 }),
        ),
      })
      .map(
        ({ from, typed }) =>
          (old: string) =>
            old.slice(0, from) + typed + old.slice(from),
      ),
    fc.record({ one: place, other: place }).map(({ one, other }) => (old: string) => {
      const lines = old.split('\n');
      const [a, b] = [one % lines.length, other % lines.length];
      return lines.map((line, i) => (i === a ? lines[b] : i === b ? lines[a] : line)).join('\n');
    }),
  );
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) => edits.reduce((old, each) => each(old), text));
};
