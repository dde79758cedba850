import { groupCrd } from '../group/group.crd.ts';
import { ldapConfigCrd } from '../ldap-config/ldap-config.crd.ts';
import { oidcClientCrd } from '../oidc-client/oidc-client.crd.ts';
import { smtpConfigCrd } from '../smtp-config/smtp-config.crd.ts';
import type { CustomResource } from './custom-resource.ts';

/** Every kind that Permiso understands, in the order of the documentation. */
export const KINDS: readonly CustomResource[] = [
  oidcClientCrd,
  groupCrd,
  smtpConfigCrd,
  ldapConfigCrd,
];
