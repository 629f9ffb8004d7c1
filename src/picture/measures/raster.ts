/** A picture whose looks are measured: samples 0..255, RGB, row-major. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}
