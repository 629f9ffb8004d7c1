import { codes, didYouMean, isCode } from '../../diagnostics/index.js';
import { type Exit, exit } from '../exit.js';
import type { Terminal } from '../terminal.js';

/** `pipe explain`: what a code means and how such a thing is fixed. */
export const explain = async (code: string | undefined, { out, err, paint }: Terminal): Promise<Exit> => {
  if (code === undefined) {
    const width = Math.max(...Object.keys(codes).map((each) => each.length));
    for (const [each, { title }] of Object.entries(codes))
      out(`${paint.bold(each.padEnd(width))}  ${title}\n`);
    return exit.done;
  }
  if (!isCode(code)) {
    err(`There is no code \`${code}\`. ${didYouMean(code, Object.keys(codes))}\n`);
    return exit.wrong;
  }
  const { title, remedy } = codes[code];
  out(`${paint.bold(code)}\n${title}.\n\n${remedy}\n`);
  return exit.done;
};
