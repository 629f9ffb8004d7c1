import type { DoctorArguments } from '../commands/doctor.js';
import { jsonOption } from '../options.js';
import type { Declare } from './declare.js';

/** `pipe doctor`. */
export const declare: Declare = (command, on, terminal) => {
  command
    .addOption(jsonOption())
    .action(
      on(async (options: DoctorArguments) =>
        (await import('../commands/doctor.js')).doctor(options, terminal),
      ),
    );
};
