/** A number of bytes for people. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** A number of pixels for people. */
export const megapixels = (pixels: number): string =>
  `${(pixels / 1e6).toFixed(pixels < 1e7 ? 1 : 0)} megapixels`;
