import type { BrandingView } from '#api';
import { request } from '#web/api/request.ts';

export type Theme = 'light' | 'dark';

const PATH = '/api/settings/branding';

export const getBranding = () => request<BrandingView>('GET', PATH);

/** Each is refused when somebody else has changed something since this version. */
export const changeAccent = (accent: string | null, version: string) =>
  request<BrandingView>('PUT', PATH, { accent }, seen(version));
export const changeLogo = (theme: Theme, image: Blob, version: string) =>
  request<BrandingView>('PUT', `${PATH}/logos/${theme}`, image, seen(version));
export const removeLogo = (theme: Theme, version: string) =>
  request<BrandingView>('DELETE', `${PATH}/logos/${theme}`, {}, seen(version));

function seen(version: string) {
  return { 'if-match': `"${version}"` };
}
