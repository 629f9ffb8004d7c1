import { existsSync } from 'node:fs';
import { dejpegRows } from '../quality/dejpeg.js';
import { otherRows } from '../quality/others.js';
import { modelOf, PHOTOS } from '../quality/pictures.js';
import type { QualityRow } from '../quality/row.js';
import { contactSheets } from '../quality/sheets.js';
import type { Suite } from '../suite.js';

const edits = ['dejpeg', 'dehaze', 'exposure', 'lowlight', 'sunset', 'bluehour'] as const;

const rowsOf = async (edit: (typeof edits)[number]): Promise<readonly QualityRow[]> => {
  if (!existsSync(modelOf(edit))) return [];
  const rows = edit === 'dejpeg' ? [...(await dejpegRows())] : [];
  for (const measured of otherRows[edit] ?? []) rows.push(...(await measured()));
  return rows;
};

const shown = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(2));

const tableOf = (rows: readonly QualityRow[]): string =>
  [
    '| edit | photos | measure | as they are | edited | least gain | beside |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ edit, set, measure, before, after, worst, beside = '' }) =>
        `| ${edit} | ${set} | ${measure} | ${shown(before)} | ${shown(after)} | ${shown(worst)} | ${beside} |`,
    ),
  ].join('\n');

/** What each model that ships does to photos that it was not trained on, in one table. */
export const suite: Suite = {
  title: 'Quality of the edits that ship',
  cases: edits,
  run: async (_runs, only, measure) => {
    if (!existsSync(PHOTOS)) return { rows: [], notes: [`Skipped: there is no ${PHOTOS}.`] };
    const all: QualityRow[] = [];
    const rows = [];
    for (const edit of edits) {
      if (only !== undefined && !edit.includes(only)) continue;
      rows.push(
        await measure(edit, async () => {
          const start = performance.now();
          const found = await rowsOf(edit);
          all.push(...found);
          const ms = performance.now() - start;
          return { name: edit, ms, peers: {}, ratios: {}, skipped: {}, figures: { rows: found.length } };
        }),
      );
    }
    const sheets = process.env.PRISMFLOW_SHEETS;
    const made = sheets === undefined ? [] : await contactSheets(sheets, only);
    return {
      rows,
      notes: [
        tableOf(all),
        'Means over the photos, with gates as they are by default; the least gain is that of one photo. Times are of all that is measured.',
        ...made.map((path) => `Written: ${path}`),
      ],
    };
  },
};
