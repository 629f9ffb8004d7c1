import * as E from 'fp-ts/lib/Either.js';
import { arrays, type DType, type HostTensor, parseJson } from '../../../ports/index.js';

/** How much a head may hold: names and shapes of values, or an ONNX model's complaint. */
const MOST_HEAD = 16e6;

/** Where a tensor or a model lies in the bytes that follow a head. */
interface Part {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** Anything that can be said in JSON, and tensors by name. */
export interface Message {
  readonly head: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

/**
 * A message as it goes through a pipe: the length of the head in four bytes (little-endian), the head as JSON, and the tensors' bytes
 * one after the other. They are not copied.
 */
export const toFrames = ({ head, tensors }: Message): readonly Uint8Array[] => {
  const parts = Object.entries(tensors).map(
    ([name, { dtype, shape, data }]): Part => ({ name, dtype, shape, bytes: data.byteLength }),
  );
  const json = Buffer.from(JSON.stringify({ ...head, parts }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return [
    length,
    json,
    ...Object.values(tensors).map(
      ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ),
  ];
};

/** The bytes that are wanted next, to be filled by whoever reads; gives the next, or the message that is whole. */
export interface Reading {
  readonly wanted: Uint8Array;
  readonly filled: () => Reading | Message;
}

/** Begins to read a message. Throws where lengths are no lengths, and what should be JSON is none. */
export const readMessage = (): Reading => {
  const length = Buffer.alloc(4);
  return {
    wanted: length,
    filled: () => {
      const size = length.readUInt32LE();
      if (size > MOST_HEAD) throw new RangeError(`a head of ${size} bytes`);
      const json = new Uint8Array(size);
      return { wanted: json, filled: () => readTensors(headIn(Buffer.from(json).toString())) };
    },
  };
};

type Head = { readonly parts: readonly Part[] } & Message['head'];

const headIn = (json: string): Head => {
  const head = parseJson(json);
  if (E.isLeft(head)) throw new RangeError(`a head of which this is wrong: ${head.left}`);
  return head.right as Head;
};

/** Tensors that a message can have. */
const MOST_PARTS = 4096;

const readTensors = ({ parts, ...head }: Head): Reading | Message => {
  if (!Array.isArray(parts) || parts.length > MOST_PARTS) throw new RangeError('no list of parts');
  const read = (left: readonly Part[], tensors: Message['tensors']): Reading | Message => {
    const [part, ...others] = left;
    if (part === undefined) return { head, tensors };
    const { name, dtype, shape, bytes } = part;
    if (!Object.hasOwn(arrays, dtype) || !isLengthOf(shape, bytes / arrays[dtype].BYTES_PER_ELEMENT))
      throw new RangeError('a tensor whose shape is not that of its bytes');
    const data = new arrays[dtype](new ArrayBuffer(bytes));
    const next = { ...tensors, [name]: { dtype, shape, data } as HostTensor };
    if (bytes === 0) return read(others, next);
    return { wanted: new Uint8Array(data.buffer), filled: () => read(others, next) };
  };
  return read(parts, {});
};

/** Whether a shape has so many elements. */
const isLengthOf = (shape: unknown, elements: number): boolean =>
  Array.isArray(shape) &&
  shape.every((side) => Number.isSafeInteger(side) && side >= 0) &&
  shape.reduce((count: number, side: number) => count * side, 1) === elements;

/** True for what is read to its end. */
export const isWhole = (reading: Reading | Message): reading is Message => 'tensors' in reading;

/**
 * Reads messages out of pieces of a pipe, however they are cut, and gives each. What it gives throws as `readMessage` does, and is of no
 * use afterwards.
 */
export const readerOf = (whole: (message: Message) => void): ((chunk: Uint8Array) => void) => {
  let reading = readMessage();
  let at = 0;
  return (chunk) => {
    for (let from = 0; from < chunk.length; ) {
      const taken = Math.min(chunk.length - from, reading.wanted.length - at);
      reading.wanted.set(chunk.subarray(from, from + taken), at);
      [from, at] = [from + taken, at + taken];
      if (at < reading.wanted.length) continue;
      const next = reading.filled();
      at = 0;
      if (isWhole(next)) whole(next);
      reading = isWhole(next) ? readMessage() : next;
    }
  };
};
