import { parseCatalogue } from '../../protocol/catalogue.ts';
import text from '../../../models.json?raw';

/** The known models, in the order in which they are offered. */
export const CATALOGUE = parseCatalogue(text);
