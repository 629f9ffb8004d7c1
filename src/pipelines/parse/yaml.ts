import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import {
  type Alias,
  type Document,
  type ErrorCode,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  parseAllDocuments,
} from 'yaml';
import {
  all,
  type Code,
  type Diagnostic,
  type Diagnostics,
  failure,
  fromDiagnostics,
} from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import { type Locate, locator } from './positions.js';
import { slipAt, slipInBraces, slipInKey, slipInQuotes } from './slips.js';
import type { Entry, Tree } from './tree.js';

/** Bounds that keep the work on a hostile file small; an honest one is far from all of them. */
export const limits = {
  /** Bytes in UTF-8. */
  bytes: 1024 * 1024,
  /** Pieces that the lexer finds: names, colons, brackets, blanks, line ends. */
  lexemes: 200_000,
  /** Mappings and lists within each other. */
  depth: 64,
  /** Values, those that aliases repeat counted again. */
  values: 50_000,
  /** Steps, those of all pipelines and streams together. */
  steps: 1000,
} as const;

/**
 * Reads YAML 1.2 core into a tree with positions. Refused: files over the limits, merge keys, tags beyond the core
 * ones, directives, keys twice or that are no text, `__proto__`, more than one document.
 *
 * @param file the name that diagnostics give
 */
export const parseYaml = (source: string, file: string): E.Either<Diagnostics, Tree> => {
  const locate = locator(source, file);
  return pipe(
    withinBounds(source, locate),
    E.chain(() => parseOneDocument(source, locate)),
    E.chain((document) => readDocument(source, document, locate)),
  );
};

const stop = (
  code: Code,
  message: string,
  span: ReturnType<Locate>,
  hint?: string,
): E.Either<Diagnostics, never> =>
  E.left([failure(code, message, hint === undefined ? { span } : { span, hint })]);

/** Measures the file before the parser proper sees it, whose time and memory grow faster than the file. */
const withinBounds = (source: string, locate: Locate): E.Either<Diagnostics, undefined> => {
  const bytes = Buffer.byteLength(source);
  if (bytes > limits.bytes)
    return stop(
      'yaml/too-large',
      `The file has ${bytes} bytes; a pipeline has at most ${limits.bytes}.`,
      locate(0, 0),
    );
  let [offset, lexemes, depth] = [0, 0, 0];
  for (const lexeme of new Lexer().lex(source)) {
    lexemes++;
    if (lexeme === '[' || lexeme === '{') depth++;
    if (lexeme === ']' || lexeme === '}') depth--;
    if (depth > limits.depth)
      return stop(
        'yaml/too-deep',
        `More than ${limits.depth} lists and mappings are nested here.`,
        locate(offset),
      );
    if (lexemes > limits.lexemes)
      return stop(
        'yaml/too-large',
        `The file has more than ${limits.lexemes} words and signs.`,
        locate(offset),
      );
    // Marks of the lexer's own, for documents and scalars, are not in the file.
    if (source.startsWith(lexeme, offset)) offset += lexeme.length;
  }
  return E.right(undefined);
};

