/** What a complaint of a decoder means for the picture: some of its samples are lost or made up, or all are as they were stored. */
export type Meaning = 'samples' | 'harmless';

/** The decoder that complains, or libvips around it. */
type Library = 'libvips' | 'libjpeg' | 'libpng' | 'libtiff' | 'libwebp' | 'libheif' | 'libnsgif';

/** One complaint: how its text reads, what it means, and where in the library's code it is made. */
export interface Complaint {
  readonly library: Library;
  readonly source: string;
  readonly text: RegExp;
  readonly meaning: Meaning;
}

const of =
  (library: Library, source: string, meaning: Meaning) =>
  (text: RegExp): Complaint => ({ library, source, text, meaning });

const jpegLost = of('libjpeg', 'jerror.h', 'samples');
const jpegHarmless = of('libjpeg', 'jerror.h', 'harmless');
const pngLost = of('libpng', 'pngrutil.c, pngread.c, pngset.c', 'samples');
const pngHarmless = of('libpng', 'pngrutil.c, pngset.c', 'harmless');
const tiffLost = of('libtiff', 'tif_read.c, tif_lzw.c, tif_packbits.c, tif_fax3.c, tif_zip.c', 'samples');
const tiffHarmless = of('libtiff', 'tif_dirread.c, tif_dirinfo.c', 'harmless');
const webpLost = of('libwebp', 'foreign/webp2vips.c of libvips', 'samples');
const heifLost = of('libheif', 'libheif/error.cc', 'samples');
const gifLost = of('libnsgif', 'foreign/nsgifload.c of libvips', 'samples');
const vipsHarmless = of('libvips', 'foreign/*2vips.c, foreign/exif.c, colour/icc_transform.c', 'harmless');
const vipsLost = of('libvips', 'foreign/*2vips.c', 'samples');

/**
 * The complaints that are known, the first that fits counts. Decoders complain in English, whatever the language of the system is.
 */
