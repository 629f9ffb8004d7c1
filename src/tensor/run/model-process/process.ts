import { messageOf } from '../../../diagnostics/index.js';
import { arrays, type HostTensor } from '../../../ports/index.js';
import type { Provider } from '../../engines.js';
import { openOnnx } from '../onnx-session.js';
import type { Session } from '../session.js';
import type { Message } from './frames.js';
import { guardProcess } from './guard.js';
import { receive, send } from './pipe.js';

/**
 * A program of its own that runs one foreign ONNX model, since nothing is known of how long it takes, how much memory, and whether
 * it ends: whoever started it ends it. The model comes first, then one message for each run; each is answered.
 */

/** Answers with what the work gives, or with what is wrong. */
const answer = async (work: () => Promise<Message>): Promise<void> => {
  try {
    send(await work());
  } catch (thrown) {
    send({ head: { ok: false, message: messageOf(thrown) }, tensors: {} });
  }
};

/** Results of types that pictures can have; others are of no use outside. */
const known = (results: Readonly<Record<string, HostTensor>>): Message['tensors'] =>
  Object.fromEntries(Object.entries(results).filter(([, { dtype }]) => dtype in arrays));

const [bytes = 'Infinity'] = process.argv.slice(2);
guardProcess(Number(bytes));

// A terminal sends its signals to all: whoever started this one decides when it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

let session: Session | undefined;
for (let message = receive(); message !== undefined; message = receive()) {
  const { head, tensors } = message;
  await answer(async () => {
    if (session !== undefined) {
      const results = await session.run(tensors);
      return { head: { ok: true }, tensors: known(results) };
    }
    const { model } = tensors;
    if (model?.dtype !== 'uint8') throw new Error('the first message is the model');
    session = await openOnnx({
      kind: 'onnx',
      model: model.data,
      externalInitialisers: {},
      provider: head.provider as Provider,
      threads: Number(head.threads),
      // Without an arena: how large the values become is not known beforehand.
      arena: false,
    });
    return { head: { ok: true, signature: session.signature }, tensors: {} };
  });
}
process.exit();
