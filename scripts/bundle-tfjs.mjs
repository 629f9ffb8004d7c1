/**
 * Writes dist/tensor/tfjs-gradients.cjs: tfjs-core's gradients and chained operations (`x.mul(2)`), which the package has only as
 * modules that Node cannot resolve. Whatever copy of tfjs-core they stand in registers with the one engine of the process.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

await build({
  stdin: {
    contents: `
      import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
      import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
    `,
    resolveDir: root,
  },
  outfile: `${root}/dist/tensor/tfjs-gradients.cjs`,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // Packages beside tfjs-core itself stay packages.
  external: ['long', 'seedrandom', 'node-fetch'],
  legalComments: 'eof',
  logLevel: 'warning',
});
