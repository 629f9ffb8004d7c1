import { signal } from '@preact/signals';
import { filesOf } from './files.js';
import { addFiles } from './uploads.js';

/** Files that are dropped or pasted, anywhere on the page. */

/** Whether files hover over the page. */
export const isOver = signal(false);

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

export const takeFiles = (): void => {
  addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    isOver.value = true;
  });
  addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) isOver.value = false;
  });
  addEventListener('drop', (event) => {
    if (event.dataTransfer === null || !hasFiles(event)) return;
    event.preventDefault();
    isOver.value = false;
    void filesOf(event.dataTransfer).then(addFiles);
  });
  addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData !== null && clipboardData.files.length > 0) addFiles([...clipboardData.files]);
  });
};
