import { viewOf } from '../../api/client.js';
import type { Pipeline, PipelineKind } from '../../api/types.js';
import { newId } from '../../session/ids.js';
import { loadPipelines } from '../../session/start.js';
import { chosen, chosenInfo, editChosen, looks, offer, pipelines } from '../../session/store.js';
import { type Tile, tiles } from '../../session/tiles.js';
import { titleOf } from '../../state/names.js';
import { TILE } from '../../state/sizes.js';
import { texts } from '../../texts.js';
import { Button } from '../button.js';
import { Icon } from '../icons.js';
import { PatientPicture } from '../patient-picture.js';

const labels = texts.tiles;

const Picture = ({ tile }: { readonly tile: Tile | undefined }) => {
  const info = chosenInfo.value;
  switch (tile?.kind) {
    case 'shown':
      return <img src={tile.url} alt="" draggable={false} />;
    case 'failed':
      return (
        <span class="tile-failed" title={tile.title}>
          <Icon name="warning" />
        </span>
      );
    default:
      // Until its own picture is there, the photo as it is.
      return info === undefined ? null : <PatientPicture class="coming" src={viewOf(info.id, TILE)} />;
  }
};

const EditTile = ({ pipeline }: { readonly pipeline: Pipeline }) => {
  const steps = chosen.value?.chain.steps ?? [];
  const place = steps.findIndex((step) => step.pipeline === pipeline.name);
  const isChosen = place >= 0;
  const [problem] = pipeline.problem ?? [];
  const tile: Tile | undefined =
    problem === undefined ? tiles.value[pipeline.name] : { kind: 'failed', title: problem.message };
  return (
    <button
      type="button"
      class="tile"
      aria-pressed={isChosen}
      aria-disabled={problem !== undefined}
      title={problem?.message ?? `${pipeline.about ?? titleOf(pipeline.name)}\n${labels.hint}`}
      aria-label={[
        titleOf(pipeline.name),
        ...(isChosen ? [labels.pressed(place + 1)] : []),
        ...(tile?.kind === 'failed' ? [`${labels.failed}: ${tile.title}`] : []),
      ].join(', ')}
      onClick={({ shiftKey }) => {
        if (problem === undefined)
          editChosen({ kind: 'toggle', pipeline, id: newId(), looks: looks.value, isAdded: shiftKey });
      }}
    >
      <span class="tile-picture">
        <Picture tile={tile} />
        {isChosen ? <span class="tile-place" data-place={place + 1} /> : null}
      </span>
      <span class="tile-name">{titleOf(pipeline.name)}</span>
    </button>
  );
};

const GROUPS: readonly (readonly [kind: PipelineKind, title: string])[] = [
  ['correction', labels.corrections],
  ['look', labels.looks],
  ['other', labels.others],
];

/** Every edit on offer, as this photo would look. */
export const Tiles = () => {
  if (offer.value.kind === 'failed')
    return (
      <div class="panel-part" role="alert">
        <p>{offer.value.problem.title}</p>
        <p class="muted">{offer.value.problem.remedy}</p>
        <Button label={texts.problems.tryAgain} icon="reset" onClick={() => void loadPipelines()} />
      </div>
    );
  return (
    <section class="panel-part tiles-part" aria-labelledby="tiles-title">
      <h2 id="tiles-title">{labels.title}</h2>
      {offer.value.kind === 'loaded' && pipelines.value.length === 0 ? (
        <p class="muted">{labels.none}</p>
      ) : null}
      {GROUPS.map(([kind, title]) => {
        const own = pipelines.value.filter((pipeline) => pipeline.kind === kind);
        return own.length === 0 ? null : (
          <div key={kind} class="tile-group">
            <h3>{title}</h3>
            <div class="tiles">
              {own.map((pipeline) => (
                <EditTile key={pipeline.name} pipeline={pipeline} />
              ))}
            </div>
          </div>
        );
      })}
    </section>
  );
};
