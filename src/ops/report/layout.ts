import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { parseJson } from '../../ports/json.js';
import { GAP, type Grid } from './grid.js';

const layoutCodec = t.type({
  version: t.literal(1),
  columns: t.array(t.string),
  rows: t.number,
  cell: t.type({ width: t.number, height: t.number }),
  gap: t.number,
});

/** Where the pictures of a grid of samples are: `rows` of `columns`, each as large as `cell`, `gap` pixels between them. */
export type Layout = t.TypeOf<typeof layoutCodec>;

/** The layout of a grid, as `samples.json` has it. */
export const writeLayout = ({ columns, rows, cell }: Grid): Uint8Array =>
  new TextEncoder().encode(
    `${JSON.stringify(layoutCodec.encode({ version: 1, columns: [...columns], rows, cell, gap: GAP }))}\n`,
  );

/** Pictures that a row or a column can have. */
const MOST = 64;

const isSize = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= most;

/** What `samples.json` says, if it can be. */
export const readLayout = (text: string): O.Option<Layout> =>
  pipe(
    parseJson(text),
    E.chainW(layoutCodec.decode),
    O.fromEither,
    O.filter(
      ({ columns, rows, cell, gap }) =>
        columns.length <= MOST &&
        isSize(rows, MOST) &&
        isSize(gap, 1000) &&
        isSize(cell.width, 100_000) &&
        isSize(cell.height, 100_000),
    ),
  );
