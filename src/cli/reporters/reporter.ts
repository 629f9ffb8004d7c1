import type { Diagnostics } from '../../diagnostics/index.js';
import type { PipelineEvent, Report } from '../../execution/events/event.js';
import type { Plan } from '../../execution/plan/plan.js';

/** How a run speaks to whoever started it. */
export interface Reporter {
  /** It does not begin. */
  readonly refused: (diagnostics: Diagnostics) => void;
  /** It is about to begin. */
  readonly planned: (plan: Plan) => void;
  readonly event: (event: PipelineEvent) => void;
  readonly finished: (plan: Plan, report: Report) => void;
}
