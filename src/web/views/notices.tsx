import { announced, dismiss, notices } from '../session/store.js';
import { texts } from '../texts.js';
import { Button } from './button.js';
import { Icon } from './icons.js';

const labels = texts.notices;

/** What went wrong, until it is dismissed; and what is said to screen readers alone. */
export const Notices = () => (
  <>
    <div class="notices" role="alert" aria-label={labels.label}>
      {notices.value.map(({ id, problem }) => (
        <div key={id} class="notice">
          <Icon name="warning" />
          <div>
            <p>{problem.title}</p>
            {problem.detail === undefined ? null : <p class="muted">{problem.detail}</p>}
            {problem.remedy === undefined ? null : <p class="muted">{problem.remedy}</p>}
          </div>
          <Button kind="icon" icon="close" label={labels.dismiss} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
    <div class="read-only" role="status">
      {announced.value}
    </div>
  </>
);
