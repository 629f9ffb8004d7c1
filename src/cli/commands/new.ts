import { constants, copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean, messageOf } from '../../diagnostics/index.js';
import { type Exit, exit, type Terminal } from '../terminal.js';

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const dropFolder = fileURLToPath(new URL('../../../watch/', import.meta.url));

/** The template that is a folder: the drop folder of `pipe watch`. */
const WATCH = 'watch';

/** `pipe new`: copies an example to start from, and says how to run it. */
export const create = async (
  template: string | undefined,
  folder: string,
  { out, err, paint, folder: here }: Terminal,
): Promise<Exit> => {
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
  if (template === WATCH) return createDropFolder(folder, { out, err, here });
  if (!templates.includes(template)) {
    err(`There is no example \`${template}\`. ${didYouMean(template, [...templates, WATCH])}\n`);
    return exit.wrong;
  }
  const target = join(folder, `${template}.yaml`);
  try {
    await mkdir(resolve(here, folder), { recursive: true });
    await copyFile(join(examples, `${template}.yaml`), resolve(here, target), constants.COPYFILE_EXCL);
  } catch (thrown) {
    const isThere = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    err(
      isThere
        ? `${target} is there already; nothing was changed.\n`
        : `${target} cannot be written: ${messageOf(thrown)}.\n`,
    );
    return exit.wrong;
  }
  out(`${target} is ready: look into it, then\n\n  pipe plan ${target}\n  pipe run ${target}\n`);
  return exit.done;
};

/** Makes a drop folder, with its pipeline; one that is there stays as it is. */
const createDropFolder = async (
  folder: string,
  { out, err, here }: Pick<Terminal, 'out' | 'err'> & { readonly here: string },
): Promise<Exit> => {
  const target = join(folder, WATCH);
  try {
    for (const inner of ['inbox', 'outbox']) await mkdir(resolve(here, target, inner), { recursive: true });
    for (const file of ['watch.yaml', 'README.md'])
      await copyFile(join(dropFolder, file), resolve(here, target, file), constants.COPYFILE_EXCL);
  } catch (thrown) {
    const isThere = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    err(
      isThere
        ? `${target} is there already; nothing was changed.\n`
        : `${target} cannot be made: ${messageOf(thrown)}.\n`,
    );
    return exit.wrong;
  }
  out(
    `${target} is ready: start \`pipe watch\`${folder === '.' ? '' : ` in ${folder}`}, and put photos into ${join(target, 'inbox')}\n`,
  );
  return exit.done;
};

const fileOf = (template: string): string =>
  template === WATCH ? join(dropFolder, 'watch.yaml') : join(examples, `${template}.yaml`);

const aboutOf = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8');
  return /^about: *(.*)$/m.exec(text)?.[1] ?? '';
};
