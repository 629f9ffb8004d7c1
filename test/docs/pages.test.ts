import { Ajv2020 } from 'ajv/dist/2020.js';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml, stringify } from 'yaml';
import { jsonSchema, type RecordShape, type Shape } from '../../src/operator/params/index.js';
import { builtIn } from '../../src/ops/index.js';
import { analyse, parse } from '../../src/pipelines/compile.js';
import { inlineCode, operatorPages, pageOf, root, snippetsOf } from './snippets.js';

/** What steps that stand alone on a page may come after. */
const beginnings: readonly (readonly unknown[])[] = [
  [],
  [{ files: 'photos' }],
  [{ files: 'photos' }, 'decode'],
  [{ files: 'photos' }, 'decode', 'encode'],
];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A snippet of YAML as whole files: as it is, completed, or each of its steps in the place where it fits. */
const filesOf = (snippet: unknown): readonly (readonly string[])[] => {
  if (Array.isArray(snippet))
    return snippet.map((step) =>
      beginnings.map((before) => stringify({ version: 1, steps: [...before, step] })),
    );
  if (!isRecord(snippet)) return [];
  const streams = isRecord(snippet.streams) ? Object.keys(snippet.streams) : [];
  return [[stringify({ version: 1, steps: [streams.at(-1)], ...snippet })]];
};

/** What is wrong with a file; undefined when it makes sense. */
const faultOf = async (text: string): Promise<string | undefined> => {
  const file = parse('page.yaml', text);
  if (E.isLeft(file)) return file.left.map(({ message }) => message).join('\n');
  const open = file.right.pipelines.flatMap(({ params }) =>
    params.filter(({ declaration }) => declaration.default === undefined),
  );
  const set = Object.fromEntries(open.map(({ name }) => [name, 'photos']));
  const graph = await analyse({ path: `${root}page.yaml`, text }, { set })();
  return E.isLeft(graph) ? graph.left.map(({ message }) => message).join('\n') : undefined;
};

const yamlSnippets = ['README.md', ...operatorPages().map((name) => `src/ops/${name}/README.md`)].flatMap(
  (path) =>
    snippetsOf(pageOf(path))
      .filter(({ language }) => language === 'yaml')
      .map(({ text, line }) => [`${path}:${line}`, text] as const),
);

describe('the YAML of pages makes sense', () => {
  it.each(yamlSnippets)('%s', async (_, text) => {
    const files = filesOf(parseYaml(text));
    expect(files.length).toBeGreaterThan(0);
    for (const ways of files) {
      const faults = await Promise.all(ways.map(faultOf));
      expect(faults, ways.at(-1)).toContain(undefined);
    }
  });
});

/** All shapes that a name stands for among parameters, at any depth. */
const shapesOf = (shape: Shape, name: string): readonly Shape[] => {
  switch (shape.kind) {
    case 'record':
      return Object.entries(shape.fields).flatMap(([field, { shape: inner }]) => [
        ...(field === name ? [inner] : []),
        ...shapesOf(inner, name),
      ]);
    case 'tagged':
      return Object.entries(shape.variants).flatMap(([variant, inner]): readonly Shape[] => [
        ...(variant === name ? [inner] : []),
        ...shapesOf(inner, name),
      ]);
    case 'list':
      return shapesOf(shape.of, name);
    case 'anyOf':
      return shape.options.flatMap((option) => shapesOf(option, name));
    default:
      return [];
  }
};

const ajv = new Ajv2020({ strict: false });

/** Text names single settings, so that what else must be given may be missing. */
const relaxed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(relaxed);
  return isRecord(schema)
    ? Object.fromEntries(
        Object.entries(schema).flatMap(([key, value]) => (key === 'required' ? [] : [[key, relaxed(value)]])),
      )
    : schema;
};

const accepts = (shape: Shape, value: unknown): boolean =>
  (shape.kind === 'tagged' && typeof value === 'string' && value in shape.variants) ||
  ajv.validate(relaxed(jsonSchema(shape)) as object, value);

/** `quality: 92` on a page is a parameter of some operator, and a value that it takes. */
const settingsOf = (page: string): readonly (readonly [name: string, value: unknown, code: string])[] =>
  inlineCode(page)
    .filter((code) => /^[a-z][A-Za-z.-]*: \S/.test(code) && !code.includes('…'))
    .flatMap((code) => {
      const read: unknown = parseYaml(code);
      return isRecord(read) ? Object.entries(read).map(([name, value]) => [name, value, code] as const) : [];
    });

const everywhere: RecordShape = {
  kind: 'record',
  fields: Object.fromEntries(
    [...builtIn.values()].map(({ name, params }) => [
      name,
      { shape: params.shape, about: '', presence: 'optional' as const },
    ]),
  ),
};

describe('the settings that pages name are there', () => {
  it.each(operatorPages())('%s', (name) => {
    const own = builtIn.get(name);
    for (const [key, value, code] of settingsOf(pageOf(`src/ops/${name}/README.md`))) {
      const mine = own === undefined ? [] : shapesOf(own.params.shape, key);
      const shapes = mine.length > 0 ? mine : shapesOf(everywhere, key);
      expect(shapes.length, `${name} has no \`${key}\``).toBeGreaterThan(0);
      expect(
        shapes.some((shape) => accepts(shape, value)),
        `\`${code}\` is not accepted`,
      ).toBe(true);
    }
  });
});
