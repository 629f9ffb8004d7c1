export { isTemporary, type Replaceable, TEMPORARY, writeAtomically, writeInPlaceOf } from '../disk/write.js';
export { type Decoded, type DecodeOptions, decode, type Input } from './decoding/decode.js';
export { isWhole } from './decoding/whole.js';
export { type EncodedPhoto, encode } from './encoding/encode.js';
export type { EncodeOptions } from './encoding/encode-options.js';
export { MAX_BYTES, MAX_PIXELS } from './limits.js';
export { receiptIn, withReceipt } from './metadata/xmp.js';
export { cutOut, type Fill, type Region } from './samples/window.js';
