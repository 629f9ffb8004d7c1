import sharp from 'sharp';

// Loaded before the program: makes the decoder crash on files that say so, as a fault of native code would.
const { toBuffer } = sharp.prototype;
sharp.prototype.toBuffer = function (...given) {
  if (this.options.input.buffer?.includes('crash the decoder')) process.kill(process.pid, 'SIGSEGV');
  return toBuffer.apply(this, given);
};
