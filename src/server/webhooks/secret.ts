import type { Store } from '../store/store.js';
import type { Reading } from '../store/tables.js';
import { newWebhookSecret } from '../tokens/token.js';

/** The owner of what is made where no token is needed. */
export const LOCAL = 'local';

/** What the webhooks of an owner's jobs are signed with: the secret of its token, or that of the server. */
export const webhookSecretOf = (reading: Reading, owner: string): string => {
  const secret =
    owner === LOCAL ? reading.get('meta', 'webhook secret') : reading.get('tokens', owner)?.webhookSecret;
  if (typeof secret !== 'string') throw new Error(`there is no webhook secret of ${owner}`);
  return secret;
};

/** The server's own secret, made when there is none yet. */
export const serverSecret = async (store: Store): Promise<string> => {
  const { value, kept } = store.change((draft) => {
    const there = draft.get('meta', 'webhook secret');
    if (typeof there === 'string') return there;
    const made = newWebhookSecret();
    draft.put('meta', ['webhook secret'], made);
    return made;
  });
  await kept;
  return value;
};
