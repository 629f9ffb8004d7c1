import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';

/** What a module names statically: other modules, and files beside it. */
export interface Named {
  /** Specifiers of `import`, `export … from`, `import('…')` and, in a CommonJS module, `require('…')`. */
  readonly modules: readonly string[];
  /** Files as in `new URL('./weights.bin', import.meta.url)`, the form that bundlers know too. */
  readonly files: readonly string[];
}

/**
 * Finds what a module imports, without running it. Errors: `plugin/imports` for what is no JavaScript module, and for an
 * `import(…)` whose module is only known when it runs, so that no digest could cover it.
 *
 * @param shown what messages call the module
 */
export const importsOf = async (
  source: string,
  shown: string,
  isCommonJs: boolean,
): Promise<E.Either<Diagnostics, Named>> => {
  // Most pipelines have no plugins: what reads them is loaded with the first.
  const { init, parse } = await import('es-module-lexer');
  await init;
  const refuse = (what: string, hint?: string) =>
    E.left<Diagnostics>([failure('plugin/imports', `${shown} ${what}.`, definedOnly({ hint }))]);
  const modules = isCommonJs ? required(source) : [];
  const files: string[] = [];
  try {
    for (const found of parse(source)[0]) {
      if (found.type === 'import-meta') files.push(...urlAround(source, found.start, found.end));
      else if (found.specifier === undefined || (found.type === 'dynamic' && found.glob))
        return refuse('imports a module whose name is only known when it runs', 'Write the name out.');
      else modules.push(found.specifier);
    }
  } catch {
    return refuse('is no JavaScript module that can be read');
  }
  return E.right({ modules, files });
};

/** Match one literal after a fixed word: no repetition that could be matched in two ways. */
const inSingleQuotes = /\brequire ?\( ?'([^'\\\n]+)' ?\)/g;
const inDoubleQuotes = /\brequire ?\( ?"([^"\\\n]+)" ?\)/g;

const required = (source: string): string[] =>
  [...source.matchAll(inSingleQuotes), ...source.matchAll(inDoubleQuotes)].map(([, name = '']) => name);

/** So much before `import.meta` in `new URL('…', import.meta.url)` is looked at: no longer than a path. */
const AROUND = 460;
const CALL = 'new URL(';

/** The text in quotes that is the first argument of a call of `new URL`, whose second one begins where `source` ends. */
const firstArgument = (source: string): string | undefined => {
  const before = source.trimEnd();
  const begin = before.lastIndexOf(CALL);
  if (!before.endsWith(',') || begin < 0 || /\w/.test(before.charAt(begin - 1))) return undefined;
  const argument = before.slice(begin + CALL.length, -1).trim();
  const quote = argument.charAt(0);
  const name = argument.slice(1, -1);
  const isQuoted = (quote === "'" || quote === '"') && argument.length > 2 && argument.endsWith(quote);
  return isQuoted && !name.includes(quote) && !/[\\\n]/.test(name) ? name : undefined;
};

const urlAround = (source: string, start: number, end: number): readonly string[] => {
  if (!source.startsWith('.url', end)) return [];
  const name = firstArgument(source.slice(Math.max(0, start - AROUND), start));
  return name === undefined ? [] : [name];
};
