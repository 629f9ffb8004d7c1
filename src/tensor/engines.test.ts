import { describe, expect, it } from 'vitest';
import { engineNames, engines, USUAL_ENGINE } from './engines.js';

describe('the table of engines', () => {
  it('names each engine as ONNX Runtime or tfjs does', () => {
    expect(
      engineNames.map((name) => {
        const engine = engines[name];
        return [name, engine.kind, engine.kind === 'onnx' ? engine.provider : engine.backend];
      }),
    ).toEqual([
      ['cpu', 'onnx', 'cpu'],
      ['cuda', 'onnx', 'cuda'],
      ['webgpu', 'onnx', 'webgpu'],
      ['dml', 'onnx', 'dml'],
      ['coreml', 'onnx', 'coreml'],
      ['tfjs-node-gpu', 'tfjs', 'tensorflow'],
      ['tfjs-cpu', 'tfjs', 'cpu'],
    ]);
  });

  it('has a usual engine that starts everywhere and that `auto` takes where there is no GPU', () => {
    expect(engines[USUAL_ENGINE]).toMatchObject({ isEverywhere: true, auto: 'always' });
    expect(engineNames.filter((name) => engines[name].auto === 'always')).toEqual([USUAL_ENGINE]);
  });

  it('takes engines that start everywhere to be part of every installation', () => {
    for (const name of engineNames) {
      const engine = engines[name];
      if (engine.isEverywhere && engine.kind === 'onnx')
        expect(engine.platforms).toEqual(expect.arrayContaining(['linux', 'darwin', 'win32']));
    }
  });
});
