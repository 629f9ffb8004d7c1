import { createRequire } from 'node:module';
import { systemCodeOf } from '../../disk/read.js';

/**
 * Packages that decode formats which the program itself does not: nobody need have them, and they are loaded only where they are
 * installed beside the program, by whoever wants these formats.
 */
export interface DecoderPackage {
  /** Its name in npm’s registry. */
  readonly name: string;
  /** How it is installed, in a line. */
  readonly install: string;
}

const packageOf = (name: string): DecoderPackage => ({ name, install: `npm i ${name}` });

/** The decoders, by what they are for. */
export const decoderPackages = {
  heic: packageOf('libheif-js'),
  jxl: packageOf('jxl-oxide-wasm'),
  raw: packageOf('libraw-wasm'),
  exr: packageOf('parse-exr'),
} as const satisfies Readonly<Record<string, DecoderPackage>>;

/** What there is a decoder for in a package of its own. */
export type ForeignFormat = keyof typeof decoderPackages;

/** The formats as people call them. */
export const foreignNames: Readonly<Record<ForeignFormat, string>> = {
  heic: 'HEIC',
  jxl: 'JPEG XL',
  raw: 'a camera’s raw file',
  exr: 'OpenEXR',
};

/** Whether a format is read by such a package alone. Of a raw file the JPEG in it is, and its sensor's picture if it is asked for. */
export const isForeign = (format: string): format is Exclude<ForeignFormat, 'raw'> =>
  format === 'heic' || format === 'jxl' || format === 'exr';

const resolvable = new Map<ForeignFormat, boolean>();

/** Whether the package is installed where the program finds it. Looked up once: a package of the folder that photos are in never counts. */
export const isInstalled = (format: ForeignFormat): boolean => {
  const known = resolvable.get(format);
  if (known !== undefined) return known;
  let found = true;
  try {
    createRequire(import.meta.url).resolve(`${decoderPackages[format].name}/package.json`);
  } catch (thrown) {
    // One that shows its description to nobody is there all the same.
    found = systemCodeOf(thrown) === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
  resolvable.set(format, found);
  return found;
};

/** What to do where a package is missing. */
export const installHint = (format: ForeignFormat): string =>
  `Install its decoder beside Prismflow: \`${decoderPackages[format].install}\` (with -g where Prismflow was).`;
