import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Document } from 'yaml';
import { ADMIN, type Owner } from '#core';

/** A resource that would declare what these pages show. */
export interface Manifest {
  kind: 'OIDCClient' | 'Group' | 'SMTPConfig' | 'LDAPConfig';
  metadata: { name: string; namespace?: string };

  /** In the order in which people read it. What is undefined, or as the schema has it by default, is left out. */
  spec: Record<string, unknown>;
}

/** What an answer with a manifest is, for the schema of a route; what stands in it is for the CRD to say. */
export const ManifestText = { content: { 'text/yaml': { schema: Type.Unknown() } } };

export function sendManifest(reply: FastifyReply, manifest: Manifest, comment?: string) {
  return reply.type('text/yaml; charset=utf-8').send(toYaml(manifest, comment));
}

function toYaml({ kind, metadata, spec }: Manifest, comment?: string): string {
  const content = { apiVersion: 'permisolabs.eu/v1alpha1', kind, metadata, spec: present(spec) };
  // Kubernetes reads the older YAML, to which "y" and "n" are no letters.
  const document = new Document(content, { schema: 'yaml-1.1', aliasDuplicateObjects: false });
  document.commentBefore = comment ? ` ${comment}` : null;
  return document.toString({ lineWidth: 0 });
}

function present(spec: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

/** Null when the web pages or a directory own the row. */
export function resourceOf(owner: Owner): { namespace: string; name: string } | null {
  const [, namespace, name] = /^kubernetes:[^/]+\/([^/]+)\/(.+)$/.exec(owner) ?? [];
  return namespace && name ? { namespace, name } : null;
}

/** `adoption: IfMatch` takes the row over from the web pages as it is; whoever has it needs none. */
export function adoptionOf(owner: Owner): 'IfMatch' | undefined {
  return owner === ADMIN ? 'IfMatch' : undefined;
}

/** Leaves room for what is made of it, such as `<name>-oidc`. */
const LONGEST_NAME = 200;

/** A name for a resource that has none yet (RFC 1123). */
export function toResourceName(text: string): string {
  const labels = text
    .slice(0, LONGEST_NAME)
    .toLowerCase()
    .split('.')
    .map((label) => label.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, ''));
  return labels.filter(Boolean).join('.') || 'unnamed';
}

/** Seconds in Go's form: 5400 → `1h30m`. */
export function toDuration(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ];
  return parts.flatMap(([amount, unit]) => (amount > 0 ? [`${amount}${unit}`] : [])).join('');
}
