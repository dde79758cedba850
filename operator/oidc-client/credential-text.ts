import { randomBytes } from 'node:crypto';
import { NotReady } from '../runtime/not-ready.ts';
import type { OidcClientSpec } from './oidc-client.crd.ts';

/** What may be written into a Secret. */
export interface CredentialFacts {
  clientID: string;
  clientSecret: string;
  issuerURL: string;
  callbackURLs: string[];
  logoutCallbackURLs: string[];
}

type Output = NonNullable<NonNullable<OidcClientSpec['credentials']>['output']>;
type Preset = NonNullable<Output['preset']>;

/** The keys and texts of the Secret. `before` keeps what is made once, such as a cookie secret. */
export function renderCredentials(
  facts: CredentialFacts,
  output: Output | undefined,
  before: Record<string, string> = {},
): Record<string, string> {
  if (output?.template) {
    const entries = Object.entries(output.template);
    return Object.fromEntries(entries.map(([key, text]) => [key, fill(text, facts)]));
  }
  return PRESETS[output?.preset ?? 'Generic'](facts, before);
}

/** Labels that an application needs to find its Secret. */
export function presetLabels(output: Output | undefined): Record<string, string> {
  return output?.preset === 'ArgoCD' ? { 'app.kubernetes.io/part-of': 'argocd' } : {};
}

const PRESETS: Record<
  Preset,
  (facts: CredentialFacts, before: Record<string, string>) => Record<string, string>
> = {
  Generic: (facts) => ({
    client_id: facts.clientID,
    client_secret: facts.clientSecret,
    issuer_url: facts.issuerURL,
    ...endpoints(facts.issuerURL),
    callback_urls: JSON.stringify(facts.callbackURLs),
    logout_callback_urls: JSON.stringify(facts.logoutCallbackURLs),
  }),
  Env: (facts) => ({
    OIDC_CLIENT_ID: facts.clientID,
    OIDC_CLIENT_SECRET: facts.clientSecret,
    OIDC_ISSUER_URL: facts.issuerURL,
    OIDC_DISCOVERY_URL: `${facts.issuerURL}/.well-known/openid-configuration`,
  }),
  OAuth2Proxy: (facts, before) => ({
    'client-id': facts.clientID,
    'client-secret': facts.clientSecret,
    // Encrypts the proxy's own cookies: a new one would sign everybody out.
    'cookie-secret': before['cookie-secret'] ?? randomBytes(32).toString('base64url'),
  }),
  ArgoCD: (facts) => ({
    'oidc.permiso.clientID': facts.clientID,
    'oidc.permiso.clientSecret': facts.clientSecret,
  }),
  Grafana: (facts) => ({
    GF_AUTH_GENERIC_OAUTH_CLIENT_ID: facts.clientID,
    GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET: facts.clientSecret,
    GF_AUTH_GENERIC_OAUTH_AUTH_URL: `${facts.issuerURL}/oauth/authorize`,
    GF_AUTH_GENERIC_OAUTH_TOKEN_URL: `${facts.issuerURL}/oauth/token`,
    GF_AUTH_GENERIC_OAUTH_API_URL: `${facts.issuerURL}/oauth/userinfo`,
  }),
  EnvoyGateway: (facts) => ({ 'client-id': facts.clientID, 'client-secret': facts.clientSecret }),
};

function endpoints(issuer: string): Record<string, string> {
  return {
    discovery_url: `${issuer}/.well-known/openid-configuration`,
    authorization_url: `${issuer}/oauth/authorize`,
    token_url: `${issuer}/oauth/token`,
    userinfo_url: `${issuer}/oauth/userinfo`,
    jwks_url: `${issuer}/.well-known/jwks.json`,
    end_session_url: `${issuer}/oauth/logout`,
  };
}

const FILTERS: Record<string, (text: string) => string> = {
  json: (text) => JSON.stringify(text),
  base64: (text) => Buffer.from(text).toString('base64'),
  urlencode: (text) => encodeURIComponent(text),
};

/** `{{ name }}` and `{{ name | filter }}`; no code, so that a template can do nothing but say values. */
function fill(text: string, facts: CredentialFacts): string {
  const values: Record<string, string> = {
    clientID: facts.clientID,
    clientSecret: facts.clientSecret,
    issuerURL: facts.issuerURL,
    callbackURLs: facts.callbackURLs.join(','),
    logoutCallbackURLs: facts.logoutCallbackURLs.join(','),
  };
  return text.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (whole, inner: string) => {
    const [name = '', ...filters] = inner.split('|').map((part) => part.trim());
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const unknown = filters.find((filter) => !Object.hasOwn(FILTERS, filter));
    if (value === undefined || unknown !== undefined) {
      throw new NotReady('TemplateInvalid', explain(whole, unknown, Object.keys(values)));
    }
    return filters.reduce((made, filter) => FILTERS[filter]?.(made) ?? made, value);
  });
}

function explain(placeholder: string, filter: string | undefined, names: string[]): string {
  return filter === undefined
    ? `${placeholder} names no value; the template may use ${names.join(', ')}`
    : `${placeholder} uses the filter "${filter}"; there are ${Object.keys(FILTERS).join(', ')}`;
}
