/** True for text in the form of a plugin's digest. */
export const isDigest = (text: string): boolean => /^sha256:[0-9a-f]{64}$/.test(text);
