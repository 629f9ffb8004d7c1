import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { type Conventions, conventionsOf, merged } from '../../nn/onnx/conventions.js';
import type { HostTensor } from '../../ports/index.js';
import { frameFrom } from '../testing/frames.js';
import { applyModel } from './apply.js';
import { type Interface, interfaceOf } from './interface.js';
import { fromTensor, resultShape, toTensor } from './pixels.js';

type Said = Partial<Conventions>;
type Axes = readonly (number | undefined)[];

const conventions = (said: Said): Conventions => said as Conventions;
const value = (name: string, shape: Axes, type: string | undefined = 'float32') =>
  ({ name, shape, type }) as never;

const interfaceFrom = (inputs: readonly never[], outputs: readonly never[], said: Said = {}) =>
  interfaceOf('net.onnx', { inputs, outputs } as never, conventions(said));

const plain = (said: Said = {}, shape: Axes = [1, 3, undefined, undefined], type = 'float32'): Interface => {
  const found = interfaceFrom([value('x', shape, type)], [value('y', [])], said);
  if (E.isLeft(found)) throw new Error(found.left[0].message);
  return found.right;
};

/** What is wrong, with what helps. */
const fault = (result: E.Either<readonly { code: string; message: string; hint?: string }[], unknown>) =>
  E.isLeft(result)
    ? result.left
        .map(({ code, message, hint }) => [code, message, ...(hint === undefined ? [] : [hint])].join(' | '))
        .join()
    : 'nothing';

describe('how pictures are handed to a model', () => {
  it('is by custom where nothing is said', () => {
    expect(plain()).toEqual({
      file: 'net.onnx',
      input: 'x',
      output: 'y',
      constants: [],
      layout: 'nchw',
      batched: true,
      element: 'float32',
      range: [0, 1],
      mean: [0, 0, 0],
      std: [1, 1, 1],
      outputRange: [0, 1],
      order: 'rgb',
      multiple: { width: 1, height: 1 },
      least: { width: 1, height: 1 },
      fixed: { width: undefined, height: undefined },
      fit: 'refuse',
      scale: undefined,
    });
  });

  it('is by what is said', () => {
    const said: Said = {
      layout: 'nhwc',
      range: '-1..1',
      outputRange: '0..255',
      mean: [0.5],
      std: [1, 2, 3],
      channels: 'bgr',
      multiple: { width: 8, height: 4 },
      least: { width: 16, height: 32 },
      fit: 'pad',
      scale: 2,
    };
    expect(plain(said, [1, 20, 10, 3])).toMatchObject({
      layout: 'nhwc',
      range: [-1, 1],
      outputRange: [0, 255],
      mean: [0.5, 0.5, 0.5],
      std: [1, 2, 3],
      order: 'bgr',
      multiple: { width: 8, height: 4 },
      least: { width: 16, height: 32 },
      fixed: { width: 10, height: 20 },
      fit: 'pad',
      scale: 2,
    });
  });

  it('is by what its shapes and numbers show', () => {
    expect(plain({}, [3, 5, 7])).toMatchObject({
      layout: 'nchw',
      batched: false,
      fixed: { width: 7, height: 5 },
    });
    expect(plain({}, [5, 7, 3])).toMatchObject({ layout: 'nhwc', fixed: { width: 7, height: 5 } });
    expect(plain({}, [undefined, 5, 7, 3])).toMatchObject({ layout: 'nhwc', batched: true });
    expect(plain({}, [3, 7, 3])).toMatchObject({ layout: 'nchw', fixed: { width: 3, height: 7 } });
    expect(plain({}, [])).toMatchObject({ layout: 'nchw', batched: true, fixed: { width: undefined } });
    expect(plain({}, [1, 3, 4, 4], 'uint8')).toMatchObject({ range: [0, 255], outputRange: [0, 1] });
    expect(plain({ range: '-1..1' })).toMatchObject({ outputRange: [-1, 1] });
    const bytes = interfaceFrom([value('x', [1, 3, 4, 4])], [value('y', [], 'uint8')], { range: '-1..1' });
    expect(bytes).toMatchObject(E.right({ range: [-1, 1], outputRange: [0, 255] }));
  });

  const x = value('x', [1, 3, 4, 4]);
  const y = value('y', []);
  it.each([
    [[], [y], {}, 'model/not-for-pictures | net.onnx has no inputs.'],
    [[x], [], {}, 'model/not-for-pictures | net.onnx has no outputs.'],
    [
      [x],
      [y, value('z', [])],
      {},
      'model/ambiguous | net.onnx has 2 outputs: `y`, `z`. | Say which one the picture is, such as `output: y`.',
    ],
    [
      [x],
      [value('image', []), y],
      { output: 'imgae' },
      'model/no-such-value | net.onnx has no output `imgae`; it has `image`, `y`. | Did you mean `image`?',
    ],
    [
      [x, value('sigma', [])],
      [y],
      { input: 'x' },
      'model/more-inputs | net.onnx wants `sigma` beside the picture `x`. | Say what it is for every picture, as in `constants: { name: sigma, value: 1 }`.',
    ],
    [
      [value('x', [1, 3])],
      [y],
      {},
      'model/not-for-pictures | net.onnx: its input `x` is [1, 3], no picture.',
    ],
    [
      [value('x', [1, 3, 4, 4], 'string')],
      [y],
      {},
      'model/type | net.onnx: its input `x` is of string numbers.',
    ],
    [
      [value('x', [4, 3, undefined, 5])],
      [y],
      {},
      'model/not-for-pictures | net.onnx: its input `x` is [4, 3, *, 5]: it takes 4 pictures at once. | Export it for one picture, or for any number of them.',
    ],
    [
      [value('x', [1, 4, 8, 8])],
      [y],
      {},
      'model/channels | net.onnx: its input `x` is [1, 4, 8, 8], so with layout nchw it takes 4 channels, not 3.',
    ],
    [
      [value('x', [1, 3, 8, 8])],
      [y],
      { layout: 'nhwc' },
      'model/channels | net.onnx: its input `x` is [1, 3, 8, 8], so with layout nhwc it takes 8 channels, not 3.',
    ],
  ] as const)('%#: is refused where it is not plain', (inputs, outputs, said, message) => {
    expect(fault(interfaceFrom(inputs as never, outputs as never, said as Said))).toBe(message);
  });
});

