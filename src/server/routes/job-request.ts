import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import Compile from 'typebox/compile';
import { failure, messageOf } from '../../diagnostics/index.js';
import type { Json } from '../../ports/index.js';
import { Refusal } from '../http/refusal.js';
import type { Wanted } from '../jobs/accept.js';
import { JobRequest } from '../schemas/jobs.js';
import { removePhoto } from '../store/photos.js';
import type { Photo } from '../store/tables.js';
import type { Identity } from '../tokens/access.js';
import type { JobServices } from './job-services.js';

const validator = Compile(JobRequest);

/** A job that came as a form, with photos that were taken in with it. */
export interface JobForm {
  readonly job: JobRequest;
  readonly photos: readonly Photo[];
  /** Removes the photos again, where no job came of it. */
  readonly giveBack: () => Promise<void>;
}

const bad = (message: string): Refusal => new Refusal(400, [failure('job/bad-form', message)]);

const readField = (text: unknown): JobRequest => {
  if (typeof text !== 'string') throw bad('The field `job` is a file, and should be text.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw bad(`The field \`job\` is no JSON: ${messageOf(thrown)}.`);
  }
  if (validator.Check(value)) return value;
  const [first] = validator.Errors(value);
  throw bad(`The field \`job\` is no job: ${first?.instancePath || 'it'} ${first?.message ?? 'is wrong'}.`);
};

/** Reads a form: the field `job`, and files, each of which is taken in as it comes. Throws a `Refusal`, and keeps nothing then. */
export const readJobForm = async (
  request: FastifyRequest,
  { owner }: Identity,
  services: JobServices,
): Promise<JobForm> => {
  const photos: Photo[] = [];
  let job: JobRequest | undefined;
  const giveBack = async (): Promise<void> => {
    const { value, kept } = services.store.change((draft) =>
      photos.flatMap(({ id }) => removePhoto(draft, id) ?? []),
    );
    await kept;
    await services.files.removePhotos(value);
  };
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        if (photos.length >= services.mostPhotos)
          throw new Refusal(422, [
            failure('job/too-many-photos', `The job has more than ${services.mostPhotos} photos.`),
          ]);
        photos.push(
          await services.receive(part.file, { name: part.filename || 'photo', type: part.mimetype, owner }),
        );
      } else if (part.fieldname === 'job') job = readField(part.value);
      else throw bad(`The form has a field \`${part.fieldname}\`, and takes \`job\` and files.`);
    }
    if (job === undefined) throw bad('The form has no field `job`.');
    return { job, photos, giveBack };
  } catch (thrown) {
    await giveBack();
    throw thrown;
  }
};

/** A request for a job as it is taken on. */
export const wantedOf = (
  { checkEdits }: JobServices,
  job: JobRequest,
  key: string | undefined,
  uploaded: readonly Photo[] = [],
): Wanted => {
  const [first, ...rest] = job.edits.map(({ pipeline, parameters = {} }) => ({
    pipeline,
    // They came as JSON.
    parameters: parameters as Readonly<Record<string, Json>>,
  }));
  const edits = checkEdits(first === undefined ? [] : [first, ...rest]);
  if (E.isLeft(edits)) throw new Refusal(422, edits.left);
  return {
    name: job.name ?? '',
    edits: edits.right,
    photos: [...(job.photos ?? []), ...uploaded.map(({ id }) => id)],
    paths: job.paths ?? [],
    urls: job.urls ?? [],
    ...(job.webhook === undefined ? {} : { webhook: job.webhook }),
    ...(key === undefined ? {} : { key }),
    body: { job, files: uploaded.map(({ name, digest }) => ({ name, digest })) },
  };
};
