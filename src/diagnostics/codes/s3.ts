import type { Explanations } from '../explanation.js';

/** Codes of photos and results in object storage. */
export const s3Codes = {
  's3/address': {
    title: 'An address of objects that cannot be read',
    remedy:
      'Write it as s3://bucket/prefix. Keys and the endpoint of a store that is not Amazon’s are set in the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL_S3.',
    disposition: 'permanent',
  },
  's3/not-installed': {
    title: 'The package that speaks with object storage is missing',
    remedy: 'Install it beside Prismflow: `npm i @aws-sdk/client-s3` (with -g where Prismflow was).',
    disposition: 'fatal',
  },
  'pipeline/network': {
    title: 'A pipeline’s file that asks for a place in the network which you have not named',
    remedy:
      'A file from somebody else must not have the program connect anywhere, or send photos there. If you mean it, name the place: `--allow s3://bucket/prefix` or `--allow redis://host:6379`, or PRISMFLOW_ALLOW with such addresses, with spaces between them. What you give by `--set` or `--on` is named already.',
    disposition: 'permanent',
  },
  's3/not-here': {
    title: 'Objects in the place of files',
    remedy:
      '`files`, `watch` and `save` take s3:// addresses. All else that a pipeline reads or writes, such as models and reports, lies on the disk.',
    disposition: 'permanent',
  },
  's3/denied': {
    title: 'The store does not let us in',
    remedy:
      'Keys are taken from where the AWS command line takes them: the environment, ~/.aws, the role of the machine. They need s3:ListBucket on buckets that are read, s3:GetObject on photos, and s3:GetObject, s3:PutObject, s3:AbortMultipartUpload on results; a run on workers s3:DeleteObject below PREFIX/.prismflow as well.',
    disposition: 'fatal',
  },
  's3/missing': {
    title: 'There is no such bucket or object',
    remedy:
      'Look whether its name is right, and that AWS_REGION and AWS_ENDPOINT_URL_S3 are those of its store.',
    disposition: 'transient',
  },
  's3/unreachable': {
    title: 'The store does not answer',
    remedy:
      'Each request was tried five times. Look whether AWS_ENDPOINT_URL_S3 and AWS_REGION are right and the store can be reached from here; what is done is kept, so the run can be begun again.',
    disposition: 'transient',
    retriedAtSink: true,
  },
  's3/damaged': {
    title: 'An object that is not what its store says',
    remedy:
      'Its size or checksum is another one than the store tells, three times over. Upload it again, or look at what stands between here and the store.',
    disposition: 'transient',
  },
  's3/too-many': {
    title: 'More objects than are listed',
    remedy: 'Name a longer prefix, and run the pipeline once for each.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