export const complaints: readonly Complaint[] = [
  // A restart marker is looked for where its samples should have ended: bytes before it were samples that came out shorter.
  jpegLost(/extraneous bytes before marker 0xd[0-7]\b/i),
  jpegHarmless(/extraneous bytes before marker/i),
  jpegHarmless(/unknown Adobe color transform code/i),
  jpegHarmless(/unknown JFIF revision number/i),
  jpegLost(/premature end of data segment/i),
  jpegLost(/premature end of (JPEG|input) (image|file)/i),
  jpegLost(/bad Huffman code/i),
  jpegLost(/bad arithmetic code/i),
  jpegLost(/found marker 0x[0-9a-f]{2} instead of RST/i),
  jpegLost(/inconsistent progression sequence/i),
  jpegLost(/invalid progressive parameters/i),
  jpegLost(/application transferred too (many|few) scanlines/i),
  jpegLost(/Invalid SOS parameters for sequential JPEG/i),

  // What a chunk with a wrong checksum says of colours may be wrong, and the samples with it. Text in one is kept as it is.
  pngLost(/^(IHDR|PLTE|IDAT|tRNS|gAMA|cHRM|sRGB|iCCP|cICP|fdAT): CRC error/),
  pngHarmless(/^[A-Za-z]{4}: CRC error/),
  pngHarmless(/IDAT: Too much image data|Extra compressed data|Too much data in IDAT/i),
  pngLost(/^IDAT: |not enough (image )?data|bad adaptive filter value|libpng read error/i),
  pngLost(/^(PLTE|tRNS): /),
  // Profiles, gamma and text are read here, by rules of ours.
  pngHarmless(
    /^(iCCP|sRGB|gAMA|cHRM|cICP|pHYs|tEXt|zTXt|iTXt|tIME|sBIT|bKGD|hIST|sPLT|eXIf|oFFs|pCAL|sCAL|mDCV|cLLI|acTL|fcTL): /i,
  ),
  pngHarmless(/known incorrect sRGB profile|Incorrect (sBIT|bKGD|hIST|pHYs|tIME) chunk/i),

  // Fields without which samples are not what they were.
  tiffLost(
    /"?(JPEGTables|BitsPerSample|SamplesPerPixel|Compression|Predictor|ColorMap|PlanarConfiguration|FillOrder|RowsPerStrip|(Strip|Tile)(Offsets|ByteCounts))"?; tag ignored/i,
  ),
  tiffHarmless(/Unknown field with tag|Unknown tag ignored|Unknown pseudo-tag/i),
  tiffHarmless(/tag ignored$|value is ignored|; ignoring|^Ignoring |Ignoring extra entries/i),
  tiffHarmless(/tags are not sorted in ascending order/i),
  tiffHarmless(/does not end in null byte|contains null byte in value|is not null terminated/i),
  tiffHarmless(/Sum of Photometric type-related color channels and ExtraSamples/i),
  tiffHarmless(/invalid SubIFD|Cannot read (EXIF|GPS) directory|wrong data type \d{1,6} for/i),
  tiffHarmless(/Photometric tag (is missing|value assumed incorrect)|assuming (data is YCbCr|min-is)/i),
  tiffLost(/StripByteCounts|StripOffsets|TileByteCounts|TileOffsets|Bogus "/i),
  tiffLost(/Discarding \d+ bytes to avoid buffer overrun|Terminating PackBitsDecode|Not enough data/i),
  tiffLost(/Premature EO[LF]|Line length mismatch|Bad code word|Uncompressed data \(not supported\)/i),
  tiffLost(/Decoding error|read error|Read error|Seek error|Corrupted LZW|using code not yet in table/i),

  webpLost(/unable to (parse|read|decode|loop through) (image|pixels|frames?)/i),

  heifLost(/^(heif|libheif): |bad seek to|references data outside of file bounds|Corrupt frame/i),
  gifLost(/Invalid (frame )?(data|GIF)|Unexpected end of GIF|(no|bad) (frame|LZW)/i),

  vipsHarmless(/error reading resolution|unknown EXIF resolution unit|no resolution/i),
  vipsHarmless(/ignoring (nclx|orientation|metadata)|unknown nclx/i),
  // What a profile says is read here, by rules of ours, and told where it cannot be used.
  vipsHarmless(
    /(invalid|incompatible|corrupt|unsupported) (embedded )?profile|profile (is )?(incompatible|corrupt|not supported)|fallback to/i,
  ),
  vipsHarmless(/bad exif|exif data|large exif|invalid exif|XMP/i),
  // They stand beside another message that says what is wrong, and by themselves for its number.
  vipsLost(/^read gave \d+ warnings/),
  vipsLost(/error in tile/),
  vipsLost(/^out of order read|Warning treated as error/),
  of('libvips', 'turns.ts of this program', 'samples')(/^the decoder complained more often/),
];

/** What a complaint means. One that is in no table may be about anything, and counts for lost samples. */
export const meaningOf = (message: string): Meaning =>
  complaints.find(({ text }) => text.test(message))?.meaning ?? 'samples';

const COUNT = /^read gave (\d+) warnings/;

const STRAY = /\b(\d{1,10}) extraneous bytes before marker 0x([0-9a-f]{2})/i;

/** Bytes before a marker that no samples were made of, as libjpeg names them. */
export interface Stray {
  readonly count: number;
  readonly marker: number;
}

/** What libjpeg says of bytes before a marker. */
export const strayIn = (message: string): Stray | undefined => {
  const found = STRAY.exec(message);
  return found === null
    ? undefined
    : { count: Number(found[1]), marker: Number.parseInt(found[2] ?? '', 16) };
};

/** Whether one of the messages, whichever picture each is about, may mean that samples are lost. */
export const mayMeanLoss = (messages: readonly string[]): boolean =>
  messages.some((message) => meaningOf(message) === 'samples');

/**
 * The complaint that means that samples of the picture are lost or made up; undefined where none does. All messages must be about
 * that picture.
 *
 * libjpeg gives the text of the first of its warnings and the number of them all, so that a harmless one speaks for itself only.
 *
 * @param isPadding whether bytes that no samples were made of are of no account
 */
export const lossAmong = (
  messages: readonly string[],
  isPadding: (stray: Stray) => boolean,
): string | undefined => {
  const told = messages.filter((message) => !COUNT.test(message));
  const lost = told.find((message) => {
    const stray = strayIn(message);
    return meaningOf(message) === 'samples' || (stray !== undefined && !isPadding(stray));
  });
  if (lost !== undefined) return lost;
  const ofJpeg = new Set(told.filter((message) => libraryOf(message) === 'libjpeg'));
  const count = Math.max(0, ...messages.map((message) => Number(COUNT.exec(message)?.[1] ?? 0)));
  return count > ofJpeg.size ? `its decoder gave ${count} warnings` : undefined;
};

const libraryOf = (message: string): Library | undefined =>
  complaints.find(({ text }) => text.test(message))?.library;
