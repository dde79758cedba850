import type { ComponentChildren } from 'preact';
import type { Operation, Schema } from '#web/api/description.ts';
import { t } from '#web/locales/locales.ts';
import styles from './api-docs.module.css';
import { toWords } from './schema-words.ts';

type Props = { method: string; path: string; operation: Operation };

/** One line that opens: what it takes, what it answers, and who may. */
export function OperationDetails({ method, path, operation }: Props) {
  const { summary, parameters = [], requestBody, responses } = operation;
  return (
    <details class={styles.operation}>
      <summary>
        <span class={styles.method}>{method.toUpperCase()}</span>
        <code class={styles.path}>{path}</code>
        <span class={styles.summary}>{summary}</span>
      </summary>
      <div class={styles.details}>
        <p>{t(`apiDocs.access.${operation['x-access']}`)}</p>
        {parameters.length > 0 && (
          <Part title={t('apiDocs.parameters')}>
            {parameters.map(({ name, in: place, required, schema }) => (
              <li key={name}>
                <code>{`${name}${required ? '' : '?'}: ${toWords(schema)}`}</code> {place}
              </li>
            ))}
          </Part>
        )}
        {requestBody && <Body title={t('apiDocs.body')} schema={schemaOf(requestBody.content)} />}
        <Part title={t('apiDocs.answers')}>
          {Object.entries(responses).map(([status, { description, content = {} }]) => (
            <li key={status}>
              <strong>{status}</strong> {status < '300' ? '' : description}
              {status < '300' && <Body schema={schemaOf(content)} />}
            </li>
          ))}
        </Part>
      </div>
    </details>
  );
}

type PartProps = { title: string; children: ComponentChildren };

function Part({ title, children }: PartProps) {
  return (
    <>
      <h3>{title}</h3>
      <ul>{children}</ul>
    </>
  );
}

function Body({ title, schema }: { title?: string; schema: Schema | undefined }) {
  if (!schema) {
    return null;
  }
  return (
    <>
      {title && <h3>{title}</h3>}
      <pre>{toWords(schema)}</pre>
    </>
  );
}

function schemaOf(content: Record<string, { schema?: Schema }>): Schema | undefined {
  return Object.values(content)[0]?.schema;
}
