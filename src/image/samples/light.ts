import type { Samples } from '../../ports/index.js';

const LIGHT = Symbol('light');

/**
 * Marks samples as having a light, which a gain map can name. As with an origin, the mark belongs to this very object: an
 * operator that makes samples of others loses it, unless it only moves pixels and says so by `withLightOf`.
 */
export const markLight = (samples: Samples, light: object): Samples =>
  Object.defineProperty(samples, LIGHT, { value: light });

/** The light of samples; undefined for those without a mark. */
export const lightOf = (samples: Samples & { readonly [LIGHT]?: object }): object | undefined =>
  samples[LIGHT];

/** Samples that show the same light as those they were made of: their pixels were moved or mixed, and nothing else. */
export const withLightOf = (before: Samples, samples: Samples): Samples => {
  const light = lightOf(before);
  return light === undefined ? samples : markLight(samples, light);
};
