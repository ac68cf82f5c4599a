import { mountPage } from './ui/mount.tsx';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
void mountPage(document.getElementById('root')!, worker, new URL(location.href));
