/**
 * Builds the page of `pipe serve` (src/web) into dist/web. Left out when nothing that it is made of has changed since the last time;
 * `--force` builds in any case.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'src/web');
const output = join(root, 'dist/web');
const stamp = join(root, 'dist/web.digest');

/** Of the sources, of this script, and of the versions of all packages. */
const digest = () => {
  const hash = createHash('sha256');
  const files = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...files, fileURLToPath(import.meta.url), join(root, 'package-lock.json')])
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
};

const now = digest();
const isBuilt =
  existsSync(join(output, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now;

if (!isBuilt || process.argv.includes('--force')) {
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: sources,
    base: '/',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: output,
      emptyOutDir: true,
      target: 'es2022',
      // Nothing inline: the page's content security policy lets nothing in but files of the server.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      // The 360° viewer is larger than that, and is loaded by those who look around in a panorama.
      chunkSizeWarningLimit: 1000,
    },
  });
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, now);
}
