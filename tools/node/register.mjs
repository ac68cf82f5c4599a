// Lets plain Node run the sources as Vite does: TypeScript through tsx, and `?raw` imports (the WGSL
// files) as strings. Used by `npm run bapa`, the checks and the bench, so none of them needs a build.
import { register } from 'node:module';
import 'tsx';

register('./raw-loader.mjs', import.meta.url);
