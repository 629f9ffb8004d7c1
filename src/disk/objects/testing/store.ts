import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FauxqsServer, startFauxqs } from 'fauxqs';

/** What a test makes of a request instead of passing it on. */
export type Fault =
  | { readonly kind: 'answer'; readonly status: number; readonly code: string }
  /** The answer breaks off after half of its body. */
  | { readonly kind: 'cut' }
  /** The answer's body, or a header of it, is another one. */
  | {
      readonly kind: 'change';
      readonly body?: (body: Buffer) => Buffer;
      readonly headers?: Record<string, string>;
    }
  /** It is done, and the connection is lost before the answer. */
  | { readonly kind: 'lost' };

/** A request, as faults are chosen by. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** An S3-compatible store of a test's own, with everything set so that this process and its children use it. */
export interface TestStore {
  readonly url: string;
  /** Settings of the environment that lead to it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly requests: Asked[];
  /** Chooses what goes wrong from now on. */
  readonly fault: (choose: ((asked: Asked) => Fault | undefined) | undefined) => void;
  /** Whether it holds writers to conditions (If-None-Match, If-Match), as Amazon's does. Default: true. */
  readonly knowsConditions: (knows: boolean) => void;
  /** Puts an object there by no way of ours. */
  readonly put: (bucket: string, key: string, content: Uint8Array | string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Keys that are shown nowhere: tests look for them. */
export const KEY_ID = 'AKIATESTTESTTESTTEST';
export const SECRET = 'a-secret-that-nobody-may-see';

interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
};

const upstream = (port: number, asked: Asked, body: Buffer): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { method, path, headers } = asked;
    const out = send({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      bodyOf(answer).then(
        (content) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: content }),
        reject,
      );
    });
    out.on('error', reject);
    out.end(body);
  });

const problem = (status: number, code: string): Answered => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${SECRET}</Message></Error>`),
});

/** Whether the conditions of a writer hold. The package's server looks at those of readers alone. */
const refused = async (port: number, { method, path, headers }: Asked): Promise<Answered | undefined> => {
  const [none, match] = [headers['if-none-match'], headers['if-match']];
  if ((method !== 'PUT' && method !== 'POST') || (none === undefined && match === undefined))
    return undefined;
  const { host, authorization } = headers;
  const plain = { host, authorization } as IncomingMessage['headers'];
  const there = await upstream(
    port,
    { method: 'HEAD', path: path.replace(/\?.*/s, ''), headers: plain },
    Buffer.alloc(0),
  );
  const isThere = there.status === 200;
  if (none === '*' && isThere) return problem(412, 'PreconditionFailed');
  if (match !== undefined && !isThere) return problem(404, 'NoSuchKey');
  return match !== undefined && there.headers.etag !== match ? problem(412, 'PreconditionFailed') : undefined;
};

/** Starts the S3 server of the package fauxqs, and before it one that holds writers to their conditions and makes faults. */
export const startStore = async (...buckets: readonly string[]): Promise<TestStore> => {
  const server: FauxqsServer = await startFauxqs({ port: 0, logger: false });
  for (const bucket of buckets) server.createBucket(bucket);
  const state = mkdtempSync(join(tmpdir(), 'prismflow-state-'));
  const requests: Asked[] = [];
  let choose: ((asked: Asked) => Fault | undefined) | undefined;
  let isConditional = true;
  let turn: Promise<unknown> = Promise.resolve();
  const answer = async (asked: Asked, body: Buffer, response: ServerResponse): Promise<void> => {
    const fault = choose?.(asked);
    const pass = async (): Promise<Answered> =>
      (isConditional ? await refused(server.port, asked) : undefined) ??
      (await upstream(server.port, asked, body));
    const own = fault?.kind === 'answer' ? problem(fault.status, fault.code) : undefined;
    const given = own ?? (await pass());
    const changed = fault?.kind === 'change' ? (fault.body?.(given.body) ?? given.body) : given.body;
    if (fault?.kind === 'lost') return void response.destroy();
    response.writeHead(given.status, {
      ...given.headers,
      ...(fault?.kind === 'change' ? { 'content-length': String(changed.length), ...fault.headers } : {}),
    });
    if (fault?.kind !== 'cut') return void response.end(changed);
    response.write(given.body.subarray(0, Math.floor(given.body.length / 2)));
    setTimeout(() => response.destroy(), 20);
  };
  const front = createServer((request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const asked = { method, path, headers };
    requests.push(asked);
    void bodyOf(request)
      .then((body) => {
        // Conditions are looked at and written by in one go.
        const mine = turn.then(() => answer(asked, body, response));
        turn = mine.catch(() => undefined);
        return mine;
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    url,
    environment: {
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: KEY_ID,
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      XDG_STATE_HOME: state,
    },
    requests,
    fault: (next) => {
      choose = next;
    },
    knowsConditions: (knows) => {
      isConditional = knows;
    },
    put: async (bucket, key, content) => {
      const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
      const headers = {
        host: '127.0.0.1',
        'content-type': 'image/jpeg',
        'content-length': String(Buffer.from(content).length),
      };
      const { status } = await upstream(server.port, { method: 'PUT', path, headers }, Buffer.from(content));
      if (status !== 200) throw new Error(`${key} could not be put: ${status}`);
    },
    stop: async () => {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await server.stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
};

/** Sets the environment so, and gives back what puts it right again. */
export const withEnvironment = (values: Readonly<Record<string, string>>): (() => void) => {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
};
