import type { Json } from '../ports/index.js';

/** A place at which two pipelines differ, and what stands there in each; undefined where nothing does. */
export interface Change {
  readonly at: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

const isMap = (value: Json | undefined): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const joined = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`);

/** Where two pipelines, or any JSON, differ: the innermost places, in the order of the later one. */
export const changesBetween = (
  before: Json | undefined,
  after: Json | undefined,
  at = '',
): readonly Change[] => {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])];
    return keys.flatMap((key) => changesBetween(ownOf(before, key), ownOf(after, key), joined(at, key)));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return after.flatMap((each: Json, i) => changesBetween(before[i], each, `${at}[${i}]`));
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ at, before, after }];
};

const ownOf = (map: Readonly<Record<string, Json>>, key: string): Json | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;

const short = (value: Json | undefined): string => {
  const text = value === undefined ? 'not given' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

/** What a change means to a training that goes on, by where it is. */
const meanings: readonly (readonly [pattern: string, meaning: string])[] = [
  ['.optimizer', 'the new rates count from here on'],
  ['.schedule', 'the schedule is taken up at this step as it stands now, and ends when it says'],
  ['.pretrain', 'the schedule is taken up at this step as it stands now, and ends when it says'],
  ['.validate', 'the result is judged otherwise, and nothing that is learned'],
  ['.stop', 'the training ends when it says, and nothing that is learned'],
  [
    '.split',
    'other photos are learned from than are kept apart from here on: figures may be of photos that were learned from',
  ],
  ['.losses', 'what was learned stays, and something else is learned from here on'],
  ['.snapshot', 'what is kept changes, and nothing that is learned'],
  ['.report', 'what is shown changes, and nothing that is learned'],
  ['about', 'nothing that is learned'],
];

const meaningOf = (at: string): string =>
  meanings.find(([part]) => at.includes(part) || at === part)?.[1] ??
  'photos are chosen or prepared otherwise from here on, so that the result is not that of one training without a break';

/** Changes that are told one by one. */
const TOLD = 6;

/** What has changed and what that means, in a sentence or several. */
export const changesInWords = (changes: readonly Change[]): string => {
  const told = changes
    .slice(0, TOLD)
    .map(({ at, before, after }) => `\`${at}\` was ${short(before)} and is ${short(after)}`);
  const more = changes.length > TOLD ? [`${changes.length - TOLD} more`] : [];
  const means = [...new Set(changes.map(({ at }) => meaningOf(at)))];
  return `${[...told, ...more].join('; ')}: ${means.join('; ')}.`;
};
