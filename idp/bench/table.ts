/** One line of the result: the median of some runs beside what is allowed. */
export interface Row {
  name: string;
  unit: string;
  median: number;
  least: number;
  most: number;
  limit: number | null;
  note: string;
}

export function spread(samples: number[]): Pick<Row, 'median' | 'least' | 'most'> {
  const sorted = samples.toSorted((one, other) => one - other);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    least: sorted.at(0) ?? 0,
    most: sorted.at(-1) ?? 0,
  };
}

export function toLine({ name, unit, median, least, most, limit, note }: Row): string {
  const range = `(${format(least)}–${format(most)})`;
  const judged = limit === null ? '' : `${(median / limit).toFixed(2)} of ≤ ${limit}`;
  return [
    name.padEnd(28),
    format(median).padStart(6),
    range.padEnd(14),
    unit.padEnd(7),
    judged.padEnd(14),
    note,
  ].join('  ');
}

function format(value: number): string {
  return value.toFixed(value < 20 ? 2 : 0);
}
