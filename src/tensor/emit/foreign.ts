import * as E from 'fp-ts/lib/Either.js';
import protobuf from 'protobufjs/light.js';

/** Messages of onnx.proto in which tensors lie, however deep, and tensors themselves. */
type Kind = 'model' | 'training' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor';

/** Which fields of a message hold which other ones (IR version 11). */
const fields: Readonly<Record<Exclude<Kind, 'tensor'>, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
};

/** How deep graphs in attributes of graphs may go. */
const MOST_DEPTH = 100;

/** Wire types of protobuf. */
const VARINT = 0;
const BYTES = 2;

/** Fields of TensorProto. */
const DIMS = 1;
const TYPE = 2;
const NAME = 8;
const RAW = 9;
const EXTERNAL_DATA = 13;
const LOCATION = 14;

/** Fields that hold a tensor's elements one by one, a byte each at least, or eight of them in a byte where they are bits. */
const elementFields: ReadonlySet<number> = new Set([4, 5, 6, 7, 10, 11]);

/** Bytes of an element in `raw_data`, by TensorProto.DataType; those of less than a byte are not counted. */
const elementBytes: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  14: 8,
  15: 16,
  16: 2,
};

/** Elements of the smallest type that one byte can hold. */
const MOST_IN_A_BYTE = 4;

/** What is found in a model from elsewhere. */
export interface ForeignModel {
  /** Whether tensors, also those inside loops, branches and functions, are in other files. */
  readonly external: boolean;
}

class Lie extends Error {}

/**
 * Goes through all tensors of an ONNX model, also those in graphs inside of graphs, without reading their data. Left is what is wrong:
 * bytes that are no protobuf, graphs nested without end, a tensor that says it has more elements than it brings along.
 */
export const surveyModel = (bytes: Uint8Array): E.Either<string, ForeignModel> => {
  let external = false;
  const visit = (given: Uint8Array, kind: Kind, depth: number): void => {
    if (depth > MOST_DEPTH) throw new Lie('its graphs are nested too deep');
    if (kind === 'tensor') {
      if (tensorIn(given)) external = true;
      return;
    }
    const reader = protobuf.Reader.create(given);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const inner = fields[kind][tag >>> 3];
      if (inner !== undefined && (tag & 7) === BYTES) visit(reader.bytes(), inner, depth + 1);
      else reader.skipType(tag & 7);
    }
  };
  try {
    visit(bytes, 'model', 0);
    return E.right({ external });
  } catch (thrown) {
    return E.left(thrown instanceof Lie ? thrown.message : 'its bytes are damaged');
  }
};

/** True for a tensor whose data are elsewhere. Throws for one that lies about its size. */
const tensorIn = (bytes: Uint8Array): boolean => {
  const reader = protobuf.Reader.create(bytes);
  let [count, type, name, raw, listed, external] = [1, 0, '', -1, 0, false];
  const dim = (): void => {
    const size = Number(reader.int64());
    if (!(size >= 0)) throw new Lie('a tensor has a side of less than nothing');
    count *= size;
  };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [field, wire] = [tag >>> 3, tag & 7];
    if (field === DIMS && wire === VARINT) dim();
    else if (field === DIMS && wire === BYTES) {
      const end = reader.uint32() + reader.pos;
      if (end > reader.len) throw new RangeError();
      while (reader.pos < end) dim();
    } else if (field === TYPE && wire === VARINT) type = reader.int32();
    else if (field === NAME && wire === BYTES) name = Buffer.from(reader.bytes()).toString();
    else if (field === RAW && wire === BYTES) raw = reader.bytes().length;
    else if (field === EXTERNAL_DATA) {
      external = true;
      reader.skipType(wire);
    } else if (field === LOCATION && wire === VARINT) external = reader.int32() !== 0 || external;
    else {
      const before = reader.pos;
      reader.skipType(wire);
      if (elementFields.has(field)) listed += reader.pos - before;
    }
  }
  const size = elementBytes[type];
  const most = raw >= 0 ? (size === undefined ? raw * MOST_IN_A_BYTE : raw / size) : listed * MOST_IN_A_BYTE;
  if (!external && count > most)
    throw new Lie(`its tensor \`${name.slice(0, 100)}\` says that it has ${count} elements, and has fewer`);
  return external;
};