describe('what the file of a model says', () => {
  it('is read from its metadata, and what the pipeline says goes before', () => {
    const own = conventionsOf('net.onnx', {
      'prismflow.range': '0..255',
      'prismflow.mean': '[1, 2, 3]',
      'prismflow.scale': '2',
      'prismflow.input': '1',
      'prismflow.output': '2',
      range: '-1..1',
      author: 'somebody',
    });
    if (E.isLeft(own)) throw new Error(own.left[0].message);
    const given = { range: '0..255', mean: [1, 2, 3], scale: 2, input: '1', output: '2' };
    expect(own.right).toMatchObject(given);
    expect(own.right.layout).toBeUndefined();
    expect(merged(conventions({ scale: 4, layout: 'nhwc' }), own.right)).toMatchObject({
      ...given,
      scale: 4,
      layout: 'nhwc',
    });
  });

  it.each([
    [
      { 'prismflow.scale': '0' },
      'its metadata entry `prismflow.scale` must be a whole number between 1 and 64, not 0.',
    ],
    [{ 'prismflow.range': '0..2' }, 'its metadata entry `prismflow.range` cannot be "0..2".'],
    [
      { 'prismflow.mean': '[1, 2]' },
      'its metadata entry `prismflow.mean` must be one number, or one for each of three channels.',
    ],
  ] as const)('%#: is refused where it makes no sense', (metadata, message) => {
    expect(fault(conventionsOf('net.onnx', metadata))).toContain(`model/metadata | net.onnx: ${message}`);
  });
});

