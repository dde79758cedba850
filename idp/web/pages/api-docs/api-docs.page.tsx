import { type Description, getDescription, type Operation } from '#web/api/description.ts';
import { Heading } from '#web/components/heading.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import styles from './api-docs.module.css';
import { OperationDetails } from './operation-details.tsx';

/** The JSON API for a reader. The document itself is English, as the names in it are. */
export function ApiDocsPage() {
  const { value, problem } = useLoaded(getDescription);
  return (
    <main class={styles.page}>
      <Heading>{t('apiDocs.title')}</Heading>
      <p>{t('apiDocs.intro')}</p>
      <p>
        <a href="/api/openapi.json">openapi.json</a>
      </p>
      <ProblemNotice problem={problem} />
      {value ? (
        <div class={styles.sections} lang="en">
          <p>{value.info.description}</p>
          {byTag(value).map(([tag, calls]) => (
            <Section key={tag} title={tag}>
              {calls.map((call) => (
                <OperationDetails key={call.operation.operationId} {...call} />
              ))}
            </Section>
          ))}
        </div>
      ) : (
        !problem && <Skeleton rows={['line', 'line', 'line']} />
      )}
    </main>
  );
}

type Call = { method: string; path: string; operation: Operation };

function byTag({ paths }: Description): [string, Call[]][] {
  const tags = new Map<string, Call[]>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? '…';
      tags.set(tag, [...(tags.get(tag) ?? []), { method, path, operation }]);
    }
  }
  return [...tags];
}
