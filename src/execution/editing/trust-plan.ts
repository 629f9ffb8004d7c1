import type { CheckedParams } from '../../ops/index.js';
import type { LanePart } from '../../pipelines/plan/stages.js';
import type { EditPlan } from './edit-plan.js';

/**
 * The plan of a map of trust: that of the edit up to its last ensemble, which gives a picture of where its members agree. Undefined
 * where the edit has no ensemble.
 */
export const trustPlanOf = (plan: EditPlan): EditPlan | undefined => {
  const at = plan.stages.findLastIndex((stage) => stage.kind === 'lane' && stage.parts.some(isEnsemble));
  const stage = plan.stages[at];
  if (stage?.kind !== 'lane') return undefined;
  const last = stage.parts.findLastIndex(isEnsemble);
  const parts = [...stage.parts.slice(0, last), ...stage.parts.slice(last, last + 1).map(askingForTrust)];
  return { ...plan, stages: [...plan.stages.slice(0, at), { ...stage, parts }] };
};

const isEnsemble = (part: LanePart): boolean =>
  part.kind === 'map' && part.node.operator.name === 'ensemble.average';

const askingForTrust = (part: LanePart): LanePart => {
  if (part.kind !== 'map') return part;
  const { node } = part;
  const written = { ...(node.written as object), output: 'trust' };
  // Its own codec has read all of it but for this one, which is a value of its own choice.
  const params = { ...(node.params as object), output: 'trust' } as unknown as CheckedParams;
  return { ...part, node: { ...node, params, written } };
};
