import type { LdapSettingsInput, LdapSettingsView } from '#api';

const MINUTE = 60;

export type Preset = keyof LdapSettingsView['presets'];
export type Searches = Pick<LdapSettingsInput, 'users' | 'groups'>;

/** What stands in the inputs. */
export type Draft = Searches & {
  url: string;
  startTls: boolean;
  allowPlaintext: boolean;
  checksCertificate: boolean;
  ca: string;
  bindDn: string;
  bindPassword: string;
  baseDn: string;
  adminGroup: string;
  removedUsers: LdapSettingsInput['removedUsers'];
  minutes: string;
  maxRemovedPercent: string;
};

export function toDraft({ settings, presets }: LdapSettingsView): Draft {
  const { users, groups } = settings ?? presets.ActiveDirectory;
  return {
    url: settings?.url ?? '',
    startTls: settings?.startTls ?? false,
    allowPlaintext: settings?.allowPlaintext ?? false,
    checksCertificate: !settings?.insecureSkipVerify,
    ca: settings?.ca ?? '',
    bindDn: settings?.bindDn ?? '',
    bindPassword: '',
    baseDn: settings?.baseDn ?? '',
    users,
    groups,
    adminGroup: settings?.adminGroup ?? '',
    removedUsers: settings?.removedUsers ?? 'disable',
    minutes: String((settings?.syncInterval ?? 3_600) / MINUTE),
    maxRemovedPercent: String(settings?.maxRemovedPercent ?? 20),
  };
}

export function toInput(draft: Draft): LdapSettingsInput {
  const { checksCertificate, bindPassword, minutes, maxRemovedPercent, ...others } = draft;
  return {
    ...others,
    url: draft.url.trim(),
    insecureSkipVerify: !checksCertificate,
    ca: draft.ca.trim() || null,
    ...(bindPassword && { bindPassword }),
    adminGroup: draft.adminGroup.trim() || null,
    syncInterval: Math.round(Number(minutes) * MINUTE),
    maxRemovedPercent: Number(maxRemovedPercent),
  };
}

/** The preset that these are; null when somebody changed something. */
export function presetOf({ users, groups }: Searches, presets: LdapSettingsView['presets']) {
  const told = JSON.stringify([users, groups]);
  const names = Object.keys(presets) as Preset[];
  return (
    names.find((name) => JSON.stringify([presets[name].users, presets[name].groups]) === told) ??
    null
  );
}
