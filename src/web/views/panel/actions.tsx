import { download, isDownloading } from '../../session/full.js';
import { applyToAll, isStarting, readyPhotos } from '../../session/jobs.js';
import { chosen, chosenInfo, dialog, edits } from '../../session/store.js';
import { texts } from '../../texts.js';
import { Button } from '../button.js';

const labels = texts.actions;

/** What is done with the edits: download, all photos, keep. */
export const Actions = () => {
  const isEdited = edits.value.length > 0;
  const isReady = chosenInfo.value !== undefined;
  const count = readyPhotos().length;
  const waits = chosen.value?.place.kind === 'refused' ? labels.refused : labels.waits;
  const needsEdits = isEdited ? undefined : labels.nothing;
  const label = isEdited ? labels.download : labels.downloadOriginal;
  return (
    <div class="actions">
      <Button
        kind="primary"
        icon="download"
        label={isDownloading.value ? labels.downloading : label}
        shortcut="Ctrl S"
        why={isReady ? undefined : waits}
        onClick={() => void download()}
      />
      <div class="actions-more">
        <Button
          icon="stack"
          label={labels.apply(count)}
          why={needsEdits ?? (count === 0 ? waits : isStarting.value ? labels.downloading : undefined)}
          onClick={() => void applyToAll()}
        />
        <Button
          icon="bookmark"
          label={labels.preset}
          why={needsEdits}
          onClick={() => {
            dialog.value = { kind: 'preset' };
          }}
        />
      </div>
    </div>
  );
};
