/** The formats that `decode` reads. */
export const pictures = '**/*.{jpg,jpeg,png,tif,tiff,webp,avif,gif}';

/** What makes a pattern slow to match, or able to leave the folder; undefined when it does neither. */
export const faultOf = (pattern: string): string | undefined => {
  const segments = pattern.split('/');
  if (pattern.length > 256) return 'is longer than 256 characters';
  if (pattern.startsWith('/') || /^[A-Za-z]:/.test(pattern) || pattern.includes('\\'))
    return 'must be relative to the folder, with forward slashes';
  if (segments.includes('') || segments.includes('.')) return 'has a part that is empty or `.`';
  if (segments.includes('..')) return 'climbs out of the folder with `..`';
  // Each `**` tries every depth, each `*` every length: several of them multiply.
  if (segments.filter((segment) => segment === '**').length > 4) return 'has more than four `**`';
  if (segments.some((segment) => segment !== '**' && segment.split('*').length > 4))
    return 'has more than three `*` between two slashes';
  // Repetition in a pattern becomes nested repetition in a regular expression, which can take forever.
  if (/[+*?@!]\(/.test(pattern)) return 'uses extended patterns such as `+(…)`';
  return alternativesOf(pattern) > 64 ? 'has braces that stand for more than 64 patterns' : undefined;
};

/** At least as many as the patterns that braces expand to. */
const alternativesOf = (pattern: string): number => {
  const ranges = Array.from(
    pattern.matchAll(/(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])/g),
    ([, from = '', to = '']) => Math.abs(ordinal(to) - ordinal(from)) + 1,
  );
  const lists = Array.from(pattern.matchAll(/\{([^{}]*)/g), ([, inner = '']) => inner.split(',').length);
  return [...ranges, ...lists].reduce((product, count) => product * count, 1);
};

const ordinal = (end: string): number => (/\d/.test(end) ? Number(end) : (end.codePointAt(0) ?? 0));
