import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { builtIn } from '../src/ops/index.js';
import { languageSchema } from '../src/pipelines/schema.js';

const root = new URL('../', import.meta.url);
const validate = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
}).compile(languageSchema(builtIn));

const read = (path: string): unknown => parse(readFileSync(new URL(path, root), 'utf8'), { schema: 'core' });

const yamlIn = (folder: string): readonly string[] =>
  readdirSync(fileURLToPath(new URL(folder, root)), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => `${folder}${path}`);

/** Examples for other programs: compose, Kubernetes. */
const isForeign = (path: string): boolean => path.startsWith('examples/scale/');

const examples = yamlIn('examples/').filter((path) => !isForeign(path));

describe('the JSON Schema of the language', () => {
  it.each(['pipelines.yaml', ...examples, ...yamlIn('src/ops/')])('accepts %s', (path) => {
    expect([validate(read(path)), validate.errors]).toEqual([true, null]);
  });

  // What only the compiler can see: how texts are written, what names refer to, and what is on the disk.
  const beyond =
    /^(yaml|ports|params-(not|without|wrong|default)|streams|training|glob|template|files|plugin|step-misspelt\.|step-several|step-options|file-several)/;
  const malformed = yamlIn('test/golden/malformed/').filter(
    (path) => !beyond.test(path.split('/').at(-1) ?? ''),
  );

  it.each(malformed)('refuses %s', (path) => {
    expect(validate(read(path))).toBe(false);
  });

  it('lets files with plugins name operators that it does not know', () => {
    const steps = [{ files: 'photos' }, { sharpen: { by: 3 } }];
    expect(validate({ version: 1, steps })).toBe(false);
    expect(validate({ version: 1, plugins: ['./sharpen.mjs'], steps })).toBe(true);
  });
});
