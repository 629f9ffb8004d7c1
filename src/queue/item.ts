import { digestOf } from '../disk/digest.js';
import { ITEM_DIGITS, type QueuedPhoto } from './messages.js';

/** What a photo is known by: its content, what is done to it, and where the result goes. */
export const itemOf = ({ run, pipeline, sha256, digest, target, key }: QueuedPhoto): string =>
  `${run}-${digestOf([pipeline, sha256, digest, target, key.path]).slice(0, ITEM_DIGITS)}`;
