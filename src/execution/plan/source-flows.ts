import type { FlowStage, SourceStage } from '../../pipelines/plan/stages.js';
import type { ItemFlow } from '../../streams/index.js';
import { contextOf, type RunContext } from '../context.js';

/** The items of a source. */
export const sourceFlow = ({ node, behaviour }: SourceStage, run: RunContext): ItemFlow<unknown> =>
  behaviour.source(node.params, contextOf(run, node.path));

/** The items that an operator on the stream as a whole makes of those before it. */
export const flowThrough =
  ({ node, behaviour }: FlowStage, run: RunContext) =>
  (items: ItemFlow<unknown>): ItemFlow<unknown> =>
    behaviour.flow(node.params, contextOf(run, node.path))(items);
