export { hasRoomFor } from './carried.js';
export { type Decoded, type DecodeOptions, decode, type Input } from './decode.js';
export { type EncodedPhoto, encode } from './encode.js';
export type { EncodeOptions } from './encode-options.js';
export { MAX_BYTES, MAX_PIXELS } from './limits.js';
export { isWhole } from './whole.js';
export { cutOut, type Fill, type Region } from './window.js';
export { isTemporary, TEMPORARY, writeAtomically } from './write.js';
export { receiptIn, withReceipt } from './xmp.js';
