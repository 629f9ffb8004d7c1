import type { Explanations } from '../explanation.js';

/** Codes of work that many machines share by a queue in Redis. */
export const queueCodes = {
  'queue/address': {
    title: 'An address that is none of a Redis',
    remedy:
      'Write it as redis://host:6379, or rediss:// for TLS, with user and password before the host where they are needed: redis://user:password@host:6379/0.',
    disposition: 'permanent',
  },
  'queue/unreachable': {
    title: 'Redis does not answer, or does not let us in',
    remedy:
      'The message is the system’s own, or that of Redis. Start Redis (`redis-server`), open its port between the machines, or correct user and password of the address.',
    disposition: 'fatal',
  },
  'queue/unsuitable': {
    title: 'A Redis that cannot hold a queue',
    remedy:
      'The queue needs Redis or Valkey from 6.2 on that throws nothing away when memory is short: `redis-cli config set maxmemory-policy noeviction`, and the same in redis.conf.',
    disposition: 'permanent',
  },
  'queue/not-bulk': {
    title: 'A pipeline whose photos cannot be worked on apart from one another',
    remedy:
      'Run it without `--on`: what trains a model, brings photos together, or writes more than a file for each stays on one machine.',
    disposition: 'permanent',
  },
  'queue/no-run': {
    title: 'There is no such run in the queue',
    remedy:
      '`pipe queue` lists the runs that there are. A run that is not there is begun without `--resume`.',
    disposition: 'permanent',
  },
  'queue/cancelled': {
    title: 'The run was taken out of the queue',
    remedy: 'Somebody ended it by `pipe queue cancel`. What is done is kept; run it again for the rest.',
    disposition: 'fatal',
  },
  'queue/foreign': {
    title: 'What stands in the queue is not what this version writes',
    remedy:
      'Another program, or another version, writes to this Redis: give Prismflow a database or a Redis of its own, and the same version on all machines.',
    disposition: 'transient',
  },
  'queue/refused': {
    title: 'A worker cannot do a photo, and gave it back',
    remedy:
      'The message says what that machine lacks: an engine, memory, a plugin that its operator allows, a folder, the models, or this version. Other workers are asked; where none can, the run waits.',
    disposition: 'transient',
  },
  'queue/outside': {
    title: 'A path that a worker may not use',
    remedy:
      'A worker reads and writes below the folders that its operator names: `--root /srv/photos`, or `--map /mnt/photos=/srv/photos` where the folder has another name on the machine of the run.',
    disposition: 'transient',
  },
} as const satisfies Explanations;
