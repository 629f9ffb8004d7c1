/**
 * Renews the tables of docs/dependencies.md from package.json, package-lock.json and node_modules: licences, sizes and install scripts.
 * What a package is for is kept from the page; a new package gets a blank that test/docs/dependencies.test.ts does not accept.
 */
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/dependencies.md');
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const { dependencies, optionalDependencies } = packages[''];

const bytesOf = (path) => {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
};

const sizeOf = (name) => {
  const megabytes = bytesOf(join(root, 'node_modules', name)) / 1e6;
  return megabytes < 1 ? '< 1' : megabytes.toFixed(0);
};

const before = readFileSync(page, 'utf8');
const [listed = ''] = /<!-- direct -->[\s\S]*<!-- \/direct -->/.exec(before) ?? [];
const reasons = new Map(
  [...listed.matchAll(/^\| (\S+) \|.*\| ([^|]*) \|$/gm)].map(([, name, why]) => [name, why]),
);

const direct = Object.keys({ ...dependencies, ...optionalDependencies }).sort();
const row = (...cells) => `| ${cells.join(' | ')} |`;
const directTable = [
  row('package', 'licence', 'MB', 'install script', 'why it is there'),
  row('---', '---', '---', '---', '---'),
  ...direct.map((name) => {
    const { license, hasInstallScript } = packages[`node_modules/${name}`];
    return row(name, license, sizeOf(name), hasInstallScript ? 'yes' : '–', reasons.get(name) ?? '');
  }),
];

const indirect = Object.entries(packages)
  .filter(([path, { dev }]) => path !== '' && dev !== true)
  .map(([path, { license }]) => ({ name: path.replace(/^.*node_modules\//, ''), license }))
  .filter(({ name }) => !direct.includes(name));
const licences = [...new Set(indirect.map(({ license }) => license))].sort();
const indirectTable = [
  row('licence', 'packages'),
  row('---', '---'),
  ...licences.map((licence) => {
    const names = indirect.filter(({ license }) => license === licence).map(({ name }) => name);
    return row(licence, [...new Set(names)].sort().join(', '));
  }),
];

const put = (text, name, lines) => {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`docs/dependencies.md has no section between ${start} and ${end}.`);
  return `${text.slice(0, from)}${start}\n${lines.join('\n')}\n${text.slice(to)}`;
};

const after = put(put(before, 'direct', directTable), 'indirect', indirectTable);
writeFileSync(page, after);
process.stdout.write(
  after === before ? 'docs/dependencies.md is up to date\n' : 'docs/dependencies.md was renewed\n',
);
