// What a run says about the tests.

const FOUND = ['Killed', 'Timeout'];
const MISSED = ['Survived', 'NoCoverage'];

/** The mutants of a report, found or missed; the others (static ones, ones that do not run) say nothing. */
export const judged = (report) =>
  Object.entries(report.files).flatMap(([file, { mutants, source }]) =>
    mutants
      .filter(({ status }) => [...FOUND, ...MISSED].includes(status))
      .map((mutant) => ({
        ...mutant,
        file,
        line: source.split('\n')[mutant.location.start.line - 1],
        found: FOUND.includes(mutant.status),
      })),
  );

/** Wilson's interval for a share, in which it lies with a confidence of 95 %. Wilson 1927. */
export const wilson = (found, all) => {
  if (all === 0) return [0, 1];
  const z = 1.96;
  const share = found / all;
  const middle = share + z ** 2 / (2 * all);
  const reach = z * Math.sqrt((share * (1 - share)) / all + z ** 2 / (4 * all ** 2));
  return [middle - reach, middle + reach].map((bound) => bound / (1 + z ** 2 / all));
};

const percent = (share) => (100 * share).toFixed(1);

/** `28 of 30 mutants found, 93.3 %`, and the interval for a sample. */
export const scoreLine = (mutants, sampled) => {
  const found = mutants.filter((mutant) => mutant.found).length;
  if (mutants.length === 0) return 'no mutants';
  const [low, high] = wilson(found, mutants.length).map(percent);
  const interval = sampled ? ` (95 % confidence: ${low} to ${high} %)` : '';
  const late = mutants.filter(({ status }) => status === 'Timeout').length;
  return [
    `${found} of ${mutants.length} mutants found, ${percent(found / mutants.length)} %${interval}`,
    ...(late > 0 ? [`${late} of them since the tests did not end`] : []),
  ].join(', ');
};

/** Where a missed mutant is, and what it changes; Stryker's reports count lines and columns from 1. */
export const missedLine = ({
  file,
  location: { start, end },
  line = '',
  mutatorName,
  replacement,
  status,
}) => {
  const last = start.line === end.line ? end.column - 1 : undefined;
  const original = line.slice(start.column - 1, last).trim();
  const place = `${file}:${start.line}:${start.column}`;
  const reached = status === 'NoCoverage' ? ' (no test gets there)' : '';
  return `${place} ${mutatorName}: ${short(original)} → ${short(replacement)}${reached}`;
};

const short = (code = '') => (code.length > 60 ? `${code.slice(0, 57)}…` : code).replaceAll('\n', ' ');
