export {
  type ArbitraryFrameOptions,
  arbitraryFrame,
  type FrameOptions,
  frameFrom,
  samplesFrom,
  valuesOf,
} from '../../testing/arbitraries/frames.js';
