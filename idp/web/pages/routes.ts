import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { lazy } from 'preact-iso';
import { chooseInside, t } from '#web/locales/locales.ts';
import { Problem } from '#web/problem.ts';

const LEFT_OPEN_MS = 10_000;

/** Why the page that somebody wants could not be fetched. */
export const pageProblem = signal<Problem | null>(null);

/** Every page, fetched when somebody opens it. */
export const ROUTES = [
  {
    path: '/',
    page: inside(() => import('./dashboard/dashboard.page.tsx').then((m) => m.DashboardPage)),
  },
  {
    path: '/login',
    page: page(() => import('./sign-in/sign-in.page.tsx').then((m) => m.SignInPage)),
  },
  {
    path: '/interaction/:uid',
    page: page(() => import('./interaction/interaction.page.tsx').then((m) => m.InteractionPage)),
  },
  {
    path: '/device',
    page: page(() => import('./device/device.page.tsx').then((m) => m.DevicePage)),
  },
  {
    path: '/signup',
    page: page(() => import('./sign-up/open-sign-up.page.tsx').then((m) => m.OpenSignUpPage)),
  },
  {
    path: '/signup/:token',
    page: page(() => import('./sign-up/sign-up.page.tsx').then((m) => m.SignUpPage)),
  },
  {
    path: '/settings/account',
    page: inside(() => import('./settings/profile/profile.page.tsx').then((m) => m.ProfilePage)),
  },
  {
    path: '/settings/account/applications',
    page: inside(() => import('./settings/consents/consents.page.tsx').then((m) => m.ConsentsPage)),
  },
  {
    path: '/settings/account/security',
    page: inside(() => import('./settings/security/security.page.tsx').then((m) => m.SecurityPage)),
  },
  {
    path: '/settings/admin/users',
    page: inside(() => import('./settings/users/users.page.tsx').then((m) => m.UsersPage)),
  },
  {
    path: '/settings/admin/users/:id',
    page: inside(() => import('./settings/users/user.page.tsx').then((m) => m.UserPage)),
  },
  {
    path: '/settings/admin/user-groups',
    page: inside(() => import('./settings/groups/groups.page.tsx').then((m) => m.GroupsPage)),
  },
  {
    path: '/settings/admin/user-groups/:id',
    page: inside(() => import('./settings/groups/group.page.tsx').then((m) => m.GroupPage)),
  },
  {
    path: '/settings/admin/oidc-clients',
    page: inside(() =>
      import('./settings/oidc-clients/oidc-clients.page.tsx').then((m) => m.OidcClientsPage),
    ),
  },
  {
    path: '/settings/admin/oidc-clients/:id',
    page: inside(() =>
      import('./settings/oidc-clients/oidc-client.page.tsx').then((m) => m.OidcClientPage),
    ),
  },
  {
    path: '/settings/admin/application-configuration',
    page: inside(() => import('./settings/general/general.page.tsx').then((m) => m.GeneralPage)),
  },
  {
    path: '/settings/admin/application-configuration/email',
    page: inside(() => import('./settings/email/email.page.tsx').then((m) => m.EmailPage)),
  },
  {
    path: '/settings/admin/application-configuration/ldap',
    page: inside(() =>
      import('./settings/directory/directory.page.tsx').then((m) => m.DirectoryPage),
    ),
  },
  {
    path: '/settings/admin/application-configuration/branding',
    page: inside(() => import('./settings/branding/branding.page.tsx').then((m) => m.BrandingPage)),
  },
  {
    path: '/settings/admin/invites',
    page: inside(() => import('./settings/invites/invites.page.tsx').then((m) => m.InvitesPage)),
  },
  {
    path: '/settings/admin/resources',
    page: inside(() =>
      import('./settings/resources/resources.page.tsx').then((m) => m.ResourcesPage),
    ),
  },
  {
    path: '/api/docs',
    page: inside(() => import('./api-docs/api-docs.page.tsx').then((m) => m.ApiDocsPage)),
  },
  {
    path: '/settings/account/api-keys',
    page: inside(() =>
      import('./settings/api-keys/own-api-keys.page.tsx').then((m) => m.OwnApiKeysPage),
    ),
  },
  {
    path: '/settings/admin/api-keys',
    page: inside(() => import('./settings/api-keys/api-keys.page.tsx').then((m) => m.ApiKeysPage)),
  },
  {
    path: '/settings/admin/mail',
    page: inside(() => import('./settings/mail/mail.page.tsx').then((m) => m.MailPage)),
  },
  {
    path: '/settings/admin/diagnostics',
    page: inside(() =>
      import('./settings/diagnostics/diagnostics.page.tsx').then((m) => m.DiagnosticsPage),
    ),
  },
  {
    path: '/confirm-email/:token',
    page: page(() =>
      import('./confirm-email/confirm-email.page.tsx').then((m) => m.ConfirmEmailPage),
    ),
  },
  {
    path: '/settings/audit-log',
    page: inside(() =>
      import('./settings/audit-log/audit-log.page.tsx').then((m) => m.AuditLogPage),
    ),
  },
  {
    path: '/login-link/:token',
    page: page(() => import('./login-link/login-link.page.tsx').then((m) => m.LoginLinkPage)),
  },
  {
    path: '/setup',
    page: page(() => import('./set-up/set-up.page.tsx').then((m) => m.SetUpPage)),
  },
];

export const NotFound = page(() =>
  import('./not-found/not-found.page.tsx').then((m) => m.NotFoundPage),
);

/** A page for those who are signed in, which says more than the others. */
function inside(load: () => Promise<FunctionComponent>) {
  return page(() => Promise.all([load(), chooseInside()]).then(([component]) => component));
}

function page(load: () => Promise<FunctionComponent>) {
  return lazy(() => load().catch(explainMissingPage));
}

function explainMissingPage(cause: unknown): Promise<never> {
  // After an upgrade, a tab left open asks for files that are gone; a fresh page knows the new ones.
  if (performance.now() > LEFT_OPEN_MS) {
    location.reload();
  } else {
    pageProblem.value = new Problem(
      { status: 0, code: 'page_missing', title: t('problem.network') },
      { cause },
    );
  }
  return new Promise(() => {});
}
