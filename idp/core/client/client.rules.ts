import { InvalidInput } from '../errors.ts';
import type { ClientDeclaration } from './client.declaration.ts';
import { assertFederatedCredentials, assertKeys } from './client-authentication.rules.ts';

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{1,319}$/;
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);
const MAX_URLS = 64;
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
  assertAccess(client);
  assertKeys(client);
  assertFederatedCredentials(client);
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
}

function assertWebUrl(field: string, url: string): void {
  const parsed = parse(field, url);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new InvalidInput(field, `"${url}" must be an https URL`);
  }
  assertHttpIsSafe(field, url, parsed);
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
  if (urls.length > MAX_URLS) {
    throw new InvalidInput(field, `at most ${MAX_URLS} URLs are allowed; there are ${urls.length}`);
  }
  for (const url of urls) {
    assertOne(field, url);
  }
}

function assertGrants(client: ClientDeclaration): void {
  const grants = new Set(client.grantTypes);

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

function assertAccess({ accessMode, accessGroups }: ClientDeclaration): void {
  if (accessMode === 'groups' && accessGroups.length === 0) {
    throw new InvalidInput('accessGroups', 'access by groups needs at least one group');
  }
  if (accessMode !== 'groups' && accessGroups.length > 0) {
    throw new InvalidInput('accessGroups', 'groups are allowed only when access is by groups');
  }
}
