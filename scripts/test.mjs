// npm test: builds, checks types and style, and runs all tests. npm test -- FILE… builds and runs these alone.
import { spawnSync } from 'node:child_process';

const given = process.argv.slice(2);

/** Runs a command in the foreground; ends with its status where it fails. */
const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
};

run('npm', 'run', 'build', '--silent');
if (given.every((argument) => argument.startsWith('-'))) run('npm', 'run', 'check', '--silent');
run('npx', 'vitest', 'run', ...given);
