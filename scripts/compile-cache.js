// What was compiled once is not compiled again, which is half of what a process costs to start. Plain JavaScript that an
// old Node can read, too. Child processes and workers find the setting in their environment.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));
// Where it cannot be written, there is none.
module.enableCompileCache?.();
