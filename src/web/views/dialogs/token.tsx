import { useId, useState } from 'preact/hooks';
import * as client from '../../api/client.js';
import type { Problem } from '../../api/types.js';
import { texts } from '../../texts.js';
import { DialogFrame } from './dialog.js';
import { FormProblem } from './form-problem.js';

const labels = texts.token;

/** Servers that others can reach ask who one is. */
export const TokenDialog = () => {
  const id = useId();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await client.enter(token.trim());
    if (answer.kind === 'refused') setProblem(answer.problem);
    // Everything is asked for again, as somebody who may.
    if (answer.kind === 'given') location.reload();
  };
  return (
    <DialogFrame title={labels.title} closeLabel={labels.close}>
      <form onSubmit={(event) => void enter(event)}>
        <p class="muted">{labels.lead}</p>
        <label for={id}>{labels.label}</label>
        <input
          id={id}
          type="password"
          value={token}
          required
          maxLength={300}
          autocomplete="current-password"
          spellcheck={false}
          aria-invalid={problem !== undefined}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <FormProblem problem={problem} />
        <button type="submit" class="button primary">
          {labels.enter}
        </button>
      </form>
    </DialogFrame>
  );
};
