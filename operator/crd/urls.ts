import { type Rule, rawString } from './rule.ts';
import { setOf, text } from './schema.ts';

// CEL's isURL() accepts "/cb" and "https://user:pw@host", and url() in the items of a list breaks
// the API server's cost budget; so these are bounded expressions that RE2 and JavaScript read alike.
const MAX_URL = 2048;
const MAX_URLS = 64;
const HOST = '([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])';
// RFC 8252 §7.3 names the loopback addresses; localhost is what developers type.
const LOOPBACK = '(localhost|127[.]0[.]0[.]1|\\[::1\\])';
const PORT =
  '(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?';
// RFC 3986's characters without "#" and "*".
const CHARACTERS = "A-Za-z0-9._~:/?\\[\\]@!$&'()+,;=%-";

/** What a browser may be sent back to. The same list is judged again by the IdP's own rules. */
const CALLBACK_RULES: Rule[] = [
  {
    rule: `self.matches(${rawString(`^[a-z][a-z0-9+.-]*:[${CHARACTERS}]+$`)})`,
    message:
      'a callback URL is absolute, begins with a lower-case scheme and holds no fragment (#), wildcard (*), backslash or space, because it is compared character by character; write each URL out in full',
  },
  {
    rule: `!self.startsWith('https:') || self.matches(${rawString(`^https://${HOST}${PORT}([/?].*)?$`)})`,
    message:
      'an https callback URL needs a host and no user information before it (user@host hides where the code goes); write https://host/path',
  },
  {
    rule: `!self.startsWith('http:') || self.matches(${rawString(`^http://${LOOPBACK}${PORT}([/?].*)?$`)})`,
    message:
      'plain http would send the sign-in code unprotected over the network, so it is only for localhost, 127.0.0.1 and [::1] (RFC 8252 section 7.3); use https',
  },
  {
    rule: "!self.matches('^(javascript|vbscript|data|blob|file|about|view-source|ftp|ws|wss):')",
    message:
      'a browser runs or opens this scheme itself instead of handing the code to an application; use https or a scheme of your own such as com.example.app:/callback',
  },
  {
    // "grafana.example.com:443/cb" parses as scheme "grafana.example.com".
    rule: "!self.matches('^[a-z0-9.-]+:[0-9]')",
    message: 'a host and a port without a scheme are no URL; write https:// in front of them',
  },
];

export function callbackUrls(description: string) {
  const url = text({
    description: 'One URL, compared character by character.',
    maxLength: MAX_URL,
    rules: CALLBACK_RULES,
  });
  return setOf(url, { description, maxItems: MAX_URLS });
}

/** A page of the application, or (OpenID Connect Back-Channel Logout 1.0 §2.2) what Permiso calls. */
export function webUrl(description: string) {
  const pattern = `^(https://${HOST}|http://${LOOPBACK})${PORT}([/?][${CHARACTERS}]*)?$`;
  return text({
    description,
    maxLength: MAX_URL,
    rules: [
      {
        rule: `self.matches(${rawString(pattern)})`,
        message:
          'a URL here is absolute, uses https (plain http only for localhost, 127.0.0.1 and [::1]) and carries neither user information nor a fragment (#); write https://host/path',
      },
    ],
  });
}

/** OpenID Connect Discovery 1.0 §3: https, a host, no query, no fragment. */
export function issuerUrl(description: string) {
  return text({
    description,
    maxLength: 512,
    rules: [
      {
        rule: `self.matches(${rawString(`^https://${HOST}${PORT}(/[A-Za-z0-9._~:/@!$&()+,;=%-]*)?$`)})`,
        message:
          'an issuer is an https URL without user information, query (?) or fragment (#), exactly as in the iss claim of its tokens; for service accounts see "kubectl get --raw /.well-known/openid-configuration"',
      },
    ],
  });
}
