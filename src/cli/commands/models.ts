import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { diagnosticJson } from '../../execution/events/event-json.js';
import { absolutePath } from '../../pipelines/check/absolute-path.js';
import { shippedModelNames } from '../../pipelines/shipped.js';
import { checked, type Exit } from '../exit.js';
import { printable } from '../printable.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';
import { type ModelState, stateOf } from '../trained-model.js';

/** What `pipe models` is given. */
export interface ModelsArguments {
  readonly json: boolean;
}

/** `pipe models`: the models that ship, or those of given folders, and what each is. */
export const models = async (
  given: readonly string[],
  { json }: ModelsArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const names = given.length > 0 ? given : await shipped();
  const found = await Promise.all(
    names.map(async (name) => ({ name, state: await stateOf(absolutePath(name, terminal.folder))() })),
  );
  if (json) terminal.out(`${JSON.stringify(found.map(toJson), null, 2)}\n`);
  else
    for (const { name, state } of found)
      if (E.isLeft(state)) printDiagnostics(terminal, state.left);
      else terminal.out(described(name, state.right, terminal));
  if (!json && given.length === 0)
    terminal.out(
      '`pipe apply MODEL PHOTOS` edits with one; `pipe models FOLDER` describes one of your own.\n',
    );
  return checked(found.filter(({ state }) => E.isLeft(state)).length);
};

/** The models that ship, as they are written in pipelines. */
const shipped = async (): Promise<readonly string[]> =>
  (await shippedModelNames()).map((name) => `prismflow:${name}`);

interface Found {
  readonly name: string;
  readonly state: E.Either<Diagnostics, ModelState>;
}

const toJson = ({ name, state }: Found) =>
  E.isLeft(state)
    ? { name, diagnostics: state.left.map(diagnosticJson) }
    : { name, ...state.right, generator: { [state.right.generator.kind]: state.right.generator.options } };

const described = (
  name: string,
  { kind, generator, steps, bytes, images }: ModelState,
  { paint, folder }: Terminal,
): string => {
  const options = Object.entries(generator.options).map(([option, value]) => `${option} ${value}`);
  const what =
    kind === 'latest'
      ? `a training at step ${steps[0]}, without a snapshot yet: its latest checkpoint can be used`
      : `${steps.length === 1 ? 'one snapshot' : `${steps.length} snapshots`}, of step${steps.length === 1 ? '' : 's'} ${steps.join(', ')}`;
  return `${[
    paint.bold(printable(name)),
    `  ${what}${bytes === undefined ? '' : `, ${(bytes / 1e6).toFixed(1)} MB`}`,
    `  ${generator.kind}: ${options.join(', ')}`,
    ...(images === undefined ? [] : [`  learned from ${images} patches of photos`]),
    ...(name.startsWith('prismflow:')
      ? [`  its card: ${join(absolutePath(name, folder), 'README.md')}`]
      : []),
  ].join('\n')}\n`;
};
