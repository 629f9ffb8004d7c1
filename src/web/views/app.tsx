import { isOver } from '../session/drops.js';
import { place } from '../session/place.js';
import { chosen, dialog } from '../session/store.js';
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
import { TrainingsLater } from './trainings-later.js';
import { Welcome } from './welcome.js';

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

const Photos = () => {
  const photo = chosen.value;
  return photo === undefined ? (
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
  );
};

export const App = () => {
  useCommands();
  const isTraining = place.value.kind === 'trainings';
  return (
    <div class={chosen.value === undefined || isTraining ? 'app' : 'app working'}>
      <TopBar />
      {isTraining ? <TrainingsLater /> : <Photos />}
      <QueueDrawer />
      <Dialogs />
      <Notices />
      {isOver.value ? <div class="drop">{texts.drop}</div> : null}
    </div>
  );
};
