export { codecOf, travelsOn } from './codec.js';
export type { DeclaredColour, Frame, ImageFormat, Metadata, MetadataBlock, Samples } from './frame.js';
export { arrays, type DataOf, type DType, type HostTensor } from './host-tensor.js';
export type { Item, ItemFailure, ItemKey, Outcome, TileKey } from './item.js';
export type { Json } from './json.js';
export {
  type BatchPort,
  batch,
  type EncodedPort,
  encoded,
  type FilePort,
  type FramePort,
  file,
  frame,
  type MeasurePort,
  measure,
  type NonePort,
  none,
  type OneOfPort,
  oneOf,
  type PairPort,
  type Port,
  pair,
  type SavedPort,
  saved,
  showPort,
  type TrainingPort,
  training,
  type UnpairedPort,
  unpaired,
  type Value,
  type VariablePort,
  variable,
} from './port.js';
export {
  type Bindings,
  type Mismatch,
  type Substitute,
  samePort,
  substitute,
  type Unify,
  unify,
} from './unify.js';
export type {
  Batch,
  Encoded,
  FileRef,
  Measure,
  NetworkSpec,
  Pair,
  SampleRow,
  Saved,
  TrainedModel,
  Training,
  Unpaired,
} from './values.js';
