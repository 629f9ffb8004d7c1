import { loadPipelines } from '../session/start.js';
import { offer, pipelines } from '../session/store.js';
import { titleOf } from '../state/names.js';
import { texts } from '../texts.js';
import { Button } from './button.js';
import { Pick } from './pick.js';

const { welcome } = texts;

const Offer = () => {
  if (offer.value.kind === 'failed')
    return (
      <div class="welcome-problem" role="alert">
        <p>{offer.value.problem.title}</p>
        <p class="muted">{offer.value.problem.remedy}</p>
        <Button label={texts.problems.tryAgain} icon="reset" onClick={() => void loadPipelines()} />
      </div>
    );
  if (offer.value.kind === 'loaded' && pipelines.value.length === 0)
    return <p class="muted">{texts.tiles.none}</p>;
  return (
    <>
      <h3>{welcome.offer}</h3>
      <ul class="offer">
        {pipelines.value.map(({ name, about }) => (
          <li key={name}>
            <strong>{titleOf(name)}</strong>
            <span>{about}</span>
          </li>
        ))}
      </ul>
    </>
  );
};

/** Phones have nothing to drop from. */
const hasPointer = !matchMedia('(hover: none)').matches;

/** The page without photos. */
export const Welcome = () => (
  <main class="welcome">
    <div class="welcome-drop">
      <div class="welcome-frame" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
      <h2>{hasPointer ? welcome.title : welcome.titleTouch}</h2>
      <p class="lead">{welcome.lead}</p>
      <div class="welcome-buttons">
        <Pick label={welcome.choose} icon="photo" kind="primary" />
        <Pick label={welcome.folder} icon="folder" isFolder />
      </div>
      {hasPointer ? <p class="muted">{welcome.paste}</p> : null}
    </div>
    <div class="welcome-offer">
      <Offer />
    </div>
    <p class="welcome-privacy muted">{welcome.privacyPlain(location.host)}</p>
  </main>
);
