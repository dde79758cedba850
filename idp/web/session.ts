import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { Person, SessionView } from '#api';
import { getSession } from '#web/api/session.ts';
import { type Problem, toProblem } from '#web/problem.ts';

/** Null until the server has answered; pages are drawn only after that. */
export const session = signal<SessionView | null>(null);
export const sessionProblem = signal<Problem | null>(null);
export const instanceName = computed(() => session.value?.instance.name ?? 'Permiso');

export async function loadSession(): Promise<void> {
  try {
    sessionProblem.value = null;
    session.value = await getSession();
  } catch (error) {
    sessionProblem.value = toProblem(error);
  }
}

/** For pages, which are only drawn once there is a session. */
export function currentSession(): SessionView {
  if (!session.value) {
    throw new Error('a page was drawn before the session was known');
  }
  return session.value;
}

/** The person, for pages that need one; who is signed out is led to sign in and back again. */
export function useSignedIn(): Person | null {
  const { user } = currentSession();
  const { url, route } = useLocation();

  useEffect(() => {
    if (!user) {
      route(`/login?return_to=${encodeURIComponent(url)}`, true);
    }
  }, [user, url, route]);
  return user;
}
