import type { Row } from './measure.js';

/** Measures one case: says that it has begun, and gives its row to whoever watches as soon as it is there. */
export type Measure = (name: string, run: () => Promise<Row>) => Promise<Row>;

/** A suite measures and says in words what its table cannot. */
export interface Suite {
  readonly title: string;
  /** What `--only` takes. */
  readonly cases: readonly string[];
  readonly run: (
    runs: number,
    only: string | undefined,
    measure: Measure,
  ) => Promise<{ readonly rows: readonly Row[]; readonly notes: readonly string[] }>;
}
