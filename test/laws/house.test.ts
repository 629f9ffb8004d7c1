import { readdirSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@babel/parser';
import { describe, expect, it } from 'vitest';

/** Limits that keep the code easy to enter: of casts, of functions, of folders. An exception stands here with its reason. */

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** How often a value may be said to be `never`, which fits every type. */
const MOST_CASTS = 10;
/** Lines of a function. */
const MOST_LINES = 80;
/** Files at one level of a folder, tests included. */
const MOST_FILES = 30;

/** Functions that may be longer, as `file name`. */
const LONG_FUNCTIONS: Readonly<Record<string, string>> = {};

/** Folders that may hold more files. */
const LARGE_FOLDERS: Readonly<Record<string, string>> = {};

interface Node {
  readonly type: string;
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** A node and all within it, each with the node that it stands in. */
function* nodesOf(value: unknown, above?: Node): Generator<readonly [node: Node, above: Node | undefined]> {
  if (Array.isArray(value)) for (const each of value) yield* nodesOf(each, above);
  if (!isNode(value)) return;
  yield [value, above];
  for (const [key, child] of Object.entries(value)) if (key !== 'loc') yield* nodesOf(child, value);
}

const isTest = (path: string): boolean => /\.test\.[cm]?ts$/.test(path);

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.([cm]?ts|tsx)$/.test(path) && !isTest(path))
  .sort();

interface Source {
  readonly path: string;
  readonly lines: readonly string[];
  readonly nodes: readonly (readonly [node: Node, above: Node | undefined])[];
}

const read = (path: string): Source => {
  const text = readFileSync(resolve(SRC, path), 'utf8');
  const { program } = parse(text, {
    sourceType: 'module',
    plugins: ['typescript', ...(path.endsWith('.tsx') ? (['jsx'] as const) : [])],
  });
  return { path, lines: text.split('\n'), nodes: [...nodesOf(program)] };
};

const parsed = sources.map(read);

const nameIn = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Identifier' ? String(node.name) : undefined;

interface Function {
  readonly path: string;
  readonly name: string;
  readonly lines: number;
}

const FUNCTION =
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|Class(Private)?Method)$/;

/** The functions of a file; one without a name has that of what it is given to, if that has one. */
const functionsOf = ({ path, nodes }: Source): readonly Function[] =>
  nodes
    .filter(([{ type }]) => FUNCTION.test(type))
    .map(([node, above]) => ({
      path,
      name: nameIn(node.id) ?? nameIn(node.key) ?? nameIn(above?.id) ?? nameIn(above?.key) ?? '',
      lines: node.loc.end.line - node.loc.start.line + 1,
    }));

const isCast = (node: Node, type: string): boolean =>
  (node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion') &&
  isNode(node.typeAnnotation) &&
  node.typeAnnotation.type === type;

const castsTo = (type: string): readonly { readonly place: string; readonly isExplained: boolean }[] =>
  parsed.flatMap(({ path, lines, nodes }) =>
    nodes
      .filter(([node]) => isCast(node, type))
      .map(([{ loc }]) => ({
        place: `${path}:${loc.start.line}`,
        isExplained: lines
          .slice(Math.max(0, loc.start.line - 4), loc.start.line)
          .some((line) => /^\s*(\/\/|\*)/.test(line)),
      })),
  );

describe('casts', () => {
  it(`to never are ${MOST_CASTS} at most`, () => {
    expect(
      castsTo('TSNeverKeyword')
        .map(({ place }) => place)
        .slice(MOST_CASTS),
    ).toEqual([]);
  });

  it('to never have their reason in a comment right above', () => {
    expect(castsTo('TSNeverKeyword').filter(({ isExplained }) => !isExplained)).toEqual([]);
  });

  it('to any there are none', () => {
    expect(castsTo('TSAnyKeyword')).toEqual([]);
  });
});

describe('functions', () => {
  const functions = parsed.flatMap(functionsOf);
  const isExcepted = ({ path, name }: Function): boolean => Object.hasOwn(LONG_FUNCTIONS, `${path} ${name}`);

  it('are found', () => {
    expect(functions).toContainEqual(
      expect.objectContaining({ path: 'operator/define.ts', name: 'defineOp' }),
    );
  });

  it(`have ${MOST_LINES} lines at most`, () => {
    expect(functions.filter((each) => each.lines > MOST_LINES && !isExcepted(each))).toEqual([]);
  });

  it('are excepted only where they are longer', () => {
    const long = functions
      .filter(({ lines }) => lines > MOST_LINES)
      .map(({ path, name }) => `${path} ${name}`);
    expect(Object.keys(LONG_FUNCTIONS).filter((each) => !long.includes(each))).toEqual([]);
  });
});

describe('folders', () => {
  const counts = new Map<string, number>();
  for (const entry of readdirSync(SRC, { recursive: true, withFileTypes: true })) {
    const folder = relative(SRC, entry.parentPath);
    if (entry.isFile()) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const large = [...counts].filter(([, files]) => files > MOST_FILES).map(([folder]) => folder);

  it('are found', () => {
    expect(counts.get('ops/resize')).toBeGreaterThan(1);
  });

  it(`hold ${MOST_FILES} files at most at one level`, () => {
    expect(large.filter((folder) => !Object.hasOwn(LARGE_FOLDERS, folder))).toEqual([]);
  });

  it('are excepted only where they hold more', () => {
    expect(Object.keys(LARGE_FOLDERS).filter((folder) => !large.includes(folder))).toEqual([]);
  });
});
