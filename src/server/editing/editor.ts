export type {
  Editor,
  EditRequest,
  EditResult,
  EditStep,
  PhotoFacts,
  PreviewRequest,
  PreviewResult,
} from '../../execution/editing/editor.js';
