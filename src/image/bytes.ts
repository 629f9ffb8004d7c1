/** The bytes as a DataView, without a copy. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The same memory as a Buffer, without a copy. */
export const bufferOf = (bytes: ArrayBufferView): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A Buffer's memory as a plain Uint8Array, without a copy. */
export const plain = (buffer: Uint8Array): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

/** Bytes `start` to `end` as Latin-1 text: one character a byte. */
export const latin1 = (bytes: Uint8Array, start = 0, end = bytes.length): string =>
  bufferOf(bytes).toString('latin1', Math.max(0, start), Math.min(end, bytes.length));

/** Latin-1 text as bytes. */
export const fromLatin1 = (text: string): Uint8Array => plain(Buffer.from(text, 'latin1'));

/** One array of all parts, in order. */
export const concat = (parts: readonly Uint8Array[]): Uint8Array => plain(Buffer.concat(parts));

/** Whether the text stands at that place, one character a byte. */
export const hasText = (bytes: Uint8Array, text: string, at = 0): boolean => {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
};

/** Whether two arrays hold the same bytes. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
