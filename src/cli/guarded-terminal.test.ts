import fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { failure, printable, printableJson, printDiagnostic } from '../diagnostics/index.js';
import { guarded } from './guarded-terminal.js';
import { liveLine } from './lines/live-line.js';
import { program } from './program.js';
import type { Terminal } from './terminal.js';

const recorded = () => {
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isLive: true,
    width: () => 80,
    paint: pc.createColors(true),
    folder: process.cwd(),
    signal: new AbortController().signal,
    gone: new AbortController().signal,
  };
  return { terminal, out: () => out, err: () => err };
};

/** What acts on a terminal. */
const acting = /(?![\n\t])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const attacks = [
  '\u001b[2J\u001b[31mred\u001b[0m',
  '\u001b]0;title\u0007',
  '\u009b31m',
  '\r\u001b[2K✓ all done',
  '\u202egpj.exe',
  '\u2067x\u2069',
  '\b\b\b',
  '\u0000',
];

describe('a guarded terminal', () => {
  it('lets colours and the progress line through, and nothing else that acts', () => {
    const { terminal, err } = recorded();
    const to = guarded(terminal);
    to.err(`${to.paint.red('wrong')} ${to.paint.bold(to.paint.green('both'))}\n`);
    const colours = pc.createColors(true);
    expect(err()).toBe(`${colours.red('wrong')} ${colours.bold(colours.green('both'))}\n`);
    liveLine(to).show(() => 'half done');
    expect(err().endsWith('\r\u001b[2Khalf done')).toBe(true);
  });

  it('shows text from outside as a dot where it would act, painted or not, in whatever it is put', () => {
    const text = fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(text, text, (one, other) => {
        const { terminal, out } = recorded();
        const to = guarded(terminal);
        to.out(`${one}${to.paint.red(other)}\n`);
        // Without the two codes of the colour, there is nothing left that acts.
        const plain = out().replace('\u001b[31m', '').replace('\u001b[39m', '');
        expect(acting.test(plain.startsWith('\r\u001b[2K') ? plain.slice(5) : plain)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is what every command writes to', async () => {
    for (const attack of attacks) {
      const { terminal, out, err } = recorded();
      await program(['run', `${attack}.yaml`], { ...terminal, isLive: false, paint: pc.createColors(false) });
      await program(['check', attack], { ...terminal, isLive: false, paint: pc.createColors(false) });
      await program(['explain', attack], { ...terminal, isLive: false, paint: pc.createColors(false) });
      await program([attack], { ...terminal, isLive: false, paint: pc.createColors(false) });
      expect(acting.test(out() + err())).toBe(false);
    }
  });
});

describe('printable', () => {
  it('is on one line, and shows bytes that are no text', () => {
    expect(printable('latin1-\udce9.jpg')).toBe('latin1-\\xE9.jpg');
    expect(printable('a\nb\tc\ud800')).toBe('a·b·c·');
    expect(printable('é 📷 👩‍👩‍👧 日本')).toBe('é 📷 👩‍👩‍👧 日本');
    const shown = printDiagnostic(failure('file/missing', 'There is no a\nerror[x]: b.', { hint: 'c\nd' }));
    expect(shown.split('\n')).toHaveLength(2);
  });

  it('as JSON is the same value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(undefined, 2), (text, indent) => {
        const json = printableJson({ text: [text] }, indent);
        expect(JSON.parse(json)).toEqual({ text: [text] });
        expect(acting.test(json)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
