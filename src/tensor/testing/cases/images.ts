import fc from 'fast-check';
import type { HostTensor } from '../../../ports/index.js';
import type { KernelName } from '../../lower/index.js';
import type { Case } from '../agree.js';
import { floats, imageShape, ints, size } from '../tensors.js';
import { type Cases, either, oneKernel } from './programs.js';

const placement = fc.constantFrom(
  { alignCorners: false, halfPixelCenters: false },
  { alignCorners: true, halfPixelCenters: false },
  { alignCorners: false, halfPixelCenters: true },
);

const sizes = fc.tuple(size(12), size(12));

/** Some sizes are whole multiples, which have a form of their own. */
const resized = (name: KernelName): Case =>
  either(
    fc
      .tuple(
        imageShape(6, 3),
        placement,
        fc.oneof(
          sizes,
          fc.tuple(size(3), size(3)).map((f) => ({ times: f })),
        ),
      )
      .chain(([x, place, to]) => {
        const target = 'times' in to ? [x[1] * to.times[0], x[2] * to.times[1]] : to;
        return oneKernel(name, { images: floats(x) }, { ...place, size: target }, ['images']);
      }),
  );

/** tfjs's own gradient kernels are right for one square picture without half-pixel centres, and end if it is no pixel. */
const resizeGradient = (name: KernelName): Case =>
  either(
    fc
      .tuple(fc.integer({ min: 2, max: 6 }), size(3), sizes, fc.boolean())
      .chain(([side, c, to, alignCorners]) =>
        oneKernel(
          name,
          { dy: floats([1, ...to, c]), images: floats([1, side, side, c]) },
          { alignCorners, halfPixelCenters: false, size: to },
        ),
      ),
  );

const constant = (shape: readonly number[], values: readonly number[]): fc.Arbitrary<HostTensor> =>
  fc.constant({ dtype: 'float32', shape, data: Float32Array.from(values) });

/** Boxes of sixteenths, whose borders single precision meets exactly. */
const box = fc.array(
  fc.integer({ min: -4, max: 20 }).map((v) => v / 16),
  { minLength: 4, maxLength: 4 },
);

const crops = fc
  .record({
    image: fc.tuple(size(3), fc.constantFrom(1, 3, 5, 9), fc.constantFrom(1, 3, 5, 9), size(3)),
    boxes: fc.array(box, { minLength: 1, maxLength: 3 }),
    cropSize: fc.tuple(fc.constantFrom(1, 2, 3, 5), fc.constantFrom(1, 2, 3, 5)),
    method: fc.constantFrom('bilinear', 'nearest'),
    extrapolationValue: fc.constantFrom(0, -3),
  })
  .chain(({ image, boxes, cropSize, method, extrapolationValue }) =>
    oneKernel(
      'CropAndResize',
      {
        image: floats(image),
        boxes: constant([boxes.length, 4], boxes.flat()),
        boxInd: ints([boxes.length], 0, image[0] - 1),
      },
      { cropSize, method, extrapolationValue },
    ),
  );

const eighths = (min: number, max: number) => fc.integer({ min: min * 8, max: max * 8 }).map((v) => v / 8);

/** An affine map, or with a slight perspective where single precision does not decide between two pixels. */
const transforms = fc
  .record({
    image: imageShape(6, 3).map(([, h, w, c]) => [1, h, w, c] as const),
    linear: fc.tuple(eighths(-2, 2), eighths(-2, 2), eighths(-2, 2), eighths(-2, 2)),
    shift: fc.tuple(eighths(-9, 9), eighths(-9, 9)),
    perspective: fc.tuple(fc.constantFrom(0, 0.125), fc.constantFrom(0, 0.0625)),
    interpolation: fc.constantFrom('bilinear', 'nearest'),
    fillMode: fc.constantFrom('constant', 'reflect', 'wrap', 'nearest'),
    outputShape: fc.option(fc.tuple(size(6), size(6)), { nil: undefined }),
  })
  .chain(({ image, linear: [a, b, c, d], shift, perspective, interpolation, fillMode, outputShape }) => {
    const [e, f] = interpolation === 'nearest' ? [0, 0] : perspective;
    return oneKernel(
      'Transform',
      { image: floats(image), transforms: constant([1, 8], [a, b, shift[0], c, d, shift[1], e, f]) },
      { interpolation, fillMode, fillValue: 0.5, outputShape },
    );
  });

export const imageCases = {
  CropAndResize: either(crops),
  ResizeBilinear: resized('ResizeBilinear'),
  ResizeBilinearGrad: resizeGradient('ResizeBilinearGrad'),
  ResizeNearestNeighbor: resized('ResizeNearestNeighbor'),
  ResizeNearestNeighborGrad: resizeGradient('ResizeNearestNeighborGrad'),
  RotateWithOffset: either(
    fc
      .tuple(
        imageShape(6, 4),
        fc.float({ min: -4, max: 4, noNaN: true }),
        fc.constantFrom(0, 7),
        fc.constantFrom(0.5, 0.25),
      )
      .chain(([image, radians, fillValue, center]) =>
        oneKernel('RotateWithOffset', { image: floats(image) }, { radians, fillValue, center }),
      ),
  ),
  Threefry2x32: either(
    size(9).chain((count) =>
      oneKernel('Threefry2x32', {
        key: ints([2], -2_000_000_000, 2_000_000_000),
        counter: ints([2, count], -2_000_000_000, 2_000_000_000),
      }),
    ),
  ),
  Transform: either(transforms),
} satisfies Partial<Cases>;
