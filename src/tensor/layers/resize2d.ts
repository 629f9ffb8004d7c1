import * as tf from '../tfjs.js';

export interface ResizeOptions {
  readonly method?: 'bilinear' | 'nearest';
  /**
   * Where pixels lie: `half-pixel` takes them for areas with the value at the centre, as image editors and PyTorch's
   * `align_corners=False` do; `align` puts the centres of the corner pixels over one another (`align_corners=True`);
   * `top-left` the upper left corners (TensorFlow 1).
   */
  readonly corners?: 'half-pixel' | 'align' | 'top-left';
}

/** Pictures [N,H,W,C] in another size [height, width], without a filter against aliasing. Bilinear, half-pixel by default. */
export const resize2d = (
  x: tf.Tensor4D,
  size: readonly [number, number],
  { method = 'bilinear', corners = 'half-pixel' }: ResizeOptions = {},
): tf.Tensor4D => {
  const resize = method === 'bilinear' ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
  return resize(x, [size[0], size[1]], corners === 'align', corners === 'half-pixel');
};
