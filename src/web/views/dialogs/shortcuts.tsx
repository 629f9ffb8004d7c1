import { useId, useState } from 'preact/hooks';
import { keepSettings, settings } from '../../session/kept.js';
import { texts } from '../../texts.js';
import { DialogFrame } from './dialog.js';

const labels = texts.shortcuts;

export const ShortcutsDialog = () => {
  const id = useId();
  const [areOn, setOn] = useState(() => settings().areKeysOn);
  return (
    <DialogFrame title={labels.title} closeLabel={labels.close}>
      <dl class="shortcuts">
        {labels.list.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys
                .split(' ')
                .filter(Boolean)
                .map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="dial wide">
        <label for={id}>{labels.single}</label>
        <input
          id={id}
          type="checkbox"
          class="dial-switch"
          checked={areOn}
          aria-describedby={`${id}-hint`}
          onChange={({ currentTarget }) => {
            setOn(currentTarget.checked);
            keepSettings({ areKeysOn: currentTarget.checked });
          }}
        />
      </div>
      <p id={`${id}-hint`} class="muted">
        {labels.singleHint}
      </p>
    </DialogFrame>
  );
};