describe('the tensor of a picture', () => {
  const picture = { width: 2, height: 1, channels: 3, data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 0.125) };

  it.each([
    [{}, [1, 3, undefined, undefined], [1, 3, 1, 2], [0, 0.75, 0.25, 1, 0.5, 0.125]],
    [{}, [undefined, undefined, 3], [1, 2, 3], [0, 0.25, 0.5, 0.75, 1, 0.125]],
    [{ channels: 'bgr' }, [3, undefined, undefined], [3, 1, 2], [0.5, 0.125, 0.25, 1, 0, 0.75]],
    [{ range: '-1..1' }, [undefined, undefined, 3], [1, 2, 3], [-1, -0.5, 0, 0.5, 1, -0.75]],
    [
      { mean: [0, 0.25, 0.5], std: [1, 0.5, 2] },
      [undefined, undefined, 3],
      [1, 2, 3],
      [0, 0, 0, 0.75, 1.5, -0.1875],
    ],
    [
      { mean: [0, 0.25, 0.5], std: [1, 0.5, 2], channels: 'bgr' },
      [undefined, undefined, 3],
      [1, 2, 3],
      [0.5, 0, -0.25, 0.125, 1.5, 0.125],
    ],
  ] as const)('%#: is as the model wants it: %j', (said, shape, tensor, data) => {
    expect(toTensor(plain(said as Said, shape), picture, { width: 2, height: 1 })).toEqual({
      dtype: 'float32',
      shape: tensor,
      data: Float32Array.from(data),
    });
  });

  it('is mirrored beyond its edges, equal in all channels where it is grey, and rounded to bytes', () => {
    const grey = { width: 2, height: 1, channels: 1, data: Float32Array.of(0.3, 2) };
    expect(toTensor(plain({}, [1, undefined, undefined, 3], 'uint8'), grey, { width: 3, height: 2 })).toEqual(
      {
        dtype: 'uint8',
        shape: [1, 2, 3, 3],
        data: Uint8Array.from([77, 255, 77, 77, 255, 77].flatMap((each) => [each, each, each])),
      },
    );
  });
});

describe('the picture of a tensor', () => {
  it.each([
    ['nchw', [1, 3, 5, 7], { layout: 'nchw', channels: 3, height: 5, width: 7 }],
    ['nchw', [1, 5, 7, 3], { layout: 'nhwc', channels: 3, height: 5, width: 7 }],
    ['nhwc', [1, 3, 5, 7], { layout: 'nchw', channels: 3, height: 5, width: 7 }],
    ['nchw', [1, 5, 7], { layout: 'nchw', channels: 1, height: 5, width: 7 }],
    ['nhwc', [1, 5, 1], { layout: 'nhwc', channels: 1, height: 1, width: 5 }],
    ['nchw', [1, 4, 5, 7], { layout: 'nchw', channels: 4, height: 5, width: 7 }],
    ['nchw', [2, 3, 5, 7], undefined],
    ['nchw', [5, 7], undefined],
    ['nchw', [1, 1, 3, 5, 7], undefined],
  ] as const)('of layout %s and shape %j', (layout, shape, found) => {
    expect(resultShape({ layout }, shape)).toEqual(found);
  });

  it('is its top left part, in red, green and blue, of 0..1', () => {
    const tensor: HostTensor = {
      dtype: 'float32',
      shape: [3, 1, 2],
      data: Float32Array.of(0, 255, 51, 255, 102, 255),
    };
    const shape = { layout: 'nchw', channels: 3, height: 1, width: 2 } as const;
    const part = { width: 1, height: 1 };
    const said = { outputRange: '0..255' } as const;
    const rgb = fromTensor(plain(said), tensor, shape, part);
    expect(rgb).toMatchObject({ width: 1, height: 1, channels: 3 });
    expect([...rgb.data].map((each) => Number(each.toFixed(5)))).toEqual([0, 0.2, 0.4]);
    const bgr = fromTensor(plain({ ...said, channels: 'bgr' }), tensor, shape, part);
    expect([...bgr.data].map((each) => Number(each.toFixed(5)))).toEqual([0.4, 0.2, 0]);
  });
});

