/** The command line: `npm run --silent bapa -- <command>`. */
import { reportFailure } from './cli/failure.ts';
import { program } from './cli/program.ts';

program()
  .parseAsync(process.argv)
  .catch((error: unknown) => reportFailure(error));
