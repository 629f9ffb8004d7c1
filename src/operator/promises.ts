/** Movements of a picture's pixels; `shift-x` turns a panorama: columns that leave on one side come in on the other. */
import type { PictureShape } from '../ports/index.js';
export type Symmetry = 'flip-x' | 'flip-y' | 'rotate-90' | 'rotate-180' | 'shift-x';

/**
 * What an operator promises beyond its ports. `checkOp` of `prismflow/testing` holds it to what stands here; laws that
 * every operator has to obey (pure, deterministic, finite numbers, metadata kept …) need no declaration.
 * `P` are parameters as the operator gets them, `W` as people write them.
 */
export interface Laws<P, W = unknown> {
  /**
   * Movements that come to the same before and after the operator. One that works pixel by pixel (`pointwise`) has them
   * all and need not say so. Of what is no picture, such as a measure, it means that it stays the same.
   */
  readonly equivariant?: (params: P, shape: PictureShape) => readonly Symmetry[];
  /** Parameters, as written, with which a picture goes through unchanged, whatever the others are: `{ strength: 0 }`. */
  readonly identity?: W;
  /**
   * Receptive field: how many pixels around a place, to each side, decide what it becomes. A large picture may then be
   * worked on in tiles that overlap by as much. `undefined`: all of them. 0 is understood of `pointwise`.
   */
  readonly receptiveRadius?: (params: P, shape: PictureShape) => number | undefined;
  /** Least and largest value of the result of a picture within 0..1; `undefined`: it may go beyond any. */
  readonly range?: (params: P) => readonly [least: number, largest: number] | undefined;
  /** False where it changes what a file carries beside its pixels on purpose. */
  readonly metadata?: false;
  /** False where it adds or removes transparency on purpose. */
  readonly transparency?: false;
  /** For a tensor operator: false with parameters whose result does not follow the picture smoothly, such as steps. */
  readonly differentiable?: (params: P) => boolean;
  /** For a join: true where streams of the same opaque pictures, within 0..1, come out as those pictures. */
  readonly idempotent?: (params: P) => boolean;
  /** For a flow: true where other items come out than went in, such as the tiles of a picture. */
  readonly remakes?: true;
  /** By how much values, 0..1, may differ where rounding is all the difference. Default: 1e-4. */
  readonly tolerance?: number;
}
