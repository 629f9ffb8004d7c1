import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@babel/parser';
import { beforeAll, describe, expect, it } from 'vitest';

/**
 * Most text that the program meets is foreign: names, metadata, pipelines, records, messages of libraries. So every regular
 * expression must be one that takes time linear in any text, and none may be made of text.
 */

const source = fileURLToPath(new URL('../src/', import.meta.url));

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.[cm]?ts$/.test(name) && !name.includes('.test.'))
  .sort();

interface Node {
  readonly type: string;
  readonly loc: { readonly start: { readonly line: number } };
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** A node and all within it. */
function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const each of value) yield* nodesOf(each);
  if (!isNode(value)) return;
  yield value;
  for (const [key, child] of Object.entries(value)) if (key !== 'loc') yield* nodesOf(child);
}

interface Literal {
  readonly pattern: string;
  readonly flags: string;
  readonly place: string;
}

interface Found {
  readonly literals: readonly Literal[];
  /** Places where an expression is made of something that is no literal. */
  readonly made: readonly string[];
}

/** Methods of strings that make an expression of a text. */
const makers = new Set(['match', 'matchAll', 'search']);
/** Modules of fp-ts, which have a `match` as well. */
const modules = new Set(['E', 'TE', 'O', 'T']);

const nameOf = (node: unknown): string =>
  isNode(node) && node.type === 'Identifier' ? String(node.name) : '';

const search = (text: string, file: string): Found => {
  const all = [...nodesOf(parse(text, { sourceType: 'module', plugins: ['typescript'] }).program)];
  const place = ({ loc }: Node): string => `${file}:${loc.start.line}`;
  const named = new Set(
    all
      .filter(
        ({ type, init }) => type === 'VariableDeclarator' && isNode(init) && init.type === 'RegExpLiteral',
      )
      .map(({ id }) => nameOf(id)),
  );
  const isLiteral = (node: unknown): boolean =>
    (isNode(node) && node.type === 'RegExpLiteral') || named.has(nameOf(node));
  const isMaker = ({ type, callee, arguments: given }: Node): boolean => {
    if (!['CallExpression', 'OptionalCallExpression', 'NewExpression'].includes(type) || !isNode(callee))
      return false;
    if (nameOf(callee) === 'RegExp') return true;
    const isMethod = makers.has(nameOf(callee.property)) && !modules.has(nameOf(callee.object));
    return isMethod && !isLiteral((given as readonly unknown[])[0]);
  };
  return {
    literals: all
      .filter(({ type }) => type === 'RegExpLiteral')
      .map((node) => ({ pattern: String(node.pattern), flags: String(node.flags), place: place(node) })),
    made: all.filter(isMaker).map(place),
  };
};

describe('regular expressions', () => {
  let found: Found = { literals: [], made: [] };
  let check: typeof import('recheck').checkSync;

  beforeAll(async () => {
    const each = files.map((file) => search(readFileSync(join(source, file), 'utf8'), file));
    found = {
      literals: each.flatMap(({ literals }) => literals),
      made: each.flatMap(({ made }) => made),
    };
    // The others of its engines are programs of the system.
    process.env.RECHECK_BACKEND = 'pure';
    check = (await import('recheck')).checkSync;
  });

  /** What is wrong with an expression; undefined where it is linear. */
  const complaint = ({ pattern, flags }: Pick<Literal, 'pattern' | 'flags'>): string | undefined => {
    const result = check(pattern, flags, { timeout: 60_000 });
    if (result.status === 'unknown') return 'not proved linear';
    return result.status === 'safe' ? undefined : result.complexity.summary;
  };

  it('of the sources are linear, every one', () => {
    const distinct = new Map(found.literals.map((each) => [`/${each.pattern}/${each.flags}`, each]));
    expect(distinct.size).toBeGreaterThan(50);
    const slow = [...distinct].flatMap(([written, literal]) => {
      const wrong = complaint(literal);
      return wrong === undefined ? [] : [`${literal.place}: ${written} is ${wrong}`];
    });
    expect(slow).toEqual([]);
  });

  it('are made of no text', () => expect(found.made).toEqual([]));

  it('that are quadratic or worse are told from linear ones', () => {
    const wrong = ['(a+)+b', '\\s+$', '<a [^>]*b="([^"]*)"', '^(a|aa)+$', '\\s*>\\s*([^<]*?)\\s*<'].map(
      (pattern) => complaint({ pattern, flags: '' }),
    );
    expect(wrong).not.toContain(undefined);
    expect(complaint({ pattern: '^[a-z]+$', flags: 'i' })).toBeUndefined();
  });

  it('are found wherever they stand', () => {
    const text = [
      'const known = /a/g;',
      'const made = (x: string) => new RegExp(x);',
      'const called = RegExp(`a`);',
      'const found = x.match(known) ?? y?.match(z) ?? text.search("a+");',
      'export const f = (g: string): boolean => g.split(/[,;]/u).some((h) => /^b$/i.test(h));',
      'const not = E.match(() => 1 / 2 / 3, f);',
    ].join('\n');
    const { literals, made } = search(text, 'a.ts');
    expect(literals.map(({ pattern, place }) => `${place} ${pattern}`)).toEqual([
      'a.ts:1 a',
      'a.ts:5 [,;]',
      'a.ts:5 ^b$',
    ]);
    expect(made).toEqual(['a.ts:2', 'a.ts:3', 'a.ts:4', 'a.ts:4']);
  });
});
