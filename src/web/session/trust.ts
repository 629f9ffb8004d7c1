import { effect, signal } from '@preact/signals';
import * as client from '../api/client.js';
import type { Edit } from '../api/types.js';
import { texts } from '../texts.js';
import { latest } from './latest.js';
import { chosenInfo, edits, editsKey, overlay, report } from './store.js';

/** The map of where the models were sure of their edit, of the chosen photo. */

export const trust = signal<{ readonly key: string; readonly url: string } | undefined>(undefined);

const SIZE = 1024;

export const startTrust = (): void => {
  const requests = latest<{ readonly key: string; readonly photo: string; readonly of: readonly Edit[] }>(
    async ({ key, photo, of }, signal) => {
      const answer = await client.preview({ photo, edits: of, size: SIZE, overlay: 'trust' }, signal);
      if (answer.kind === 'given') {
        if (trust.value !== undefined) URL.revokeObjectURL(trust.value.url);
        trust.value = { key, url: URL.createObjectURL(answer.value.blob) };
      }
      if (answer.kind === 'refused') {
        report({ ...answer.problem, title: answer.problem.title || texts.stage.trustNone });
        overlay.value = 'none';
      }
    },
  );
  effect(() => {
    const info = chosenInfo.value;
    const key = editsKey.value;
    if (overlay.value !== 'trust' || info === undefined || edits.value.length === 0) {
      requests.stop();
      return;
    }
    if (trust.peek()?.key !== key) requests.follow({ key, photo: info.id, of: edits.value });
  });
};
