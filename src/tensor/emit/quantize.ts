import type { NodeOf } from '../graph/index.js';
import type { Emitter } from './emitter.js';
import { elementTypes } from './schema.js';

const LARGEST = { uint8: 255, uint16: 65535 } as const;

/**
 * Rounds, clamps and narrows. ONNX Runtime's own quantisation with a scale of one does all three in one threaded pass; three
 * operators of standard ONNX take three times as long.
 */
export const emitQuantize = (e: Emitter, { attrs, inputs }: NodeOf<'quantize'>): string => {
  const x = e.value(inputs[0]!);
  if (e.dialect.contrib)
    return e.op('QuantizeLinear', [x, e.scalar(1, 'float32'), e.scalar(0, attrs.to)], {}, 'com.microsoft');
  const clamped = e.op('Clip', [
    e.op('Round', [x]),
    e.scalar(0, 'float32'),
    e.scalar(LARGEST[attrs.to], 'float32'),
  ]);
  return e.op('Cast', [clamped], { to: elementTypes[attrs.to] });
};
