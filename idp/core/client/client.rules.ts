import { InvalidInput } from '../errors.ts';
import type { ClientDeclaration } from './client.declaration.ts';
import { assertFederatedCredentials, assertKeys } from './client-authentication.rules.ts';

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{1,319}$/;
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);
const MAX_URLS = 64;
const MAX_GROUPS = 64;
const MAX_NAME = 100;
const MAX_GROUP_NAME = 255;
const ONE_MINUTE = 60;
const ONE_YEAR = 365 * 24 * 3600;
export const MAX_URL_LENGTH = 2048;

// A browser runs or renders these itself instead of handing the response to an application.
const UNSAFE_SCHEMES = new Set(
  [
    'javascript',
    'vbscript',
    'data',
    'blob',
    'file',
    'about',
    'view-source',
    'ftp',
    'ws',
    'wss',
  ].map((scheme) => `${scheme}:`),
);

/** The one place where a client is judged, whoever declares it: YAML, the web pages or the API. */
export function assertClientDeclaration(client: ClientDeclaration): void {
  if (!CLIENT_ID.test(client.id)) {
    throw new InvalidInput(
      'id',
      `"${client.id.slice(0, 80)}" is not a client id: 2 to 320 letters, digits, dots, underscores, tildes or hyphens, beginning with a letter or digit`,
    );
  }
  assertOneLine('name', client.name, MAX_NAME);
  assertUrls('callbackUrls', client.callbackUrls, assertRedirectUrl);
  assertUrls('logoutCallbackUrls', client.logoutCallbackUrls, assertRedirectUrl);
  assertUrls('backchannelLogoutUrl', client.backchannelLogoutUrl, assertWebUrl);
  assertUrls('launchUrl', client.launchUrl, assertWebUrl);
  assertUrls('logoUrl', client.logoUrl, assertWebUrl);
  assertUrls('jwksUrl', client.jwksUrl, assertWebUrl);
  for (const { issuer } of client.federatedCredentials) {
    assertWebUrl('federatedCredentials', issuer);
  }
  assertGrants(client);
  assertLifetimes(client);
  assertAccess(client);
  assertKeys(client);
  assertFederatedCredentials(client);
}

/** Its application proves who it is today, and would go on without. */
export function assertTypeMayChange(
  existing: Pick<ClientDeclaration, 'type'>,
  { type }: ClientDeclaration,
): void {
  if (existing.type === 'confidential' && type === 'public') {
    throw new InvalidInput(
      'type',
      'a confidential client cannot become public, because its application would go on without proving itself; make a new one instead',
    );
  }
}

/** Apps on a device are called back on the device alone, and by any port of its loopback address (RFC 8252 §7.3). */
export function isNative(callbackUrls: string[]): boolean {
  return callbackUrls.every((url) => new URL(url).protocol !== 'https:');
}

const LOOPBACK_PORT = /^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\d{1,5}(?=[/?]|$)/;

/** Whether a client with these callbacks may be answered at this address. */
export function isRegistered(address: string, callbackUrls: string[]): boolean {
  const withoutPort = (url: string) => url.replace(LOOPBACK_PORT, '$1');
  return (
    callbackUrls.includes(address) ||
    (isNative(callbackUrls) && callbackUrls.map(withoutPort).includes(withoutPort(address)))
  );
}

/** RFC 6749 §3.1.2, RFC 8252 §7.3 and RFC 9700 §4.1: absolute, exact, and safe to send a code to. */
function assertRedirectUrl(field: string, url: string): void {
  const parsed = parse(field, url);

  if (/[\s\\*]/.test(url)) {
    throw new InvalidInput(
      field,
      `"${url}" must not contain white space, a backslash or a wildcard`,
    );
  }
  if (UNSAFE_SCHEMES.has(parsed.protocol)) {
    throw new InvalidInput(
      field,
      `"${url}" uses the scheme ${parsed.protocol} which is not safe to redirect to`,
    );
  }
  assertHttpIsSafe(field, url, parsed);
  assertWritten(field, url);
}

function assertWebUrl(field: string, url: string): void {
  const parsed = parse(field, url);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new InvalidInput(field, `"${url}" must be an https URL`);
  }
  assertHttpIsSafe(field, url, parsed);
  assertWritten(field, url);
}

