import { request } from '#web/api/request.ts';

/** The resource that would declare what is at this path of the API, as YAML. */
export const getManifest = (path: string) => request<string>('GET', `${path}/manifest`);
