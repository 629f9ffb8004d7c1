import type { Explanations } from '../explanation.js';

/** Codes of the server's state, of jobs, of tokens, and of what the server fetches and sends. */
export const jobCodes = {
  'store/unreadable': {
    title: 'What the server keeps cannot be opened',
    remedy:
      'The message is the system’s own. Look at the permissions of the folder, or give another one with --state.',
    disposition: 'fatal',
  },
  'store/unwritable': {
    title: 'What the server keeps cannot be written',
    remedy:
      'Free some room on that disk and start the server again. Everything that it had acknowledged is kept.',
    disposition: 'fatal',
  },
  'store/in-use': {
    title: 'Another server keeps its state in the same folder',
    remedy: 'Stop it, or give this one a folder of its own with --state.',
    disposition: 'fatal',
  },
  'store/other-version': {
    title: 'What the server keeps was written by another version',
    remedy: 'Start the version that wrote it, or give another folder with --state.',
    disposition: 'fatal',
  },
  'store/damaged': {
    title: 'A record of the server is damaged',
    remedy:
      'It was set aside, and what it was of has to be given again. Look at the disk: records are written whole, so something else wrote there.',
    disposition: 'permanent',
  },
  'store/full': {
    title: 'The room that the server may take on the disk is used up',
    remedy: 'Delete jobs and photos, wait until some expire, or allow more with --disk.',
    disposition: 'transient',
  },
  'job/unknown': {
    title: 'There is no such job, or it is another token’s',
    remedy: 'Jobs are deleted a while after they have ended; `GET /v1/jobs` lists those that are there.',
    disposition: 'permanent',
  },
  'job/unknown-item': {
    title: 'The job has no item of this number',
    remedy: 'Items are numbered from 1; `GET /v1/jobs/{id}/items` lists them.',
    disposition: 'permanent',
  },
  'job/no-result': {
    title: 'The item has no result',
    remedy: 'Wait until its state is `done`; where it is `failed`, its problem says why.',
    disposition: 'permanent',
  },
  'job/no-photos': {
    title: 'A job needs at least one photo',
    remedy: 'Give `photos`, `paths` or `urls`, or upload files with the job.',
    disposition: 'permanent',
  },
  'job/too-many-photos': {
    title: 'The job has more photos than are taken at once',
    remedy: 'Give them in several jobs, or let the operator allow more.',
    disposition: 'permanent',
  },
  'job/queue-full': {
    title: 'More photos wait than the server takes',
    remedy: 'Try again after the time in `Retry-After`.',
    disposition: 'transient',
  },
  'job/bad-form': {
    title: 'The form is not one that makes a job',
    remedy: 'Give a field `job` with the JSON of the job, and then the files.',
    disposition: 'permanent',
  },
  'job/too-many-streams': {
    title: 'More clients listen to jobs than the server takes',
    remedy: 'Ask for the job itself from time to time, or try again after the time in `Retry-After`.',
    disposition: 'transient',
  },
  'job/unknown-photo': {
    title: 'There is no such photo, or it is another token’s',
    remedy: 'Upload it with `POST /v1/photos`; photos are deleted after a while.',
    disposition: 'permanent',
  },
  'job/key-reused': {
    title: 'The idempotency key was used for another request',
    remedy:
      'Give every request of its own a key of its own; send the same key only to repeat the same request.',
    disposition: 'permanent',
  },
  'job/bad-key': {
    title: 'The idempotency key cannot be used',
    remedy: 'Use 1 to 200 visible ASCII characters, such as a UUID.',
    disposition: 'permanent',
  },
  'job/cancelled': {
    title: 'The job was cancelled',
    remedy: 'Make a new job with the photos that are still to be edited.',
    disposition: 'permanent',
  },
  'job/nothing-failed': {
    title: 'No item of the job has failed',
    remedy: 'Nothing needs to be done.',
    disposition: 'permanent',
  },
  'job/interrupted': {
    title: 'The server ended many times while the photo was worked on',
    remedy: 'Look at why the server ends. To try the photo again, retry the failed items of the job.',
    disposition: 'permanent',
  },
  'job/path-outside': {
    title: 'The path is not below a folder that the operator allowed',
    remedy:
      'Start the server with --root and the folder that holds the photos, and name a file or a folder in it.',
    disposition: 'permanent',
  },
  'job/paths-not-allowed': {
    title: 'The server takes no paths',
    remedy: 'Upload the photos, or start the server with --root and the folder that holds them.',
    disposition: 'permanent',
  },
  'fetch/not-allowed': {
    title: 'The server fetches nothing',
    remedy: 'Upload the photos, or start the server with --allow-urls.',
    disposition: 'permanent',
  },
  'fetch/bad-url': {
    title: 'The URL cannot be used',
    remedy: 'Give a whole https URL without user and password.',
    disposition: 'permanent',
  },
  'fetch/private-address': {
    title: 'The URL leads to an address that is not public',
    remedy: 'The server reaches public addresses only, so that nobody looks into its network through it.',
    disposition: 'permanent',
  },
  'fetch/unreachable': {
    title: 'The URL could not be fetched',
    remedy: 'The message says what came in the way; retry the item when that is fixed.',
    disposition: 'transient',
  },
  'fetch/refused': {
    title: 'The server at the URL answered with something else than the photo',
    remedy: 'Open the URL in a browser that is not logged in: it must give the photo itself.',
    disposition: 'transient',
  },
  'fetch/too-large': {
    title: 'What the URL gives is larger than a photo may be',
    remedy: 'Let the operator allow more with --max-bytes, or make the photo smaller.',
    disposition: 'permanent',
  },
  'fetch/too-slow': {
    title: 'What the URL gives did not come in time',
    remedy: 'Retry the item later, or upload the photo.',
    disposition: 'transient',
  },
  'token/missing': {
    title: 'The request has no token, and needs one',
    remedy: 'Make one with `pipe serve token` and send it as `Authorization: Bearer TOKEN`.',
    disposition: 'permanent',
  },
  'token/invalid': {
    title: 'The token is unknown, expired or revoked',
    remedy: 'Make another one with `pipe serve token`.',
    disposition: 'permanent',
  },
  'token/scope': {
    title: 'The token does not allow this',
    remedy: 'Make one with the scope that the message names: `pipe serve token --scope edit,jobs,admin`.',
    disposition: 'permanent',
  },
  'token/unknown': {
    title: 'There is no token of this id',
    remedy: '`pipe serve token list` lists them.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
