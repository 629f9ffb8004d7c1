import type { Problem } from '../../api/types.js';
import { Icon } from '../icons.js';

/** Why the server does not take what a form says. */
export const FormProblem = ({ problem }: { readonly problem: Problem | undefined }) =>
  problem === undefined ? null : (
    <p role="alert" class="form-problem">
      <Icon name="warning" />
      <span>
        {problem.detail ?? problem.title} {problem.remedy}
      </span>
    </p>
  );
