import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { builtIn } from '../../src/ops/index.js';

const declarationsOf = (operator: string): string =>
  fileURLToPath(new URL(`../../dist/ops/${operator}/index.d.ts`, import.meta.url));

/** The comment right before what starts with `start`, or nothing. */
const commentBefore = (text: string, start: RegExp): string | undefined => {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => start.test(line));
  const end = at - 1;
  if (at < 1 || !lines[end]!.trimEnd().endsWith('*/')) return undefined;
  const begin = lines.findLastIndex((line, i) => i <= end && line.trimStart().startsWith('/**'));
  return lines.slice(begin, at).join('\n');
};

describe.each([...builtIn.values()].map((operator) => [operator.name, operator] as const))(
  'editors show what %s is for',
  (name, { params }) => {
    const file = declarationsOf(name);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';

    it('itself', () => {
      const comment = commentBefore(
        text,
        /^export declare const \w+: import\("[./]*\/operator\/define\.js"\)\.(Join)?Op</,
      );
      expect(comment?.length).toBeGreaterThan(10);
    });

    it.each(Object.entries(params.shape.fields))('its parameter %s', (key, { about }) => {
      const declared = new RegExp(`^ {4}(?:readonly )?"?${key}"?\\??: `);
      expect(commentBefore(text, declared)).toContain(about);
    });
  },
);
