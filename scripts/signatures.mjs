/**
 * `npm run signatures`: checks the signatures and attestations of all installed packages, as `npm audit signatures` does. A registry
 * that gives no keys, such as a mirror, leaves that waiting for ever: here it is waited for a minute. Exit status: 0 all are signed by
 * the registry, 1 some are not, 2 they could not be checked.
 */
import { spawnSync } from 'node:child_process';

const SECONDS = 60;
const npm = (args, options = {}) =>
  spawnSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32', ...options });

const registry = npm(['config', 'get', 'registry']).stdout.trim();
const { status, error, stdout, stderr } = npm(['audit', 'signatures'], {
  timeout: SECONDS * 1000,
  killSignal: 'SIGKILL',
});
process.stdout.write(stdout);
if (error?.code === 'ETIMEDOUT') {
  process.stderr.write(`The signatures were not checked: ${registry} gave no answer within ${SECONDS} s.\n`);
  process.exit(2);
}
// What npm says of packages that are not signed, or wrongly, is on standard output.
if (status !== 0 && !/signature|attestation/.test(stdout)) {
  process.stderr.write(
    `The signatures were not checked, by ${registry}: ${stderr.trim() || error?.message}\n`,
  );
  process.exit(2);
}
process.exit(status ?? 2);
