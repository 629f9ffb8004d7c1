import fc from 'fast-check';
import type { HostTensor } from '../../../ports/index.js';
import type { Sample } from '../agree.js';
import { axesOf, axisOf, bools, floats, imageShape, ints, shape, size } from '../tensors.js';
import { type Cases, either, kernel, oneKernel, program } from './programs.js';

/** float32 most of the time, so that gradients are checked, and the other dtypes now and then. */
const ofAnyType = (
  dims: readonly number[],
  then: (values: fc.Arbitrary<HostTensor>, by?: readonly string[]) => fc.Arbitrary<Sample>,
  by: readonly string[] = ['x'],
): fc.Arbitrary<Sample> =>
  fc.oneof(
    { weight: 3, arbitrary: then(floats(dims), by) },
    { weight: 1, arbitrary: then(ints(dims)) },
    { weight: 1, arbitrary: then(bools(dims)) },
  );

/** Several tensors, alike but for one axis, as a list. */
const listOf = (shapes: readonly (readonly number[])[], run: Sample['run']): fc.Arbitrary<Sample> =>
  fc.tuple(...shapes.map((dims) => floats(dims))).map((tensors) => {
    const inputs = Object.fromEntries(tensors.map((t, i) => [`x${i}`, t]));
    return { inputs, run, by: Object.keys(inputs) };
  });

const blockShapes = fc.tuple(size(3), size(3));

const paddings = (dims: readonly number[], most: (size: number) => number) =>
  fc.tuple(...dims.map((d) => fc.tuple(fc.nat(Math.max(0, most(d))), fc.nat(Math.max(0, most(d))))));

const mirrored = (mode: 'reflect' | 'symmetric') =>
  shape(1).chain((dims) =>
    paddings(dims, (d) => Math.min(3, mode === 'reflect' ? d - 1 : d)).chain((p) =>
      ofAnyType(dims, (x, by) => oneKernel('MirrorPad', { x }, { paddings: p, mode }, by)),
    ),
  );

const bordered = (mode: 'edge' | 'wrap') =>
  shape(1).chain((dims) =>
    paddings(dims, (d) => Math.min(3, d)).chain((p) =>
      ofAnyType(dims, (x, by) => oneKernel('BorderPad', { x }, { paddings: p, mode }, by)),
    ),
  );

const MODES = ['reflect', 'symmetric', 'edge', 'wrap'] as const;

/** How one axis of a strided slice is given. */
const stride = (length: number) =>
  fc.record({
    begin: fc.integer({ min: -length, max: length - 1 }),
    end: fc.integer({ min: -length - 1, max: length }),
    step: fc.constantFrom(1, 1, 2, 3, -1, -2),
  });

const masks = (rank: number) => fc.nat(2 ** rank - 1);

const stridedSlices = shape(1, 4).chain((dims) =>
  fc
    .tuple(fc.tuple(...dims.map(stride)), masks(dims.length), masks(dims.length), masks(dims.length))
    .map(([axes, beginMask, endMask, dropped]) => {
      // tfjs's cpu backend cannot drop an axis and step along another.
      const shrinkAxisMask = axes.every((a) => a.step === 1) ? dropped : 0;
      return {
        begin: axes.map((a) => a.begin),
        end: axes.map((a) => a.end),
        strides: axes.map((a) => a.step),
        beginMask: beginMask & ~shrinkAxisMask,
        endMask,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask,
      };
    })
    .filter((attrs) => elements(dims, attrs) > 0)
    .chain((attrs) => ofAnyType(dims, (x, by) => oneKernel('StridedSlice', { x }, attrs, by))),
);

