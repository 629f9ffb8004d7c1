import protobuf from 'protobufjs/light.js';
import { definedOnly } from '../../ports/defined.js';
import type { Validation } from '../../ports/index.js';
import { crc32c, masked } from './crc32c.js';

/** The part of TensorFlow's event.proto and summary.proto that TensorBoard's scalars and pictures need. */
const root = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    Summary: { fields: { value: { rule: 'repeated', type: 'Value', id: 1 } } },
    Value: {
      fields: {
        tag: { type: 'string', id: 1 },
        simpleValue: { type: 'float', id: 2 },
        image: { type: 'Image', id: 4 },
      },
    },
    Image: {
      fields: {
        height: { type: 'int32', id: 1 },
        width: { type: 'int32', id: 2 },
        colorspace: { type: 'int32', id: 3 },
        encodedImageString: { type: 'bytes', id: 4 },
      },
    },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
  },
});
const eventType = root.lookupType('Event');

/** A picture as TensorBoard shows it. */
export interface EventPicture {
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** One event. `seconds` are those since 1970. */
export type TrainingEvent = { readonly seconds: number } & (
  | { readonly kind: 'version' }
  /** Training begins here: what was told of this step and later ones before counts no more. */
  | { readonly kind: 'start'; readonly step: number }
  | { readonly kind: 'scalars'; readonly step: number; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: 'pictures'; readonly step: number; readonly tag: string; readonly picture: EventPicture }
);

const SESSION_START = 1;
const RGB = 3;

const messageOf = (event: TrainingEvent): object => {
  switch (event.kind) {
    case 'version':
      return { fileVersion: 'brain.Event:2' };
    case 'start':
      return { step: event.step, sessionLog: { status: SESSION_START } };
    case 'scalars':
      return {
        step: event.step,
        summary: {
          value: Object.entries(event.values).map(([tag, simpleValue]) => ({ tag, simpleValue })),
        },
      };
    case 'pictures': {
      const { width, height, png } = event.picture;
      const image = { width, height, colorspace: RGB, encodedImageString: png };
      return { step: event.step, summary: { value: [{ tag: event.tag, image }] } };
    }
  }
};

/** Bytes framed as TFRecord: length, its checksum, the bytes, their checksum; all little-endian. */
const recordOf = (bytes: Uint8Array): Uint8Array => {
  const record = new Uint8Array(bytes.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(bytes, 12);
  view.setUint32(12 + bytes.length, masked(crc32c(bytes)), true);
  return record;
};

/** An event as it stands in an event file. */
export const eventBytes = (event: TrainingEvent): Uint8Array =>
  recordOf(eventType.encode(eventType.fromObject({ wallTime: event.seconds, ...messageOf(event) })).finish());

/** Scalars of a step under the names that TensorBoard groups by; figures that are not finite are shown as such. */
export const scalarsOf = (
  metrics: Readonly<Record<string, number>>,
  rate: number,
  imagesPerSecond: number | undefined,
  validation?: Validation,
): Readonly<Record<string, number>> => ({
  ...Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`metrics/${name}`, value])),
  ...Object.fromEntries(
    Object.entries(validation?.figures ?? {}).flatMap(([name, value]) => [
      [`validation/${name}`, value],
      [`validation of the photo itself/${name}`, validation?.before[name] ?? Number.NaN],
    ]),
  ),
  'training/learning rate': rate,
  ...definedOnly({ 'training/images per second': imagesPerSecond }),
});
