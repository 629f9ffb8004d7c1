import { concat, fromLatin1 } from '../bytes.js';
import { box } from './heif.js';

/** JPEG XL files of 64x64 pixels, which ffmpeg made with libjxl (`-distance 0 -effort 9`): no encoder is needed to run the tests. */
const files = {
  /** 8 bits: quarters of red, green, blue and white. */
  quarters: '/wpPQCQIAgEApABLGBPvOHgIgHp2Pgb9BYIA4AXKBACM1yeQ1uFPf/8CMLiz3AtESfUPEw==',
  /** The same, half transparent. */
  transparent: '/wpPwEoICBAAuABLKCTGTAcKAqCe3Y8xxp0LCAHg+YMJMEim78+kyR9IoM9fk7DvcbXnl3QocVCD',
  /** 16 bits, in boxes: grey of which x * 1024 + y is the value. */
  ramp16:
    'AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAAJanhsbAoAAABZanhsY/8KT/ADCQgCAQAUAUsYm+2Ap6CgpGFUOo09GAgOAABYNAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==',
} as const;

export const jxlFile = (name: keyof typeof files): Uint8Array =>
  new Uint8Array(Buffer.from(files[name], 'base64'));

/** A codestream in boxes, with others before it. */
export const boxedJxl = (codestream: Uint8Array, ...before: readonly Uint8Array[]): Uint8Array =>
  concat([
    box('JXL ', fromLatin1('\r\n\x87\n')),
    box('ftyp', fromLatin1('jxl \0\0\0\0jxl ')),
    ...before,
    box('jxlc', codestream),
  ]);
