import { Command } from 'commander';
import { scenarioJsonSchema } from '../../testnet/scenario/json-schema.ts';
import { readyMadeScenarios } from '../../testnet/scenario/ready-made.ts';

/** `txgossip scenarios`: what is ready-made; and, for editors, the schema of the file. */
export function scenariosCommand(): Command {
  return new Command('scenarios')
    .description('List the ready-made scenarios: run them by name.')
    .option('--schema', 'print the JSON Schema of scenario files instead, for completion in an editor')
    .action(({ schema }: { schema?: boolean }) => {
      if (schema === true) {
        console.log(JSON.stringify(scenarioJsonSchema(), null, 2));
        return;
      }
      const scenarios = readyMadeScenarios();
      const width = Math.max(...scenarios.map(({ name }) => name.length));
      for (const { name, description, isSweep } of scenarios) {
        console.log(`${name.padEnd(width)}  ${isSweep ? 'sweep' : 'run  '}  ${description}`);
      }
    });
}
