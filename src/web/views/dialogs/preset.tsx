import { useId, useState } from 'preact/hooks';
import * as client from '../../api/client.js';
import type { Preset, Problem } from '../../api/types.js';
import { loadPipelines } from '../../session/start.js';
import { edits } from '../../session/store.js';
import { texts } from '../../texts.js';
import { Icon } from '../icons.js';
import { Copied } from './copied.js';
import { DialogFrame } from './dialog.js';
import { FormProblem } from './form-problem.js';

const labels = texts.preset;

/** Where a preset stands, and the commands that use it. */
export const KeptPreset = ({ preset }: { readonly preset: Preset }) => (
  <div class="kept">
    <p role="status">{labels.kept(preset.file)}</p>
    <Copied title={labels.run} text={preset.commands.run} />
    <Copied title={labels.watch} text={preset.commands.watch} />
    <details>
      <summary>{labels.yaml}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by keys. */}
      <pre tabIndex={0}>
        <code>{preset.yaml}</code>
      </pre>
    </details>
  </div>
);

const Form = ({ onKept }: { readonly onKept: (preset: Preset) => void }) => {
  const id = useId();
  const [name, setName] = useState(() => edits.value.map(({ pipeline }) => pipeline).join('-'));
  const [about, setAbout] = useState('');
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  const keep = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await client.keepPreset(name, about, edits.value);
    if (answer.kind === 'refused') setProblem(answer.problem);
    if (answer.kind !== 'given') return;
    onKept(answer.value);
    void loadPipelines();
  };
  return (
    <form onSubmit={(event) => void keep(event)}>
      <p class="muted">{labels.lead}</p>
      <label for={id}>{labels.name}</label>
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
        {labels.nameHint}
      </p>
      <label for={`${id}-about`}>{labels.about}</label>
      <input
        id={`${id}-about`}
        value={about}
        maxLength={200}
        onInput={({ currentTarget }) => setAbout(currentTarget.value)}
      />
      <FormProblem problem={problem} />
      <button type="submit" class="button primary">
        <Icon name="bookmark" />
        <span>{labels.keep}</span>
      </button>
    </form>
  );
};

export const PresetDialog = () => {
  const [kept, setKept] = useState<Preset | undefined>(undefined);
  return (
    <DialogFrame title={labels.title} closeLabel={labels.close}>
      {kept === undefined ? <Form onKept={setKept} /> : <KeptPreset preset={kept} />}
    </DialogFrame>
  );
};
