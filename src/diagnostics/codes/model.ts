import type { Explanations } from '../explanation.js';

/** Codes of models in ONNX files that somebody brings along. */
export const modelCodes = {
  'model/unreadable': {
    title: 'The file of a model cannot be read',
    remedy: 'The message is the system’s own.',
    disposition: 'permanent',
  },
  'model/not-onnx': {
    title: 'A file is no ONNX model',
    remedy:
      'Give the `.onnx` file itself: no archive, no page that a download left, no weights of another framework.',
    disposition: 'permanent',
  },
  'model/external-weights': {
    title: 'The weights of a model are in another file',
    remedy:
      'Write the model and its weights into one file: `onnx.save(onnx.load("model.onnx"), "one.onnx")` in Python.',
    disposition: 'permanent',
  },
  'model/refused': {
    title: 'The engine cannot open a model',
    remedy: 'The message is the engine’s own. Try `--engine cpu`, or export the model for an older opset.',
    disposition: 'permanent',
  },
  'model/out-of-memory': {
    title: 'A model took more memory than a photo may take',
    remedy:
      'Allow more with `--memory`, cut large pictures up with `tile` before it and `untile` after it, or use smaller ones. A model whose values grow without end never fits.',
    disposition: 'transient',
  },
  'model/too-slow': {
    title: 'A model takes too long to open',
    remedy: 'Allow more with `--timeout`. A model that computes without end while it is opened never opens.',
    disposition: 'transient',
  },
  'model/metadata': {
    title: 'What a model’s file says about its use makes no sense',
    remedy:
      'Say it in the pipeline: parameters of `model` come before the `prismflow.…` entries of the file.',
    disposition: 'permanent',
  },
  'model/ambiguous': {
    title: 'A model has several inputs or outputs',
    remedy: 'Say which one the picture is, by `input` or `output`.',
    disposition: 'permanent',
  },
  'model/no-such-value': {
    title: 'A model has no input or output of this name',
    remedy: 'The message lists those that it has.',
    disposition: 'permanent',
  },
  'model/more-inputs': {
    title: 'A model wants more than a picture',
    remedy:
      'Give them in `constants`, the same for every picture, or export it with its other inputs as constants.',
    disposition: 'permanent',
  },
  'model/constant': {
    title: 'What is given to a model beside the picture does not fit',
    remedy:
      'One number fills the whole input; otherwise give as many as it has elements, of the kind that the model takes.',
    disposition: 'permanent',
  },
  'model/not-for-pictures': {
    title: 'A model does not take a picture and give a picture',
    remedy:
      'Pictures are [1, channels, height, width], [1, height, width, channels], or the same without the 1.',
    disposition: 'permanent',
  },
  'model/channels': {
    title: 'A model has another number of channels than pictures have',
    remedy:
      'It must take three and give three or one; with `channels: y` take and give one. If they are on another axis, say so by `layout`.',
    disposition: 'permanent',
  },
  'model/type': {
    title: 'A model computes with numbers of a kind that pictures are not given in',
    remedy: 'Export it with float32, float16 or uint8 at its input and output.',
    disposition: 'permanent',
  },
  'model/fixed-size': {
    title: 'A model takes pictures of one size only, and this one has another',
    remedy:
      'Say `fit: resize`, or `fit: pad` for smaller pictures, or bring pictures to that size with `resize`, `crop` or `tile`.',
    disposition: 'permanent',
  },
  'model/not-finite': {
    title: 'A model gave values that are no numbers',
    remedy:
      'Half precision that overflows is the usual cause: export the model in float32. Or its input is in another range than it was trained with: see `range`, `mean` and `std`.',
    disposition: 'permanent',
  },
  'model/one-value': {
    title: 'A model made one even surface of a photo',
    remedy:
      'Look at what the model was trained with: `range`, `mean`, `std`, `outputRange`, `channels`, `layout`.',
    disposition: 'permanent',
  },
  'model/out-of-range': {
    title: 'A model gave a picture that is nearly all at or beyond black and white',
    remedy:
      'Values of 0..255 that are taken for 0..1 are the usual cause: say `outputRange: 0..255`. Or `range`, `mean` and `std` are others than the model was trained with.',
    disposition: 'permanent',
  },
  'model/exchanged': {
    title: 'Red and blue of a model’s result look exchanged',
    remedy: 'Say `channels: bgr` if the model was trained so.',
    disposition: 'permanent',
  },
  'model/output-size': {
    title: 'A model gives a picture of an unexpected size',
    remedy:
      'The result must be as large as the input, or 2, 3, 4… times as large on both sides, and as `scale` says.',
    disposition: 'permanent',
  },
} as const satisfies Explanations;
