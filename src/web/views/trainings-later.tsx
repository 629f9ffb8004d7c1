import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from '../texts.js';

/** The view of trainings, which is loaded when it is wanted first: most people edit. */
export const TrainingsLater = () => {
  const [view, setView] = useState<{ readonly View: FunctionComponent } | 'failed' | undefined>(undefined);
  useEffect(() => {
    import('./trainings/trainings.js').then(
      ({ Trainings }) => setView({ View: Trainings }),
      () => setView('failed'),
    );
  }, []);
  if (view === undefined || view === 'failed')
    return (
      <main class="welcome" aria-busy={view === undefined}>
        <p class="muted">{view === undefined ? texts.trainings.loading : texts.problems.unreachable.title}</p>
      </main>
    );
  return <view.View />;
};