const parseOneDocument = (source: string, locate: Locate): E.Either<Diagnostics, Document> => {
  const documents = parseAllDocuments(source, {
    version: '1.2',
    schema: 'core',
    merge: false,
    // Checked below: the parser's own check takes quadratic time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [document, second] = 'empty' in documents ? [] : documents;
  if (document === undefined || (document.contents === null && document.errors.length === 0))
    return stop('yaml/empty', `${basename(locate(0).file)} holds no pipeline.`, locate(0, 0));
  if (second !== undefined)
    return stop('yaml/several-documents', 'A second document begins here.', locate(second.range[0]));
  if (document.directives.yaml.explicit === true)
    return stop(
      'yaml/directive',
      'The file asks for a version of YAML by itself.',
      locate(0),
      'Remove the %YAML line.',
    );
  const errors = faultsIn(source, document, locate);
  const tags = document.warnings
    .filter(({ code }) => code === 'TAG_RESOLVE_FAILED')
    .slice(0, MOST_COMPLAINTS)
    .map(({ pos }) =>
      failure('yaml/tag', `${source.slice(pos[0], pos[1])} is not one of YAML’s core tags.`, {
        span: locate(pos[0], pos[1]),
      }),
    );
  return fromDiagnostics([...errors, ...tags], document);
};

/** Complaints that are looked at: one character can bring the parser to several, and each is looked up in its line. */
const MOST_COMPLAINTS = 200;

/** What the parser complains of: of what is a slip of the pen, the first time alone, and nothing else on its line. */
const faultsIn = (source: string, { errors }: Document, locate: Locate): readonly Diagnostic[] => {
  const slips = new Set<string>();
  const lines = new Set<number>();
  return errors.slice(0, MOST_COMPLAINTS).flatMap(({ code, message, pos }) => {
    const span = locate(pos[0], pos[1]);
    if (lines.has(span.start.line)) return [];
    const slip = slipAt(source, pos[0], code);
    if (slip !== undefined) {
      lines.add(span.start.line);
      const isSaid = slips.has(slip.message);
      slips.add(slip.message);
      return isSaid ? [] : [failure('yaml/syntax', slip.message, { span, hint: slip.hint })];
    }
    const hint = hints[code];
    return [failure('yaml/syntax', sentence(message), { span, ...definedOnly({ hint }) })];
  });
};

/** What usually lies behind what the parser complains about. */
const hints: { readonly [code in ErrorCode]?: string } = {
  BLOCK_AS_IMPLICIT_KEY: 'A text with `: ` in it needs quotes.',
  TAB_AS_INDENT: 'Indent with spaces.',
  MULTILINE_IMPLICIT_KEY: 'Is a colon missing, or a quote not closed?',
  MISSING_CHAR: 'Is a quote, a bracket or a brace not closed?',
  BAD_INDENT: 'Is a bracket or a brace not closed, or a line indented too little?',
};

const sentence = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`);

/**
 * What each alias stands for: the last node before it with its anchor. Found in one go: the parser's own search begins at the
 * document's start for every alias.
 */
const targetsIn = (document: Document): ReadonlyMap<Alias, Node> => {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const waiting: unknown[] = [document.contents];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (isPair(node)) waiting.push(node.value, node.key);
    if (!isNode(node)) continue;
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
      continue;
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    // From the last to the first, so that the first is looked at next.
    if (isCollection(node)) for (let i = node.items.length - 1; i >= 0; i--) waiting.push(node.items[i]);
  }
  return targets;
};

/** Turns the parser's nodes into a tree, aliases put in. */
const readDocument = (source: string, document: Document, locate: Locate): E.Either<Diagnostics, Tree> => {
  let values = 0;
  const targets = targetsIn(document);
  /** A node as it stands in the file; of long ones the beginning. */
  const written = ({ range }: { readonly range?: readonly [number, number, number] | null }): string =>
    range === undefined || range === null ? '' : source.slice(range[0], Math.min(range[1], range[0] + 200));

  const read = (
    node: unknown,
    depth: number,
    place: ReturnType<Locate>,
    within: readonly string[],
  ): E.Either<Diagnostics, Tree> => {
    if (!isNode(node)) return E.right({ kind: 'scalar', value: null, span: place });
    const span = node.range ? locate(node.range[0], node.range[1]) : place;
    values++;
    // Said once: what follows is not looked at any more.
    if (values > limits.values + 1) return E.right({ kind: 'scalar', value: null });
    if (values > limits.values)
      return stop(
        'yaml/too-many-values',
        `The file has more than ${limits.values} values, aliases put in.`,
        span,
      );
    if (depth > limits.depth)
      return stop('yaml/too-deep', `More than ${limits.depth} lists and mappings are nested here.`, span);
    if (isAlias(node)) {
      if (within.includes(node.source))
        return stop('yaml/alias', `*${node.source} stands within what it repeats.`, span);
      const target = targets.get(node);
      return target === undefined
        ? stop(
            'yaml/alias',
            `No anchor &${node.source} comes before this alias.`,
            span,
            /^[./*]/.test(node.source)
              ? `A text that begins with a star needs quotes: \`"*${node.source}"\`.`
              : undefined,
          )
        : read(target, depth + 1, span, within);
    }
    if (isScalar(node)) {
      const slip = node.type === 'QUOTE_DOUBLE' ? slipInQuotes(written(node)) : undefined;
      return slip === undefined
        ? readScalar(node.value, span)
        : stop('yaml/syntax', slip.message, span, slip.hint);
    }
    const inside = node.anchor === undefined ? within : [...within, node.anchor];
    if (isSeq(node))
      return pipe(
        all(node.items.map((item) => read(item, depth + 1, span, inside))),
        E.map((items): Tree => ({ kind: 'list', items, span })),
      );
    const slip = isMap(node) && node.items.length === 1 ? slipInBraces(written(node)) : undefined;
    if (slip !== undefined) return stop('yaml/syntax', slip.message, span, slip.hint);
    if (!isMap(node)) return stop('yaml/syntax', 'This is neither a value, a list nor a mapping.', span);
    const seen = new Set<string>();
    return pipe(
      all(
        node.items.map(({ key, value }) =>
          pipe(
            readKey(source, locate, key, seen, span),
            E.chain(({ key, keySpan }) =>
              pipe(
                read(value, depth + 1, keySpan, inside),
                E.map((value): Entry => ({ key, keySpan, value })),
              ),
            ),
          ),
        ),
      ),
      E.map((entries): Tree => ({ kind: 'map', entries, span })),
    );
  };

  return read(document.contents, 0, locate(0), []);
};

/** The name of an entry, which must be one, and another than those `seen` in its mapping. */
const readKey = (
  source: string,
  locate: Locate,
  node: unknown,
  seen: Set<string>,
  place: ReturnType<Locate>,
): E.Either<Diagnostics, { readonly key: string; readonly keySpan: ReturnType<Locate> }> => {
  const keySpan = isNode(node) && node.range ? locate(node.range[0], node.range[1]) : place;
  const key = isScalar(node) ? node.value : undefined;
  if (key === '<<')
    return stop('yaml/merge-key', 'Merge keys are not part of YAML 1.2.', keySpan, 'Write the entries out.');
  if (typeof key !== 'string') {
    const slip = slipInKey(source, keySpan.start.offset);
    return stop(
      'yaml/key',
      slip?.message ?? 'A name is expected here, as in `name: value`.',
      keySpan,
      slip?.hint,
    );
  }
  if (key === '__proto__') return stop('yaml/unsafe-key', '`__proto__` cannot be a name.', keySpan);
  if (seen.has(key)) return stop('yaml/duplicate-key', `\`${key}\` stands here a second time.`, keySpan);
  seen.add(key);
  return E.right({ key, keySpan });
};

const readScalar = (value: unknown, span: ReturnType<Locate>): E.Either<Diagnostics, Tree> =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? E.right({ kind: 'scalar', value, span })
    : stop('yaml/syntax', 'This is not a text, a number, true, false or null.', span);
