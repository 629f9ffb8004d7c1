import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parse } from '../compile.js';
import { textOf } from './encoding.js';
import { limits } from './yaml.js';

const steps = (...lines: readonly string[]): string => `version: 1\nsteps:\n${lines.join('\n')}\n`;

/** What is said of a file: messages and hints. */
const said = (text: string): readonly string[] => {
  const file = parse('edit.yaml', text);
  return E.isRight(file) ? [] : file.left.map(({ message, hint }) => `${message} ${hint ?? ''}`);
};

describe('a slip of the pen', () => {
  it.each([
    ['  - files: "C:\\Users\\new\\photos"', /^A backslash stands in double quotes.*single quotes/],
    ['  - files: "C:\\temp\\new"', /^A Windows path stands in double quotes.*single quotes/],
    ['  - save: {path}', /^`\{path\}` stands here without quotes.*into quotes/],
    ['  - save: { to: out/{path} }', /^`\{path\}` stands here without quotes.*into quotes/],
    ['  - save: {name}.jpg', /^`\{name\}` stands here without quotes/],
    ['  - save: [out/{path}]', /^`\{path\}` stands here without quotes/],
    ['  - adjust: { exposure: 0,5 }', /^A comma stands in a number.*point/],
    ['\t- decode', /^A tab stands at the beginning.*spaces/],
    ['  - adjust:\n\texposure: 1', /^A tab stands at the beginning.*spaces/],
    ['  - files: { in: x, match: *.jpg }', /a star needs quotes: `"\*\.jpg"`/],
    ['  - save: @out', /^A text that begins with `@` needs quotes/],
    ['  - files: %HOME%/x', /^A text that begins with `%` needs quotes/],
  ])('is named once: %j', (line, expected) => {
    const all = said(steps(line));
    expect(all[0]).toMatch(expected);
    expect(all).toHaveLength(1);
  });

  it.each([
    "  - files: 'C:\\Users\\new\\photos'",
    '  - files: "C:\\\\Users\\\\new"',
    '  - files: C:\\Users\\new',
    '  - save: "out/{path}"',
    '  - files: "a line\\nand another"',
    '  - adjust: { curve: [0, 0.5, 1] }',
    '  - files: { in: x, match: ["*.jpg", "{a,b}.png"] }',
  ])('is not seen where there is none: %j', (line) => expect(said(steps(line))).toEqual([]));
});

describe('steps', () => {
  it('are at most so many in a file, in whatever parts', () => {
    const many = (count: number): readonly string[] => Array.from({ length: count }, () => '  - decode');
    expect(said(steps(...many(limits.steps)))).toEqual([]);
    expect(said(steps(...many(limits.steps + 1)))[0]).toContain('There are 1001 steps');
    const half = Array.from({ length: limits.steps / 2 + 1 }, () => 'decode');
    const parts = JSON.stringify({ version: 1, pipelines: { a: { steps: half }, b: { steps: half } } });
    expect(said(parts)[0]).toContain('There are 1002 steps');
  });
});

describe('textOf', () => {
  const fault = (bytes: Uint8Array): string => {
    const text = textOf(bytes, 'edit.yaml');
    return E.isRight(text) ? 'none' : text.left[0].message;
  };

  it('names the encoding that it is not', () => {
    const text = 'version: 1\nabout: Straße\n';
    const utf16 = Buffer.from(text, 'utf16le');
    expect(fault(Buffer.from(text))).toBe('none');
    expect(fault(Buffer.from(`\ufeff${text}`))).toBe('none');
    expect(fault(utf16)).toContain('UTF-16');
    expect(fault(Buffer.concat([Buffer.of(0xff, 0xfe), utf16]))).toContain('UTF-16');
    expect(fault(Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(utf16).swap16()]))).toContain('UTF-16');
    expect(fault(Buffer.from(text, 'latin1'))).toContain('Line 2');
    expect(fault(Buffer.from('version: 1\n\0\0'))).toContain('zero');
    expect(fault(Buffer.alloc(0))).toBe('none');
  });
});
