import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { endlessModel, external, growingModel, modelWith, tensor } from '../../ops/testing/hostile-models.js';
import { surveyModel } from './foreign.js';

const FLOAT = 1;
const INT64 = 7;
const STRING = 8;

describe('surveyModel', () => {
  it('finds nothing wrong with plain models', () => {
    for (const bytes of [
      endlessModel(),
      growingModel(),
      modelWith(tensor('w', FLOAT, [2], new Uint8Array(8))),
    ])
      expect(surveyModel(bytes)).toEqual(E.right({ external: false }));
  });

  for (const depth of [0, 1, 5])
    it(`sees weights in other files, ${depth} graphs deep`, () => {
      for (const location of ['weights.bin', '../../etc/passwd', '/etc/passwd'])
        expect(surveyModel(modelWith(external(location), depth))).toEqual(E.right({ external: true }));
    });

  it('refuses tensors that say they are larger than they are', () => {
    for (const lie of [
      tensor('w', FLOAT, [2 ** 40], new Uint8Array(8)),
      tensor('w', FLOAT, [3], new Uint8Array(8)),
      tensor('w', INT64, [2 ** 30, 2 ** 30], new Uint8Array(8)),
      tensor('w', STRING, [2 ** 40], new Uint8Array(0)),
      tensor('w', 99, [2 ** 40], new Uint8Array(100)),
    ])
      expect(surveyModel(modelWith(lie))).toEqual(E.left(expect.stringContaining('`w` says that it has')));
  });

  it('refuses graphs that are nested without end', () => {
    expect(surveyModel(modelWith(tensor('w', FLOAT, [1], new Uint8Array(4)), 2000))).toEqual(
      E.left('its graphs are nested too deep'),
    );
  });

  it('comes to an end on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        surveyModel(bytes);
      }),
    );
    const right = endlessModel();
    fc.assert(
      fc.property(fc.nat(right.length - 1), fc.nat(255), (at, byte) => {
        surveyModel(right.with(at, byte));
      }),
    );
    for (let length = 0; length < right.length; length++) surveyModel(right.subarray(0, length));
  });
});
