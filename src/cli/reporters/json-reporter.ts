import { printableJson } from '../../diagnostics/index.js';
import { isMessage, type RunMessage } from '../../execution/events/event.js';
import { eventWriter } from '../../execution/events/event-json.js';
import type { Plan } from '../../execution/plan/plan.js';
import type { Terminal } from '../terminal.js';
import type { Reporter } from './reporter.js';

/**
 * Tells of a run by JSON objects, one a line: see docs/events.md.
 *
 * @param planned what is told of the plan
 * @param now gives the time of a message; without it messages have none
 */
export const jsonReporter = (
  { out }: Terminal,
  planned: (plan: Plan) => readonly RunMessage[],
  now?: () => string,
): Reporter => {
  const write = eventWriter(now);
  const say = (message: RunMessage): void => out(`${printableJson(write(message))}\n`);
  return {
    refused: (diagnostics) => {
      for (const diagnostic of diagnostics) say({ kind: 'diagnostic', diagnostic });
    },
    planned: (plan) => {
      for (const message of planned(plan)) say(message);
    },
    event: (event) => {
      if (isMessage(event)) say(event);
    },
    finished: (_, report) => say({ kind: 'reported', report }),
  };
};
