import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { absolutePath, shippedModels } from './absolute-path.js';

describe('absolutePath', () => {
  it.each([
    ['photos', '/work/photos'],
    ['../photos', '/photos'],
    ['/photos', '/photos'],
    ['~', homedir()],
    ['~/photos', join(homedir(), 'photos')],
    ['~photos', '/work/~photos'],
    ['prismflow:dehaze', join(shippedModels, 'dehaze')],
    ['prismflow:../secrets', '/work/prismflow:../secrets'],
    ['prismflow:', '/work/prismflow:'],
  ])('takes %s for %s', (written, path) => {
    expect(absolutePath(written, '/work')).toBe(path);
  });

  it('knows where the models are that ship', () => {
    expect(existsSync(join(shippedModels, 'dehaze', 'model.json'))).toBe(true);
  });
});
