import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/trust.md'), 'utf8');

/** The rows of the table below a heading, without its head. */
const rowsBelow = (heading: string): readonly (readonly string[])[] => {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section.split('\n## ')[0] ?? '') ?? [];
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
};

const pathsIn = (cell = ''): readonly string[] =>
  [...cell.matchAll(/`([^`]+\.ts)`/g)].map(([, path = '']) => path);

const places = rowsBelow('Where foreign bytes enter');
const own = rowsBelow('Modules that read none');
const parsers = new Set(places.flatMap(([, parser]) => pathsIn(parser)));
const readers = new Set(own.flatMap(([module]) => pathsIn(module)));

/** Packages that parse: whoever imports one of them parses. A new dependency belongs here or below. */
const parsingPackages: ReadonlySet<string> = new Set([
  '@aws-sdk/client-s3',
  '@fastify/multipart',
  'bullmq',
  'es-module-lexer',
  'fastify',
  'ioredis',
  'jxl-oxide-wasm',
  'libraw-wasm',
  'parse-exr',
  'libheif-js',
  'onnxruntime-node',
  'protobufjs',
  'saxes',
  'sharp',
  'tinyglobby',
  'yaml',
]);

/** Dependencies that are given no bytes of others. */
const otherPackages: ReadonlySet<string> = new Set([
  '@dagrejs/dagre',
  '@fastify/helmet',
  '@fastify/rate-limit',
  '@fastify/static',
  '@fastify/swagger',
  '@fastify/type-provider-typebox',
  '@fastify/under-pressure',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-core',
  'commander',
  'fast-check',
  'fastest-levenshtein',
  'fp-ts',
  'io-ts',
  'ipaddr.js',
  'koffi',
  'light-my-request',
  'lmdb',
  'lru-cache',
  'picocolors',
  'pino',
  'prom-client',
  'rxjs',
  'standardwebhooks',
  'typebox',
  'yazl',
]);

/** Signs that a module reads a file or parses what it is given. */
const signs: Readonly<Record<string, RegExp>> = {
  JSON: /\bJSON\.parse\b|\bparseJson\(/,
  'numbers of bytes':
    /\bnew DataView\(|\.get(?:Big)?(?:Uint|Int|Float)\d+\(|\.read(?:Big)?U?(?:Int|Float|Double)\w*\(/,
  decompression: /\b(?:inflate|gunzip|brotliDecompress|unzip|zstdDecompress)\w*\(/,
  'an expression made at run time': /\bnew RegExp\(/,
  TextDecoder: /\bnew TextDecoder\b/,
  'a read': /\b(?:readFile|readFileSync|readBytes|createReadStream|readSync)\(/,
  'a computed import': /\bimport\((?!['.)…])/,
  'evaluated text': /\bnew Function\(|\beval\(|['"](?:node:)?vm['"]/,
  messages: /\bon(?:ce)?\('message'/,
  'what is typed': /\bcreateInterface\(/,
  XML: /\bDOMParser\b/,
};

/** Code without its comments, where such words only tell. */
const codeOf = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');

const importsOf = (code: string): readonly string[] =>
  [
    ...code.matchAll(/^import (?!type\b)[^;]*?from '([^'.#][^']*)'|\b(?:import|require)\('([^'.#][^']*)'/gm),
  ].map(([, still, late]) => still ?? late ?? '');

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const modules = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter(
    (path) =>
      /\.[cm]?ts$/.test(path) && !/\.test\.ts$|\/testing\/|\/laws\.ts$|^src\/diagnostics\/codes\//.test(path),
  );

/** What makes a module look like a parser. */
const signsOf = (path: string): readonly string[] => {
  const code = codeOf(readFileSync(join(root, path), 'utf8'));
  return [
    ...Object.entries(signs).flatMap(([sign, pattern]) => (pattern.test(code) ? [sign] : [])),
    ...importsOf(code)
      .map(packageOf)
      .filter((name) => parsingPackages.has(name))
      .map((name) => `imports ${name}`),
  ];
};

describe('docs/trust.md', () => {
  it('has a row for each module that may parse what comes from others', () => {
    const missing = modules
      .filter((path) => !parsers.has(path) && !readers.has(path))
      .flatMap((path) => signsOf(path).map((sign) => `${path}: ${sign}`));
    expect(missing).toEqual([]);
  });

  it('has JSON of others read by the parser that bounds its levels alone', () => {
    const unbounded = [...parsers].filter((path) =>
      /\bJSON\.parse\b/.test(codeOf(readFileSync(join(root, path), 'utf8'))),
    );
    expect(unbounded).toEqual(['src/ports/json.ts']);
  });

  it('names modules and tests that are there, each module in one table only', () => {
    const tests = places.flatMap(([, , , test]) => pathsIn(test));
    for (const path of [...parsers, ...readers, ...tests])
      expect(existsSync(join(root, path)), path).toBe(true);
    expect([...parsers].filter((path) => readers.has(path))).toEqual([]);
  });

  it.each(places.map((cells) => [cells[0] ?? '', cells] as const))(
    'says of %s who parses it, what bounds it, and which test tries it',
    (_, cells) => {
      const [place = '', parser, limit = '', test] = cells;
      expect(cells).toHaveLength(4);
      expect([place, limit].every((cell) => cell.length > 2)).toBe(true);
      expect(pathsIn(parser).every((path) => path.startsWith('src/'))).toBe(true);
      expect(pathsIn(parser)).not.toEqual([]);
      expect(pathsIn(test)).not.toEqual([]);
      expect(pathsIn(test).every((path) => path.endsWith('.test.ts'))).toBe(true);
    },
  );

  it('lists as the program’s own only what looks like a parser', () => {
    const idle = [...readers].filter((path) => signsOf(path).length === 0);
    expect(idle).toEqual([]);
  });

  it('knows of each dependency whether it parses', () => {
    const {
      dependencies = {},
      optionalDependencies = {},
      peerDependencies = {},
    } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<
      Record<string, Readonly<Record<string, string>>>
    >;
    const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    expect(names.filter((name) => !parsingPackages.has(name) && !otherPackages.has(name))).toEqual([]);
    expect([...parsingPackages, ...otherPackages].filter((name) => !names.includes(name))).toEqual([]);
  });

  it('finds parsers where there are any', () => {
    for (const path of [
      'src/pipelines/parse/yaml.ts',
      'src/image/containers/png.ts',
      'src/nn/models/safetensors.ts',
    ])
      expect(signsOf(path)).not.toEqual([]);
  });
});
