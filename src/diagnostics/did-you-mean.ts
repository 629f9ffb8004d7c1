import { distance } from 'fastest-levenshtein';

/** The candidate that somebody who typed `word` probably meant: at most two letters in five differ. */
export const nearest = (word: string, candidates: readonly string[]): string | undefined => {
  const typed = word.toLowerCase();
  const scored = candidates
    .map((candidate) => ({ candidate, edits: distance(typed, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, edits }) =>
        edits <= Math.max(1, Math.round(0.4 * Math.max(candidate.length, typed.length))),
    )
    .sort((a, b) => a.edits - b.edits);
  return scored[0]?.candidate;
};

/** The hint for a misspelt word: the nearest candidate, or all of them when they are few. */
export const didYouMean = (word: string, candidates: readonly string[]): string => {
  if (candidates.length === 1) return `It can only be \`${candidates[0]}\`.`;
  const guess = nearest(word, candidates);
  if (guess !== undefined) return `Did you mean \`${guess}\`?`;
  if (candidates.length === 0) return 'Nothing may stand here.';
  return candidates.length <= 12
    ? `It can be ${candidates.map((candidate) => `\`${candidate}\``).join(', ')}.`
    : 'Nothing here has a similar name.';
};
