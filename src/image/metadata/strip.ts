/** Kinds of metadata that a result can have; colour profiles are none, since without them colours would be others. */
export const KEPT = ['exif', 'xmp', 'iptc', 'comments', 'gain-map', 'video'] as const;

export type Kept = (typeof KEPT)[number];

/** What can be taken out of a photo's metadata before it is published. */
export const STRIPPABLE = ['gps', 'serial', 'owner', 'faces', 'thumbnail', 'makernote'] as const;

export type Strippable = (typeof STRIPPABLE)[number];

/** What is to be taken out. */
export type Stripped = ReadonlySet<Strippable>;

/**
 * True where something about a person or a camera is to go: then all goes along that may hold it and that nobody but its
 * maker can read, as maker notes do with serial numbers, owners, places and faces.
 */
export const isPrivate = (stripped: Stripped): boolean =>
  (['gps', 'serial', 'owner', 'faces'] as const).some((each) => stripped.has(each));

/** True where makers' own data are to go. */
export const takesMakers = (stripped: Stripped): boolean => stripped.has('makernote') || isPrivate(stripped);

const names: Readonly<Partial<Record<Strippable, RegExp>>> = {
  gps: /gps|latitude|longi?t(?:it)?ude|altitude|^geo|^lat$|^long$/i,
  serial: /serial|ownersdeviceid/i,
  owner: /ownername|ownersdeviceid/i,
  thumbnail: /^thumb/i,
};

/** Whether a name, of whatever kind of metadata, is of something that is to go. */
export const isNamed = (stripped: Stripped, name: string): boolean =>
  [...stripped].some((each) => names[each]?.test(name) === true) ||
  (takesMakers(stripped) && /makernote/i.test(name));
