/** A day, as the date input writes it, in the person's own time zone. */
export function dayIn(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() + days);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "Expires on" a day means that the whole day still counts. */
export function endOf(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString();
}
