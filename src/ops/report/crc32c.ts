/** CRC-32C (Castagnoli), reflected, as in RFC 3720: Node's zlib has the other polynomial alone. */
const table = Uint32Array.from({ length: 256 }, (_, byte) =>
  Array.from({ length: 8 }).reduce<number>(
    (crc) => (crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1) >>> 0,
    byte,
  ),
);

/** The checksum of bytes, 0 to 2^32 - 1. */
export const crc32c = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
};

/** TensorFlow's mask, so that a checksum of bytes that hold checksums is none that says nothing. */
export const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
