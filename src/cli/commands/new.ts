import { constants, copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean, messageOf } from '../../diagnostics/index.js';
import { examples } from '../../pipelines/shipped.js';
import { type Exit, exit } from '../exit.js';
import type { Terminal } from '../terminal.js';

const dropFolder = fileURLToPath(new URL('../../../watch/', import.meta.url));

/** The template that is a folder: the drop folder of `pipe watch`. */
const WATCH = 'watch';

/** `pipe new`: copies an example to start from, and says how to run it. */
export const create = async (
  template: string | undefined,
  folder: string,
  terminal: Terminal,
): Promise<Exit> => {
  const { out, err, paint, folder: here } = terminal;
  const templates = (await readdir(examples))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -5));
  if (template === undefined) {
    const wide = Math.max(...templates.map((name) => name.length));
    for (const name of [...templates, WATCH])
      out(`${paint.bold(name.padEnd(wide))}  ${await aboutOf(fileOf(name))}\n`);
    out('\n`pipe new NAME` copies one to this folder.\n');
    return exit.done;
  }
  if (template === WATCH) return createDropFolder(folder, terminal);
  if (!templates.includes(template)) {
    err(`There is no example \`${template}\`. ${didYouMean(template, [...templates, WATCH])}\n`);
    return exit.wrong;
  }
  const target = join(folder, `${template}.yaml`);
  const copy = async (): Promise<void> => {
    await mkdir(resolve(here, folder), { recursive: true });
    await copyAnew(fileOf(template), resolve(here, target));
  };
  const given = settingsIn(template, await readFile(fileOf(template), 'utf8'));
  const ready = `look into it, then\n\n  pipe plan ${target}${given}\n  pipe run ${target}${given}`;
  return made(target, copy, ready, terminal);
};

/** What an example's first line gives to `pipe run`, with a space before it: ` --set photos=~/Pictures`; nothing where it names no command. */
const settingsIn = (template: string, text: string): string => {
  const [first = ''] = text.split('\n', 1);
  const command = `# pipe run ${template}.yaml`;
  return first.startsWith(`${command} `) ? first.slice(command.length).trimEnd() : '';
};

/** Makes a drop folder, with its pipeline; one that is there stays as it is. */
const createDropFolder = (folder: string, terminal: Terminal): Promise<Exit> => {
  const target = join(folder, WATCH);
  const place = (...names: readonly string[]): string => resolve(terminal.folder, target, ...names);
  const copy = async (): Promise<void> => {
    await mkdir(place(), { recursive: true });
    for (const file of ['watch.yaml', 'README.md']) await copyAnew(join(dropFolder, file), place(file));
    for (const inner of ['inbox', 'outbox']) await mkdir(place(inner), { recursive: true });
  };
  const where = folder === '.' ? '' : ` in ${folder}`;
  const ready = `start \`pipe watch\`${where}, and put photos into ${join(target, 'inbox')}`;
  return made(target, copy, ready, terminal);
};

/** Copies a file where there is none. */
const copyAnew = (from: string, to: string): Promise<void> => copyFile(from, to, constants.COPYFILE_EXCL);

/** Makes something, and says that it is ready, or why not. */
const made = async (
  target: string,
  make: () => Promise<void>,
  ready: string,
  { out, err }: Terminal,
): Promise<Exit> => {
  try {
    await make();
  } catch (thrown) {
    const isThere = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    err(
      isThere
        ? `${target} is there already; nothing was changed.\n`
        : `${target} cannot be written: ${messageOf(thrown)}.\n`,
    );
    return exit.wrong;
  }
  out(`${target} is ready: ${ready}\n`);
  return exit.done;
};

const fileOf = (template: string): string =>
  template === WATCH ? join(dropFolder, 'watch.yaml') : join(examples, `${template}.yaml`);

const aboutOf = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8');
  return /^about: *(.*)$/m.exec(text)?.[1] ?? '';
};
