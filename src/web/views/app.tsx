import { useEffect, useState } from 'preact/hooks';
import { filesOf } from '../session/files.js';
import { chosen, dialog } from '../session/store.js';
import { addFiles } from '../session/uploads.js';
import { texts } from '../texts.js';
import { useCommands } from './commands.js';
import { PresetDialog } from './dialogs/preset.js';
import { ReceiptDialog } from './dialogs/receipt.js';
import { ShortcutsDialog } from './dialogs/shortcuts.js';
import { TokenDialog } from './dialogs/token.js';
import { Filmstrip } from './filmstrip.js';
import { Notices } from './notices.js';
import { Panel } from './panel/panel.js';
import { QueueDrawer } from './queue/queue.js';
import { Stage } from './stage/stage.js';
import { Tools } from './stage/tools.js';
import { TopBar } from './top-bar.js';
import { Welcome } from './welcome.js';

/** Takes files that are dropped or pasted anywhere on the page; says whether some hover over it. */
const useFiles = (): boolean => {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (event.dataTransfer === null || !hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      void filesOf(event.dataTransfer).then(addFiles);
    };
    const onPaste = ({ clipboardData }: ClipboardEvent): void => {
      if (clipboardData !== null && clipboardData.files.length > 0) addFiles([...clipboardData.files]);
    };
    addEventListener('dragover', onOver);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    addEventListener('paste', onPaste);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
      removeEventListener('paste', onPaste);
    };
  }, []);
  return isOver;
};

const Dialogs = () => {
  switch (dialog.value.kind) {
    case 'none':
      return null;
    case 'preset':
      return <PresetDialog />;
    case 'shortcuts':
      return <ShortcutsDialog />;
    case 'token':
      return <TokenDialog />;
    case 'receipt':
      return <ReceiptDialog id={dialog.value.id} />;
  }
};

export const App = () => {
  const isOver = useFiles();
  useCommands();
  const photo = chosen.value;
  return (
    <div class={photo === undefined ? 'app' : 'app working'}>
      <TopBar />
      {photo === undefined ? (
        <Welcome />
      ) : (
        <>
          <main class="middle" aria-label={texts.stage.label}>
            <Stage photo={photo} />
            <Tools />
          </main>
          <Filmstrip />
          <Panel />
        </>
      )}
      <QueueDrawer />
      <Dialogs />
      <Notices />
      {isOver ? <div class="drop">{texts.drop}</div> : null}
    </div>
  );
};
