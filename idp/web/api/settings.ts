import type { GeneralSettingsView } from '#api';
import { request } from '#web/api/request.ts';

export const getGeneralSettings = () =>
  request<GeneralSettingsView>('GET', '/api/settings/general');

/** Refused when somebody else has changed them since they were loaded. */
export const changeGeneralSettings = ({
  owner,
  version,
  knownGroups,
  mailOn,
  ...settings
}: GeneralSettingsView) =>
  request<GeneralSettingsView>('PUT', '/api/settings/general', settings, {
    'if-match': `"${version}"`,
  });
