import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import protobuf from 'protobufjs/light.js';
import type { HostTensor } from '../../ports/index.js';

/**
 * The part of onnx.proto (IR version 9, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3) that a model of ours
 * uses, with its field numbers.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        producerVersion: { type: 'string', id: 3 },
        docString: { type: 'string', id: 6 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
      },
    },
    OperatorSetIdProto: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    StringStringEntryProto: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        docString: { type: 'string', id: 10 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
        docString: { type: 'string', id: 6 },
        domain: { type: 'string', id: 7 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        floats: { rule: 'repeated', type: 'float', id: 7, options: { packed: false } },
        ints: { rule: 'repeated', type: 'int64', id: 8, options: { packed: false } },
        type: { type: 'int32', id: 20 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1, options: { packed: false } },
        dataType: { type: 'int32', id: 2 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
      },
    },
    ValueInfoProto: {
      fields: {
        name: { type: 'string', id: 1 },
        type: { type: 'TypeProto', id: 2 },
        docString: { type: 'string', id: 3 },
      },
    },
    TypeProto: { fields: { tensorType: { type: 'TensorTypeProto', id: 1 } } },
    TensorTypeProto: {
      fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'TensorShapeProto', id: 2 } },
    },
    TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'DimensionProto', id: 1 } } },
    DimensionProto: { fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } } },
  },
});

const ModelProto = root.lookupType('ModelProto');

/** What is read of any model: all else, its weights above all, is passed over. */
const ModelHead = protobuf.Root.fromJSON({
  nested: {
    ModelHead: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        graph: { type: 'bytes', id: 7 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
      },
    },
    StringStringEntryProto: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
  },
}).lookupType('ModelHead');

/** What an ONNX file says of itself. */
export interface ModelHead {
  /** Its `metadata_props`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads what any `.onnx` file says of itself; none when these are not the bytes of one. */
export const decodeMetadata = (bytes: Uint8Array): O.Option<ModelHead> =>
  pipe(
    O.tryCatch(() => ModelHead.toObject(ModelHead.decode(bytes), { arrays: true, longs: Number })),
    O.filter(({ irVersion, graph }) => irVersion > 0 && graph !== undefined),
    O.map(({ metadataProps }) => ({
      metadata: Object.fromEntries(
        metadataProps.map(({ key, value }: { readonly key: string; readonly value: string }) => [key, value]),
      ),
    })),
  );

/** TensorProto.DataType. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  uint16: 4,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
} as const;

/** Element types that values and constants have; float64 appears between operators only. */
export type ElementType = Exclude<keyof typeof elementTypes, 'float64'>;

export type Attribute = number | string | readonly number[] | { readonly float: number };

/** One ONNX operator; an empty input name leaves an optional operand out. */
export interface OnnxNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly domain: string;
  readonly scope: string;
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Names of the axes that may have any length, in their places; their numbers in `dims` do not count then. */
  readonly free?: readonly (string | undefined)[];
}

/** A model before it is bytes. */
export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  /** Values for those inputs that are constants of the program. */
  readonly externalInitialisers: Readonly<Record<string, HostTensor>>;
  readonly outputs: readonly OnnxValue[];
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const attribute = ([name, value]: readonly [string, Attribute]) => {
  if (typeof value === 'number') return { name, i: value, type: 2 };
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: 3 };
  if ('float' in value) return { name, f: value.float, type: 1 };
  return { name, ints: [...value], type: 7 };
};

const valueInfo = ({ name, type, dims, free = [] }: OnnxValue) => ({
  name,
  type: {
    tensorType: {
      elemType: elementTypes[type],
      shape: {
        dim: dims.map((dimValue, axis) =>
          free[axis] === undefined ? { dimValue } : { dimParam: free[axis] },
        ),
      },
    },
  },
});

/** The bytes of an `.onnx` file. */
export const encodeModel = (model: OnnxModel): Uint8Array =>
  ModelProto.encode(
    ModelProto.create({
      irVersion: 9,
      producerName: 'prismflow',
      opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
      metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: model.name,
        node: model.nodes.map((n) => ({
          input: n.inputs,
          output: n.outputs,
          name: n.outputs[0] ?? n.opType,
          opType: n.opType,
          domain: n.domain,
          docString: n.scope,
          attribute: Object.entries(n.attributes).map(attribute),
        })),
        initializer: model.initializers.map(({ name, type, dims, bytes }) => ({
          name,
          dims,
          dataType: elementTypes[type],
          rawData: bytes,
        })),
        input: model.inputs.map(valueInfo),
        output: model.outputs.map(valueInfo),
      },
    }),
  ).finish();
