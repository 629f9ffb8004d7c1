import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { loadEnsemble } from './load.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const names = readdirSync(join(root, 'models')).sort();

describe.each(names)('the model %s that ships', (name) => {
  const folder = join(root, 'models', name);

  it('loads, all snapshots of it', async () => {
    const loaded = await loadEnsemble({
      models: folder,
      members: 'all',
      average: 'predictions',
      trust: 0,
      output: 'picture',
    })();
    if (E.isLeft(loaded)) throw new Error(loaded.left.map(({ message }) => message).join('\n'));
    const files = readdirSync(folder).filter((file) => file.endsWith('.safetensors'));
    expect(loaded.right.snapshots.map(({ file }) => file).sort()).toEqual(files.sort());
  });

  it('has a card, and an example that applies it', () => {
    const card = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(card).toContain(`# ${name}\n`);
    expect(card).toContain('## Attribution');
    const example = join(root, 'examples', `${name}.yaml`);
    expect(existsSync(example) && readFileSync(example, 'utf8')).toContain(`prismflow:${name}`);
  });
});

describe('the models that ship', () => {
  it('take 25 MB together at most', () => {
    const sizes = names.flatMap((name) =>
      readdirSync(join(root, 'models', name)).map((file) => statSync(join(root, 'models', name, file)).size),
    );
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(25e6);
  });
});
