import { texts } from '../texts.js';
import { type Answer, aborted, given, problemOf, refused, retryIn } from './answer.js';
import type { PhotoInfo, Uploaded } from './types.js';

/**
 * Sends one photo, and says how much of it has gone, from 0 to 1. By XMLHttpRequest: fetch does not tell how far an upload is.
 */
export const upload = (
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
  before = 0,
): Promise<Answer<PhotoInfo>> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(aborted);
    const request = new XMLHttpRequest();
    request.open('POST', `/v1/photos?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    request.onload = () => {
      const seconds = retryIn(request.status, request.getResponseHeader('retry-after'), before);
      if (seconds === undefined) resolve(answerOf(request.status, request.response));
      else setTimeout(() => resolve(upload(file, onProgress, signal, before + 1)), seconds * 1000);
    };
    request.onerror = () =>
      resolve(refused({ status: 0, code: 'page/unreachable', ...texts.problems.unreachable }));
    request.onabort = () => resolve(aborted);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });

const answerOf = (status: number, body: unknown): Answer<PhotoInfo> => {
  const photo = (body as { readonly photos?: readonly Uploaded[] } | null)?.photos?.[0];
  if (photo === undefined || status >= 400)
    return refused(problemOf(status, body, texts.problems.status(status)));
  return 'problem' in photo ? refused(problemOf(status, photo.problem, photo.problem.title)) : given(photo);
};
