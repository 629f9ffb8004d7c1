/** The files of what is dropped, pasted or chosen; folders are walked through. */

const PHOTO_NAME = /\.(?:jpe?g|png|webp|tiff?|avif|heic|heif|jxl|gif|bmp|hdr|exr|ppm|pgm)$/i;

/** What systems keep in folders for themselves. */
export const isHidden = ({ name }: Pick<File, 'name'>): boolean =>
  name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini';

export const isPhoto = ({ name, type }: Pick<File, 'name' | 'type'>): boolean =>
  !isHidden({ name }) && (type.startsWith('image/') || PHOTO_NAME.test(name));

const fileOf = (entry: FileSystemFileEntry): Promise<readonly File[]> =>
  new Promise((resolve) => {
    entry.file(
      (file) => resolve([file]),
      () => resolve([]),
    );
  });

/** A folder gives its entries in parts, until a part is empty. */
const entriesOf = async (folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> => {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<readonly FileSystemEntry[]>((resolve) => {
      reader.readEntries(resolve, () => resolve([]));
    });
    if (part.length === 0) return all;
    all.push(...part);
  }
};

const filesBelow = async (entry: FileSystemEntry): Promise<readonly File[]> => {
  if (entry.isFile) return fileOf(entry as FileSystemFileEntry);
  const below = await Promise.all((await entriesOf(entry as FileSystemDirectoryEntry)).map(filesBelow));
  return below.flat();
};

/** The entries must be taken before the event ends, so this asks for them at once and waits for the files afterwards. */
export const filesOf = (data: DataTransfer): Promise<readonly File[]> => {
  const entries = [...data.items].flatMap((item) => {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry() : null;
    return entry === null ? [] : [entry];
  });
  if (entries.length === 0) return Promise.resolve([...data.files]);
  return Promise.all(entries.map(filesBelow)).then((files) => files.flat());
};
