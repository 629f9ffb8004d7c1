import { messageOf } from '../../diagnostics/index.js';
import type { HostTensor } from '../../ports/index.js';
import { guardProcess } from '../../tensor/run/model-process/guard.js';
import { receive, send } from '../../tensor/run/model-process/pipe.js';
import { depthOf } from '../samples/samples.js';
import { decodeExr } from './exr.js';
import { UndecodableError } from './fault.js';
import { decodeHeif } from './heif.js';
import { decodeJxl } from './jxl.js';
import type { ForeignFormat } from './packages.js';
import type { Decoding, Options } from './pixels.js';
import { developRaw } from './raw.js';

/**
 * A program of its own that decodes one file with a package of others: nothing is known of how long it takes, how much memory, and
 * whether it ends. Whoever started it ends it. It is given the file, and answers once.
 */

const decoders: Readonly<Record<ForeignFormat, Decoding>> = {
  heic: decodeHeif,
  jxl: decodeJxl,
  raw: developRaw,
  exr: decodeExr,
};

const [bytes = 'Infinity'] = process.argv.slice(2);
guardProcess(Number(bytes));

// A terminal sends its signals to all: whoever started this one decides when it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const message = receive();
const file = message?.tensors.file;
if (message !== undefined && file?.dtype === 'uint8') {
  try {
    const decode = decoders[message.head.format as ForeignFormat];
    const decoded = await decode(new Uint8Array(file.data), (message.head.options ?? {}) as Options);
    if ('file' in decoded) {
      const { file: data } = decoded;
      send({ head: { ok: true }, tensors: { file: { dtype: 'uint8', shape: [data.length], data } } });
    } else {
      const { width, height, channels, bits, data } = decoded;
      const samples = { dtype: depthOf(data), shape: [height, width, channels], data } as HostTensor;
      send({ head: { ok: true, bits }, tensors: { samples } });
    }
  } catch (thrown) {
    const kind = thrown instanceof UndecodableError ? thrown.kind : 'refused';
    send({ head: { ok: false, kind, message: messageOf(thrown) }, tensors: {} });
  }
}
process.exit();
