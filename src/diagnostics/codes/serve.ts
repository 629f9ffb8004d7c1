import type { Explanations } from '../explanation.js';

/** Codes of the server: what it offers, what it is asked, and who asks. */
export const serveCodes = {
  'serve/unknown-pipeline': {
    title: 'The server offers no pipeline of this name',
    remedy: '`GET /v1/pipelines` lists those that it offers, with their parameters.',
    disposition: 'permanent',
  },
  'serve/not-available': {
    title: 'A pipeline that is listed, but cannot edit here',
    remedy:
      'The message says why; `pipe check` says the same on the command line, and `pipe plan` asks about plugins.',
    disposition: 'permanent',
  },
  'serve/not-chainable': {
    title: 'An edit that cannot be put together with others',
    remedy:
      'Ask for it alone. Edits are put together between `decode` and `encode`, of operators that come with Prismflow.',
    disposition: 'permanent',
  },
  'serve/request': {
    title: 'A request that is not as the API has it',
    remedy: 'The message says where. /openapi.json describes every request.',
    disposition: 'permanent',
  },
  'serve/not-found': {
    title: 'There is nothing at this address',
    remedy:
      'Photos, results and receipts are deleted after the time that the server keeps them: upload the photo again.',
    disposition: 'permanent',
  },
  'serve/host': {
    title: 'A request for a name that is not the server’s',
    remedy:
      'Open the address that the server said at its start. Behind a proxy, name its public address with `--origin https://…`.',
    disposition: 'permanent',
  },
  'serve/origin': {
    title: 'A request that another site’s page made',
    remedy: 'Pages of other sites may not use this server. A program that sends `Origin` need not.',
    disposition: 'permanent',
  },
  'serve/too-large': {
    title: 'An upload has more bytes than one may have',
    remedy: 'Send a smaller file; the answer says how large it may be.',
    disposition: 'permanent',
  },
  'serve/too-many-pixels': {
    title: 'A photo has more pixels than the server takes',
    remedy: 'Make it smaller, or edit it with `pipe run`, which takes 400 megapixels.',
    disposition: 'permanent',
  },
  'serve/too-many-parts': {
    title: 'A form has more files or fields than one may have',
    remedy: 'Send the photos in several requests; the answer says how many one takes.',
    disposition: 'permanent',
  },
  'serve/upload': {
    title: 'An upload that ended before it was whole, or took too long',
    remedy: 'Send it again. Nothing is kept of what came.',
    disposition: 'transient',
  },
  'serve/no-photo': {
    title: 'A request without a photo',
    remedy: 'Send the photo’s bytes as the body, or as a file of a form (multipart/form-data).',
    disposition: 'permanent',
  },
  'serve/media-type': {
    title: 'A body, or an answer, in a form that the server does not have',
    remedy:
      'Photos come as JPEG, PNG, WebP, AVIF, TIFF or GIF, as the body or in a form; edits are described in JSON.',
    disposition: 'permanent',
  },
  'serve/busy': {
    title: 'The server has as much to do as it takes on',
    remedy: 'Try again after the time that `Retry-After` says.',
    disposition: 'transient',
  },
  'serve/rate': {
    title: 'One client asked more often than it may',
    remedy: 'Try again after the time that `Retry-After` says.',
    disposition: 'transient',
  },
  'serve/token-needed': {
    title: 'A server that others can reach needs a token',
    remedy: 'Make one with `pipe serve token` first, or serve this machine alone (`--host 127.0.0.1`).',
    disposition: 'permanent',
  },
  'serve/address': {
    title: 'The server cannot listen at this address',
    remedy: 'Choose another port with `--port`, `--port 0` for any that is free, or stop what listens there.',
    disposition: 'fatal',
  },
  'serve/preset': {
    title: 'A preset that cannot be kept under this name',
    remedy:
      'Choose another name: letters, digits, `-` and `_`, that no pipeline and no file of another’s has.',
    disposition: 'permanent',
  },
  'serve/no-training': {
    title: 'The server knows no such training or recipe',
    remedy:
      '`GET /v1/trainings` lists the trainings below the served folder, `GET /v1/recipes` how one can be begun.',
    disposition: 'permanent',
  },
  'serve/training-state': {
    title: 'A training is not in the state for this',
    remedy: 'The message says what it does. Look at it again with `GET /v1/trainings/{id}`.',
    disposition: 'permanent',
  },
  'serve/stopping': {
    title: 'The server is being stopped',
    remedy: 'Try again when it runs; jobs that wait go on then.',
    disposition: 'transient',
  },
} as const satisfies Explanations;
