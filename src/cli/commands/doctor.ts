import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { printableJson } from '../../diagnostics/index.js';
import { surveyEngines } from '../../tensor/index.js';
import { type Exit, exit } from '../exit.js';
import type { Terminal } from '../terminal.js';
import { version } from '../version.js';

/** What `pipe doctor` is given. */
export interface DoctorArguments {
  readonly json: boolean;
}

/** `pipe doctor`: the machine, the versions, and which engines work. */
export const doctor = async ({ json }: DoctorArguments, { out, paint, width }: Terminal): Promise<Exit> => {
  const [{ default: sharp }, engines] = await Promise.all([import('sharp'), surveyEngines()]);
  const machine = {
    prismflow: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${gibibytes(freemem())} of ${gibibytes(totalmem())} free`,
    sharp: sharp.versions.sharp ?? 'unknown',
    libvips: sharp.versions.vips,
  };
  if (json) {
    out(`${printableJson({ ...machine, engines }, 2)}\n`);
    return exit.done;
  }
  for (const [name, value] of Object.entries(machine)) out(`${name.padEnd(11)}${value}\n`);
  out('\nEngines for tensor work (`--engine NAME`)\n');
  for (const { name, works, milliseconds, note, hint } of engines) {
    const mark = works ? paint.green('✓') : paint.dim('·');
    const speed = milliseconds === undefined ? '' : `${milliseconds.toFixed(1)} ms for a 3x3 convolution`;
    const said = [speed, note].filter((part) => part !== undefined && part !== '').join('; ');
    const [first = '', ...more] = wrapped(said, Math.max(20, width() - 17));
    out(`${mark} ${name.padEnd(15)}${first}\n`);
    for (const line of more) out(`${' '.repeat(17)}${line}\n`);
    if (!works && hint !== undefined) out(`${' '.repeat(17)}${paint.dim(hint)}\n`);
  }
  return exit.done;
};

/** What an engine says of itself can be long: it is broken into lines at its spaces. */
const wrapped = (text: string, room: number): readonly string[] =>
  text.split(' ').reduce<readonly string[]>((lines, word) => {
    const last = lines.at(-1);
    return last === undefined || last.length + 1 + word.length > room
      ? [...lines, word]
      : [...lines.slice(0, -1), `${last} ${word}`];
  }, []);

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