const elements = (
  dims: readonly number[],
  a: {
    begin: number[];
    end: number[];
    strides: number[];
    beginMask: number;
    endMask: number;
    shrinkAxisMask: number;
  },
): number =>
  dims.reduce((n, d, i) => {
    const step = a.strides[i]!;
    const place = (v: number): number => (v < 0 ? v + d : v);
    if (a.shrinkAxisMask & (1 << i)) return n;
    const clamp = (v: number): number =>
      step > 0 ? Math.min(Math.max(v, 0), d) : Math.min(Math.max(v, -1), d - 1);
    const first = a.beginMask & (1 << i) ? (step > 0 ? 0 : d - 1) : clamp(place(a.begin[i]!));
    const last = a.endMask & (1 << i) ? (step > 0 ? d : -1) : clamp(place(a.end[i]!));
    return n * Math.max(0, Math.ceil((last - first) / step));
  }, 1);

/** A new axis and an ellipsis, which the random ones above leave out. */
const writtenOut = floats([3, 4, 5]).map(
  (x): Sample => ({
    inputs: { x },
    by: ['x'],
    run: ({ x: given }) =>
      kernel(
        'StridedSlice',
        { x: given! },
        {
          begin: [0, 1, 0, 4],
          end: [0, 3, 0, 0],
          strides: [1, 1, 1, -2],
          beginMask: 0,
          endMask: 0,
          ellipsisMask: 4,
          newAxisMask: 1,
          shrinkAxisMask: 0,
        },
      ),
  }),
);

