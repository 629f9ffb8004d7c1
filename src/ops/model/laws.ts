import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError } from '../../diagnostics/index.js';
import * as tf from '../../tensor/tfjs.js';
import { toOnnx } from '../../tensor/to-onnx.js';
import type { LawKit } from '../../testing/index.js';

const SIDE = 8;

/** Models of pictures of one size, `[1, height, width, 3]`: one that softens, and one that enlarges. */
const programs = {
  soften: (x: tf.Tensor4D) => tf.avgPool(x, 3, 1, 'same'),
  enlarge: (x: tf.Tensor4D) => tf.image.resizeNearestNeighbor(x, [2 * SIDE, 2 * SIDE]),
};

export const kit: LawKit = async (folder) => {
  const saved = async (name: keyof typeof programs): Promise<string> => {
    const path = join(folder, `${name}.onnx`);
    const model = toOnnx(programs[name], { shape: [1, SIDE, SIDE, 3], dtype: 'float32' });
    if (E.isLeft(model)) throw new DiagnosticError(model.left);
    await writeFile(path, model.right);
    return path;
  };
  const [soften, enlarge] = [await saved('soften'), await saved('enlarge')];
  return {
    runs: 20,
    params: fc.constantFrom(
      { file: soften, layout: 'nhwc', fit: 'pad' },
      { file: soften, layout: 'nhwc', fit: 'resize' },
      { file: enlarge, layout: 'nhwc', fit: 'pad', scale: 2 },
    ),
    pictures: { maxSide: SIDE },
  };
};
