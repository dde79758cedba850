import type { GroupSpec } from '../group/group.crd.ts';
import type { OidcClientSpec } from '../oidc-client/oidc-client.crd.ts';
import type { Resource } from '../runtime/resource.ts';

/** What some namespaces may declare; of several rules for one namespace each adds to the others. */
export interface TenancyRule {
  /** "*" is every namespace. */
  namespaces: string[];

  /** In lower case; "*.example.com" is all below, "*" any. */
  allowedCallbackHosts?: string[];
  allowPublicClients?: boolean;
  allowSkipConsent?: boolean;
  allowAdoption?: boolean;
  allowClientIDs?: boolean;
  allowGroups?: boolean;
}

export interface Tenancy {
  rules: TenancyRule[];

  /** The operator's own namespace is free: who may write there may read the database's password anyway. */
  ownNamespace: string;
}

export interface TenancyRefusal {
  reason: string;
  sentence: string;
}

/** The first thing that no rule allows. The chart's admission policy says the same, in the same order and words. */
export function judgeClient(
  { metadata: { namespace, name }, spec }: Resource<OidcClientSpec>,
  tenancy: Tenancy,
): TenancyRefusal | null {
  const { isFree, isKnown, may, hosts } = rightsOf(namespace, tenancy);
  const urls = urlsOf(spec);
  const foreign = urls.find((url) => isWebUrl(url) && !isAtOneOf(hosts, url));
  const mayBePublic = may('allowPublicClients');
  return isFree
    ? null
    : firstBroken([
        [
          isKnown,
          'NamespaceNotAllowed',
          `the namespace ${namespace} may not declare anything for Permiso; ask its administrators for a tenancy rule`,
        ],
        [
          foreign === undefined,
          'CallbackHostNotAllowed',
          `the host of ${foreign} is not among the allowedCallbackHosts of the namespace ${namespace}; use one of them or ask the administrators of Permiso`,
        ],
        [
          mayBePublic || spec.type !== 'Public',
          'PublicClientNotAllowed',
          `public clients are not allowed in the namespace ${namespace}; set type Confidential or ask the administrators of Permiso`,
        ],
        [
          mayBePublic || urls.every(isWebUrl),
          'PublicClientNotAllowed',
          `callbacks into apps on a device belong to public clients, which are not allowed in the namespace ${namespace}; use https or ask the administrators of Permiso`,
        ],
        [
          may('allowSkipConsent') || !spec.skipConsent,
          'SkipConsentNotAllowed',
          `skipConsent is not allowed in the namespace ${namespace}; remove it or ask the administrators of Permiso`,
        ],
        adoption(namespace, may('allowAdoption') || spec.adoption === 'Never'),
        [
          may('allowClientIDs') ||
            (spec.clientID ?? `${namespace}.${name}`) === `${namespace}.${name}`,
          'ClientIDNotAllowed',
          `the namespace ${namespace} may not choose client IDs; remove clientID or ask the administrators of Permiso`,
        ],
      ]);
}

export function judgeGroup(
  { metadata: { namespace }, spec }: Resource<GroupSpec>,
  tenancy: Tenancy,
): TenancyRefusal | null {
  const { isFree, may } = rightsOf(namespace, tenancy);
  return isFree
    ? null
    : firstBroken([
        [
          may('allowGroups'),
          'GroupNotAllowed',
          `the namespace ${namespace} may not declare groups, because their names hold for all applications; ask the administrators of Permiso`,
        ],
        adoption(namespace, may('allowAdoption') || spec.adoption === 'Never'),
      ]);
}

/** Whether it is kept, and what to say when it is not. */
type Law = [isKept: boolean, reason: string, sentence: string];

function firstBroken(laws: Law[]): TenancyRefusal | null {
  const [, reason, sentence] = laws.find(([isKept]) => !isKept) ?? [];
  return reason && sentence ? { reason, sentence } : null;
}

function adoption(namespace: string, isKept: boolean): Law {
  return [
    isKept,
    'AdoptionNotAllowed',
    `adoption is not allowed in the namespace ${namespace}; remove it or ask the administrators of Permiso`,
  ];
}

type Permission = Exclude<keyof TenancyRule, 'namespaces' | 'allowedCallbackHosts'>;

function rightsOf(namespace: string, { rules, ownNamespace }: Tenancy) {
  const own = rules.filter(({ namespaces }) =>
    namespaces.some((name) => name === namespace || name === '*'),
  );
  return {
    isFree: namespace === ownNamespace,
    isKnown: own.length > 0,
    may: (permission: Permission) => own.some((rule) => rule[permission]),
    hosts: own.flatMap(({ allowedCallbackHosts = [] }) => allowedCallbackHosts),
  };
}

function urlsOf(spec: OidcClientSpec): string[] {
  return [
    ...(spec.callbackURLs ?? []),
    ...(spec.logoutCallbackURLs ?? []),
    ...(spec.backchannelLogoutURL ? [spec.backchannelLogoutURL] : []),
    ...(spec.launchURL ? [spec.launchURL] : []),
  ];
}

function isWebUrl(url: string): boolean {
  return /^https?:/.test(url);
}

/** Read from the text as the schema lets it through; a URL library would take some other texts for the same host. */
const HOST = /^https?:\/\/(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d+)?(?:[/?]|$)/i;

function isAtOneOf(hosts: string[], url: string): boolean {
  const [, address, name] = HOST.exec(url) ?? [];
  const host = (address ?? name)?.toLowerCase();
  return hosts.some(
    (one) => one === '*' || one === host || (one.startsWith('*.') && host?.endsWith(one.slice(1))),
  );
}
