import type { Key } from '#web/locales/locales.ts';

type Part = {
  label: Key;
  forAdmins: boolean;
  pages: { path: string; label: Key }[];
};

/** The pages of the settings, in the order they are listed. */
export const SETTINGS: Part[] = [
  {
    label: 'settings.account',
    forAdmins: false,
    pages: [
      { path: '/settings/account', label: 'profile.title' },
      { path: '/settings/account/security', label: 'security.title' },
      { path: '/settings/account/applications', label: 'consents.title' },
      { path: '/settings/account/api-keys', label: 'apiKeys.title' },
      { path: '/settings/audit-log', label: 'audit.title' },
    ],
  },
  {
    label: 'settings.administration',
    forAdmins: true,
    pages: [
      { path: '/settings/admin/users', label: 'users.title' },
      { path: '/settings/admin/user-groups', label: 'userGroups.title' },
      { path: '/settings/admin/oidc-clients', label: 'clients.title' },
      { path: '/settings/admin/invites', label: 'invites.title' },
      { path: '/settings/admin/application-configuration', label: 'general.title' },
      { path: '/settings/admin/api-keys', label: 'apiKeys.title' },
      { path: '/settings/admin/mail', label: 'mail.title' },
      { path: '/settings/admin/resources', label: 'resources.title' },
      { path: '/settings/admin/diagnostics', label: 'diagnostics.title' },
    ],
  },
];