export const shapeCases = {
  BatchToSpaceND: either(
    fc
      .tuple(blockShapes, size(3), size(3), size(2), fc.nat(1), fc.nat(1))
      .chain(([block, h, w, c, top, right]) => {
        const dims = [block[0] * block[1] * 2, h + 1, w + 1, c];
        const attrs = {
          blockShape: block,
          crops: [
            [top, 0],
            [0, right],
          ],
        };
        return ofAnyType(dims, (x, by) => oneKernel('BatchToSpaceND', { x }, attrs, by));
      }),
  ),
  BorderPad: either(bordered('edge'), bordered('wrap')),
  Concat: either(
    shape(1).chain((dims) =>
      fc.tuple(axisOf(dims), fc.array(size(3), { minLength: 1, maxLength: 3 })).chain(([axis, sizes]) =>
        listOf(
          sizes.map((d) => dims.with(axis, d)),
          (given) => kernel('Concat', Object.values(given), { axis }),
        ),
      ),
    ),
  ),
  DepthToSpace: either(
    fc
      .tuple(imageShape(4, 3), fc.constantFrom(2, 3))
      .chain(([[n, h, w, c], blockSize]) =>
        ofAnyType([n, h, w, c * blockSize * blockSize], (x, by) =>
          oneKernel('DepthToSpace', { x }, { blockSize, dataFormat: 'NHWC' }, by),
        ),
      ),
  ),
  ExpandDims: either(
    shape(0, 3).chain((dims) =>
      fc
        .integer({ min: -dims.length - 1, max: dims.length })
        .chain((dim) =>
          ofAnyType(dims, (input, by) => oneKernel('ExpandDims', { input }, { dim }, by), ['input']),
        ),
    ),
  ),
  FlipLeftRight: either(
    imageShape().chain((dims) => oneKernel('FlipLeftRight', { image: floats(dims) }, {}, ['image'])),
  ),
  MirrorPad: either(mirrored('reflect'), mirrored('symmetric')),
  Pack: either(
    shape(0, 3).chain((dims) =>
      fc.tuple(fc.nat(dims.length), size(3)).chain(([axis, count]) =>
        listOf(
          Array.from({ length: count }, () => dims),
          (given) => kernel('Pack', Object.values(given), { axis }),
        ),
      ),
    ),
  ),
  PadGradient: either(
    ...MODES.map((mode) =>
      shape(1).chain((dims) =>
        paddings(dims, (d) => Math.min(3, mode === 'reflect' ? d - 1 : d)).chain((p) =>
          oneKernel(
            'PadGradient',
            { dy: floats(dims.map((d, i) => d + p[i]![0] + p[i]![1])) },
            { mode, paddings: p },
            ['dy'],
          ),
        ),
      ),
    ),
  ),
  PadV2: either(
    shape(1).chain((dims) =>
      fc
        .tuple(
          paddings(dims, () => 2),
          fc.constantFrom(0, 1, -2),
        )
        .chain(([p, constantValue]) =>
          fc.oneof(
            oneKernel('PadV2', { x: floats(dims) }, { paddings: p, constantValue }, ['x']),
            oneKernel('PadV2', { x: ints(dims) }, { paddings: p, constantValue }),
            oneKernel('PadV2', { x: bools(dims) }, { paddings: p, constantValue: 1 }),
          ),
        ),
    ),
  ),
  Reshape: either(
    shape(0).chain((dims) =>
      fc
        .constantFrom([-1], [1, -1], [...dims, 1], dims.toReversed())
        .chain((to) => ofAnyType(dims, (x, by) => oneKernel('Reshape', { x }, { shape: to }, by))),
    ),
  ),
  Reverse: either(
    shape().chain((dims) =>
      axesOf(dims).chain((axes) =>
        ofAnyType(dims, (x, by) => oneKernel('Reverse', { x }, { dims: axes }, by)),
      ),
    ),
  ),
  Slice: either(
    shape(1).chain((dims) =>
      fc.tuple(...dims.map((d) => fc.tuple(fc.nat(d - 1), fc.boolean()))).chain((cuts) =>
        ofAnyType(dims, (x, by) =>
          oneKernel(
            'Slice',
            { x },
            {
              begin: cuts.map(([b]) => b),
              size: cuts.map(([b, all], i) => (all ? -1 : Math.ceil((dims[i]! - b) / 2))),
            },
            by,
          ),
        ),
      ),
    ),
  ),
  SpaceToBatchND: either(
    fc.tuple(blockShapes, size(3), size(3), size(2), fc.nat(1)).chain(([block, h, w, c, less]) => {
      const cut = [Math.min(less, block[0] * h - 1), Math.min(less, block[1] * w - 1)] as const;
      const dims = [2, block[0] * h - cut[0], block[1] * w - cut[1], c];
      const attrs = {
        blockShape: block,
        paddings: [
          [cut[0], 0],
          [0, cut[1]],
        ],
      };
      return ofAnyType(dims, (x, by) => oneKernel('SpaceToBatchND', { x }, attrs, by));
    }),
  ),
  SpaceToDepth: either(
    fc
      .tuple(imageShape(3, 3), fc.constantFrom(2, 3))
      .chain(([[n, h, w, c], blockSize]) =>
        ofAnyType([n, h * blockSize, w * blockSize, c], (x, by) =>
          oneKernel('SpaceToDepth', { x }, { blockSize }, by),
        ),
      ),
  ),
  SplitV: either(
    shape(1).chain((dims) =>
      fc
        .tuple(axisOf(dims), fc.array(size(3), { minLength: 1, maxLength: 3 }), fc.boolean())
        .chain(([axis, sizes, open]) => {
          const whole = dims.with(
            axis,
            sizes.reduce((a, b) => a + b),
          );
          // tfjs counts wrongly where the open part comes first.
          const parts = open && sizes.length > 1 ? sizes.with(-1, -1) : sizes;
          return ofAnyType(whole, (x, by) =>
            program({ x }, (given) => kernel('SplitV', given, { numOrSizeSplits: [...parts], axis }), by),
          );
        }),
    ),
  ),
  StridedSlice: either(stridedSlices, writtenOut),
  Tile: either(
    shape().chain((dims) =>
      fc
        .array(size(3), { minLength: dims.length, maxLength: dims.length })
        .chain((reps) => ofAnyType(dims, (x, by) => oneKernel('Tile', { x }, { reps }, by))),
    ),
  ),
  Transpose: either(
    shape().chain((dims) =>
      fc
        .shuffledSubarray(
          dims.map((_, i) => i),
          { minLength: dims.length },
        )
        .chain((perm) => ofAnyType(dims, (x, by) => oneKernel('Transpose', { x }, { perm }, by))),
    ),
  ),
  Unpack: either(
    shape(1).chain((dims) =>
      axisOf(dims).chain((axis) =>
        ofAnyType(dims, (value, by) => oneKernel('Unpack', { value }, { axis }, by), ['value']),
      ),
    ),
  ),
} satisfies Partial<Cases>;
