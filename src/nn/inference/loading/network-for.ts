import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Diagnostics, failure, printable } from '../../../diagnostics/index.js';
import type { AnyPart } from '../../../operator/part.js';
import type { NetworkSpec } from '../../../ports/index.js';
import { generatorOf } from '../../generators/index.js';
import type { Network } from '../../network.js';
import { networkOfPart, partsOf } from '../../parts/catalogue.js';

/**
 * The network of a model. One that a plugin defines is among the parts of the plugins that were loaded, or cannot be had: a model is
 * data, and loads nothing. Errors: `weights/unknown-generator`, `weights/model-json`.
 *
 * @param path how messages call the model
 */
export const networkFor = (
  path: string,
  spec: NetworkSpec,
  parts: readonly AnyPart[] = [],
): E.Either<Diagnostics, Network> => {
  const own = spec.plugin === undefined ? generatorOf(spec) : undefined;
  if (own !== undefined) return E.right(own);
  const known = partsOf(parts, 'generator');
  const part = Object.hasOwn(known, spec.kind) ? known[spec.kind] : undefined;
  if (part === undefined) {
    const { plugin, digest } = spec.plugin ?? { plugin: 'a plugin', digest: 'not noted' };
    return E.left([
      failure(
        'weights/unknown-generator',
        `${path} is a model of the generator \`${spec.kind}\`, which comes from the plugin ${printable(plugin)} (${digest}), and that is not loaded.`,
        {
          hint: 'Name the plugin under `plugins:` of the pipeline, or by `--plugin` on the command line.',
        },
      ),
    ]);
  }
  return pipe(
    networkOfPart(part, spec),
    E.mapLeft((why): Diagnostics => [failure('weights/model-json', `${path} cannot be used: ${why}.`)]),
  );
};
