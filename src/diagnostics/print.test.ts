import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure, type Span, warning } from './diagnostic.js';
import { printDiagnostic } from './print.js';

const spanOf = (source: string, word: string): Span => {
  const offset = source.indexOf(word);
  const before = source.slice(0, offset).split('\n');
  const line = before.length;
  const column = (before.at(-1) ?? '').length + 1;
  return {
    file: 'pipelines.yaml',
    source,
    start: { line, column, offset },
    end: { line, column: column + word.length, offset: offset + word.length },
  };
};

describe('printDiagnostic', () => {
  it('shows the place and how to fix it', () => {
    const source = 'version: 1\nsteps:\n  - files: { in: photos, macth: "*.jpg" }\n';
    const diagnostic = failure('value/unknown-key', '`files.macth` is not known here.', {
      span: spanOf(source, 'macth'),
      hint: 'Did you mean `match`?',
    });
    expect(printDiagnostic(diagnostic)).toMatchInlineSnapshot(`
      "error[value/unknown-key]: \`files.macth\` is not known here.
        --> pipelines.yaml:3:26
         |
       3 |   - files: { in: photos, macth: "*.jpg" }
         |                          ^^^^^
         = Did you mean \`match\`?"
    `);
  });

  it('gives the advice of the code when there is no other', () => {
    expect(
      printDiagnostic(warning('stream/unused', 'Nothing reads the stream `clear`.')),
    ).toMatchInlineSnapshot(`
      "warning[stream/unused]: Nothing reads the stream \`clear\`.
        = Use it, or remove it."
    `);
  });

  it('keeps within the width, with the place in sight', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.integer({ min: 1, max: 60 }), fc.nat(400), (before, length, after) => {
        const source = `${'.'.repeat(before)}${'x'.repeat(length)}${'.'.repeat(after)}`;
        const printed = printDiagnostic(
          failure('yaml/syntax', 'Short.', { span: spanOf(source, 'x'.repeat(length)) }),
        );
        const [, , , line = '', carets = ''] = printed.split('\n');
        expect(Math.max(line.length, carets.length)).toBeLessThanOrEqual(80);
        expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toMatch(/^x+$/);
      }),
    );
  });

  it('keeps control characters of the file off the terminal', () => {
    const source = 'a: \u001b[31mred';
    expect(printDiagnostic(failure('yaml/syntax', 'Bad.', { span: spanOf(source, 'red') }))).not.toContain(
      '\u001b',
    );
  });
});
