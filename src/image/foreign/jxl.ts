import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Decoding, Recoded } from './pixels.js';

/** JPEG XL by jxl-oxide, as WebAssembly (jxl-oxide-wasm): the first picture as a PNG that says its colours and has its depth. */
export const decodeJxl: Decoding<Recoded> = async (bytes) => {
  const { initSync, JxlImage } = await import('jxl-oxide-wasm');
  const { resolve } = createRequire(import.meta.url);
  // The package gives no name to its WebAssembly that Node knows.
  const folder = dirname(resolve('jxl-oxide-wasm/package.json'));
  initSync({ module: readFileSync(join(folder, 'jxl_oxide_wasm_bg.wasm')) });
  const picture = new JxlImage();
  try {
    picture.feedBytes(bytes);
    picture.tryInit();
    if (!picture.loaded) throw new Error('frame data is incomplete');
    return { file: picture.render(0).encodeToPng() };
  } catch (thrown) {
    // Rust gives its errors as texts.
    throw thrown instanceof Error ? thrown : new Error(String(thrown));
  }
};
