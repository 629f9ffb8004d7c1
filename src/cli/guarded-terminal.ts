import type { Paint } from '../diagnostics/index.js';
import type { Paints, Terminal } from './terminal.js';

/** What acts on a terminal, but for line ends and tabs. */
const acting = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** What a line that is written over begins with. */
const LINE_OVER = '\r\u001b[2K';

/**
 * The same terminal, on which nothing acts but what the program itself wrote: its colours and its progress line. Text from
 * outside cannot pass for either, whatever way it takes: colours are marked with a number that nobody knows, and what is not
 * marked so is a dot.
 */
export const guarded = (terminal: Terminal): Terminal => {
  let mark: string | undefined;
  // Made where something is first painted: what makes it takes a while to load.
  const ownMark = (): string => {
    mark ??= `\u001b${crypto.randomUUID()}`;
    return mark;
  };
  const withoutActing = (text: string): string => text.replaceAll(acting, '·');
  const clean = (text: string): string =>
    mark === undefined ? withoutActing(text) : text.split(mark).map(withoutActing).join(mark);
  const write =
    (to: (text: string) => void) =>
    (text: string): void => {
      const isOver = text.startsWith(LINE_OVER);
      const cleaned = clean(isOver ? text.slice(LINE_OVER.length) : text);
      const shown = mark === undefined ? cleaned : cleaned.replaceAll(mark, '\u001b');
      to(isOver ? `${LINE_OVER}${shown}` : shown);
    };
  const painted =
    (paint: Paint): Paint =>
    (text) => {
      // The colour's own codes are marked, and nothing that stands in the text.
      const [begin = '', end = ''] = paint(PLACE).split(PLACE);
      const marked = (codes: string): string => codes.replaceAll('\u001b', ownMark());
      return `${marked(begin)}${clean(text)}${marked(end)}`;
    };
  const paint = Object.fromEntries(
    PAINTS.map((name) => [name, painted(terminal.paint[name])]),
  ) as unknown as Paints;
  return { ...terminal, out: write(terminal.out), err: write(terminal.err), paint };
};

/** A text that colours are put around to see what they are. */
const PLACE = 'x';

const PAINTS = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const satisfies readonly (keyof Paints)[];
