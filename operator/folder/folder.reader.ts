import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../crd/manifest.ts';
import { validateManifest } from '../crd/manifest.validation.ts';
import type { Resource, ResourceId } from '../runtime/resource.ts';
import { keyOf } from '../runtime/resource.ts';

const MANIFEST_FILE = /\.(ya?ml|json)$/;

/** A document that is not taken, with what a person needs to mend it. */
export interface Rejection {
  file: string;
  field: string;
  message: string;
  /** Which resource it would have been, where that can be told. */
  id?: ResourceId;
}

export interface FolderContent {
  resources: Map<string, Resource>;
  rejections: Rejection[];
}

/** Reads the manifests at the top of the folder. What is wrong is told and left out; the rest goes on. */
export async function readFolder(
  folder: string,
  findAccepted: (id: ResourceId) => Resource | null,
): Promise<FolderContent> {
  const content: FolderContent = { resources: new Map(), rejections: [] };
  const names = (await readdir(folder)).filter((name) => MANIFEST_FILE.test(name)).sort();

  for (const file of names) {
    for (const document of parseAllDocuments(await readFile(join(folder, file), 'utf8'))) {
      const [error] = document.errors;
      if (error) {
        content.rejections.push({ file, field: '', message: toSentence(error.message) });
      } else if (document.contents !== null) {
        take(content, file, { manifest: document.toJS(), findAccepted });
      }
    }
  }
  return content;
}

interface Candidate {
  manifest: unknown;
  findAccepted: (id: ResourceId) => Resource | null;
}

function take({ resources, rejections }: FolderContent, file: string, candidate: Candidate): void {
  const id = identify(candidate.manifest);
  const accepted = id && candidate.findAccepted(id);
  const verdict = validateManifest(
    candidate.manifest,
    accepted && hasSpec(accepted) ? toManifest(accepted) : undefined,
  );

  if ('errors' in verdict) {
    rejections.push(...verdict.errors.map((error) => ({ file, ...error, ...(id && { id }) })));
    return;
  }
  const resource = toResource(verdict.resource);
  const { namespace, name } = resource.metadata;
  const key = keyOf({ kind: resource.kind, namespace, name });
  if (resources.has(key)) {
    const message = `${resource.kind} ${namespace}/${name} is in another document already; one of the two must go`;
    rejections.push({ file, field: 'metadata.name', message, ...(id && { id }) });
    return;
  }
  resources.set(key, resource);
}

/** Rules about a change ask about what stands, not about what is on its way out. */
function hasSpec({ spec, metadata }: Resource): boolean {
  return spec !== null && !metadata.deletionTimestamp;
}

function identify(manifest: unknown): ResourceId | undefined {
  const { kind, metadata } = (manifest ?? {}) as Partial<Manifest>;
  const { namespace = 'default', name } = metadata ?? {};
  return kind && name ? { kind, namespace, name } : undefined;
}

function toResource({ kind, metadata, spec }: Manifest): Resource {
  const { namespace = 'default', name, annotations } = metadata;
  // A file has no uid. The same name is the same resource here: nobody could tell a re-created file from an edited one.
  const uid = createHash('sha256')
    .update(keyOf({ kind, namespace, name }))
    .digest('hex')
    .slice(0, 32);
  return {
    kind,
    metadata: { namespace, name, uid, generation: 1, ...(annotations && { annotations }) },
    spec,
  };
}

function toManifest({ kind, metadata: { namespace, name }, spec }: Resource): Manifest {
  return { apiVersion: 'permisolabs.eu/v1alpha1', kind, metadata: { namespace, name }, spec };
}

/** The parser adds a drawing of the place below its sentence; a log line has no room for that. */
function toSentence(message: string): string {
  return `this is not YAML: ${message.split('\n')[0]?.replace(/:$/, '')}`;
}
