import { readFile } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { didYouMean, printableJson } from '../../diagnostics/index.js';
import { jsonSchema } from '../../operator/params/index.js';
import type { Operator } from '../../ops/index.js';
import { showPort } from '../../ports/index.js';
import { namedPlugins, type PluginArguments } from '../allow-plugins.js';
import { type Exit, exit } from '../exit.js';
import { parameterLines } from '../parameter-lines.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe ops` is given. */
export interface OpsArguments extends PluginArguments {
  readonly json: boolean;
}

/** `pipe ops`: all operators on a line each, or one with its parameters, page and example. */
export const ops = async (
  name: string | undefined,
  { json, ...plugins }: OpsArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const { out, err } = terminal;
  const known = await namedPlugins(plugins, terminal)();
  if (E.isLeft(known)) {
    printDiagnostics(terminal, known.left);
    return exit.wrong;
  }
  const { registry } = known.right;
  const all = [...registry.values()];
  if (name === undefined) {
    out(json ? `${printableJson(all.map(toJson), 2)}\n` : list(all, terminal));
    return exit.done;
  }
  const operator = registry.get(name);
  if (operator === undefined) {
    err(`There is no operator \`${name}\`. ${didYouMean(name, [...registry.keys()])}\n`);
    return exit.wrong;
  }
  out(json ? `${printableJson(toJson(operator), 2)}\n` : await page(operator, terminal));
  return exit.done;
};

const takes = ({ input, streams }: Operator): string => {
  const joined = Object.entries(streams).map(([stream, port]) => `${stream}: ${showPort(port)}`);
  return joined.length > 0 ? `{ ${joined.join(', ')} }` : showPort(input);
};

const toJson = (operator: Operator) => ({
  name: operator.name,
  about: operator.about,
  takes: takes(operator),
  gives: showPort(operator.output),
  params: jsonSchema(operator.params.shape),
});

const list = (all: readonly Operator[], { paint, width }: Terminal): string => {
  const wide = Math.max(...all.map(({ name }) => name.length));
  const lines = all.map((operator) => {
    const { name, about, output } = operator;
    const ports = `${takes(operator)} → ${showPort(output)}`;
    const line = `${paint.bold(name.padEnd(wide))}  ${about}`;
    const isRoomy = wide + 4 + about.length + ports.length <= width();
    return isRoomy ? `${line}  ${paint.dim(ports)}` : line;
  });
  return `${lines.join('\n')}\n\n\`pipe ops NAME\` explains one.\n`;
};

const page = async (operator: Operator, { paint }: Terminal): Promise<string> => {
  const { name, about, output, params } = operator;
  const rows = parameterLines(params.shape, paint);
  const [readme, example] = await Promise.all([
    documentOf(name, 'README.md'),
    documentOf(name, 'example.yaml'),
  ]);
  const sections = [
    `${paint.bold(name)}: ${about}`,
    `Takes ${takes(operator)}, gives ${showPort(output)}.`,
    rows.length === 0 ? 'It has no parameters.' : `Parameters\n${rows.join('\n')}`,
    ...(readme === undefined ? [] : [readme.replace(/^# .*\n+/, '').trim()]),
    ...(example === undefined ? [] : [`Example\n${example.trimEnd().replaceAll(/^/gm, '  ')}`]),
  ];
  return `${sections.join('\n\n')}\n`;
};

/** A document of an operator's folder, which the package ships beside the compiled code. */
const documentOf = (name: string, file: string): Promise<string | undefined> =>
  readFile(new URL(`../../../src/ops/${name}/${file}`, import.meta.url), 'utf8').catch(() => undefined);
