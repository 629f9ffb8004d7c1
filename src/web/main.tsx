import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/stage.css';
import './styles/panel.css';
import './styles/queue.css';
import './styles/dialogs.css';
import './styles/narrow.css';
import { start } from './session/start.js';
import { App } from './views/app.js';

const root = document.getElementById('app');
if (root !== null) {
  render(<App />, root);
  void start();
  // Files are taken from here on; at the mark, that is painted as well.
  requestAnimationFrame(() => setTimeout(() => performance.mark('prismflow-ready')));
}
