import { useEffect, useRef } from 'preact/hooks';
import { hasNavigated } from '#web/navigation.ts';
import { instanceName } from '#web/session.ts';

type Props = { children: string };

/** The h1 of a page: names the document, and takes the focus when one page follows another. */
export function Heading({ children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const title = `${children} · ${instanceName.value}`;

  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    if (hasNavigated.value) {
      heading.current?.focus();
    }
  }, []);

  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