// RFC 3986's characters. Browsers and libraries mend what is written otherwise, each in its own way.
const WRITTEN = /^[a-z][a-z0-9+.-]*:[A-Za-z0-9._~:/?[\]@!$&'()+,;=%-]+$/;
const WRITTEN_WEB = /^https?:\/\/([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?([/?]|$)/;

/** Compared character by character, so that it has to be the address itself and not something read as it. */
function assertWritten(field: string, url: string): void {
  if (!WRITTEN.test(url) || /^[a-z0-9.-]+:\d/.test(url)) {
    throw new InvalidInput(
      field,
      `"${url}" is not written as a URL: a lower-case scheme such as https, a colon, and letters, digits and signs of ASCII with all others as %20`,
    );
  }
  if (/^https?:/.test(url) && !WRITTEN_WEB.test(url)) {
    throw new InvalidInput(field, `"${url}" needs two slashes and a host after https:`);
  }
}

function parse(field: string, url: string): URL {
  const parsed = URL.parse(url);
  if (!parsed || url.length > MAX_URL_LENGTH) {
    throw new InvalidInput(
      field,
      `"${url.slice(0, 80)}" is not an absolute URL of at most ${MAX_URL_LENGTH} characters`,
    );
  }
  if (url.includes('#')) {
    throw new InvalidInput(field, `"${url}" must not carry a fragment`);
  }
  return parsed;
}

function assertHttpIsSafe(field: string, url: string, parsed: URL): void {
  if (parsed.username !== '' || parsed.password !== '') {
    throw new InvalidInput(field, `"${url}" must not carry user information before the host`);
  }
  // RFC 8252 §7.3: plain http is safe only when the redirect never leaves the machine.
  if (parsed.protocol === 'http:' && !LOOPBACK_HOSTS.has(parsed.hostname)) {
    throw new InvalidInput(
      field,
      `"${url}" must use https; plain http is allowed only for localhost, 127.0.0.1 and [::1]`,
    );
  }
}

function assertUrls(
  field: string,
  value: string[] | string | null,
  assertOne: (field: string, url: string) => void,
): void {
  const urls = typeof value === 'string' ? [value] : (value ?? []);
  assertNoneTwice(field, urls);
  if (urls.length > MAX_URLS) {
    throw new InvalidInput(field, `at most ${MAX_URLS} URLs are allowed; there are ${urls.length}`);
  }
  for (const url of urls) {
    assertOne(field, url);
  }
}

function assertGrants(client: ClientDeclaration): void {
  const grants = new Set(client.grantTypes);

  if (grants.size === 0) {
    throw new InvalidInput('grantTypes', 'at least one grant is needed');
  }
  if (grants.has('refresh_token') && !grants.has('authorization_code') && !grants.has(DEVICE)) {
    throw new InvalidInput(
      'grantTypes',
      'refresh_token continues a sign-in that another grant began; add authorization_code or the device grant beside it',
    );
  }
  if (grants.has('authorization_code') && client.callbackUrls.length === 0) {
    throw new InvalidInput(
      'callbackUrls',
      'the authorization_code grant needs at least one callback URL',
    );
  }
  if (client.type === 'public' && !client.pkceRequired) {
    throw new InvalidInput('pkceRequired', 'a public client must use PKCE');
  }
  if (client.type === 'public' && grants.has('client_credentials')) {
    throw new InvalidInput('grantTypes', 'client_credentials needs a confidential client');
  }
}

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

function assertLifetimes(client: ClientDeclaration): void {
  for (const field of ['accessTokenLifetime', 'idTokenLifetime', 'refreshTokenLifetime'] as const) {
    const seconds = client[field];
    if (seconds !== null && (seconds < ONE_MINUTE || seconds > ONE_YEAR)) {
      throw new InvalidInput(field, 'a token lives from one minute to 365 days');
    }
  }
}

function assertAccess({ accessMode, accessGroups }: ClientDeclaration): void {
  if (accessMode === 'groups' && accessGroups.length === 0) {
    throw new InvalidInput('accessGroups', 'access by groups needs at least one group');
  }
  if (accessGroups.length > MAX_GROUPS) {
    throw new InvalidInput('accessGroups', `at most ${MAX_GROUPS} groups are allowed`);
  }
  assertNoneTwice('accessGroups', accessGroups);
  for (const group of accessGroups) {
    assertOneLine('accessGroups', group, MAX_GROUP_NAME);
  }
  if (accessMode !== 'groups' && accessGroups.length > 0) {
    throw new InvalidInput('accessGroups', 'groups are allowed only when access is by groups');
  }
}

function assertNoneTwice(field: string, values: string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) {
    throw new InvalidInput(field, `"${twice.slice(0, 80)}" is there twice`);
  }
}

/** Names stand in pages and mails, where a line break could end a header. */
function assertOneLine(field: string, text: string, most: number): void {
  if (text === '' || text.length > most || text !== text.trim() || /\p{Cc}/u.test(text)) {
    throw new InvalidInput(
      field,
      `a name has 1 to ${most} characters in one line, without blanks at its ends`,
    );
  }
}
