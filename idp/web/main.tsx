import { effect, signal } from '@preact/signals';
import { type FunctionComponent, render } from 'preact';
import { LocationProvider, lazy, Route, Router } from 'preact-iso';
import { exec } from 'preact-iso/router';
import './styles/index.css';
import { Failure } from './components/failure.tsx';
import { FlowSkeleton } from './components/skeleton.tsx';
import { chooseLocale, followAccount, language, t } from './locales/locales.ts';
import { hasNavigated } from './navigation.ts';
import { chosenByServer } from './pages/chosen-by-server.tsx';
import { Problem } from './problem.ts';
import { loadSession, session, sessionProblem } from './session.ts';
import { applyTheme } from './theme.ts';

const ROUTES = [
  {
    path: '/',
    page: page(() => import('./pages/dashboard/dashboard.page.tsx').then((m) => m.DashboardPage)),
  },
  {
    path: '/login',
    page: page(() => import('./pages/sign-in/sign-in.page.tsx').then((m) => m.SignInPage)),
  },
  {
    path: '/interaction/:uid',
    page: page(() =>
      import('./pages/interaction/interaction.page.tsx').then((m) => m.InteractionPage),
    ),
  },
  {
    path: '/device',
    page: page(() => import('./pages/device/device.page.tsx').then((m) => m.DevicePage)),
  },
  {
    path: '/signup',
    page: page(() => import('./pages/sign-up/open-sign-up.page.tsx').then((m) => m.OpenSignUpPage)),
  },
  {
    path: '/signup/:token',
    page: page(() => import('./pages/sign-up/sign-up.page.tsx').then((m) => m.SignUpPage)),
  },
  {
    path: '/settings/account',
    page: page(() =>
      import('./pages/settings/profile/profile.page.tsx').then((m) => m.ProfilePage),
    ),
  },
  {
    path: '/settings/account/applications',
    page: page(() =>
      import('./pages/settings/consents/consents.page.tsx').then((m) => m.ConsentsPage),
    ),
  },
  {
    path: '/settings/account/security',
    page: page(() =>
      import('./pages/settings/security/security.page.tsx').then((m) => m.SecurityPage),
    ),
  },
  {
    path: '/settings/admin/users',
    page: page(() => import('./pages/settings/users/users.page.tsx').then((m) => m.UsersPage)),
  },
  {
    path: '/settings/admin/users/:id',
    page: page(() => import('./pages/settings/users/user.page.tsx').then((m) => m.UserPage)),
  },
  {
    path: '/settings/admin/application-configuration',
    page: page(() =>
      import('./pages/settings/general/general.page.tsx').then((m) => m.GeneralPage),
    ),
  },
  {
    path: '/settings/admin/invites',
    page: page(() =>
      import('./pages/settings/invites/invites.page.tsx').then((m) => m.InvitesPage),
    ),
  },
  {
    path: '/settings/admin/mail',
    page: page(() => import('./pages/settings/mail/mail.page.tsx').then((m) => m.MailPage)),
  },
  {
    path: '/confirm-email/:token',
    page: page(() =>
      import('./pages/confirm-email/confirm-email.page.tsx').then((m) => m.ConfirmEmailPage),
    ),
  },
  {
    path: '/settings/audit-log',
    page: page(() =>
      import('./pages/settings/audit-log/audit-log.page.tsx').then((m) => m.AuditLogPage),
    ),
  },
  {
    path: '/login-link/:token',
    page: page(() => import('./pages/login-link/login-link.page.tsx').then((m) => m.LoginLinkPage)),
  },
  {
    path: '/setup',
    page: page(() => import('./pages/set-up/set-up.page.tsx').then((m) => m.SetUpPage)),
  },
];

const NotFound = page(() =>
  import('./pages/not-found/not-found.page.tsx').then((m) => m.NotFoundPage),
);

const LEFT_OPEN_MS = 10_000;
const pageProblem = signal<Problem | null>(null);
const chosen = chosenByServer();

void start();

async function start(): Promise<void> {
  applyTheme();
  const root = document.getElementById('app') as HTMLElement;

  // The session, the page and the language are fetched side by side.
  void loadSession();
  if (!chosen) {
    preloadPage();
  }
  await chooseLocale(wantedLanguages());
  effect(() => {
    const { user } = session.value ?? {};
    if (user) {
      void followAccount(user.language);
    }
  });
  render(<App />, root);
}

/** What the person chose, else what the application asked for (OpenID Connect Core §3.1.2.1), else the browser's. */
function wantedLanguages(): string[] {
  const asked = new URLSearchParams(location.search).get('ui_locales')?.split(' ') ?? [];
  return [document.documentElement.lang, ...asked, ...navigator.languages];
}

function App() {
  const problem = sessionProblem.value ?? pageProblem.value;
  if (chosen && (session.value || problem)) {
    return chosen;
  }
  if (problem) {
    return <Failure problem={problem} onRetry={() => location.reload()} />;
  }
  if (!session.value) {
    return <FlowSkeleton />;
  }
  return (
    <LocationProvider key={language.value}>
      <Router
        onRouteChange={() => {
          hasNavigated.value = true;
        }}
      >
        {ROUTES.map(({ path, page }) => (
          <Route key={path} path={path} component={page} />
        ))}
        <Route default component={NotFound} />
      </Router>
    </LocationProvider>
  );
}

function preloadPage(): void {
  const match = ROUTES.find(({ path }) => exec(location.pathname, path));
  void (match?.page ?? NotFound).preload();
}

/** A page that is fetched when somebody opens it. */
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
