import { randomUUID } from 'node:crypto';
import type { Logger } from '#core';
import { toMicroTime } from './conditions.ts';
import type { KubernetesApi, KubernetesObject } from './kubernetes-api.ts';

export interface Note {
  type: 'Normal' | 'Warning';
  reason: string;
  text: string;
}

const CONTROLLER = 'permisolabs.eu/operator';
const MAX_TEXT = 1000;

/** Tells an Event about a resource (events.k8s.io/v1). Losing one is no reason to fail, so it never does. */
export function createEventTeller(api: KubernetesApi, instance: string, log: Logger) {
  return async (regarding: KubernetesObject, { type, reason, text }: Note): Promise<void> => {
    const { apiVersion, kind, metadata } = regarding;
    const { namespace = 'default', name, uid } = metadata;
    const body = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${name}.${randomUUID().slice(0, 13)}`, namespace },
      eventTime: toMicroTime(new Date()),
      reportingController: CONTROLLER,
      reportingInstance: instance.slice(0, 128),
      action: 'Reconcile',
      type,
      reason,
      note: text.slice(0, MAX_TEXT),
      regarding: { apiVersion, kind, namespace, name, uid },
    };
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    await api.send({ method: 'POST', path, body }).catch((err) => {
      log.debug({ err, kind, resource: `${namespace}/${name}` }, 'event could not be told');
    });
  };
}
