/** Which command a key is. Single keys can be switched off (WCAG 2.1.4), and are not taken while text is written. */

export type Command =
  | 'hold'
  | 'split'
  | 'side'
  | 'after'
  | 'zoom'
  | 'zoom-in'
  | 'zoom-out'
  | 'previous'
  | 'next'
  | 'clipping'
  | 'trust'
  | 'facts'
  | 'queue'
  | 'trainings'
  | 'shortcuts'
  | 'undo'
  | 'redo'
  | 'download';

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const SINGLE: Readonly<Record<string, Command>> = {
  '\\': 'hold',
  d: 'split',
  s: 'side',
  a: 'after',
  z: 'zoom',
  '+': 'zoom-in',
  '=': 'zoom-in',
  '-': 'zoom-out',
  '[': 'previous',
  ']': 'next',
  c: 'clipping',
  t: 'trust',
  f: 'facts',
  q: 'queue',
  g: 'trainings',
  '?': 'shortcuts',
};

export const commandOf = (
  { key, ctrlKey, metaKey, shiftKey, altKey }: Key,
  isSingleOn: boolean,
): Command | undefined => {
  const lower = key.toLowerCase();
  if (ctrlKey || metaKey) {
    if (altKey) return undefined;
    if (lower === 'z') return shiftKey ? 'redo' : 'undo';
    if (lower === 'y' && !shiftKey) return 'redo';
    return lower === 's' && !shiftKey ? 'download' : undefined;
  }
  return isSingleOn && !altKey && Object.hasOwn(SINGLE, lower) ? SINGLE[lower] : undefined;
};
