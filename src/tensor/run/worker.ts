import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../diagnostics/index.js';
import { openOnnx } from './onnx-session.js';
import { buffersOf, type Envelope, type Job, type Reply, type Request, type Results } from './protocol.js';
import type { Session } from './session.js';

const port = parentPort;
if (port === null) throw new Error('worker.js runs in a worker thread only');

const sessions = new Map<number, Session>();

const open = async (job: Job): Promise<Session> => {
  if (job.kind === 'onnx') return openOnnx(job);
  const { openReplay } = await import('./replay-session.js');
  return openReplay(job);
};

const handle = async (request: Request): Promise<Results[Request['kind']]> => {
  switch (request.kind) {
    case 'compile': {
      const session = await open(request.job);
      sessions.set(request.session, session);
      return session.signature;
    }
    case 'run': {
      const session = sessions.get(request.session);
      if (session === undefined) throw new Error(`session ${request.session} is not open`);
      return session.run(request.feeds);
    }
    case 'release':
      await sessions.get(request.session)?.release();
      sessions.delete(request.session);
      return {};
  }
};

// Requests are taken one after another: a session is one resource, and ONNX Runtime uses every core by itself.
let last: Promise<void> = Promise.resolve();
port.on('message', ({ id, request }: Envelope) => {
  last = last.then(() =>
    handle(request).then(
      (results) => {
        const spent = request.kind === 'run' && request.lent ? buffersOf(request.feeds) : [];
        const moved = request.kind === 'run' ? buffersOf(results as Results['run']) : [];
        port.postMessage({ id, ok: true, results, spent } satisfies Reply, [...moved, ...spent]);
      },
      (thrown: unknown) => port.postMessage({ id, ok: false, message: messageOf(thrown) } satisfies Reply),
    ),
  );
});
