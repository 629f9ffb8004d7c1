import { isUtf8 } from 'node:buffer';

/**
 * Names of files as text. Linux takes any bytes for a name, and what is no UTF-8 would become one and the same sign (U+FFFD),
 * with which no file is found again. Here a byte that belongs to no UTF-8 is kept as a lone surrogate, U+DC80 to U+DCFF: the
 * "surrogateescape" of PEP 383. Such a text can be compared, joined, split and put into JSON like any other.
 */
export const nameOfBytes = (bytes: Uint8Array): string => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let text = '';
  for (let at = 0; at < buffer.length; ) {
    const length = [1, 2, 3, 4].find((n) => at + n <= buffer.length && isUtf8(buffer.subarray(at, at + n)));
    text +=
      length === undefined
        ? String.fromCharCode(0xdc00 + (buffer[at] as number))
        : buffer.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text;
};

const lone = /[\udc80-\udcff]/u;
const eachLone = /([\udc80-\udcff])/u;

/** Whether a name, or a path, holds bytes that are no UTF-8. */
export const hasRawBytes = (path: string): boolean => lone.test(path);

/** A path as the system takes it: text, or the very bytes where they are no UTF-8. */
export const onDisk = (path: string): string | Buffer =>
  process.platform === 'win32' || !hasRawBytes(path)
    ? path
    : Buffer.concat(
        path
          .split(eachLone)
          .map((part) => (lone.test(part) ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part))),
      );
