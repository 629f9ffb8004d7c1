/** Codes of reading and writing pictures. */
export const imageCodes = {
  'image/not-found': {
    title: 'There is no such file',
    mend: 'Check the path; a relative path starts at the working directory.',
  },
  'image/permission-denied': {
    title: 'The file or folder may not be read or written by this user',
    mend: 'Change its permissions, or run as a user who may.',
  },
  'image/not-a-file': {
    title: 'The path is a folder, a pipe or a device, not a file',
    mend: 'Give the path of a picture; `files` takes a folder.',
  },
  'image/read-failed': {
    title: 'The file could not be read',
    mend: 'The message is the system’s own; check the disk or the network mount.',
  },
  'image/write-failed': {
    title: 'The file could not be written',
    mend: 'The message is the system’s own. What was there before is untouched.',
  },
  'image/name-too-long': {
    title: 'A name is longer than the file system allows',
    mend: 'Most allow 255 bytes a name. Rename the source, or give results shorter names with `save`.',
  },
  'image/disk-full': {
    title: 'There is no room left for the file',
    mend: 'Free some space or write to another disk. What was there before is untouched.',
  },
  'image/empty': {
    title: 'The file has no bytes',
    mend: 'It was probably never copied to its end: copy it again.',
  },
  'image/file-too-large': {
    title: 'The file is larger than the limit',
    mend: 'Raise the limit on bytes if the file is trusted.',
  },
  'image/too-many-pixels': {
    title: 'The picture has more pixels than the limit',
    mend: 'Raise the limit on pixels if the file is trusted and there is memory for it.',
  },
  'image/unsupported-format': {
    title: 'The file is not in a format that can be read',
    mend: 'Convert it to JPEG, PNG, WebP, AVIF, TIFF or GIF first.',
  },
  'image/truncated': {
    title: 'The file ends before its picture does',
    mend: 'Copy it again from where it came. To keep what is there, decode with `damaged: keep`.',
  },
  'image/corrupt': {
    title: 'The file is damaged',
    mend: 'Copy it again from where it came. To keep what can be decoded, decode with `damaged: keep`.',
  },
  'image/damaged': {
    title: 'The file is damaged, and was decoded as far as possible',
    mend: 'Look at the result; parts of it may be wrong or missing.',
  },
  'image/unreadable': {
    title: 'The file cannot be decoded as a picture',
    mend: 'Open it in another program; if it opens there, please report it with the file.',
  },
  'image/out-of-memory': {
    title: 'There is not enough memory for the picture',
    mend: 'Work on fewer pictures at once (--jobs 1), or on a machine with more memory.',
  },
  'image/first-page-only': {
    title: 'The file holds several pictures, and one of them was taken',
    mend: 'Split the animation or the pages into files if the others are wanted.',
  },
  'image/profile-ignored': {
    title: 'The colour profile cannot be used, so colours are taken as sRGB',
    mend: 'Embed a profile that fits the picture (RGB, grey or CMYK) with an editor.',
  },
  'image/xmp-unreadable': {
    title: 'The XMP metadata cannot be read, so they are kept as they are and nothing in them counts',
    mend: 'Nothing is lost, but sizes and orientation in them may be wrong. Write them anew, as `exiftool -all= -tagsfromfile @ -all:all` does.',
  },
  'image/high-dynamic-range': {
    title: 'The file declares HDR colours, which are taken as sRGB',
    mend: 'Export the photo as SDR, or as 16-bit TIFF or PNG with a profile.',
  },
  'image/option-conflict': {
    title: 'An encoding option does not go with the format or with another option',
    mend: 'The message names the option and the values that work.',
  },
  'image/too-large-for-format': {
    title: 'The picture is too large for the format',
    mend: 'Choose PNG or TIFF, or make the picture smaller.',
  },
  'image/encode-failed': {
    title: 'The picture could not be encoded',
    mend: 'The message is the encoder’s own; please report it with the file.',
  },
  'image/not-a-frame': {
    title: 'The frame contradicts itself: its samples do not match its size',
    mend: 'The operator that made the frame is wrong; the message says what does not fit.',
  },
  'image/alpha-flattened': {
    title: 'The format has no transparency, so the picture was laid over white',
    mend: 'Choose PNG, WebP, AVIF or TIFF to keep transparency.',
  },
  'image/depth-reduced': {
    title: 'The format holds fewer bits per sample than the picture',
    mend: 'Choose PNG or TIFF to keep 16 bits, or AVIF to keep 12.',
  },
  'image/colours-reduced': {
    title: 'The format holds 256 colours, and the picture has more',
    mend: 'Choose PNG, WebP or AVIF to keep all colours.',
  },
  'image/colour-model-changed': {
    title: 'The format cannot hold the colour model of the source',
    mend: 'Choose TIFF to keep CMYK or CIELAB.',
  },
  'image/metadata-dropped': {
    title: 'The format cannot carry some of the metadata',
    mend: 'Choose the source’s format, or JPEG or TIFF, to keep it.',
  },
} as const;
