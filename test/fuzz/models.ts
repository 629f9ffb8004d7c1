import { readdirSync, readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { decodeManifest, encodeManifest } from '../../src/nn/models/model-json.js';
import { decodeTensors, encodeTensors } from '../../src/nn/models/safetensors.js';
import { conventionsOf } from '../../src/nn/onnx/conventions.js';
import { surveyModel } from '../../src/tensor/emit/foreign.js';
import { decodeMetadata, encodeModel } from '../../src/tensor/emit/schema.js';
import { readerOf, toFrames } from '../../src/tensor/run/model-process/frames.js';
import { expectThat, rightOf, type Target, textOf } from './target.js';

const tensors = encodeTensors(
  {
    w: { dtype: 'float32', shape: [2, 3], data: new Float32Array(6) },
    b: { dtype: 'uint8', shape: [3], data: new Uint8Array(3) },
  },
  { step: '1' },
);

const models = new URL('../../models/', import.meta.url);
const manifests = (): readonly Uint8Array[] =>
  readdirSync(models, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('model.json'))
    .map((name) => new Uint8Array(readFileSync(new URL(name, models))));

const onnx = encodeModel({
  name: 'm',
  nodes: [],
  initializers: [{ name: 'w', type: 'float32', dims: [2], bytes: new Uint8Array(8) }],
  inputs: [{ name: 'x', type: 'float32', dims: [1, 3, 0, 0], free: [undefined, undefined, 'h', 'w'] }],
  externalInitialisers: {},
  outputs: [{ name: 'y', type: 'float32', dims: [1, 3, 8, 8] }],
  opsets: { '': 17 },
  metadata: { 'prismflow.range': '0..1', 'prismflow.scale': '2' },
});

const tagged = (field: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length & 127]), bytes]);
};
const tensor = Uint8Array.of(8, 2, 16, 1, 66, 1, 97, 74, 8, 0, 0, 0, 0, 0, 0, 0, 0);
const external = Buffer.concat([tensor, Uint8Array.of(106, 0, 112, 1)]);

/** Models with tensors in a node's attribute, in a graph within a graph, in a function, and in another file. */
const nested: readonly Uint8Array[] = [
  tagged(7, tagged(5, tensor), tagged(1, tagged(5, tagged(5, tensor)))),
  tagged(7, tagged(1, tagged(5, tagged(6, tagged(5, tensor), tagged(15, tagged(1, tensor)))))),
  tagged(25, tagged(7, tagged(5, tagged(10, external)))),
];

/** Models and weights. */
export const modelTargets: Readonly<Record<string, Target>> = {
  safetensors: {
    seeds: () => [tensors],
    words: [
      '"dtype":"F32"',
      '"shape":[',
      '"data_offsets":[0,',
      '__metadata__',
      '__proto__',
      '{}',
      '1e99',
      '-1',
    ],
    run: (bytes) => {
      const read = rightOf(decodeTensors(bytes));
      if (read === undefined) return;
      const size = Object.values(read.tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
      expectThat(size <= 2 * bytes.length, 'tensors are no longer than their file');
    },
  },
  'model-answers': {
    seeds: () => [
      Buffer.concat(
        toFrames({
          head: { ok: true },
          tensors: { y: { dtype: 'float32', shape: [2, 3], data: new Float32Array(6) } },
        }),
      ),
      Buffer.concat(toFrames({ head: { ok: false, message: 'no' }, tensors: {} })),
    ],
    words: [
      '"dtype":"float32"',
      '"shape":[',
      '"bytes":',
      '"parts":',
      '__proto__',
      '1e99',
      '-1',
      'null',
      '[]',
    ],
    run: (bytes) => {
      const read = readerOf(({ tensors }) => {
        for (const { shape, data } of Object.values(tensors))
          expectThat(
            shape.reduce((count, side) => count * side, 1) === data.length,
            'a shape is that of its data',
          );
      });
      try {
        read(bytes);
      } catch (thrown) {
        // Whoever reads takes any of these for an answer that makes no sense.
        expectThat(
          thrown instanceof RangeError || thrown instanceof SyntaxError || thrown instanceof TypeError,
          'what is thrown is about the bytes',
        );
      }
    },
  },
  'model-json': {
    seeds: manifests,
    words: ['"snapshots":[', '"generator":', '"kind":', '__proto__', '1e308', '-1', '[]', '{}', 'null'],
    run: (bytes) => {
      const read = rightOf(decodeManifest('model.json', textOf(bytes)));
      if (read === undefined) return;
      const again = decodeManifest('model.json', encodeManifest(read));
      expectThat(E.isRight(again), 'what was read can be written and read again');
    },
  },
  onnx: {
    seeds: () => [onnx, ...nested],
    words: ['prismflow.', 'range', 'scale', 'layout'],
    run: (bytes) => {
      const head = decodeMetadata(bytes);
      if ('value' in head) rightOf(conventionsOf('m.onnx', head.value.metadata));
      rightOf(surveyModel(bytes));
    },
  },
};
