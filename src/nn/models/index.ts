export { bestFolder } from './best-folder.js';
export {
  addSnapshot,
  modelFilesIn,
  readManifest,
  readModelFolder,
  type SnapshotFacts,
  type SnapshotWeights,
  type TrainedFolder,
  trainedFilesIn,
} from './model-folder.js';
export {
  type Bounds,
  type Gate,
  isModelFile,
  type Keeps,
  MODEL_JSON,
  type ModelManifest,
  type Snapshot,
} from './model-json.js';
export { decodeTensors, encodeTensors, type TensorFile, type Tensors } from './safetensors.js';
export {
  checkInside,
  type Demands,
  type Fingerprint,
  readTensors,
  writeTensors,
  writeWhole,
} from './tensor-file.js';
