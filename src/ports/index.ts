export type { Frame, ImageFormat, Metadata, Samples } from './frame.js';
export type { DataOf, DType, HostTensor } from './host-tensor.js';
export type { Item, ItemFailure, ItemKey, Outcome } from './item.js';
