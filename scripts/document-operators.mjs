/**
 * Puts the texts of operators and their parameters, which `pipe ops` shows, into the emitted declarations (dist/ops/NAME/index.d.ts), so
 * that editors show them. Comments in the source, where there are any, stay. Running it again changes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, describePresence } from '../dist/operator/params/describe.js';
import { builtIn } from '../dist/ops/registry.js';

const ops = fileURLToPath(new URL('../dist/ops', import.meta.url));

const comment = (indent, text) => `${indent}/** ${text.replaceAll('*/', '*\u200b/')} */`;

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A parameter's text, with what it can be and its default in brackets. */
const textOf = (field) => {
  const kind = [describe(field.shape), describePresence(field)].filter((part) => part !== '').join(', ');
  return `${sentence(field.about)} (${kind})`;
};

/** Lines with comments put in, and how many lines were put before each of the old ones. */
const documented = (lines, { name, about, params }) => {
  const written = (i) => lines[i - 1]?.trimEnd().endsWith('*/') === true;
  return lines.map((line, i) => {
    if (/^export declare const \w+: import\("[./]+operator\/define\.js"\)\.(Join)?Op</.test(line))
      return written(i)
        ? [line]
        : [comment('', `${sentence(about)} The page of \`pipe ops ${name}\` has more.`), line];
    const [, indent, key] = /^( {4})(?:readonly )?"?([\w-]+)"?\??: /.exec(line) ?? [];
    const field = key === undefined ? undefined : params.shape.fields[key];
    return field === undefined || written(i) ? [line] : [comment(indent, textOf(field)), line];
  });
};

/** A source map's mappings with an empty line for each line that was put in. */
const shifted = (mappings, groups) =>
  mappings
    .split(';')
    .map((line, i) => ';'.repeat((groups[i]?.length ?? 1) - 1) + line)
    .join(';');

for (const operator of builtIn.values()) {
  const file = `${ops}/${operator.name}/index.d.ts`;
  const groups = documented(readFileSync(file, 'utf8').split('\n'), operator);
  if (groups.every(({ length }) => length === 1)) continue;
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  writeFileSync(file, groups.flat().join('\n'));
  writeFileSync(`${file}.map`, JSON.stringify({ ...map, mappings: shifted(map.mappings, groups) }));
}
