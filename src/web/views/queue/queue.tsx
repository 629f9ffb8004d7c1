import { useEffect } from 'preact/hooks';
import { zipOf } from '../../api/client.js';
import type { Job } from '../../api/types.js';
import { change, remove } from '../../session/jobs.js';
import { isQueueShown, queue } from '../../session/store.js';
import { isOpen, shareOf } from '../../state/jobs.js';
import { texts } from '../../texts.js';
import { Button } from '../button.js';
import { Icon } from '../icons.js';

const labels = texts.queue;

const Failures = ({ job }: { readonly job: Job }) => {
  const failed = queue.value.failures[job.id] ?? [];
  if (job.counts.failed === 0) return null;
  return (
    <details class="failures">
      <summary>{labels.failed(job.counts.failed)}</summary>
      <ul>
        {failed.map(({ number, name, problem }) => (
          <li key={number}>
            <strong>{name}</strong>
            <span>{problem?.[0]?.message}</span>
            {problem?.[0]?.hint === undefined ? null : <span class="muted">{problem[0].hint}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
};

const Buttons = ({ job }: { readonly job: Job }) => (
  <div class="job-buttons">
    {job.counts.done > 0 ? (
      <a class="button plain" href={zipOf(job.id)} download>
        <Icon name="download" />
        <span>{labels.zip}</span>
      </a>
    ) : null}
    {job.counts.failed > 0 && !isOpen(job) ? (
      <Button
        icon="reset"
        label={labels.retry(job.counts.failed)}
        onClick={() => void change(job.id, 'retry')}
      />
    ) : null}
    {isOpen(job) ? (
      <Button icon="close" label={labels.cancel} onClick={() => void change(job.id, 'cancel')} />
    ) : null}
  </div>
);

const JobCard = ({ job }: { readonly job: Job }) => {
  const { done, failed, total } = job.counts;
  const share = shareOf(job);
  const name = job.name || labels.untitled;
  return (
    <li class={`job ${job.state}`}>
      <div class="job-head">
        <h3>{name}</h3>
        <span class="job-state">{labels.states[job.state]}</span>
        {isOpen(job) ? null : (
          <Button icon="trash" kind="icon" label={labels.remove} onClick={() => void remove(job.id)} />
        )}
      </div>
      <div
        class="job-progress"
        role="progressbar"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
      <p class="job-facts">
        <span>{labels.progress(done + failed, total)}</span>
        {isOpen(job) && typeof job.secondsLeft === 'number' ? (
          <span>{labels.left(job.secondsLeft)}</span>
        ) : null}
      </p>
      <Failures job={job} />
      <Buttons job={job} />
    </li>
  );
};

const close = (): void => {
  isQueueShown.value = false;
};

/** What the server works on beside the page. */
export const QueueDrawer = () => {
  const isShown = isQueueShown.value;
  useEffect(() => {
    if (!isShown) return undefined;
    // Wherever the focus is, but for dialogs, which Escape closes first.
    const onKey = ({ key, defaultPrevented }: KeyboardEvent): void => {
      if (key === 'Escape' && !defaultPrevented && document.querySelector('dialog[open]') === null) close();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [isShown]);
  if (!isShown) return null;
  return (
    <aside class="drawer" aria-labelledby="queue-title">
      <div class="part-head">
        <h2 id="queue-title">{labels.title}</h2>
        <Button kind="icon" icon="close" label={labels.close} onClick={close} />
      </div>
      {queue.value.jobs.length === 0 ? <p class="muted">{labels.empty}</p> : null}
      <ul class="jobs">
        {queue.value.jobs.map((job) => (
          <JobCard key={job.id} job={job} />
        ))}
      </ul>
    </aside>
  );
};
