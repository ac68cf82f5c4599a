/// <reference types="vite/client" />

/** Origin of the hub, from the build (see vite.config.ts). */
declare const __BAPA_HUB__: string;
