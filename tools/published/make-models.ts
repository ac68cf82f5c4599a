/**
 * Writes models.json from the published facts and the embedded model:
 *
 *     node --import ./tools/node/register.mjs tools/published/make-models.ts
 */
import { writeFile } from 'node:fs/promises';
import { catalogueText } from './catalogue.ts';

await writeFile('models.json', await catalogueText());
