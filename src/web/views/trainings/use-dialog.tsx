import { useId, useState } from 'preact/hooks';
import type { Training } from '../../api/training-types.js';
import * as client from '../../api/trainings.js';
import type { Preset, Problem } from '../../api/types.js';
import { goTo } from '../../session/place.js';
import { loadPipelines } from '../../session/start.js';
import { texts } from '../../texts.js';
import { Button } from '../button.js';
import { DialogFrame } from '../dialogs/dialog.js';
import { FormProblem } from '../dialogs/form-problem.js';
import { KeptPreset } from '../dialogs/preset.js';
import { Icon } from '../icons.js';

const labels = texts.trainings.useForm;

/** The last part of a training's folder, as a name for an edit. */
const nameFor = ({ name }: Training): string =>
  name
    .split('/')
    .at(-1)
    ?.replaceAll(/[^A-Za-z0-9_-]/g, '-') ?? name;

/** Makes an edit of the model that a training has learned. */
export const UseDialog = ({
  training,
  onClose,
}: {
  readonly training: Training;
  readonly onClose: () => void;
}) => {
  const id = useId();
  const [name, setName] = useState(() => nameFor(training));
  const [kept, setKept] = useState<Preset | undefined>(undefined);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  const use = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await client.keepModel(training.id, name);
    if (answer.kind === 'refused') setProblem(answer.problem);
    if (answer.kind !== 'given') return;
    setKept(answer.value);
    void loadPipelines();
  };
  return (
    <DialogFrame title={labels.title} closeLabel={labels.close} onClose={onClose}>
      {kept === undefined ? (
        <form onSubmit={(event) => void use(event)}>
          <p class="muted">{labels.lead}</p>
          <label for={id}>{texts.preset.name}</label>
          <input
            id={id}
            value={name}
            required
            maxLength={60}
            autocomplete="off"
            spellcheck={false}
            aria-describedby={`${id}-hint`}
            aria-invalid={problem !== undefined}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
          <p id={`${id}-hint`} class="muted">
            {texts.preset.nameHint}
          </p>
          <FormProblem problem={problem} />
          <button type="submit" class="button primary">
            <Icon name="bookmark" />
            <span>{labels.keep}</span>
          </button>
        </form>
      ) : (
        <>
          <KeptPreset preset={kept} />
          <div class="training-show">
            <Button
              kind="primary"
              icon="photo"
              label={labels.show}
              onClick={() => goTo({ kind: 'photos' })}
            />
          </div>
        </>
      )}
    </DialogFrame>
  );
};
