import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { holdToLaws, PARTS } from './operator-laws.js';

holdToLaws(1);

it('has a file for each part', () => {
  const files = readdirSync(fileURLToPath(new URL('.', import.meta.url)));
  expect(files.filter((name) => /^operators(-\d+)?\.test\.ts$/.test(name))).toHaveLength(PARTS);
});
