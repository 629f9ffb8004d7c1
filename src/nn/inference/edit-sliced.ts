import * as E from 'fp-ts/lib/Either.js';
import type { Notes } from '../../operator/behaviour.js';
import type { Values } from '../../picture/tiling/windows.js';
import type { EditedPicture, PictureJob, Prepared, Result } from './prepared.js';
import { seamCheckOf, warnOfSeams } from './seam-check.js';
import type { Sliced, SlicedEnsemble } from './sliced/edit.js';
import { differenceAtSeam } from './sliced/seam-check.js';

/** Edits a picture by slicing a grid. Of a panorama it is checked, where that is asked for, whether its sides meet. */
export const editSliced = async (
  prepared: Prepared,
  ensemble: SlicedEnsemble,
  job: PictureJob,
): Result<EditedPicture> => {
  const { engine, picture, edges, signal } = job;
  const slice = prepared.slicesFor(engine, ensemble);
  const made = await slice(picture, edges, signal);
  if (E.isLeft(made)) return made;
  const { picture: result, gate } = made.right;
  const gated: Notes = gate === undefined ? {} : { gate: { ...gate } };
  if (!prepared.wanted.certify || edges === 'none') return E.right({ picture: result, notes: gated });
  const again = async (turned: Values): Result<Values> =>
    E.map(({ picture: other }: Sliced) => other)(await slice(turned, edges, signal));
  const found = await differenceAtSeam(again, picture, result);
  if (E.isLeft(found)) return found;
  const seamCheck = seamCheckOf(1, found.right);
  if (!seamCheck.passed) warnOfSeams({ prepared, job }, seamCheck.difference, 'sides');
  return E.right({ picture: result, notes: { ...gated, seamCheck: { ...seamCheck } } });
};
