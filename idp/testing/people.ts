import { createInvite, type EntityManager, findUser, type User } from '#core';
import { person } from '#core/testing/builders';
import type { SoftwareAuthenticator } from './authenticator.ts';
import type { Browser } from './browser.ts';

interface Means {
  em: EntityManager;
  browser: Browser;
  authenticator: SoftwareAuthenticator;
}

/** The real door: an invite, the details, a passkey. */
export async function signUpPerson(
  { em, browser, authenticator }: Means,
  host: User,
  username: string,
): Promise<User> {
  const expiresAt = new Date(Date.now() + 60_000);
  const invite = { createdBy: host.id, expiresAt, usageLimit: 1, groups: [] };
  const { token } = await createInvite(em, invite);

  const options = await browser.post(`/api/sign-up/${token}/options`, person(username));
  const credential = authenticator.create(options.json());
  const answer = await browser.post(`/api/sign-up/${token}`, { credential });
  const user = answer.statusCode === 200 ? await findUser(em, answer.json().user.id) : null;
  if (!user) {
    throw new Error(`sign-up of ${username} failed: ${answer.body}`);
  }
  return user;
}

/** Signs in with the passkey; the browser's session is fresh afterwards. */
export async function signIn(
  browser: Browser,
  authenticator: SoftwareAuthenticator,
): Promise<void> {
  const options = await browser.post('/api/session/options');
  const answer = await browser.post('/api/session', {
    credential: authenticator.get(options.json()),
  });
  if (answer.statusCode !== 200) {
    throw new Error(`sign-in failed: ${answer.body}`);
  }
}
