import type { z } from 'zod';

import type { scenarioFields, scenarioSchema } from './schema.ts';

/** A scenario as resolved: every default filled in, every value checked. See schema.ts for the file. */
export type Scenario = z.infer<typeof scenarioSchema>;

/** The same before `topology.degree` takes the default that depends on the number of nodes. */
export type ScenarioFields = z.infer<typeof scenarioFields>;
