import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import Compile from 'typebox/compile';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import { megabytes } from '../../diagnostics/quantities.js';
import { definedOnly } from '../../ports/defined.js';
import { parseJson } from '../../ports/json.js';
import type { Caller } from '../access/authorise.js';
import { orThrow } from '../app.js';
import type { Wanted } from '../jobs/accept.js';
import { stepsOf } from '../schemas/common.js';
import { JobRequest } from '../schemas/jobs.js';
import { removePhoto } from '../store/photos.js';
import type { Photo } from '../store/tables.js';
import { partsOf } from '../uploads/form.js';
import { safeName } from '../uploads/names.js';
import { MOST_LEVELS } from '../validation.js';
import type { JobServices } from './job-services.js';

const validator = Compile(JobRequest);

/** A job that came as a form, with photos that were taken in with it. */
export interface JobForm {
  readonly job: JobRequest;
  readonly photos: readonly Photo[];
  /** Removes the photos again, where no job came of it. */
  readonly giveBack: () => Promise<void>;
}

/** What bounds a form: the library's own limits are those of a small body. */
const formLimits = ({ mostPhotos, limits }: JobServices) => ({
  limits: {
    files: mostPhotos,
    fileSize: limits.bytes + 1,
    fields: 4,
    parts: mostPhotos + 4,
    fieldSize: 65_536,
    headerPairs: 50,
  },
  throwFileSizeLimit: false,
});

const bad = (message: string): DiagnosticError => new DiagnosticError([failure('job/bad-form', message)]);

const readField = (text: unknown): JobRequest => {
  if (typeof text !== 'string') throw bad('The field `job` is a file, and should be text.');
  const read = parseJson(text, MOST_LEVELS);
  if (E.isLeft(read)) throw bad(`The field \`job\` cannot be read: ${read.left}.`);
  const value = read.right;
  if (validator.Check(value)) return value;
  const [first] = validator.Errors(value);
  throw bad(`The field \`job\` is no job: ${first?.instancePath || 'it'} ${first?.message ?? 'is wrong'}.`);
};

/** Reads a form: the field `job`, and files, each of which is taken in as it comes. Throws a `DiagnosticError`, and keeps nothing then. */
export const readJobForm = async (
  request: FastifyRequest,
  { id: owner }: Caller,
  services: JobServices,
  signal: AbortSignal,
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
    let left = services.limits.requestBytes;
    for await (const part of partsOf(request.parts(formLimits(services)))) {
      if (part.type === 'file') {
        if (photos.length >= services.mostPhotos)
          throw new DiagnosticError([
            failure('job/too-many-photos', `The job has more than ${services.mostPhotos} photos.`),
          ]);
        const received = await services.receive(part.file, {
          name: safeName(part.filename),
          owner,
          signal,
        })();
        // What is left of a file that was refused is passed over.
        part.file.resume();
        const photo = orThrow(received);
        photos.push(photo);
        left -= photo.bytes;
        if (left < 0)
          throw new DiagnosticError([
            failure(
              'serve/too-large',
              `All photos of one request may have ${megabytes(services.limits.requestBytes)} together.`,
            ),
          ]);
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

/** A request for a job as it is taken on; its edits are checked. */
export const wantedOf = async (
  { checkEdits }: JobServices,
  job: JobRequest,
  key: string | undefined,
  uploaded: readonly Photo[] = [],
): Promise<Wanted> => {
  const [first, ...rest] = stepsOf(job.edits);
  if (first === undefined) throw bad('The job has no edits.');
  const edits: Wanted['edits'] = [first, ...rest];
  orThrow(await checkEdits(edits)());
  return {
    name: job.name ?? '',
    edits,
    photos: [...(job.photos ?? []), ...uploaded.map(({ id }) => id)],
    paths: job.paths ?? [],
    urls: job.urls ?? [],
    ...definedOnly({ webhook: job.webhook, key }),
    body: { job, files: uploaded.map(({ name, digest }) => ({ name, digest })) },
  };
};
