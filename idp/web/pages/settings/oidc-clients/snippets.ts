type Facts = {
  issuer: string;
  clientId: string;
  isPublic: boolean;
  /** The first callback, which tells where the application is. */
  callbackUrl: string;
};

type Snippet = {
  id: string;
  /** Names of products are the same in every language. */
  name: string;
  /** Where it expects to be called back. */
  callback: string;
  write: (facts: Facts) => string;
};

const SECRET = '<client secret>';
const SCOPES = 'openid profile email groups';

/** Configuration for common applications, with the names that `credentials.output.preset` of an OIDCClient has. */
export const SNIPPETS: Snippet[] = [
  {
    id: 'Env',
    name: 'Env',
    callback: 'https://app.example.com/callback',
    write: ({ issuer, clientId, isPublic }) =>
      lines(
        `OIDC_CLIENT_ID=${clientId}`,
        !isPublic && `OIDC_CLIENT_SECRET=${SECRET}`,
        `OIDC_ISSUER_URL=${issuer}`,
        `OIDC_DISCOVERY_URL=${issuer}/.well-known/openid-configuration`,
      ),
  },
  {
    id: 'Grafana',
    name: 'Grafana',
    callback: 'https://grafana.example.com/login/generic_oauth',
    write: ({ issuer, clientId, isPublic }) =>
      lines(
        'GF_AUTH_GENERIC_OAUTH_ENABLED=true',
        'GF_AUTH_GENERIC_OAUTH_NAME=Permiso',
        `GF_AUTH_GENERIC_OAUTH_CLIENT_ID=${clientId}`,
        !isPublic && `GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET=${SECRET}`,
        `GF_AUTH_GENERIC_OAUTH_AUTH_URL=${issuer}/oauth/authorize`,
        `GF_AUTH_GENERIC_OAUTH_TOKEN_URL=${issuer}/oauth/token`,
        `GF_AUTH_GENERIC_OAUTH_API_URL=${issuer}/oauth/userinfo`,
        `GF_AUTH_GENERIC_OAUTH_SCOPES=${SCOPES}`,
        'GF_AUTH_GENERIC_OAUTH_USE_PKCE=true',
        'GF_AUTH_GENERIC_OAUTH_USE_REFRESH_TOKEN=true',
        'GF_AUTH_GENERIC_OAUTH_LOGIN_ATTRIBUTE_PATH=preferred_username',
        'GF_AUTH_GENERIC_OAUTH_GROUPS_ATTRIBUTE_PATH=groups',
      ),
  },
  {
    id: 'ArgoCD',
    name: 'Argo CD',
    callback: 'https://argocd.example.com/auth/callback',
    write: ({ issuer, clientId, isPublic }) =>
      lines(
        '# ConfigMap argocd-cm; the secret stands in the Secret argocd-secret',
        'data:',
        '  oidc.config: |',
        '    name: Permiso',
        `    issuer: ${issuer}`,
        `    clientID: ${clientId}`,
        !isPublic && '    clientSecret: $oidc.permiso.clientSecret',
        '    enablePKCEAuthentication: true',
        '    requestedScopes: [openid, profile, email, groups]',
      ),
  },
  {
    id: 'OAuth2Proxy',
    name: 'oauth2-proxy',
    callback: 'https://app.example.com/oauth2/callback',
    write: ({ issuer, clientId, callbackUrl }) =>
      lines(
        'provider = "oidc"',
        `oidc_issuer_url = "${issuer}"`,
        `client_id = "${clientId}"`,
        `client_secret = "${SECRET}"`,
        "cookie_secret = \"<openssl rand -base64 32 | tr -- '+/' '-_'>\"",
        `redirect_url = "${callbackUrl}"`,
        `scope = "${SCOPES}"`,
        'code_challenge_method = "S256"',
        'email_domains = ["*"]',
        'oidc_email_claim = "preferred_username"',
        'cookie_refresh = "5m"',
        `validate_url = "${issuer}/oauth/userinfo"`,
      ),
  },
  {
    id: 'EnvoyGateway',
    name: 'Envoy Gateway',
    callback: 'https://app.example.com/oauth2/callback',
    write: ({ issuer, clientId, callbackUrl }) =>
      lines(
        '# beside it: a Secret "permiso-client" with the key client-secret',
        'apiVersion: gateway.envoyproxy.io/v1alpha1',
        'kind: SecurityPolicy',
        'metadata:',
        '  name: permiso',
        'spec:',
        '  targetRefs:',
        '    - { group: gateway.networking.k8s.io, kind: HTTPRoute, name: my-route }',
        '  oidc:',
        '    provider:',
        `      issuer: ${issuer}`,
        `    clientID: ${clientId}`,
        '    clientSecret:',
        '      name: permiso-client',
        `    redirectURL: ${callbackUrl}`,
        '    scopes: [openid, profile, email, groups]',
        '    logoutPath: /logout',
      ),
  },
  {
    id: 'KubeAPIServer',
    name: 'kube-apiserver',
    callback: 'http://localhost:8000',
    write: ({ issuer, clientId }) =>
      lines(
        '# kube-apiserver --authentication-config=<this file>',
        'apiVersion: apiserver.config.k8s.io/v1',
        'kind: AuthenticationConfiguration',
        'jwt:',
        '  - issuer:',
        `      url: ${issuer}`,
        `      audiences: [${clientId}]`,
        '    claimMappings:',
        '      username: { claim: preferred_username, prefix: "permiso:" }',
        '      groups: { claim: groups, prefix: "permiso:" }',
      ),
  },
  {
    id: 'Kubectl',
    name: 'kubectl (kubelogin)',
    callback: 'http://localhost:8000',
    write: ({ issuer, clientId, isPublic }) =>
      lines(
        '# ~/.kube/config',
        'users:',
        '  - name: permiso',
        '    user:',
        '      exec:',
        '        apiVersion: client.authentication.k8s.io/v1',
        '        command: kubectl',
        '        args:',
        '          - oidc-login',
        '          - get-token',
        `          - --oidc-issuer-url=${issuer}`,
        `          - --oidc-client-id=${clientId}`,
        !isPublic && `          - --oidc-client-secret=${SECRET}`,
        '          - --oidc-extra-scope=profile',
        '          - --oidc-extra-scope=groups',
        '          - --oidc-pkce-method=S256',
        '        interactiveMode: IfAvailable',
      ),
  },
];

function lines(...all: (string | false)[]): string {
  return `${all.filter((line) => line !== false).join('\n')}\n`;
}
