import { effect } from '@preact/signals';
import { render } from 'preact';
import { LocationProvider, Route, Router } from 'preact-iso';
import { exec } from 'preact-iso/router';
import './styles/index.css';
import { applyBranding } from './branding.ts';
import { Failure } from './components/failure.tsx';
import { FlowSkeleton } from './components/skeleton.tsx';
import { chooseLocale, followAccount, language } from './locales/locales.ts';
import { hasNavigated } from './navigation.ts';
import { chosenByServer } from './pages/chosen-by-server.tsx';
import { NotFound, pageProblem, ROUTES } from './pages/routes.ts';
import { loadSession, session, sessionProblem } from './session.ts';
import { applyTheme } from './theme.ts';

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
    document.documentElement.lang = language.value;
  });
  effect(() => {
    const { user } = session.value ?? {};
    if (user) {
      void followAccount(user.language);
    }
  });
  effect(() => {
    if (session.value) {
      applyBranding(session.value.instance.branding);
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
