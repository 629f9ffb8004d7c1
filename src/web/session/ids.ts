/** A name that no other has. By random bytes: `crypto.randomUUID` is there only over https or on this computer. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