describe('the size of a picture that a model is applied to', () => {
  /** A model that gives a tensor of a shape, whatever it is given, and tells what it was given. */
  const apply = async (
    said: Said,
    fixed: Axes,
    [width, height]: readonly [number, number],
    result?: readonly number[],
  ) => {
    const asked: (readonly number[])[] = [];
    const run = (tensor: HostTensor) => {
      asked.push(tensor.shape);
      const shape = result ?? tensor.shape;
      const data = new Float32Array(
        Math.min(
          1e6,
          shape.reduce((a, b) => a * b, 1),
        ),
      );
      return TE.right({ dtype: 'float32', shape, data } as HostTensor);
    };
    const photo = frameFrom({ width, height }, () => 0.5);
    const made = await applyModel(
      { interface: plain(said, fixed), run },
      photo,
      new AbortController().signal,
    )();
    return {
      asked,
      wrong: fault(made),
      size: E.isRight(made) && [made.right.frame.width, made.right.frame.height],
    };
  };
  const any = [1, 3, undefined, undefined];

  it('is filled up to what the model wants', async () => {
    expect(await apply({}, any, [5, 4])).toMatchObject({ asked: [[1, 3, 4, 5]], size: [5, 4] });
    const multiple = { width: 4, height: 3 };
    expect(await apply({ multiple }, any, [5, 6])).toMatchObject({ asked: [[1, 3, 6, 8]], size: [5, 6] });
    const least = { width: 8, height: 9 };
    expect(await apply({ least }, any, [5, 10])).toMatchObject({ asked: [[1, 3, 10, 8]], size: [5, 10] });
    expect(await apply({ least, multiple }, any, [5, 4])).toMatchObject({ asked: [[1, 3, 9, 8]] });
  });

  it('is that of a model of one size, or made so', async () => {
    const fixed = [1, 3, 4, 6];
    expect(await apply({}, fixed, [6, 4])).toMatchObject({ wrong: 'nothing', size: [6, 4] });
    for (const [width, height] of [
      [5, 4],
      [6, 3],
    ] as const)
      expect((await apply({}, fixed, [width, height])).wrong).toBe(
        `model/fixed-size | net.onnx takes 6x4 pixels only; the picture has ${width}x${height}.`,
      );
    expect(await apply({ fit: 'pad' }, fixed, [5, 3])).toMatchObject({ asked: [fixed], size: [5, 3] });
    for (const [width, height] of [
      [7, 4],
      [6, 5],
    ] as const)
      expect((await apply({ fit: 'pad' }, fixed, [width, height])).wrong).toBe(
        `model/fixed-size | net.onnx takes 6x4 pixels only; the picture has ${width}x${height}, too many to be filled up. | Say \`fit: resize\`, or bring it to that size with \`resize\`, \`crop\` or \`tile\`.`,
      );
    expect(await apply({ fit: 'resize' }, fixed, [9, 9])).toMatchObject({ asked: [fixed], size: [9, 9] });
    expect((await apply({}, [1, 3, undefined, 6], [5, 9])).wrong).toContain(
      'net.onnx takes 6xany pixels only',
    );
    expect(await apply({}, [1, 3, undefined, 6], [6, 9])).toMatchObject({ asked: [[1, 3, 9, 6]] });
  });

  it('becomes a whole number of times as much', async () => {
    expect(await apply({}, any, [5, 4], [1, 3, 8, 10])).toMatchObject({ size: [10, 8] });
    expect(await apply({ scale: 2 }, any, [5, 4], [1, 3, 8, 10])).toMatchObject({ size: [10, 8] });
    const wrong = async (result: readonly number[], said: Said = {}) =>
      (await apply(said, any, [6, 4], result)).wrong;
    for (const [height, width] of [
      [2, 3],
      [8, 6],
      [6, 9],
      [4, 12],
    ] as const)
      expect(await wrong([1, 3, height, width])).toBe(
        `model/output-size | net.onnx made ${width}x${height} pixels of 6x4, which is no whole multiple.`,
      );
    expect(await wrong([1, 3, 8, 12], { scale: 4 })).toBe(
      'model/output-size | net.onnx made 12x8 pixels of 6x4: 2 times as many a side, where `scale` says 4.',
    );
    expect(await wrong([2, 3, 4, 6])).toBe(
      'model/not-for-pictures | net.onnx gave `y` of shape [2, 3, 4, 6], no picture.',
    );
    expect(await wrong([1, 2, 4, 6])).toBe(
      'model/channels | net.onnx gave `y` of shape [1, 2, 4, 6]: a picture of 2 channels.',
    );
  });

  it('does not become more than 400 megapixels', async () => {
    const { wrong } = await apply({}, any, [1, 1], [1, 1, 20_001, 20_001]);
    expect(wrong).toBe(
      'picture/too-large | The result would have 20001x20001 pixels; 400 megapixels are the limit.',
    );
  });
});
