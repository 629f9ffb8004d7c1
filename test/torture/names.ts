import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './kills.js';
import { numbered, smallPhoto } from './photos.js';
import { start } from './process.js';

/** Names that break programs; the last has 255 bytes. */
const names = [
  'a\nb.jpg',
  ' leading and trailing .jpg',
  '📷🏔️.jpg',
  'e\u0301 and \u00e9.jpg',
  '--help.jpg',
  '$HOME `ls` "x" {path} [y] *.jpg',
  "it's %20 \\ back.jpg",
  `${'x'.repeat(251)}.jpg`,
];

/** What is no photo, and must neither be edited nor waited for. */
const traps = (inbox: string, elsewhere: string): void => {
  symlinkSync(elsewhere, join(inbox, 'out-of-the-folder.jpg'));
  symlinkSync(join(elsewhere, '..'), join(inbox, 'folder-link'));
  symlinkSync('nowhere', join(inbox, 'dangling.jpg'));
  execFileSync('mkfifo', [join(inbox, 'pipe.jpg')]);
  mkdirSync(join(inbox, 'folder.jpg'));
};

/** Runs and watches a folder of odd names and traps: all photos come through, and nothing else. */
export const oddNames = async (command: 'run' | 'watch'): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-names-'));
  const inbox = join(folder, 'in');
  try {
    mkdirSync(inbox);
    writeFileSync(
      join(folder, 'p.yaml'),
      'version: 1\nsteps: [{ files: in }, decode, encode, { save: out }]\n',
    );
    const photo = await smallPhoto();
    writeFileSync(join(folder, 'elsewhere.jpg'), photo);
    for (const [i, name] of names.entries()) writeFileSync(join(inbox, name), numbered(photo, i));
    traps(inbox, join(folder, 'elsewhere.jpg'));
    const running = start([command, 'p.yaml', '--json'], folder);
    if (command === 'watch') {
      await running.until(() => running.count('done') === names.length, 60);
      running.kill('SIGTERM');
    }
    const status = await running.ended;
    const results = readdirSync(join(folder, 'out')).filter((name) => !name.startsWith('.'));
    const missing = names.filter((name) => !results.includes(name));
    const strays = results.filter((name) => !names.includes(name));
    // A name that is longer when it has another extension: said, and nothing else fails.
    copyFileSync(join(folder, 'p.yaml'), join(folder, 'q.yaml'));
    writeFileSync(
      join(folder, 'q.yaml'),
      'version: 1\nsteps: [{ files: in }, decode, { encode: webp }, { save: web }]\n',
    );
    const longer = start(['run', 'q.yaml', '--json'], folder);
    const longerStatus = await longer.ended;
    const failures = longer.said.filter(({ event }) => event === 'failed');
    const codes = failures.flatMap(({ diagnostics }) => (Array.isArray(diagnostics) ? diagnostics : []));
    return {
      faults: [
        ...(status === 0 ? [] : [`${command} ended with ${status}: ${running.complaints()}`]),
        ...missing.map((name) => `${JSON.stringify(name)} did not come through`),
        ...strays.map((name) => `${JSON.stringify(name)} should not be there`),
        ...(longerStatus === 1 && codes.length === 1 && codes[0]?.code === 'image/name-too-long'
          ? []
          : [`a name that is too long ended with ${longerStatus}: ${JSON.stringify(codes)}`]),
      ],
      figures: { names: names.length },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
