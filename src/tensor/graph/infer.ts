import type { Attributes, Convolution, IrDType, OpName, Pair, Window } from './ir.js';
import { elementCount, sameShape } from './ir.js';

/** What is known of a value: its shape and its dtype. */
export interface Aval {
  readonly shape: readonly number[];
  readonly dtype: IrDType;
}

/** Raised by inference when operands and attributes do not fit; the builder turns it into a diagnostic. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

const demand = (condition: boolean, message: () => string): void => {
  if (!condition) throw new ShapeError(message());
};

const show = (shape: readonly number[]): string => `[${shape.join(',')}]`;

/** Numpy broadcasting of several shapes. Throws ShapeError when two dimensions differ and neither is 1. */
export const broadcastShapes = (...shapes: readonly (readonly number[])[]): number[] => {
  const [first, ...others] = shapes;
  if (first !== undefined && others.every((other) => sameShape(first, other))) return [...first];
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) => {
    const dims = shapes.map((s) => s[s.length - rank + i] ?? 1);
    const size = dims.find((d) => d !== 1) ?? 1;
    demand(
      dims.every((d) => d === 1 || d === size),
      () => `cannot broadcast ${shapes.map(show).join(' with ')}`,
    );
    return size;
  });
};

/** Output length of a convolution or pooling along one axis. */
const windowed = (size: number, kernel: number, stride: number, dilation: number, pad: number): number =>
  Math.floor((size + pad - dilation * (kernel - 1) - 1) / stride) + 1;

export const convOutputSize = (size: Pair, kernel: Pair, c: Convolution): Pair => {
  const [top, left, bottom, right] = c.padding;
  return [
    windowed(size[0], kernel[0], c.strides[0], c.dilations[0], top + bottom),
    windowed(size[1], kernel[1], c.strides[1], c.dilations[1], left + right),
  ];
};

const pooled = ({ kernel, strides, padding }: Window, x: Aval): Aval => {
  const size = convOutputSize([dim(x, 2), dim(x, 3)], kernel, {
    strides,
    padding,
    dilations: [1, 1],
    groups: 1,
  });
  demand(
    size[0] > 0 && size[1] > 0,
    () => `a picture ${dim(x, 2)}x${dim(x, 3)} is smaller than the window ${show(kernel)}`,
  );
  return { shape: [dim(x, 0), dim(x, 1), ...size], dtype: x.dtype };
};

type Rule<K extends OpName> = (attrs: Attributes[K], inputs: readonly Aval[]) => Aval;

const at = (inputs: readonly Aval[], i: number): Aval => {
  const value = inputs[i];
  if (value === undefined) throw new ShapeError(`operand ${i} is missing`);
  return value;
};

const dim = (a: Aval, i: number): number => a.shape[i] ?? 1;

const same: Rule<'unary' | 'leakyRelu' | 'elu' | 'clip' | 'softmax'> = (_, inputs) => at(inputs, 0);

const elementwise = (inputs: readonly Aval[], dtype?: IrDType): Aval => {
  const first = at(inputs, 0);
  demand(
    inputs.every((x) => x.dtype === first.dtype),
    () => `dtypes differ: ${inputs.map((x) => x.dtype).join(', ')}`,
  );
  return { shape: broadcastShapes(...inputs.map((x) => x.shape)), dtype: dtype ?? first.dtype };
};

