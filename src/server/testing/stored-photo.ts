/** A small photo as the store keeps it; what is not said of it is `a.jpg`, of one pixel, of nobody else. */
export const storedPhoto = <M extends object>(id: string, more: M) => ({
  id,
  owner: 'local',
  name: 'a.jpg',
  bytes: 1,
  type: 'image/jpeg',
  width: 1,
  height: 1,
  digest: 'd',
  facts: {
    depth: 8,
    profile: 'sRGB',
    orientation: 1,
    metadata: [],
    panorama: false,
    stereo: false,
    warnings: [],
  },
  created: 0,
  ...more,
});
