import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, printableJson } from '../../diagnostics/index.js';
import { compile } from '../../execution/compile.js';
import { diagnosticJson } from '../../execution/events/event-json.js';
import { remarksOn } from '../../execution/plan/plan.js';
import { parse } from '../../pipelines/compile.js';
import { definedOnly } from '../../ports/defined.js';
import { compileToLook } from '../allow-plugins.js';
import { checked, type Exit } from '../exit.js';
import { findPipeline } from '../find-pipeline.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe check` is given. */
export interface CheckArguments {
  readonly set: Readonly<Record<string, string>>;
  readonly allowPlugin: readonly string[];
  readonly json: boolean;
}

/** `pipe check`: all that is wrong with pipelines; of a file with several, with all of them. */
export const check = async (
  targets: readonly string[],
  { set, allowPlugin, json }: CheckArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const results = await Promise.all(
    (targets.length === 0 ? [undefined] : targets).map((target) =>
      checkTarget(target, set, allowPlugin, terminal),
    ),
  );
  const found = results.flat();
  if (json) for (const diagnostic of found) terminal.out(`${printableJson(diagnosticJson(diagnostic))}\n`);
  else printDiagnostics(terminal, found);
  const errors = found.filter(({ severity }) => severity === 'error').length;
  if (!json) terminal.out(`${verdict(errors, found.length - errors, results.length, terminal)}\n`);
  return checked(errors);
};

const verdict = (errors: number, warnings: number, files: number, { paint }: Terminal): string => {
  const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
  const aside = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`;
  return errors === 0
    ? `${paint.green('✓')} ${counted(files, 'file')} checked: nothing is wrong${aside}.`
    : `${paint.red('✗')} ${counted(errors, 'error')}${aside}.`;
};

const checkTarget = async (
  target: string | undefined,
  set: CheckArguments['set'],
  allowPlugin: CheckArguments['allowPlugin'],
  terminal: Terminal,
): Promise<readonly Diagnostic[]> => {
  const { folder } = terminal;
  const found = await findPipeline(target, folder)();
  if (E.isLeft(found)) return found.left;
  const { file, pipeline } = found.right;
  const names = pipeline === undefined ? namesIn(file.shown ?? file.path, file.text) : [pipeline];
  const results = await Promise.all(
    names.map((name) =>
      pipe(
        compileToLook(
          (plugins) =>
            compile(
              { ...file, path: resolve(folder, file.path) },
              { set, plugins, folder, ...definedOnly({ pipeline: name }) },
            ),
          ({ graph }) => graph,
          allowPlugin,
          terminal,
        ),
        TE.match((diagnostics): readonly Diagnostic[] => diagnostics, remarksOn),
      )(),
    ),
  );
  return distinct(results.flat());
};

/** What is wrong with a file as a whole is found with each of its pipelines, and said once. */
const distinct = (found: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(
    found.map((each) => [
      JSON.stringify([each.code, each.message, each.span?.file, each.span?.start.offset]),
      each,
    ]),
  ).values(),
];

/** The pipelines of a file; one without a name stands for a file that holds one, or none that can be read. */
const namesIn = (shown: string, text: string): readonly (string | undefined)[] =>
  pipe(
    parse(shown, text),
    E.match(
      () => [undefined],
      ({ pipelines }) => (pipelines.length === 0 ? [undefined] : pipelines.map(({ name }) => name)),
    ),
  );
