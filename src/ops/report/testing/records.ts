import protobuf from 'protobufjs/light.js';

/** What a TensorBoard event says, as read by this test's own strict reader. */
export interface ReadEvent {
  readonly seconds: number;
  readonly step: number;
  readonly fileVersion: string | undefined;
  readonly sessionStatus: number | undefined;
  readonly scalars: Readonly<Record<string, number>>;
  readonly images: readonly {
    readonly tag: string;
    readonly width: number;
    readonly height: number;
    readonly png: Uint8Array;
  }[];
}

/** CRC-32C bit by bit, from its definition. */
const checksum = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  const value = (crc ^ 0xffffffff) >>> 0;
  return (((value >>> 15) | (value << 17)) + 0xa282ead8) >>> 0;
};

/** Fields of a message by number, each with its values in order: numbers for varints, bytes for all others. */
const fieldsOf = (bytes: Uint8Array): ReadonlyMap<number, readonly (number | Uint8Array)[]> => {
  const reader = protobuf.Reader.create(bytes);
  const fields = new Map<number, (number | Uint8Array)[]>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const take = (length: number) => bytes.slice(reader.pos, reader.skip(length).pos);
    const value = (() => {
      switch (tag & 7) {
        case 0:
          return Number(reader.int64());
        case 1:
          return take(8);
        case 2:
          return reader.bytes();
        case 5:
          return take(4);
        default:
          throw new Error(`wire type ${tag & 7}`);
      }
    })();
    fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), value]);
  }
  return fields;
};

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const text = (bytes: number | Uint8Array | undefined) =>
  bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : undefined;

const eventOf = (bytes: Uint8Array): ReadEvent => {
  const event = fieldsOf(bytes);
  const messages = (number: number) => (event.get(number) ?? []).map((each) => fieldsOf(each as Uint8Array));
  const values = messages(5).flatMap((summary) =>
    (summary.get(1) ?? []).map((value) => fieldsOf(value as Uint8Array)),
  );
  const scalars = values.flatMap((value) => {
    const [simple] = value.get(2) ?? [];
    return simple instanceof Uint8Array
      ? [[text(value.get(1)?.[0]), viewOf(simple).getFloat32(0, true)]]
      : [];
  });
  const images = values.flatMap((value) =>
    (value.get(4) ?? []).map((bytesOfImage) => {
      const image = fieldsOf(bytesOfImage as Uint8Array);
      return {
        tag: text(value.get(1)?.[0]) ?? '',
        height: image.get(1)?.[0] as number,
        width: image.get(2)?.[0] as number,
        png: image.get(4)?.[0] as Uint8Array,
      };
    }),
  );
  return {
    seconds: viewOf(event.get(1)?.[0] as Uint8Array).getFloat64(0, true),
    step: (event.get(2)?.[0] as number | undefined) ?? 0,
    fileVersion: text(event.get(3)?.[0]),
    sessionStatus: messages(7)[0]?.get(1)?.[0] as number | undefined,
    scalars: Object.fromEntries(scalars) as Record<string, number>,
    images,
  };
};

/** Reads an event file to its last byte. Throws where a length, a checksum or a message is not as TensorFlow writes it. */
export const recordsOf = (file: Uint8Array): readonly ReadEvent[] => {
  if (file.length === 0) return [];
  const view = viewOf(file);
  const length = Number(view.getBigUint64(0, true));
  const body = file.slice(12, 12 + length);
  if (view.getUint32(8, true) !== checksum(file.slice(0, 8))) throw new Error('the length is damaged');
  if (view.getUint32(12 + length, true) !== checksum(body)) throw new Error('a record is damaged');
  return [eventOf(body), ...recordsOf(file.slice(16 + length))];
};
