// What Stryker is not to mutate.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Functions whose arguments with several words in them are messages. */
const SPEAKERS = new Set(['failure', 'refuse', 'warned', 'Error', 'TypeError', 'RangeError']);

const isSpeaker = ({ callee }) => SPEAKERS.has(callee?.name ?? callee?.property?.name);

const textOf = ({ type, value, quasis = [] }) =>
  type === 'StringLiteral' ? value : quasis.map((quasi) => quasi.value.raw).join('…');

/**
 * Leaves out what people read in messages: tests hold codes and places of diagnostics, and leave their wording free.
 * @type {import('@stryker-mutator/api/ignore').Ignorer}
 */
export const prose = {
  shouldIgnore: (path) => {
    if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined;
    if (!/\S\s+\S/.test(textOf(path.node))) return undefined;
    const call = path.findParent(
      (parent) => parent.isCallExpression() || parent.isNewExpression() || parent.isFunction(),
    );
    return call !== null && !call.isFunction() && isSpeaker(call.node) ? 'a message' : undefined;
  },
};

/** The mutants that were drawn for a sample, by file; undefined without a sample. Lines and columns count from 0. */
export const drawn = (() => {
  const list = process.env.MUTATE_DRAWN;
  if (list === undefined) return undefined;
  const byFile = new Map();
  for (const mutant of JSON.parse(readFileSync(list, 'utf8')))
    byFile.set(mutant.fileName, [...(byFile.get(mutant.fileName) ?? []), mutant]);
  return byFile;
})();

const isBefore = (a, b) => a.line < b.line || (a.line === b.line && a.column <= b.column);

/** @type {import('@stryker-mutator/api/ignore').Ignorer} */
export const unsampled = {
  shouldIgnore: ({ hub, node }) => {
    if (drawn === undefined || !node.loc) return undefined;
    const from0 = ({ line, column }) => ({ line: line - 1, column });
    const [start, end] = [from0(node.loc.start), from0(node.loc.end)];
    const own = drawn.get(relative(process.env.MUTATE_ROOT, hub.file.opts.filename)) ?? [];
    const holds = own.some(({ location }) => isBefore(start, location.start) && isBefore(location.end, end));
    return holds ? undefined : 'not in the sample';
  },
};
