import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './schema.js';

/** What height and width of the pictures that a program takes are multiples of, and the least that they are. */
export interface TakenSides {
  readonly multiple: number;
  readonly least: number;
}

/** Axes of [1,C,H,W] that are filled up. */
const AXES = [2, 3] as const;

const int64 = (name: string, values: readonly number[], dims: readonly number[]): OnnxTensor => ({
  name,
  type: 'int64',
  dims,
  bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

const node = (
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({ opType, inputs, outputs: [output], attributes, domain: '', scope: 'any size' });

/**
 * Fills up one axis: to the next multiple, by gathering rows or columns. Row i is that of a mirror at both ends, border left out, as
 * often as it takes: with k = i mod 2(side - 1), it is min(k, 2(side - 1) - k).
 */
const filledAlong = (axis: (typeof AXES)[number], from: string, to: string): readonly OnnxNode[] => {
  const at = (name: string): string => `fill/${axis}/${name}`;
  return [
    node('Gather', ['fill/shape', at('axis')], at('side'), { axis: 0 }),
    node('Max', [at('side'), 'fill/least'], at('longer')),
    node('Add', [at('longer'), 'fill/multiple-1'], at('beyond')),
    node('Div', [at('beyond'), 'fill/multiple'], at('count')),
    node('Mul', [at('count'), 'fill/multiple'], at('full')),
    node('Range', ['fill/0', at('full'), 'fill/1'], at('places')),
    node('Sub', [at('side'), 'fill/1'], at('last')),
    node('Add', [at('last'), at('last')], at('twice')),
    // A lone row is its own mirror.
    node('Max', [at('twice'), 'fill/1'], at('period')),
    node('Mod', [at('places'), at('period')], at('there')),
    node('Sub', [at('period'), at('there')], at('back')),
    node('Min', [at('there'), at('back')], at('rows')),
    node('Gather', [from, at('rows')], to, { axis }),
  ];
};

const renamed = (names: Readonly<Record<string, string>>) => (name: string) => names[name] ?? name;

/**
 * A model of pictures [1,C,H,W] that takes any height and width, made of one that takes some only: what comes in is filled up below and
 * on the right by its mirror image, and what goes out is cut to the size that came in.
 */
export const takingAnySize = (model: OnnxModel, { multiple, least }: TakenSides): OnnxModel => {
  const [input] = model.inputs as readonly [OnnxValue];
  const results = Object.fromEntries(model.outputs.map(({ name }) => [name, `${name}/filled`]));
  const inner = renamed({ [input.name]: 'fill/picture', ...results });
  return {
    ...model,
    initializers: [
      ...model.initializers,
      int64('fill/0', [0], []),
      int64('fill/1', [1], []),
      int64('fill/least', [least], []),
      int64('fill/multiple', [multiple], []),
      int64('fill/multiple-1', [multiple - 1], []),
      ...AXES.map((axis) => int64(`fill/${axis}/axis`, [axis], [])),
      int64('cut/starts', [0, 0], [2]),
      int64('cut/axes', AXES, [2]),
    ],
    nodes: [
      node('Shape', [input.name], 'fill/shape'),
      ...filledAlong(2, input.name, 'fill/taller'),
      ...filledAlong(3, 'fill/taller', 'fill/picture'),
      ...model.nodes.map((each) => ({
        ...each,
        inputs: each.inputs.map(inner),
        outputs: each.outputs.map(inner),
      })),
      // Height and width of what came in, as [2].
      node('Gather', ['fill/shape', 'cut/axes'], 'cut/ends', { axis: 0 }),
      ...model.outputs.map(({ name }) =>
        node('Slice', [inner(name), 'cut/starts', 'cut/ends', 'cut/axes'], name),
      ),
    ],
  };
};
