import type { Terminal } from '../terminal.js';

/** A line that is written over and over, ten times a second at most; none where nobody watches. */
export const liveLine = ({ isLive, err }: Pick<Terminal, 'isLive' | 'err'>) => {
  let [shownAt, isShown] = [0, false];
  return {
    show: (text: () => string): void => {
      const now = performance.now();
      if (!isLive || now - shownAt < 100) return;
      [shownAt, isShown] = [now, true];
      err(`\r\u001b[2K${text()}`);
    },
    clear: (): void => {
      if (isShown) err('\r\u001b[2K');
    },
  };
};
