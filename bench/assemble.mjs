// Writes kernel-module.ts from kernel.wat: `npm run assemble`.
import { readFile, writeFile } from 'node:fs/promises';
import openWabt from 'wabt';

const folder = new URL('../src/nn/inference/sliced/', import.meta.url);
const wabt = await openWabt();
const text = await readFile(new URL('kernel.wat', folder), 'utf8');
const module = wabt.parseWat('kernel.wat', text, { simd: true, sat_float_to_int: true });
const { buffer } = module.toBinary({});
const lines =
  Buffer.from(buffer)
    .toString('base64')
    .match(/.{1,100}/g) ?? [];
await writeFile(
  new URL('kernel-module.ts', folder),
  `/** kernel.wat assembled, as base64; made by \`npm run assemble\`. */\nexport const KERNEL = [\n${lines.map((line) => `  '${line}',`).join('\n')}\n].join('');\n`,
);
