/** Every text of the page, in English. */

const count = (n: number, one: string, many: string): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

const photos = (n: number): string => count(n, 'photo', 'photos');

const duration = (seconds: number): string => {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
};

const bytes = (n: number): string => {
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${Math.round(n / 1000)} kB`;
  return `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} MB`;
};

const percent = (share: number): string => {
  const value = share * 100;
  return `${value > 0 && value < 0.1 ? '< 0.1' : value.toFixed(value < 10 && value > 0 ? 1 : 0)} %`;
};

export const texts = {
  name: 'Prismflow',
  title: (n: number): string => `${photos(n)} to come · Prismflow`,
  count: { photos },
  format: { duration, bytes, percent },
  bar: {
    label: 'Page',
    add: 'Add photos',
    queue: 'Queue',
    queueWorking: (n: number): string => `Queue: ${photos(n)} to come`,
    help: 'Keyboard shortcuts',
    theme: {
      label: (now: string, next: string): string => `Theme: ${now}. Change to ${next}`,
      system: 'as the system has it',
      dark: 'dark',
      light: 'light',
    },
    tilesToggle: 'Panel',
  },
  welcome: {
    title: 'Drop photos here',
    titleTouch: 'Choose photos to edit',
    lead: 'See every edit on your own photo, then choose.',
    choose: 'Choose photos',
    folder: 'Choose a folder',
    paste: 'or paste one with Ctrl+V',
    offer: 'On offer',
    privacy: (host: string, hours: number): string =>
      `Photos go to ${host} and nowhere else. It deletes them after ${count(hours, 'hour', 'hours')}.`,
    privacyPlain: (host: string): string => `Photos go to ${host} and nowhere else.`,
  },
  drop: 'Drop to add',
  strip: {
    label: 'Photos',
    remove: (name: string): string => `Remove ${name}`,
    add: 'Add photos',
    sending: (share: number): string => `Sending, ${Math.round(share * 100)} %`,
    queued: 'Waits to be sent',
    refused: 'Not taken',
    edited: 'Edited',
    panorama: 'Panorama',
  },
  stage: {
    label: 'Photo',
    before: 'Before',
    after: 'After',
    divider: 'Divider between before and after',
    dividerAt: (share: number): string => `${Math.round(share * 100)} % before`,
    modes: { label: 'Compare', split: 'Divider', side: 'Side by side', after: 'After only' },
    hold: 'Hold to see before',
    zoom: {
      label: 'Zoom',
      in: 'Zoom in',
      out: 'Zoom out',
      fit: 'Fit',
      toFit: 'show the whole photo',
      toFull: 'show at 100 %',
    },
    overlays: { label: 'Overlays', clipping: 'Clipping', trust: 'Trust map' },
    clipped: (lights: number, shadows: number): string =>
      `Clipped: lights ${percent(lights)}, shadows ${percent(shadows)}`,
    trustLegend: 'Red: the models disagree about the edit',
    trustNone: 'This edit has no trust map.',

    full: 'Full size',
    fullComing: 'Full size is coming',
    preview: 'Preview',
    noEdits: 'Choose an edit to compare it with the photo.',
    sphere: 'Look around in 360°',
    sphereLeave: 'Leave 360°',
    sphereLabel: '360° view. Arrow keys turn it.',
    sphereEye: 'left eye',
    sphereSides: '360° view of',
    sphereFailed: 'This browser cannot show the 360° view.',
    photoOf: (name: string, which: string): string => `${name}, ${which.toLowerCase()}`,
  },
  tiles: {
    title: 'Edits',
    corrections: 'Corrections',
    looks: 'Looks',
    others: 'Own pipelines',
    loading: 'Previews are coming',
    failed: 'No preview',
    hint: 'Shift: add a second one',
    unavailable: 'Not available here',
    pressed: (place: number): string => `edit ${place}`,
    none: 'No edits are on offer. Start the server with a pipelines.yaml whose pipelines take one photo and give one.',
  },
  chain: {
    title: 'On this photo',
    empty: 'Nothing yet. Choose an edit above.',
    undo: 'Undo',
    redo: 'Redo',
    spread: (n: number): string => `Give to ${n === 1 ? 'the other photo' : `all ${n} others`}`,
    clear: 'Remove all',
    drag: (name: string): string => `Move ${name}: drag, or press arrow up and arrow down`,
    up: (name: string): string => `Move ${name} up`,
    down: (name: string): string => `Move ${name} down`,
    remove: (name: string): string => `Remove ${name}`,
    off: (name: string): string => `Leave ${name} out`,
    on: (name: string): string => `Use ${name}`,
    reset: (name: string): string => `Back to ${name}'s defaults`,
    movedTo: (name: string, place: number, of: number): string => `${name} is now ${place} of ${of}`,
    unknown: 'Not on offer any more',
  },
  dial: { reset: (name: string, value: string): string => `Back to ${name} ${value}`, yes: 'On', no: 'Off' },
  histogram: 'Histogram of the photo as shown',
  facts: {
    title: 'Facts',
    file: 'File',
    size: 'Size',
    format: 'Format',
    profile: 'Colour profile',
    noProfile: 'none, taken as sRGB',
    metadata: 'Metadata kept',
    noMetadata: 'The photo carries none',
    kind: { panorama: '360° panorama', stereo: '360° panorama, stereo' },
    expires: 'Deleted from the server',
    seams: 'Seam check',
    seamsFound: (isPassed: boolean, difference: number, bound: number): string =>
      `${isPassed ? 'passed' : 'failed'}: ${difference.toFixed(2)} of ${bound.toFixed(0)} level allowed`,
    seamsNone: 'done in one piece',
    warnings: 'Warnings',
    noWarnings: 'None',
    receipt: 'Receipt',
    receiptShow: 'Show the receipt',
    fullWait: 'after a download, or a look at 100 %',
    time: 'Last preview',
    bits: (depth: number | string): string => (typeof depth === 'number' ? `${depth} bit` : `${depth}`),
  },
  actions: {
    download: 'Download',
    downloading: 'Editing at full size',
    downloadOriginal: 'Download the original',
    apply: (n: number): string => `Apply to ${photos(n)}`,
    preset: 'Keep as preset',
    nothing: 'Choose an edit first.',
    waits: 'The photo is still being sent.',
  },
  queue: {
    title: 'Queue',
    close: 'Close the queue',
    empty: 'No jobs. Choose edits and apply them to all photos: they run here while you go on.',
    states: { waiting: 'Waiting', working: 'Working', done: 'Done', cancelled: 'Cancelled' },
    progress: (done: number, total: number): string => `${done} of ${photos(total)}`,
    left: (seconds: number): string => `about ${duration(seconds)} left`,
    failed: (n: number): string => `${n} failed`,
    retry: (n: number): string => `Try ${n === 1 ? 'it' : `all ${n}`} again`,
    cancel: 'Cancel',
    remove: 'Remove job',
    zip: 'Download all as zip',
    jobName: (edits: string, n: number): string => `${edits} on ${photos(n)}`,
    untitled: 'Job',
    lost: 'The server does not answer. Trying again.',
  },
  preset: {
    title: 'Keep as preset',
    lead: 'Writes these edits as a pipeline that the command line takes too.',
    name: 'Name',
    nameHint: 'A letter, then letters, digits and dashes, as in "misty-mornings"',
    about: 'About (may be left out)',
    keep: 'Keep',
    close: 'Close',
    kept: (file: string): string => `Written to ${file}. It is among the edits now.`,
    run: 'Edit a folder with it',
    watch: 'Watch a folder with it',
    yaml: 'The pipeline',
    copy: (what: string): string => `Copy: ${what}`,
    copyShort: 'Copy',
    copied: 'Copied',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    close: 'Close',
    single: 'Shortcuts of a single key',
    singleHint: 'Off: only those with Ctrl work, for instance with speech input.',
    list: [
      ['\\', 'Hold: see before'],
      ['D', 'Divider'],
      ['S', 'Side by side'],
      ['A', 'After only'],
      ['Z', 'Fit or 100 %'],
      ['+  −', 'Zoom in, zoom out'],
      ['[  ]', 'Photo before, photo after'],
      ['C', 'Overlay: clipping'],
      ['T', 'Overlay: trust map'],
      ['F', 'Facts'],
      ['Q', 'Queue'],
      ['?', 'This list'],
      ['Ctrl Z', 'Undo'],
      ['Ctrl Shift Z', 'Redo'],
      ['Ctrl S', 'Download'],
    ],
  },
  token: {
    title: 'This server asks for a token',
    lead: 'Whoever runs it makes one with `pipe serve token`.',
    label: 'Token',
    enter: 'Enter',
    close: 'Close',
  },
  receipt: {
    title: 'Receipt',
    lead: 'What was done to which bytes, by which version: pipe reproduce makes the same result of it.',
    close: 'Close',
  },
  notices: { label: 'Messages', dismiss: 'Dismiss', copied: 'Copied to the clipboard' },
  problems: {
    unreachable: {
      title: 'The server does not answer',
      remedy: 'See whether pipe serve still runs, then try again.',
    },
    status: (status: number): string => `The server refused this (${status})`,
    photo: (name: string, title: string): string => `${name}: ${title}`,
    noPhotos: 'There are no photos among these files.',
    tryAgain: 'Try again',
    kept: 'Photos of your last visit are not on the server any more.',
  },
} as const;