/** Shape and dtype of every operator's result; total over the vocabulary, so an omission does not compile. */
export const inferRules: { readonly [K in OpName]: Rule<K> } = {
  input: ({ shape, dtype }) => ({ shape, dtype }),
  constant: ({ value }) => {
    demand(
      elementCount(value.shape) === value.data.length,
      () => `constant ${show(value.shape)} has ${value.data.length} elements`,
    );
    return { shape: value.shape, dtype: value.dtype };
  },
  fill: ({ shape, dtype }) => ({ shape, dtype }),

  unary: ({ fn }, inputs) =>
    fn === 'isNaN' || fn === 'isInf' || fn === 'not'
      ? { shape: at(inputs, 0).shape, dtype: 'bool' }
      : at(inputs, 0),
  leakyRelu: same,
  elu: same,
  clip: same,
  cast: ({ to }, inputs) => ({ shape: at(inputs, 0).shape, dtype: to }),
  quantize: ({ to }, inputs) => ({ shape: at(inputs, 0).shape, dtype: to }),
  binary: (_, inputs) => elementwise(inputs),
  bitwise: (_, inputs) => elementwise(inputs),
  compare: (_, inputs) => elementwise(inputs, 'bool'),
  logical: (_, inputs) => elementwise(inputs, 'bool'),
  select: (_, inputs) => {
    demand(
      at(inputs, 0).dtype === 'bool',
      () => `the condition of a selection is ${at(inputs, 0).dtype}, not bool`,
    );
    const value = elementwise(inputs.slice(1));
    return { shape: broadcastShapes(at(inputs, 0).shape, value.shape), dtype: value.dtype };
  },

  reduce: ({ axes, keepDims }, inputs) => {
    const x = at(inputs, 0);
    demand(
      axes.every((a) => a >= 0 && a < x.shape.length),
      () => `axes ${show(axes)} of a value of shape ${show(x.shape)}`,
    );
    const shape = keepDims
      ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d))
      : x.shape.filter((_, i) => !axes.includes(i));
    return { shape, dtype: x.dtype };
  },
  argReduce: ({ axis }, inputs) => ({
    shape: at(inputs, 0).shape.filter((_, i) => i !== axis),
    dtype: 'int32',
  }),
  cumulate: (_, inputs) => at(inputs, 0),
  softmax: same,
  topK: ({ k, result }, inputs) => {
    const x = at(inputs, 0);
    return { shape: [...x.shape.slice(0, -1), k], dtype: result === 'values' ? x.dtype : 'int32' };
  },

  matmul: ({ transposeA, transposeB }, inputs) => {
    const [a, b] = [at(inputs, 0), at(inputs, 1)];
    demand(
      a.shape.length >= 2 && b.shape.length >= 2,
      () => `matmul of ${show(a.shape)} and ${show(b.shape)}`,
    );
    const [m, ka] = transposeA ? [a.shape.at(-1), a.shape.at(-2)] : [a.shape.at(-2), a.shape.at(-1)];
    const [kb, n] = transposeB ? [b.shape.at(-1), b.shape.at(-2)] : [b.shape.at(-2), b.shape.at(-1)];
    demand(ka === kb, () => `matmul of ${show(a.shape)} and ${show(b.shape)}: ${ka} is not ${kb}`);
    return {
      shape: [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), m ?? 1, n ?? 1],
      dtype: a.dtype,
    };
  },
  conv: (c, inputs) => {
    const [x, w] = [at(inputs, 0), at(inputs, 1)];
    demand(
      x.shape.length === 4 && w.shape.length === 4,
      () => `conv of ${show(x.shape)} with a filter ${show(w.shape)}`,
    );
    demand(
      dim(x, 1) === dim(w, 1) * c.groups,
      () => `conv of ${dim(x, 1)} channels with a filter ${show(w.shape)} in ${c.groups} groups`,
    );
    const [oh, ow] = convOutputSize([dim(x, 2), dim(x, 3)], [dim(w, 2), dim(w, 3)], c);
    demand(
      oh > 0 && ow > 0,
      () => `a picture ${dim(x, 2)}x${dim(x, 3)} is smaller than the filter ${show(w.shape)}`,
    );
    return { shape: [dim(x, 0), dim(w, 0), oh, ow], dtype: x.dtype };
  },
  convInputGradient: (c, inputs) => {
    const [dy, w] = [at(inputs, 0), at(inputs, 1)];
    demand(dim(dy, 1) === dim(w, 0), () => `gradient ${show(dy.shape)} of a filter ${show(w.shape)}`);
    return { shape: [dim(dy, 0), dim(w, 1) * c.groups, ...c.size], dtype: dy.dtype };
  },
  convFilterGradient: (c, inputs) => {
    const [x, dy] = [at(inputs, 0), at(inputs, 1)];
    demand(dim(x, 0) === dim(dy, 0), () => `batches differ: ${show(x.shape)} and ${show(dy.shape)}`);
    return { shape: [dim(dy, 1), dim(x, 1) / c.groups, ...c.kernel], dtype: x.dtype };
  },
  pool: (window, inputs) => pooled(window, at(inputs, 0)),
  maxPoolIndices: (window, inputs) => ({ ...pooled(window, at(inputs, 0)), dtype: 'int32' }),
  maxPoolGradient: (window, inputs) => {
    const [x, dy] = [at(inputs, 0), at(inputs, 1)];
    const { shape } = pooled(window, x);
    demand(sameShape(dy.shape, shape), () => `gradient ${show(dy.shape)} of windows ${show(shape)}`);
    return x;
  },
  resize: ({ size }, inputs) => {
    const x = at(inputs, 0);
    return { shape: [dim(x, 0), dim(x, 1), ...size], dtype: x.dtype };
  },

  pad: ({ before, after }, inputs) => {
    const x = at(inputs, 0);
    return { shape: x.shape.map((d, i) => d + (before[i] ?? 0) + (after[i] ?? 0)), dtype: x.dtype };
  },
  padGradient: ({ before, after }, inputs) => {
    const dy = at(inputs, 0);
    return { shape: dy.shape.map((d, i) => d - (before[i] ?? 0) - (after[i] ?? 0)), dtype: dy.dtype };
  },
  slice: ({ begin, size, steps }, inputs) => {
    const x = at(inputs, 0);
    x.shape.forEach((d, i) => {
      const first = begin[i] ?? 0;
      const last = first + ((size[i] ?? 0) - 1) * (steps[i] ?? 1);
      demand(
        size[i] === 0 || (first >= 0 && first < d && last >= 0 && last < d),
        () => `slice from ${first} to ${last} of axis ${i} in ${show(x.shape)}`,
      );
    });
    return { shape: size, dtype: x.dtype };
  },
  concat: ({ axis }, inputs) => {
    const first = at(inputs, 0);
    demand(
      inputs.every(
        (x) =>
          x.dtype === first.dtype &&
          x.shape.length === first.shape.length &&
          x.shape.every((d, i) => i === axis || d === dim(first, i)),
      ),
      () => `concat along ${axis} of ${inputs.map((x) => `${x.dtype}${show(x.shape)}`).join(', ')}`,
    );
    return {
      shape: first.shape.map((d, i) => (i === axis ? inputs.reduce((n, x) => n + dim(x, i), 0) : d)),
      dtype: first.dtype,
    };
  },
  gather: ({ axis }, inputs) => {
    const [x, indices] = [at(inputs, 0), at(inputs, 1)];
    return {
      shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
      dtype: x.dtype,
    };
  },
  gatherNd: (_, inputs) => {
    const [x, indices] = [at(inputs, 0), at(inputs, 1)];
    return {
      shape: [...indices.shape.slice(0, -1), ...x.shape.slice(indices.shape.at(-1) ?? 0)],
      dtype: x.dtype,
    };
  },
  scatterNd: ({ shape }, inputs) => ({ shape, dtype: at(inputs, 1).dtype }),
  scatterUpdate: (_, inputs) => at(inputs, 0),
  expand: ({ shape }, inputs) => {
    const x = at(inputs, 0);
    demand(
      sameShape(broadcastShapes(x.shape, shape), shape),
      () => `cannot expand ${show(x.shape)} to ${show(shape)}`,
    );
    return { shape, dtype: x.dtype };
  },
  transpose: ({ perm }, inputs) => {
    const x = at(inputs, 0);
    demand(
      sameShape(
        [...perm].sort((a, b) => a - b),
        x.shape.map((_, i) => i),
      ),
      () => `${show(perm)} is no permutation of the axes of ${show(x.shape)}`,
    );
    return { shape: perm.map((p) => dim(x, p)), dtype: x.dtype };
  },
  reshape: ({ shape }, inputs) => {
    const x = at(inputs, 0);
    demand(
      elementCount(shape) === elementCount(x.shape),
      () => `cannot reshape ${show(x.shape)} to ${show(shape)}`,
    );
    return { shape, dtype: x.dtype };
  },
  depthToSpace: ({ block }, inputs) => {
    const x = at(inputs, 0);
    demand(dim(x, 1) % (block * block) === 0, () => `depth ${dim(x, 1)} is no multiple of ${block}x${block}`);
    return {
      shape: [dim(x, 0), dim(x, 1) / (block * block), dim(x, 2) * block, dim(x, 3) * block],
      dtype: x.dtype,
    };
  },
  spaceToDepth: ({ block }, inputs) => {
    const x = at(inputs, 0);
    demand(
      dim(x, 2) % block === 0 && dim(x, 3) % block === 0,
      () => `${dim(x, 2)}x${dim(x, 3)} is no multiple of ${block}`,
    );
    return {
      shape: [dim(x, 0), dim(x, 1) * block * block, dim(x, 2) / block, dim(x, 3) / block],
      dtype: x.dtype,
    };
  },
};

/** Shape and dtype of one operator's result. Throws ShapeError when the operands do not fit. */
export const infer = <K extends OpName>(op: K, attrs: Attributes[K], inputs: readonly Aval[]): Aval =>
  (inferRules[op] as Rule<K>)(attrs, inputs);
