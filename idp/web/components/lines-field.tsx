import { useSignal } from '@preact/signals';
import { TextArea } from './text-area.tsx';

type Props = {
  label: string;
  name: string;
  value: string[];
  onValue: (lines: string[]) => void;
  hint: string;
  error?: string | undefined;
};

/** Several of a kind, one a line. */
export function LinesField({ value, onValue, ...rest }: Props) {
  const typed = useSignal(value.join('\n'));
  // Blank lines are none; while somebody types one, it stays.
  const isShown = toLines(typed.value).join('\n') === value.join('\n');
  return (
    <TextArea
      {...rest}
      value={isShown ? typed.value : value.join('\n')}
      rows={Math.min(8, value.length + 2)}
      onValue={(text) => {
        typed.value = text;
        onValue(toLines(text));
      }}
    />
  );
}

function toLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
