import type { HostTensor } from '../../ports/index.js';
import type { Jitted } from '../../tensor/index.js';
import type * as tf from '../../tensor/tfjs.js';
import type { Part } from './inference-path.js';

/** A part of a picture, and how strong the edit is and how far it leans back: numbers that a compiled program takes. */
export interface DialledPart extends Part {
  /** Strength and trust, [2]. */
  readonly dials: tf.Tensor1D;
}

/**
 * Programs that belong to a loaded model rather than to one edit with it: they are compiled once, whatever the edit's strength. They are
 * made on the engine that came first, and end with the model.
 */
export interface KeptPrograms {
  /** What predicts the grids of a model that slices them, by how the picture goes round. */
  readonly grids: Map<string, Jitted<tf.Tensor3D, readonly tf.Tensor3D[]>>;
  /** Edits that take strength and trust as inputs, by what else they depend on. */
  readonly edits: Map<string, Jitted<DialledPart, tf.Tensor3D>>;
  readonly dispose: () => void;
}

/** None yet. */
export const createKeptPrograms = (): KeptPrograms => {
  const [grids, edits]: [KeptPrograms['grids'], KeptPrograms['edits']] = [new Map(), new Map()];
  return {
    grids,
    edits,
    dispose: () => {
      for (const program of [...grids.values(), ...edits.values()]) program.dispose();
      grids.clear();
      edits.clear();
    },
  };
};

/** Strength and trust as a program takes them. */
export const dialsOf = (strength: number, trust: number): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape: [2],
  data: Float32Array.of(strength, trust),
});
