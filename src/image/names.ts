/** Names that makers of cameras give their raw files. */
const raws =
  '3fr ari arw bay cr2 cr3 crw dcr dcs dng erf fff gpr iiq k25 kdc mef mos mrw nef nrw orf ori pef ptx raf raw rw2 rwl sr2 srf srw x3f'.split(
    ' ',
  );

/** Extensions of formats that are never written, and those of results that are like such files. */
const written: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ jpg: ['heic', 'heif', 'hif', 'jxl', ...raws], tif: ['hdr', 'rgbe', 'exr'] }).flatMap(
    ([ext, names]) => names.map((name) => [name, ext]),
  ),
);

/**
 * The extension of results like a file whose format is never written, by the file's name; undefined for others, which keep their own.
 *
 * @param extension without the dot
 */
export const writtenExtension = (extension: string): string | undefined => written[extension.toLowerCase()];

/** Whether a file is called like a camera's raw file. */
export const isNamedRaw = (path: string): boolean =>
  raws.includes(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
