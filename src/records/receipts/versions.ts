import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

const fieldOf = (manifest: unknown, field: string): unknown =>
  typeof manifest === 'object' && manifest !== null
    ? (manifest as Readonly<Record<string, unknown>>)[field]
    : undefined;

const manifestAt = (folder: string): unknown => {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
};

/** The version of an installed package, found without loading it: not every package lets its manifest be imported. */
const versionOf = (name: string): string => {
  const find = (folder: string): string => {
    const manifest = manifestAt(folder);
    if (fieldOf(manifest, 'name') === name) return String(fieldOf(manifest, 'version'));
    return dirname(folder) === folder ? 'unknown' : find(dirname(folder));
  };
  try {
    return find(dirname(require.resolve(name)));
  } catch {
    return 'unknown';
  }
};

/** The version of Prismflow. */
export const version: string = String(
  fieldOf(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')), 'version'),
);

/** Prismflow, Node and what decodes, encodes and computes. */
export const versions = (): Readonly<Record<string, string>> => ({
  prismflow: version,
  node: process.versions.node,
  sharp: versionOf('sharp'),
  'onnxruntime-node': versionOf('onnxruntime-node'),
  '@tensorflow/tfjs-core': versionOf('@tensorflow/tfjs-core'),
});

/** Operating system, architecture and processor: what the last bits of a sum can depend on. */
export const machine = (): string => `${platform()} ${arch()}, ${cpus()[0]?.model ?? 'unknown processor'}`;
