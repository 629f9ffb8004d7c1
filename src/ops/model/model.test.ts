import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { type ElementType, encodeModel, type OnnxNode, type OnnxTensor } from '../../tensor/emit/schema.js';
import * as tf from '../../tensor/tfjs.js';
import { toOnnx } from '../../tensor/to-onnx.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { readParams, runMap, testContext } from '../testing/run.js';
import { applyModel } from './apply.js';
import { model } from './index.js';
import { openModel } from './open.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-model-'));
afterAll(() => rmSync(folder, { recursive: true }));

const saved = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

/** An axis of any length, as ONNX Runtime reads it. */
const FREE = -1;
const NCHW = [1, 3, FREE, FREE] as const;
/** Brightness alone. */
const ONE = [1, 1, FREE, FREE] as const;
const NHWC = [1, FREE, FREE, 3] as const;

const node = (
  opType: string,
  inputs: readonly string[],
  output = 'output',
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({ opType, inputs, outputs: [output], attributes, domain: '', scope: '' });

const constant = (name: string, dims: readonly number[], values: readonly number[]): OnnxTensor => ({
  name,
  type: 'float32',
  dims,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

interface Made {
  readonly dims?: readonly number[];
  readonly outputDims?: readonly number[];
  readonly type?: ElementType;
  readonly initializers?: readonly OnnxTensor[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
}

/** Writes a model of a few nodes from `input` to `output`, by default of any size. */
const made = (
  name: string,
  nodes: readonly OnnxNode[],
  {
    dims = NCHW,
    outputDims = dims,
    type = 'float32',
    initializers = [],
    metadata = {},
    inputs = ['input'],
    outputs = ['output'],
  }: Made = {},
): string =>
  saved(
    `${name}.onnx`,
    encodeModel({
      name,
      nodes,
      initializers,
      inputs: inputs.map((each) => ({ name: each, type, dims })),
      outputs: outputs.map((each) => ({ name: each, type, dims: outputDims })),
      externalInitialisers: {},
      opsets: { '': 20 },
      metadata,
    }),
  );

const identity = [node('Identity', ['input'])];
/** Adds a quarter of the range to the channel that is the model's first. */
const lift = (name: string, dims: readonly number[], quarter = 0.25, metadata = {}): string =>
  made(name, [node('Add', ['input', 'lift'])], {
    dims,
    metadata,
    initializers: [constant('lift', dims === NCHW ? [3, 1, 1] : [3], [quarter, 0, 0])],
  });

type Params = Exclude<Parameters<typeof model>[0], string>;

const applied = async (params: Params, photo: Frame): Promise<Frame> => {
  const result = await runMap(model(params), photo);
  if (E.isLeft(result)) throw new Error(`${result.left[0].code}: ${result.left[0].message}`);
  return result.right;
};

const refusal = async (params: Params, photo: Frame = photoOf(5, 4)) => {
  const result = await runMap(model(params), photo);
  return E.isLeft(result) ? result.left[0] : undefined;
};

/** Values of eighths, all of them below three quarters. */
const photoOf = (width: number, height: number, depth: 'uint8' | 'float32' = 'float32') =>
  frameFrom({ width, height, depth }, (x, y, c) => ((x + 2 * y + 3 * c) % 6) / 8);

/** What becomes of a photo when something is added to each channel. */
const plus = (photo: Frame, added: readonly [number, number, number]): number[] =>
  valuesOf(photo).map((value, i) => value + (added[i % 3] ?? 0));

const expectClose = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
};

describe('model', () => {
  it('is given brightness alone by `channels: y`, and the colours stay the photo’s', async () => {
    const photo = photoOf(7, 5);
    const same = made('identity-y', identity, { dims: ONE });
    expectClose(valuesOf(await applied({ file: same, channels: 'y' }, photo)), valuesOf(photo));
    const lifted = made('lift-y', [node('Add', ['input', 'lift'])], {
      dims: ONE,
      initializers: [constant('lift', [1], [0.125])],
    });
    expectClose(
      valuesOf(await applied({ file: lifted, channels: 'y' }, photo)),
      plus(photo, [0.125, 0.125, 0.125]),
    );
    // Brightness by the weights of BT.601: squared, and the colours around it as they were.
    const squared = made('square-y', [node('Mul', ['input', 'input'])], { dims: ONE });
    const found = valuesOf(await applied({ file: squared, channels: 'y' }, photo));
    const [r = 0, g = 0, b = 0] = valuesOf(photo);
    const luma = 0.299 * r + 0.587 * g + 0.114 * b;
    expectClose(
      found.slice(0, 3),
      [r, g, b].map((value) => value + luma * luma - luma),
    );
  });

  it('of brightness that enlarges has the photo’s colours at its size', async () => {
    const file = made('twice-y', [node('Resize', ['input', '', 'factors'], 'output', { mode: 'nearest' })], {
      dims: ONE,
      initializers: [constant('factors', [4], [1, 1, 2, 2])],
    });
    const even = frameFrom(
      { width: 7, height: 5, depth: 'float32' },
      (_x, _y, c) => [0.5, 0.25, 0.75][c] ?? 0,
    );
    const result = await applied({ file, channels: 'y', scale: 2 }, even);
    expect([result.width, result.height, result.channels]).toEqual([14, 10, 3]);
    expectClose(valuesOf(result), Array.from({ length: 140 }, () => [0.5, 0.25, 0.75]).flat());
  });

  it('of one channel says how it is used, and one of three is refused as one of brightness', async () => {
    const one = made('identity-one', identity, { dims: ONE });
    expect(await refusal({ file: one })).toMatchObject({
      code: 'model/channels',
      hint: expect.stringContaining('channels: y'),
    });
    const three = made('identity-three', identity, { dims: NCHW });
    expect((await refusal({ file: three, channels: 'y' }))?.message).toContain('takes 3 channels, not 1');
  });

  it('gives pictures back exactly from a model that does nothing, whatever the layout, range and multiple', async () => {
    const files = {
      nchw: made('identity-nchw', identity),
      nhwc: made('identity-nhwc', identity, { dims: NHWC }),
    };
    const ways = fc.record({
      layout: fc.constantFrom('nchw' as const, 'nhwc' as const),
      range: fc.constantFrom('0..1' as const, '-1..1' as const, '0..255' as const),
      channels: fc.constantFrom('rgb' as const, 'bgr' as const),
      multiple: fc.integer({ min: 1, max: 16 }),
    });
    await fc.assert(
      fc.asyncProperty(arbitraryFrame({ depths: ['uint8', 'uint16'] }), ways, async (photo, way) => {
        const result = await applied({ file: files[way.layout], ...way }, photo);
        expect([result.width, result.height, result.channels]).toEqual([photo.width, photo.height, 3]);
        expect(result.alpha).toEqual(photo.alpha);
        expect(result.samples.depth).toBe(photo.samples.depth);
        const grey = photo.channels === 1;
        expect([...result.samples.data]).toEqual(
          [...photo.samples.data].flatMap((value) => (grey ? [value, value, value] : [value])),
        );
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['nchw', NCHW],
    ['nhwc', NHWC],
  ] as const)('sees the layout %s by the shape of the input', async (name, dims) => {
    const photo = photoOf(3, 5);
    const result = await applied({ file: lift(`lift-${name}`, dims) }, photo);
    expect(valuesOf(result)).toEqual(plus(photo, [0.25, 0, 0]));
  });

  it('hands channels over in the order that the model wants', async () => {
    const photo = photoOf(3, 3);
    const result = await applied({ file: lift('lift-bgr', NCHW), channels: 'bgr' }, photo);
    expect(valuesOf(result)).toEqual(plus(photo, [0, 0, 0.25]));
  });

  it.each([
    ['0..1', 1],
    ['-1..1', 0],
    ['0..255', 255],
  ] as const)('inverts with a model for %s', async (range, sum) => {
    const file = made(`invert${sum}`, [node('Sub', ['sum', 'input'])], {
      initializers: [constant('sum', [], [sum])],
    });
    const photo = frameFrom({ width: 7, height: 2, depth: 'uint16' }, (x, y, c) => (x + y + c) / 10);
    const result = await applied({ file, range }, photo);
    expect([...result.samples.data]).toEqual([...photo.samples.data].map((value) => 65535 - value));
  });

  it('normalises by mean and deviation, and reads results in a range of their own', async () => {
    const photo = photoOf(4, 4);
    const params = { mean: [0.5, 0.25, 0], std: [0.5, 0.25, 1], file: made('normalised', identity) };
    const result = await applied({ ...params, outputRange: '-1..1' }, photo);
    const expected = valuesOf(photo).map((value, i) => {
      const [mean = 0, std = 1] = [params.mean[i % 3], params.std[i % 3]];
      return ((value - mean) / std + 1) / 2;
    });
    expect(valuesOf(result)).toEqual(expected);
  });

  it('keeps what goes beyond black and white in pictures of floats, and clips it in others', async () => {
    const file = lift('brighter', NCHW, 2);
    const [floats, bytes] = [photoOf(2, 2), photoOf(2, 2, 'uint8')];
    expect(valuesOf(await applied({ file }, floats))).toEqual(plus(floats, [2, 0, 0]));
    expect(valuesOf(await applied({ file }, bytes))).toEqual(
      plus(bytes, [2, 0, 0]).map((value) => Math.min(1, value)),
    );
  });

  it('takes models of bytes', async () => {
    const photo = photoOf(5, 3, 'uint8');
    const file = made('bytes', identity, { type: 'uint8' });
    expect((await applied({ file }, photo)).samples).toEqual(photo.samples);
  });

  it('takes models of half precision', async () => {
    const photo = photoOf(5, 3);
    const file = made('half', identity, { type: 'float16' });
    expect((await applied({ file }, photo)).samples).toEqual(photo.samples);
  });

  it('gives a grey picture when the model does', async () => {
    const mean = node('ReduceMax', ['input', 'axes'], 'output', { keepdims: 1 });
    const axes: OnnxTensor = {
      name: 'axes',
      type: 'int64',
      dims: [1],
      bytes: new Uint8Array(BigInt64Array.of(1n).buffer),
    };
    const file = made('grey', [mean], { initializers: [axes], outputDims: [1, 1, FREE, FREE] });
    const photo = photoOf(4, 2);
    const result = await applied({ file }, photo);
    expect(result.channels).toBe(1);
    const values = valuesOf(photo);
    expect(valuesOf(result)).toEqual(
      Array.from({ length: 8 }, (_, i) => Math.max(...values.slice(3 * i, 3 * i + 3))),
    );
  });
});

const twice = (name: string, factors: readonly number[] = [1, 1, 2, 2]): string =>
  made(
    name,
    [
      node('Resize', ['input', '', 'factors'], 'output', {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
    ],
    { initializers: [constant('factors', [4], factors)] },
  );

describe('super-resolution', () => {
  const photo = frameFrom(
    { width: 3, height: 5, depth: 'uint8', alpha: () => 0.6 },
    (x, y, c) => (x + 3 * y + c) / 20,
  );

  it('gives larger pictures, their transparency as large', async () => {
    const result = await applied({ file: twice('twice'), scale: 2, multiple: 4 }, photo);
    expect([result.width, result.height]).toEqual([6, 10]);
    const old = valuesOf(photo);
    const expected = Array.from({ length: 60 }, (_, i) => {
      const [x, y] = [(i % 6) >> 1, Math.floor(i / 6) >> 1];
      return old.slice(3 * (3 * y + x), 3 * (3 * y + x) + 3);
    });
    expect(valuesOf(result)).toEqual(expected.flat());
    expect([...(result.alpha?.data ?? [])]).toEqual(Array(60).fill(153));
  });

  it('refuses another scale than was said, and what is no whole multiple', async () => {
    expect(await refusal({ file: twice('twice'), scale: 3 }, photo)).toMatchObject({
      code: 'model/output-size',
      message: 'twice.onnx made 6x10 pixels of 3x5: 2 times as many a side, where `scale` says 3.',
    });
    for (const factors of [
      [1, 1, 1, 2],
      [1, 1, 0.5, 0.5],
    ])
      expect((await refusal({ file: twice('uneven', factors) }, photoOf(4, 4)))?.code).toBe(
        'model/output-size',
      );
  });
});

describe('sizes', () => {
  const eights = made('eights', [
    node('SpaceToDepth', ['input'], 'deep', { blocksize: 8 }),
    node('DepthToSpace', ['deep'], 'output', { blocksize: 8 }),
  ]);

  it('a model for multiples of 8 works once it is said, and fails with the engine’s words if not', async () => {
    const photo = photoOf(13, 3);
    expect(valuesOf(await applied({ file: eights, multiple: 8 }, photo))).toEqual(valuesOf(photo));
    const found = await refusal({ file: eights }, photo);
    expect(found?.code).toBe('tensor/run-failed');
    expect(found?.message).toContain('block_size');
    expect(found?.hint).toContain('multiple');
  });

  // What a picture of 6x4 pixels is filled up with shows in a model that gives the mirror image.
  const fixed = (): string => {
    const bytes = toOnnx((x: tf.Tensor4D) => tf.reverse(x, 2), { shape: [1, 4, 6, 3], dtype: 'float32' });
    if (E.isLeft(bytes)) throw new Error(bytes.left[0].message);
    return saved('fixed.onnx', bytes.right);
  };

  it('a model of one size takes pictures of that size, and says which when they differ', async () => {
    const photo = photoOf(6, 4);
    const mirrored = Array.from({ length: 72 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % 6, Math.floor(i / 18)];
      return valuesOf(photo)[(y * 6 + 5 - x) * 3 + (i % 3)];
    });
    expect(valuesOf(await applied({ file: fixed() }, photo))).toEqual(mirrored);
    expect(await refusal({ file: fixed() }, photoOf(5, 4))).toMatchObject({
      code: 'model/fixed-size',
      message: 'fixed.onnx takes 6x4 pixels only; the picture has 5x4.',
    });
  });

  it('smaller ones are mirrored at their edges with `fit: pad`, larger ones refused', async () => {
    const row = frameFrom({ width: 4, height: 1, depth: 'float32' }, (x) => x / 4);
    // 0 1 2 3, filled up to 0 1 2 3 2 1 and turned round.
    const result = await applied({ file: fixed(), fit: 'pad' }, row);
    expect(valuesOf(result).filter((_, i) => i % 3 === 0)).toEqual([0.25, 0.5, 0.75, 0.5]);
    expect((await refusal({ file: fixed(), fit: 'pad' }, photoOf(7, 4)))?.code).toBe('model/fixed-size');
  });

  it('others are stretched and stretched back with `fit: resize`', async () => {
    const ramp = frameFrom({ width: 48, height: 3, depth: 'float32', alpha: () => 1 }, (x) => x / 48);
    const result = await applied({ file: fixed(), fit: 'resize' }, ramp);
    expect([result.width, result.height]).toEqual([48, 3]);
    expect(result.alpha).toEqual(ramp.alpha);
    const middle = valuesOf(result).filter((_, i) => i % 3 === 0);
    for (const x of [16, 20, 24, 28, 32]) expect(middle[x]).toBeCloseTo((47 - x) / 48, 1);
  });
});

describe('what a file says of its use', () => {
  it('holds where the pipeline says nothing', async () => {
    const metadata = {
      'prismflow.range': '0..255',
      'prismflow.channels': 'bgr',
      'prismflow.multiple': '4',
      'prismflow.mean': '[10, 20, 30]',
      'prismflow.recipe': 'of no concern here',
      author: 'somebody',
    };
    const photo = photoOf(3, 3);
    const file = lift('told', NCHW, 0.25 * 255, metadata);
    const [b, g, r] = [10 / 255, 20 / 255, 30 / 255];
    for (const [i, value] of valuesOf(await applied({ file }, photo)).entries())
      expect(value).toBeCloseTo(plus(photo, [-r, -g, 0.25 - b])[i] ?? Number.NaN, 6);
    const rgb = valuesOf(await applied({ file, channels: 'rgb', mean: [0] }, photo));
    for (const [i, value] of rgb.entries())
      expect(value).toBeCloseTo(plus(photo, [0.25, 0, 0])[i] ?? Number.NaN, 6);
  });

  it('is refused when it makes no sense', async () => {
    const file = made('nonsense', identity, { metadata: { 'prismflow.range': '0..1000' } });
    const found = await refusal({ file });
    expect(found?.code).toBe('model/metadata');
    expect(found?.message).toContain('nonsense.onnx: its metadata entry `prismflow.range` cannot be');
  });
});

describe('an engine that ends', () => {
  it('is started again, and the model opened on it', async () => {
    const context = testContext();
    const loaded = await openModel(readParams(model({ file: made('again', identity) })) as never, context)();
    const engine = await context.openEngine();
    if (E.isLeft(loaded) || E.isLeft(engine)) throw new Error('not opened');
    const photo = photoOf(3, 2);
    const apply = () => applyModel(loaded.right.value, photo, new AbortController().signal)();
    expect(await apply()).toMatchObject(E.right({ frame: { samples: photo.samples }, doubts: [] }));
    await engine.right.dispose();
    const both = await Promise.all([apply(), apply()]);
    for (const result of both) expect(result).toMatchObject(E.right({ frame: { samples: photo.samples } }));
    await loaded.right.close();
  });
});

describe('a model with more bytes than photos may take together', () => {
  it('is refused before it is read', async () => {
    const file = join(folder, 'large.onnx');
    writeFileSync(file, '');
    truncateSync(file, 1.5e9);
    const context = { ...testContext(), memory: 1e9 };
    const loaded = await openModel(readParams(model({ file })) as never, context)();
    expect(loaded).toMatchObject(E.left([{ code: 'model/out-of-memory' }]));
  });
});

describe('a model that takes more than a picture', () => {
  /** Values of a photo times `sigma`, an input of another kind of numbers. */
  const scaled = (type: ElementType, dims: readonly number[]): string =>
    saved(
      `scaled-${type}.onnx`,
      encodeModel({
        name: 'scaled',
        nodes: [
          // 1 is float32.
          node('Cast', ['sigma'], 'times', { to: 1 }),
          node('Mul', ['input', 'times']),
        ],
        initializers: [],
        inputs: [
          { name: 'sigma', type, dims },
          { name: 'input', type: 'float32', dims: NCHW },
        ],
        outputs: [{ name: 'output', type: 'float32', dims: NCHW }],
        externalInitialisers: {},
        opsets: { '': 20 },
        metadata: {},
      }),
    );
  const photo = photoOf(5, 4);

  it.each([
    ['float32', [], [0.5]],
    ['float16', [1], [0.5]],
    ['int32', [1], [2]],
    ['int64', [], [2]],
    ['uint8', [1], [2]],
    ['bool', [1], [1]],
    ['float32', ONE, [0.5]],
    ['float32', [1, 3, 1, 1], [0.25, 0.5, 1]],
  ] as const)('is given the same of it for every picture: %s %j', async (type, dims, value) => {
    const result = await applied({ file: scaled(type, dims), constants: [{ name: 'sigma', value }] }, photo);
    const times = (i: number): number => value[value.length === 1 ? 0 : i % 3]!;
    expect(valuesOf(result)).toEqual(valuesOf(photo).map((each, i) => each * times(i)));
  });

  it('is refused with words that help where it is not given', async () => {
    const found = await refusal({ file: scaled('float32', []), input: 'input' });
    expect(found).toMatchObject({
      code: 'model/more-inputs',
      hint: expect.stringContaining('constants: { name: sigma, value: 1 }'),
    });
  });
});

describe('models that cannot be used', () => {
  const two = ['input', 'mask'];
  const sum = [node('Add', two)];
  const cases: readonly (readonly [code: string, part: string, params: () => Params])[] = [
    ['model/unreadable', 'nowhere.onnx', () => ({ file: join(folder, 'nowhere.onnx') })],
    [
      'model/not-onnx',
      'page.onnx',
      () => ({ file: saved('page.onnx', '<!doctype html><title>404</title>') }),
    ],
    ['model/not-onnx', 'empty.onnx', () => ({ file: saved('empty.onnx', '') })],
    ['model/refused', 'Sharpenify', () => ({ file: made('unknown', [node('Sharpenify', ['input'])]) })],
    [
      'model/not-for-pictures',
      '[1, 1000], no picture',
      () => ({ file: made('classes', identity, { dims: [1, 1000] }) }),
    ],
    [
      'model/not-for-pictures',
      'takes 4 pictures at once',
      () => ({ file: made('four', identity, { dims: [4, 3, 8, 8] }) }),
    ],
    [
      'model/channels',
      'takes 4 channels',
      () => ({ file: made('rgba', identity, { dims: [1, 4, FREE, FREE] }) }),
    ],
    [
      'model/channels',
      'layout nhwc',
      () => ({ file: made('turned', identity, { dims: [1, 3, 8, 8] }), layout: 'nhwc' }),
    ],
    ['model/type', 'int32', () => ({ file: made('integers', identity, { type: 'int32' }) })],
    ['model/ambiguous', '`input`, `mask`', () => ({ file: made('two', sum, { inputs: two }) })],
    ['model/more-inputs', '`mask`', () => ({ file: made('two', sum, { inputs: two }), input: 'input' })],
    ['model/no-such-value', '`output`', () => ({ file: made('one', identity), output: 'ouput' })],
    [
      'model/ambiguous',
      'outputs',
      () => ({
        file: made('both', [...identity, node('Neg', ['input'], 'b')], { outputs: ['output', 'b'] }),
      }),
    ],
  ];

  it.each(cases)('%s: %s', async (code, part, params) => {
    const found = await refusal(params());
    expect(found?.code).toBe(code);
    expect(found?.message).toContain(part);
  });

  it('one of several outputs is taken by its name', async () => {
    const file = made('both', [...identity, node('Neg', ['input'], 'b')], { outputs: ['output', 'b'] });
    const photo = photoOf(2, 2);
    expect(valuesOf(await applied({ file, output: 'b' }, photo))).toEqual(
      valuesOf(photo).map((value) => -value),
    );
  });
});
