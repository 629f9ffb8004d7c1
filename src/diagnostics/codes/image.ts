import type { Explanations } from '../explanation.js';

/** Codes of reading and writing pictures. */
export const imageCodes = {
  'image/not-found': {
    title: 'There is no such file',
    remedy: 'Check the path; a relative path starts at the working directory.',
    disposition: 'transient',
    retriedAtSink: true,
  },
  'image/permission-denied': {
    title: 'The file or folder may not be read or written by this user',
    remedy: 'Change its permissions, or run as a user who may.',
    disposition: 'transient',
    retriedAtSink: true,
  },
  'image/not-a-file': {
    title: 'The path is a folder, a pipe or a device, not a file',
    remedy: 'Give the path of a picture; `files` takes a folder.',
    disposition: 'transient',
  },
  'image/read-failed': {
    title: 'The file could not be read',
    remedy: 'The message is the system’s own; check the disk or the network mount.',
    disposition: 'transient',
  },
  'image/write-failed': {
    title: 'The file could not be written',
    remedy: 'The message is the system’s own. What was there before is untouched.',
    disposition: 'transient',
    retriedAtSink: true,
  },
  'image/name-too-long': {
    title: 'A name is longer than the file system allows',
    remedy: 'Most allow 255 bytes a name. Rename the source, or give results shorter names with `save`.',
    disposition: 'permanent',
  },
  'image/disk-full': {
    title: 'There is no room left for the file',
    remedy: 'Free some space or write to another disk. What was there before is untouched.',
    disposition: 'fatal',
    retriedAtSink: true,
  },
  'image/empty': {
    title: 'The file has no bytes',
    remedy: 'It was probably never copied to its end: copy it again.',
    disposition: 'permanent',
  },
  'image/file-too-large': {
    title: 'The file is larger than the limit',
    remedy: 'Raise the limit on bytes if the file is trusted.',
    disposition: 'permanent',
  },
  'image/too-many-pixels': {
    title: 'The picture has more pixels than the limit',
    remedy: 'Raise the limit on pixels if the file is trusted and there is memory for it.',
    disposition: 'permanent',
  },
  'image/unsupported-format': {
    title: 'The file is not in a format that can be read',
    remedy: 'Convert it to JPEG, PNG, WebP, AVIF, TIFF or GIF first.',
    disposition: 'permanent',
  },
  'image/no-decoder': {
    title: 'The decoder for this format is not installed',
    remedy: 'The hint says how to install it; or convert the photo to JPEG, PNG, WebP, AVIF, TIFF or GIF.',
    disposition: 'transient',
  },
  'image/decoder-lost': {
    title: 'The decoder of this format ended or was ended before it gave a picture',
    remedy:
      'It is a package of others in a process of its own, which has limits of time and memory. If another program opens the file, please report it.',
    disposition: 'permanent',
  },
  'image/preview-taken': {
    title: 'The file is a camera’s raw file, and the JPEG in it was taken',
    remedy:
      'Develop it with `decode: { raw: develop }`, or in a raw converter that exports 16-bit TIFF, for all that the sensor saw.',
    disposition: 'permanent',
  },
  'image/raw-developed': {
    title: 'The file is a camera’s raw file, and its sensor’s picture was developed',
    remedy:
      'Its samples are linear light, as dark as the sensor saw them: `adjust: { exposure: 0.7 }` brightens them. Without `raw: develop` the camera’s JPEG is taken.',
    disposition: 'permanent',
  },
  'image/sidecar-settings': {
    title: 'The photo’s sidecar holds settings of a raw converter, which are not applied',
    remedy:
      'Export the photo from that program to have them, or do the same with `crop` and `adjust`. Ratings, keywords, titles and the orientation of a sidecar do count; `decode: { sidecar: ignore }` reads none.',
    disposition: 'permanent',
  },
  'image/written-otherwise': {
    title: 'The source’s format is never written, so the result is in another one',
    remedy: 'Choose one with `encode`, such as `encode: { format: avif, depth: 10 }` or `encode: tiff`.',
    disposition: 'permanent',
  },
  'image/truncated': {
    title: 'The file ends before its picture does',
    remedy: 'Copy it again from where it came. To keep what is there, decode with `damaged: keep`.',
    disposition: 'permanent',
  },
  'image/corrupt': {
    title: 'The file is damaged',
    remedy: 'Copy it again from where it came. To keep what can be decoded, decode with `damaged: keep`.',
    disposition: 'permanent',
  },
  'image/damaged': {
    title: 'The file is damaged, and was decoded as far as possible',
    remedy: 'Look at the result; parts of it may be wrong or missing.',
    disposition: 'permanent',
  },
  'image/unreadable': {
    title: 'The file cannot be decoded as a picture',
    remedy: 'Open it in another program; if it opens there, please report it with the file.',
    disposition: 'permanent',
  },
  'image/out-of-memory': {
    title: 'There is not enough memory for the picture',
    remedy: 'Work on fewer pictures at once (--jobs 1), or on a machine with more memory.',
    disposition: 'transient',
  },
  'image/memory-limit': {
    title: 'The photo needs more memory than is allowed',
    remedy:
      'Allow more with --memory if the photo is trusted and the machine has it, or make the photo smaller first. Nothing was taken for it.',
    disposition: 'transient',
  },
  'image/first-page-only': {
    title: 'The file holds several pictures, and one of them was taken',
    remedy: 'Split the animation or the pages into files if the others are wanted.',
    disposition: 'permanent',
  },
  'image/profile-ignored': {
    title: 'The colour profile cannot be used, so colours are taken as sRGB',
    remedy: 'Embed a profile that fits the picture (RGB, grey or CMYK) with an editor.',
    disposition: 'permanent',
  },
  'image/xmp-unreadable': {
    title: 'The XMP metadata cannot be read, so they are kept as they are and nothing in them counts',
    remedy:
      'Nothing is lost, but sizes and orientation in them may be wrong. Write them anew, as `exiftool -all= -tagsfromfile @ -all:all` does.',
    disposition: 'permanent',
  },
  'image/high-dynamic-range': {
    title: 'The file declares HDR colours, which are taken as sRGB',
    remedy: 'Export the photo as SDR, or as 16-bit TIFF or PNG with a profile.',
    disposition: 'permanent',
  },
  'image/option-conflict': {
    title: 'An encoding option does not go with the format or with another option',
    remedy: 'The message names the option and the values that work.',
    disposition: 'permanent',
  },
  'image/too-large-for-format': {
    title: 'The picture is too large for the format',
    remedy: 'Choose PNG or TIFF, or make the picture smaller.',
    disposition: 'permanent',
  },
  'image/encode-failed': {
    title: 'The picture could not be encoded',
    remedy: 'The message is the encoder’s own; please report it with the file.',
    disposition: 'permanent',
  },
  'image/not-a-frame': {
    title: 'The frame contradicts itself: its samples do not match its size',
    remedy: 'The operator that made the frame is wrong; the message says what does not fit.',
    disposition: 'permanent',
  },
  'image/alpha-flattened': {
    title: 'The format has no transparency, so the picture was laid over white',
    remedy: 'Choose PNG, WebP, AVIF or TIFF to keep transparency.',
    disposition: 'permanent',
  },
  'image/depth-reduced': {
    title: 'The format holds fewer bits per sample than the picture',
    remedy: 'Choose PNG or TIFF to keep 16 bits, or AVIF to keep 12.',
    disposition: 'permanent',
  },
  'image/colours-reduced': {
    title: 'The format holds 256 colours, and the picture has more',
    remedy: 'Choose PNG, WebP or AVIF to keep all colours.',
    disposition: 'permanent',
  },
  'image/colours-clipped': {
    title: 'Colours outside of sRGB were clipped',
    remedy: 'Choose a format that carries a profile (JPEG, PNG, WebP, AVIF, TIFF) to keep them.',
    disposition: 'permanent',
  },
  'image/colour-model-changed': {
    title: 'The format cannot hold the colour model of the source',
    remedy: 'Choose TIFF to keep CMYK or CIELAB.',
    disposition: 'permanent',
  },
  'image/left-out': {
    title: 'What the photo carried fits the edited picture no longer, and was left out',
    remedy:
      'Nothing needs to be done; the source still has it. Edits of light alone, or of places alone, keep more.',
    disposition: 'permanent',
  },
  'image/stripped-whole': {
    title: 'What may hold something that was to be taken out, and cannot be read, was left out whole',
    remedy: 'Nothing needs to be done; the source still has it. Without `strip` it is kept.',
    disposition: 'permanent',
  },
  'image/metadata-dropped': {
    title: 'The format cannot carry some of the metadata',
    remedy: 'Choose the source’s format, or JPEG or TIFF, to keep it.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
